import type { Currency } from '../../../src-shared/domain/money.ts';
import { money } from '../../../src-shared/domain/money.ts';
import { afterMs, MICROS_PER_SECOND, type Micros, micros } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact, PnlBaseline } from '../engine/fact.ts';
import type { Input } from '../engine/input.ts';
import { type Pnl, type Portfolio, pnlOf } from './portfolio.ts';
import type { Marks } from './valuation.ts';

export interface TradingDaySnapshot {
  readonly since: Micros;
  readonly baseline: readonly PnlBaseline[];
}

const MICROS_PER_DAY = 24 * 3_600 * MICROS_PER_SECOND;
/** How long a missing mark is waited for, before it is looked for again. */
const RETRY_MS = 1_000;
const TIMER = 'day';

/**
 * The UTC day: what profit and loss was when it began. It begins at midnight, or once every open position has a mark after that.
 */
export class TradingDay implements Room {
  readonly name = 'trading-day';
  readonly hearsMarket = false;
  private readonly portfolio: Pick<Portfolio, 'pnl'>;
  private readonly marks: Marks;
  private began = micros(0);
  private baseline = new Map<Currency, PnlBaseline>();

  constructor(portfolio: Pick<Portfolio, 'pnl'>, marks: Marks) {
    this.portfolio = portfolio;
    this.marks = marks;
  }

  /** When the day began. */
  get since(): Micros {
    return this.began;
  }

  /** What of `overall` was made since the day began. */
  today(overall: ReadonlyMap<Currency, Pnl>): Map<Currency, Pnl> {
    return new Map(
      Array.from(overall, ([currency, pnl]) => {
        const base = this.baseline.get(currency);
        return [currency, base === undefined ? pnl : since(base, pnl)];
      }),
    );
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind === 'start') this.begin(turn);
    else if (input.kind === 'restart') this.look(turn);
  }

  wake(_key: string, turn: Turn): void {
    this.look(turn);
  }

  fold(fact: Fact): void {
    if (fact.kind !== 'day-began') return;
    this.began = fact.at;
    this.baseline = byCurrency(fact.baseline);
  }

  snapshot(): TradingDaySnapshot {
    return { since: this.began, baseline: [...this.baseline.values()] };
  }

  restore({ since: began, baseline }: TradingDaySnapshot): void {
    this.began = began;
    this.baseline = byCurrency(baseline);
  }

  private look(turn: Turn): void {
    if (dayOf(turn.at) > dayOf(this.began)) this.begin(turn);
    else this.wakeAtMidnight(turn);
  }

  private begin(turn: Turn): void {
    const baseline = known(this.portfolio.pnl(this.marks));
    if (baseline === null) {
      turn.schedule(afterMs(turn.at, RETRY_MS), this, TIMER);
      return;
    }
    turn.emit({ kind: 'day-began', baseline });
    this.wakeAtMidnight(turn);
  }

  private wakeAtMidnight(turn: Turn): void {
    turn.schedule(micros((dayOf(turn.at) + 1) * MICROS_PER_DAY), this, TIMER);
  }
}

function dayOf(at: Micros): number {
  return Math.floor(at / MICROS_PER_DAY);
}

/** Null while a mark is missing. */
function known(pnl: ReadonlyMap<Currency, Pnl>): readonly PnlBaseline[] | null {
  const baseline: PnlBaseline[] = [];
  for (const [currency, { realised, unrealised, fees, funding }] of pnl) {
    if (unrealised === null) return null;
    baseline.push({ currency, realised, unrealised, fees, funding });
  }
  return baseline;
}

function byCurrency(baseline: readonly PnlBaseline[]): Map<Currency, PnlBaseline> {
  return new Map(baseline.map((of) => [of.currency, of]));
}

function since(base: PnlBaseline, { realised, unrealised, fees, funding }: Pnl): Pnl {
  return pnlOf({
    realised: money(realised - base.realised),
    unrealised: unrealised === null ? null : money(unrealised - base.unrealised),
    fees: money(fees - base.fees),
    funding: money(funding - base.funding),
  });
}
