import type { InstrumentView } from '../../../src-shared/contract/methods.ts';
import { MICROS_PER_MS } from '../../../src-shared/domain/time.ts';
import { desk, useDesk } from '../../state/desk.ts';
import { useLatest } from '../../state/topics.ts';
import { Figure } from '../../ui/figure.tsx';
import { age, price, quantity } from '../../ui/format.ts';

/** Best bid, best ask and last trade of one instrument. */
export function QuoteLine({ instrument: { key, quote: currency } }: { instrument: InstrumentView }) {
  const reading = useLatest('quotes', {});
  const speed = useDesk(({ description }) => description?.speed ?? 1);
  const quote = reading.value?.quotes.find(({ instrument }) => instrument === key);
  const frameAgeMs = quote?.frameAt ? Math.max(0, (desk().deskNow() - quote.frameAt) / MICROS_PER_MS / speed) : null;
  const figures = [
    ['Bid', price(quote?.bid ?? null), currency],
    ['Bid quantity', quantity(quote?.bidQuantity ?? null), ''],
    ['Ask', price(quote?.ask ?? null), currency],
    ['Ask quantity', quantity(quote?.askQuantity ?? null), ''],
    ['Last', price(quote?.last ?? null), currency],
    ['Last frame', frameAgeMs === null ? null : `${age(frameAgeMs)} ago`, ''],
  ] as const;
  return (
    <dl className="quote-line">
      {figures.map(([name, text, unit]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Figure reading={reading} label={`${name} of ${key}`} text={text} unit={unit} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
