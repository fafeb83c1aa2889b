import type { ExposureView, PositionView, TopicValue } from '../../../src-shared/contract/topics.ts';
import { formatLots, type Instrument, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import { type Currency, currency, formatMoney, type Money } from '../../../src-shared/domain/money.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Core } from '../../core/core.ts';
import type { InstrumentLimits } from '../../core/execution/limits.ts';
import type { Pnl } from '../../core/portfolio/portfolio.ts';
import type { Marks } from '../../core/portfolio/valuation.ts';
import { entryTicks, inReporting, unrealised } from '../../core/portfolio/valuation.ts';
import { worth } from '../../core/portfolio/worth.ts';
import type { EquityCurve } from './equity-curve.ts';
import { priceNumber } from './order-views.ts';
import { atLeast, netted, pnlViews, sumBy } from './pnl-views.ts';

/** Profit and loss since the journal began as one figure, an estimate; NaN where a part of it is not known. */
export function equityOf({ portfolio, market }: Core, reporting: Currency): number {
  return inCurrency(
    portfolio.pnl((id) => market.midTicks(id)),
    reporting,
  );
}

/** How profit and loss of several currencies becomes one figure: others than the reporting one are not converted yet. */
function inCurrency(pnl: ReadonlyMap<Currency, Pnl>, reporting: Currency): number {
  const totals = Array.from(pnl, ([of, { total }]) => [of, total] as const);
  return inReporting(totals, (of) => (of === reporting ? 1 : Number.NaN));
}

export function pnlOf(
  core: Core,
  instruments: readonly Instrument[],
  curve: EquityCurve,
  reporting: Currency,
): TopicValue<'pnl'> {
  const { portfolio, attribution, tradingDay, market } = core;
  const marks: Marks = (id) => market.midTicks(id);
  const overall = portfolio.pnl(marks);
  const parts = attribution.pnl(marks);
  const equity = inCurrency(overall, reporting);
  const byInstrument = [...sumBy(parts, ({ instrument }) => instrument)].flatMap(([id, pnl]) => {
    const of = instruments[id];
    if (of === undefined) return [];
    const position = portfolio.position(id);
    const held = { realised: position.realised, unrealised: unrealised(of, position, marks(id)) };
    return pnlViews(netted(pnl, of.settle, held)).map((view) => ({ ...view, instrument: instrumentKey(of) }));
  });
  const byStrategy = [...sumBy(parts, ({ origin }) => origin)].flatMap(([strategy, pnl]) =>
    pnlViews(pnl).map((view) => ({ ...view, strategy })),
  );
  return {
    since: tradingDay.since,
    today: pnlViews(atLeast(tradingDay.today(overall), reporting)),
    overall: pnlViews(atLeast(overall, reporting)),
    byInstrument,
    byStrategy,
    equity: orNull(equity),
    drawdown: orNull(curve.drawdown(equity)),
  };
}

export function positionsOf(core: Core, instruments: readonly Instrument[]): PositionView[] {
  return instruments.map((of) => positionOf(core, of));
}

function positionOf({ portfolio, market, attribution }: Core, of: Instrument): PositionView {
  const position = portfolio.position(of.id);
  const markTicks = market.midTicks(of.id);
  const text = (amount: Money | null): string | null => (amount === null ? null : formatMoney(amount, of.settle));
  const known = Number.isNaN(markTicks) ? null : worth(of, markTicks, Math.abs(position.lots));
  return {
    instrument: instrumentKey(of),
    currency: of.settle,
    quantity: formatLots(of, position.lots),
    entry: priceNumber(of, entryTicks(of, position)),
    mark: priceNumber(of, markTicks),
    notional: text(known === null ? null : absolute(known)),
    unrealised: text(unrealised(of, position, markTicks)),
    realised: formatMoney(position.realised, of.settle),
    fees: formatMoney(attribution.fees(of.id, of.settle), of.settle),
  };
}

/** How much of its limits the desk uses in one instrument, if every open and UNKNOWN order of one side fills and none of the other. */
export function exposureOf(core: Core, of: Instrument, limits: InstrumentLimits, at: Micros): ExposureView {
  const { portfolio, orders, market } = core;
  const lots = portfolio.lots(of.id);
  const worstLots = Math.max(
    Math.abs(lots + orders.openLots(of.id, 'buy')),
    Math.abs(lots - orders.openLots(of.id, 'sell')),
  );
  const markTicks = market.midTicks(of.id);
  const { maxPositionLots, maxPositionNotional, maxOpenOrders, maxMessagesPerSecond, messagesReservedForCancels } =
    limits;
  const quantity = (count: number): number => Number(formatLots(of, count));
  const amount = (money: Money): number => Number(formatMoney(money, of.settle));
  const maxMessages =
    maxMessagesPerSecond === undefined ? null : maxMessagesPerSecond - (messagesReservedForCancels ?? 0);
  return {
    instrument: instrumentKey(of),
    position: {
      used: quantity(worstLots),
      limit: typeof maxPositionLots === 'number' ? quantity(maxPositionLots) : null,
      unit: of.kind === 'inverse' || of.kind === 'option' ? 'contracts' : of.base,
    },
    notional: {
      used: Number.isNaN(markTicks) ? null : Math.abs(amount(worth(of, markTicks, worstLots))),
      limit: maxPositionNotional === undefined ? null : amount(maxPositionNotional),
      unit: of.settle,
    },
    openOrders: { used: orders.open(of.id).length, limit: maxOpenOrders ?? null, unit: 'orders' },
    messages: { used: core.messagesInWindow(of.id, at), limit: maxMessages, unit: 'a second' },
    stopped: core
      .stoppedStrategies()
      .filter(({ instrument }) => instrument === of.id)
      .map(({ origin, cause }) => ({ origin, cause })),
  };
}

/** In which profit and loss is drawn as one curve: what the first instrument settles in. */
export function reportingCurrency(instruments: readonly Instrument[]): Currency {
  return instruments[0]?.settle ?? currency('USDT');
}

function absolute(amount: Money): Money {
  return (amount < 0n ? -amount : amount) as Money;
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
