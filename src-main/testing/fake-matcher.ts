import type { InstrumentId } from '../../src-shared/domain/instrument.ts';
import { type ClientOrderId, opposite, type Side } from '../../src-shared/domain/order.ts';
import type { Micros } from '../../src-shared/domain/time.ts';
import type { DepthSnapshot, MarketInput, Trade } from '../core/engine/input.ts';
import type { ClosedMarketSource, Executions, Publications, RecordedMarket } from '../simulation/matcher.ts';

interface Level {
  readonly side: Side;
  readonly priceTicks: number;
  lots: number;
}

interface Own extends Level {
  readonly id: ClientOrderId;
}

/**
 * The simplest market there can be: levels that a test sets and nobody refills, and own orders that any trade through or
 * at their price fills, best price first, with the trade's lots.
 */
class FakeBook {
  private levels: Level[] = [];
  private own: Own[] = [];
  private readonly events: Executions;

  constructor(events: Executions) {
    this.events = events;
  }

  level(side: Side, priceTicks: number, lots: number): void {
    this.levels = this.levels.filter((level) => level.side !== side || level.priceTicks !== priceTicks);
    this.levels.push({ side, priceTicks, lots });
  }

  traded(print: Trade, at: Micros): void {
    const side = opposite(print.aggressor);
    let left = print.lots;
    for (const own of best(side, this.own, print.priceTicks)) {
      const lots = Math.min(left, own.lots);
      left -= lots;
      own.lots -= lots;
      if (lots > 0) this.events.executed(own.id, own.priceTicks, lots, 'maker', at);
    }
    this.own = this.own.filter((own) => own.lots > 0);
  }

  bestOpposite(side: Side): number {
    return best(opposite(side), this.levels, null)[0]?.priceTicks ?? -1;
  }

  available(side: Side, limitTicks: number | null, atMost: number): number {
    const lots = best(opposite(side), this.levels, limitTicks).reduce((sum, level) => sum + level.lots, 0);
    return Math.min(lots, atMost);
  }

  take(id: ClientOrderId, side: Side, limitTicks: number | null, lots: number, at: Micros): number {
    let left = lots;
    for (const level of best(opposite(side), this.levels, limitTicks)) {
      const taken = Math.min(left, level.lots);
      level.lots -= taken;
      left -= taken;
      if (taken > 0) this.events.executed(id, level.priceTicks, taken, 'taker', at);
    }
    return lots - left;
  }

  rest(id: ClientOrderId, side: Side, priceTicks: number, lots: number): void {
    this.own.push({ id, side, priceTicks, lots });
  }

  remove(id: ClientOrderId): number {
    const lots = this.own.find((own) => own.id === id)?.lots ?? 0;
    this.own = this.own.filter((own) => own.id !== id);
    return lots;
  }

  snapshot() {
    return structuredClone({ levels: this.levels, own: this.own });
  }

  restore(snapshot: { levels: Level[]; own: Own[] }): void {
    Object.assign(this, structuredClone(snapshot));
  }
}

/** A fake book that is told of trades by a recording. */
export class FakeMatcher extends FakeBook implements RecordedMarket {
  readonly source = 'recorded';
  live = true;

  isLive(): boolean {
    return this.live;
  }

  apply(input: MarketInput, at: Micros): boolean {
    if (input.kind === 'trade') this.traded(input, at);
    return true;
  }
}

/** A fake book that makes the given trades itself, and publishes each. */
export class FakeClosedMarket extends FakeBook implements ClosedMarketSource {
  readonly source = 'closed';
  private readonly prints: Trade[];
  private readonly publications: Publications;

  /** @param prints made at their `exchangeAt`. */
  constructor(events: Executions & Publications, prints: readonly Trade[]) {
    super(events);
    this.publications = events;
    this.prints = [...prints];
  }

  nextAt(): number {
    return this.prints[0]?.exchangeAt ?? Number.POSITIVE_INFINITY;
  }

  step(): void {
    const print = this.prints.shift();
    if (print === undefined) throw new Error('no trade is left to make');
    const at = print.exchangeAt as Micros;
    this.traded(print, at);
    this.publications.published(print, at);
  }

  depthSnapshot(at: Micros): DepthSnapshot {
    const levels = { bidCount: 1, askCount: 0, priceTicks: Float64Array.of(999), lots: Float64Array.of(5) };
    return { kind: 'depth-snapshot', seq: 0, at, instrument: 0 as InstrumentId, exchangeAt: at, lastId: 1, ...levels };
  }
}

/** Those of `side` at `limitTicks` or better for whoever trades with them (any when null), best first. */
function best<T extends Level>(side: Side, from: readonly T[], limitTicks: number | null): T[] {
  const direction = side === 'buy' ? -1 : 1;
  return from
    .filter((level) => level.side === side && level.lots > 0)
    .filter((level) => limitTicks === null || direction * (level.priceTicks - limitTicks) <= 0)
    .sort((a, b) => direction * (a.priceTicks - b.priceTicks));
}
