import type { StageView } from '../../../src-shared/contract/topics.ts';
import { duration, number } from '../../ui/format.ts';
import { STAGE_HINTS } from './hints.ts';
import { Mark } from './mark.tsx';
import { stageVerdict } from './verdict.ts';

/** How long each stage of an order's way takes, since the start of the desk. */
export function Stages({ stages }: { stages: readonly StageView[] }) {
  if (stages.length === 0) {
    return <p className="health-empty">No latencies yet: the first appear with the first market frames.</p>;
  }
  return (
    <table className="table health-table">
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col" className="health-number">
            Samples
          </th>
          <th scope="col" className="health-number">
            p50
          </th>
          <th scope="col" className="health-number">
            p99
          </th>
          <th scope="col" className="health-number">
            p99.9
          </th>
          <th scope="col" className="health-number">
            Max
          </th>
          <th scope="col">Look</th>
          <th scope="col">What it is</th>
        </tr>
      </thead>
      <tbody>
        {stages.map((stage) => (
          <tr key={stage.name}>
            <th scope="row">{stage.name}</th>
            <td className="health-number cell">{number(stage.samples, 0)}</td>
            <td className="health-number cell">{duration(stage.p50)}</td>
            <td className="health-number cell">{duration(stage.p99)}</td>
            <td className="health-number cell">{duration(stage.p999)}</td>
            <td className="health-number cell">{duration(stage.max)}</td>
            <td className="health-look">
              <Mark verdict={stageVerdict(stage)} />
            </td>
            <td className="health-hint">{STAGE_HINTS[stage.name] ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
