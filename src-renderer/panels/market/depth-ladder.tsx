import { useRef } from 'react';
import type { InstrumentView } from '../../../src-shared/contract/methods.ts';
import type { TopicValue } from '../../../src-shared/contract/topics.ts';
import { price, quantity } from '../../ui/format.ts';
import { buildLadder, type LadderRow } from './ladder.ts';
import { useFittingLevels } from './use-fitting-levels.ts';

interface DepthLadderProps {
  readonly instrument: InstrumentView;
  readonly depth: TopicValue<'depth'> | null;
}

/** Asks above, bids below, the spread between; own resting orders are marked ◆. */
export function DepthLadder({ instrument, depth }: DepthLadderProps) {
  const container = useRef<HTMLDivElement>(null);
  const levels = useFittingLevels(container);
  return (
    <div className="ladder" ref={container}>
      {depth === null && <p className="ladder-note">No book yet: levels appear as soon as the feed has sent one.</p>}
      {depth !== null && !depth.proven && (
        <p className="ladder-note is-unproven">
          <strong>■ Book not proven.</strong> A snapshot is on its way; until it fits, the gate refuses every order
          here.
        </p>
      )}
      {depth !== null && <Levels instrument={instrument} depth={depth} levels={levels} />}
    </div>
  );
}

function Levels({
  instrument,
  depth,
  levels,
}: {
  instrument: InstrumentView;
  depth: TopicValue<'depth'>;
  levels: number;
}) {
  const { asks, bids, spread } = buildLadder(depth, instrument, levels);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Own</th>
          <th scope="col">Price</th>
          <th scope="col">Quantity</th>
          <th scope="col">Cumulative</th>
        </tr>
      </thead>
      <tbody aria-label="Asks, worst first">
        {asks.map((row) => (
          <Level key={row.price} row={row} side="ask" />
        ))}
      </tbody>
      <tbody>
        <tr className="ladder-spread">
          <td colSpan={4}>
            <span className="cell">
              {spread === null ? 'No spread: a side is empty' : `Spread ${price(spread)} ${instrument.quote}`}
            </span>
          </td>
        </tr>
      </tbody>
      <tbody aria-label="Bids, best first">
        {bids.map((row) => (
          <Level key={row.price} row={row} side="bid" />
        ))}
      </tbody>
    </table>
  );
}

function Level({ row, side }: { row: LadderRow; side: 'ask' | 'bid' }) {
  return (
    <tr className={row.own === null ? '' : 'is-own'}>
      <td className="ladder-own">
        {row.own !== null && (
          <span className="cell" title={`Own ${side}`}>
            ◆ {quantity(row.own)}
          </span>
        )}
      </td>
      <td className={`ladder-price-${side} cell`}>{price(row.price)}</td>
      <td className="ladder-quantity">
        <span className="ladder-bar" style={{ width: `${row.share * 100}%` }} />
        <span className="cell">{quantity(row.quantity)}</span>
      </td>
      <td className="cell">{quantity(row.cumulative)}</td>
    </tr>
  );
}
