import type { PnlView } from '../../../src-shared/contract/topics.ts';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { type Currency, type Money, money, ZERO_MONEY } from '../../../src-shared/domain/money.ts';
import type { AttributedPnl } from '../../core/portfolio/attribution.ts';
import type { Pnl } from '../../core/portfolio/portfolio.ts';
import { summarisePnl } from '../run-summary.ts';

type PnlByCurrency = ReadonlyMap<Currency, Pnl>;

const NOTHING: Pnl = {
  realised: ZERO_MONEY,
  unrealised: ZERO_MONEY,
  fees: ZERO_MONEY,
  funding: ZERO_MONEY,
  total: ZERO_MONEY,
};

export function pnlViews(of: PnlByCurrency): PnlView[] {
  return Object.entries(summarisePnl(of)).map(([currency, amounts]) => ({ currency, ...amounts }));
}

/** With zeros in `reporting`, where nothing was traded in it yet: that is known, and is nothing. */
export function atLeast(of: PnlByCurrency, reporting: Currency): PnlByCurrency {
  return of.has(reporting) ? of : new Map([[reporting, NOTHING], ...of]);
}

/** The sums of `parts` by what `keyOf` says of each, in the order the keys appear. */
export function sumBy<K extends string | InstrumentId>(
  parts: readonly AttributedPnl[],
  keyOf: (part: AttributedPnl) => K,
): Map<K, PnlByCurrency> {
  const sums = new Map<K, Map<Currency, Pnl>>();
  for (const part of parts) {
    const key = keyOf(part);
    const sum = sums.get(key) ?? new Map<Currency, Pnl>();
    for (const [currency, pnl] of part.pnl) sum.set(currency, add(sum.get(currency) ?? NOTHING, pnl));
    sums.set(key, sum);
  }
  return sums;
}

/**
 * The sum of one instrument's parts, with realised and unrealised as of the position itself: where one strategy is long and another
 * short, their parts hold apart what the position has closed against each other.
 */
export function netted(
  parts: PnlByCurrency,
  settle: Currency,
  { realised, unrealised }: Pick<Pnl, 'realised' | 'unrealised'>,
): PnlByCurrency {
  const { fees, funding } = parts.get(settle) ?? NOTHING;
  const total = plus(unrealised, money(realised - fees + funding));
  return new Map([...parts, [settle, { realised, unrealised, fees, funding, total }]]);
}

/** What is unknown in one of them is unknown in the sum. */
function add(a: Pnl, b: Pnl): Pnl {
  return {
    realised: money(a.realised + b.realised),
    unrealised: plus(a.unrealised, b.unrealised),
    fees: money(a.fees + b.fees),
    funding: money(a.funding + b.funding),
    total: plus(a.total, b.total),
  };
}

function plus(a: Money | null, b: Money | null): Money | null {
  return a === null || b === null ? null : money(a + b);
}
