import { useLatest } from '../state/topics.ts';
import { Figure } from '../ui/figure.tsx';
import { number } from '../ui/format.ts';

/** How many orders are open, how many of them nobody can answer for, and what is being flattened. */
export function OpenOrders() {
  const reading = useLatest('status', {});
  const { value } = reading;
  const unknown = value?.unknownOrders ?? 0;
  return (
    <div className="open-orders">
      <span>Open orders</span>
      <Figure reading={reading} label="Open orders" text={number(value?.openOrders ?? null, 0)} size="l" />
      {unknown > 0 && (
        <span className="unknown-orders">
          ▲ <Figure reading={reading} label="Orders in an unknown state" text={number(unknown, 0)} unit="UNKNOWN" />
        </span>
      )}
      {value?.flattening.map((instrument) => (
        <span key={instrument} className="flattening">
          ▬ flattening {instrument}
        </span>
      ))}
    </div>
  );
}
