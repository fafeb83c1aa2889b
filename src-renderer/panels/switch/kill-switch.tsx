import type { SwitchTopic } from '../../../src-shared/contract/switch.ts';
import { type Reading, useLatest } from '../../state/topics.ts';
import { BoardFacts, Counters } from './board-facts.tsx';
import { ButtonBox } from './button-box.tsx';
import { Drill } from './drill.tsx';
import { Identity } from './identity.tsx';
import { Lamps } from './lamps.tsx';
import { ResetActs } from './reset-acts.tsx';
import '../../ui/facts.css';
import '../../ui/table.css';
import './switch.css';
import { Trips } from './trips.tsx';

/** The kill switch: which one it is, how it is, what it did; drill, reset, and hands for one that is emulated. */
export function KillSwitch() {
  const reading = useLatest('switch', {});
  const { value, isStale } = reading;
  if (value === null) return <p className="switch-text quiet">Nothing heard yet of a kill switch.</p>;
  return (
    <div className="switch-panel">
      <Identity value={value} isStale={isStale} />
      {value.kind === 'none' ? <HowToGetOne /> : <Watched value={value} reading={reading} />}
    </div>
  );
}

function Watched({ value, reading }: { readonly value: SwitchTopic; readonly reading: Reading<unknown> }) {
  const { board, kind, trips } = value;
  return (
    <>
      {kind === 'emulated' && <ButtonBox />}
      <div className="switch-parts">
        <div>
          <ResetActs value={value} reading={reading} />
          <Drill value={value} reading={reading} />
        </div>
        <div>
          <Lamps lamps={board?.lamps ?? []} reading={reading} />
          {board !== null && <BoardFacts value={value} board={board} reading={reading} />}
        </div>
        <div>
          <Trips trips={trips} reading={reading} />
          {board !== null && <Counters counters={board.counters} reading={reading} />}
        </div>
      </div>
    </>
  );
}

function HowToGetOne() {
  return (
    <dl className="facts switch-ways">
      <div>
        <dt>With hardware</dt>
        <dd>
          Plug it in, pair it once with <code>desk switch pair</code>, and start the desk with{' '}
          <code>--switch auto</code>. native/README.md says how to build one.
        </dd>
      </div>
      <div>
        <dt>Without, on paper</dt>
        <dd>
          Start the desk with <code>--emulated-switch</code>: the real firmware on an emulated board, and a button box
          here.
        </dd>
      </div>
    </dl>
  );
}
