import { useEffect, useRef } from 'react';
import type { PnlView } from '../../src-shared/contract/topics.ts';
import { desk } from '../state/desk.ts';
import { type Reading, useLatest } from '../state/topics.ts';
import { Figure } from '../ui/figure.tsx';
import { clockSeconds, money, senseOf } from '../ui/format.ts';
import { Panel } from '../ui/panel.tsx';

/** Profit and loss since midnight UTC, per currency: the sum large, what it is made of small. */
export function PnlToday() {
  const reading = useLatest('pnl', {});
  usePainted(reading.value !== null);
  const { value } = reading;
  return (
    <Panel title="P&L today" reading={reading} className="pnl-today">
      <p className="pnl-since">since {value === null ? '—' : `${clockSeconds(value.since)} UTC`}</p>
      {value === null && <p className="rail-text quiet">Nothing heard yet.</p>}
      {value?.today.length === 0 && <p className="rail-text quiet">Nothing was traded yet.</p>}
      {value?.today.map((pnl) => (
        <Currency key={pnl.currency} pnl={pnl} reading={reading} />
      ))}
    </Panel>
  );
}

function Currency({ pnl, reading }: { readonly pnl: PnlView; readonly reading: Reading<unknown> }) {
  const { currency, total, realised, unrealised, fees, funding } = pnl;
  const parts = [
    { label: 'Realised', text: realised, sense: senseOf(realised) },
    { label: 'Unrealised', text: unrealised, sense: senseOf(unrealised) },
    { label: 'Fees', text: fees, sense: 'neutral' },
    { label: 'Funding', text: funding, sense: senseOf(funding) },
  ] as const;
  return (
    <div className="pnl">
      <Figure
        reading={reading}
        label={`P&L today in ${currency}`}
        text={money(total)}
        unit={currency}
        sense={senseOf(total)}
        size="xl"
      />
      <dl className="pnl-parts">
        {parts.map(({ label, text, sense }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <Figure
                reading={reading}
                label={`${label} today in ${currency}`}
                text={money(text)}
                sense={sense}
                size="s"
              />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** Tells the desk once that the first profit and loss is on the screen: a frame after it was drawn. */
function usePainted(isDrawn: boolean): void {
  const isTold = useRef(false);
  useEffect(() => {
    if (!isDrawn || isTold.current) return;
    const frame = requestAnimationFrame(() => {
      isTold.current = true;
      // A measurement of the desk's: where the link is gone nobody waits for it.
      desk()
        .call('painted', {})
        .catch(() => {});
    });
    return () => cancelAnimationFrame(frame);
  }, [isDrawn]);
}
