import { type ReactNode, useId } from 'react';
import type { VenueView } from '../../../src-shared/contract/venues.ts';
import { MICROS_PER_MS, type Micros } from '../../../src-shared/domain/time.ts';
import { useDesk } from '../../state/desk.ts';
import { age, clockSeconds, duration, number } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { BUDGET_MARKS, budgetLevel, budgetText, fundingText } from './words.ts';

/** Decimals of an instrument that the desk has not described yet. */
const PRICE_DIGITS = 2;

export function Connections({ connections }: Pick<VenueView, 'connections'>) {
  return (
    <Table title="Connections" heads={['Connection', 'Link', 'Last message', 'Reconnects']}>
      {connections.map(({ name, up, quietMs, reconnects }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td className={up ? 'cell' : 'cell fact-over'}>{up ? '● up' : '■ down'}</td>
          <td className="cell">{quietMs === null ? 'none yet' : `${age(quietMs)} ago`}</td>
          <td className="cell">{number(reconnects, 0)}</td>
        </tr>
      ))}
    </Table>
  );
}

export function Latencies({ latencies }: Pick<VenueView, 'latencies'>) {
  const time = (ms: number): string => duration(ms * MICROS_PER_MS);
  return (
    <Table title="Latency" heads={['Wait for', 'Samples', 'p50', 'p99', 'Max']}>
      {latencies.map(({ name, samples, p50, p99, max }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td className="cell">{number(samples, 0)}</td>
          <td className="cell">{time(p50)}</td>
          <td className="cell">{time(p99)}</td>
          <td className="cell">{time(max)}</td>
        </tr>
      ))}
    </Table>
  );
}

export function Budget({ budget }: Pick<VenueView, 'budget'>) {
  return (
    <Table title="Rate budget" heads={['Limit', 'Used', 'Kept for cancels', 'How full']}>
      {budget.map((of) => {
        const { name, used, limit, reserved } = of;
        const level = budgetLevel(of);
        const mark = BUDGET_MARKS[level];
        const text = budgetText(of);
        return (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="cell">{text}</td>
            <td className="cell">{number(reserved, 0)}</td>
            <td className="venue-meter">
              <Meter label={`Rate budget ${name}`} text={`${text} ${mark}`} share={used / limit} level={level} />
              {mark !== '' && <strong className={`fact-${level}`}>{mark}</strong>}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

interface MarksProps extends Pick<VenueView, 'venue' | 'marks'> {
  readonly ageMsOf: (at: Micros) => number;
}

/** Their instruments by symbol: the venue is the card's. */
export function Marks({ venue, marks, ageMsOf }: MarksProps) {
  const instruments = useDesk(({ description }) => description?.instruments);
  return (
    <Table title="Mark price and funding" heads={['Instrument', 'Mark', 'Index', 'Funding', 'Next', 'Told']}>
      {marks.map(({ instrument, mark, index, fundingRate, nextFundingAt, at }) => {
        const digits = instruments?.find(({ key }) => key === instrument)?.priceDecimals ?? PRICE_DIGITS;
        return (
          <tr key={instrument}>
            <th scope="row">{instrument.slice(venue.length + 1)}</th>
            <td className="cell">{number(mark, digits)}</td>
            <td className="cell">{number(index, digits)}</td>
            <td className="cell" title="Of the notional: positive is paid by longs, negative by shorts">
              {fundingText(fundingRate)}
            </td>
            <td className="cell" title="By the venue's clock, UTC">
              {clockSeconds(nextFundingAt)}
            </td>
            <td className="cell">{age(ageMsOf(at))} ago</td>
          </tr>
        );
      })}
    </Table>
  );
}

interface TableProps {
  readonly title: string;
  readonly heads: readonly string[];
  readonly children: ReactNode;
}

function Table({ title, heads, children }: TableProps) {
  const id = useId();
  return (
    <section className="venue-part" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <table className="table">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
