import type { DepthSnapshot, Input, MarketInput } from '../../../src-main/core/engine/input.ts';
import { ClosedMarket, DEFAULT_CLOSED_MARKET } from '../../../src-main/simulation/closed-market.ts';
import { type Desk, SimulatedExchange } from '../../../src-main/simulation/exchange.ts';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Fill, Order } from '../../../src-shared/domain/order.ts';
import { MICROS_PER_MS, micros } from '../../../src-shared/domain/time.ts';
import { FEES, LISTINGS } from './listings.ts';

/** Who hears what the matching does. Called while {@link Matching} works: never calls back into it. */
export interface MatchingListener {
  accepted(id: string): void;
  /** @param tradeId the public trade that the fill is one side of. */
  filled(id: string, fill: Fill, tradeId: number): void;
  ended(id: string, how: 'cancelled' | 'expired', reason: string): void;
  /** In the venue's own ids. The input may be kept. */
  published(input: MarketInput): void;
}

export interface MatchingOptions {
  readonly seed: number;
  /** ms; the markets begin here. */
  readonly startMs: number;
  /** How many times busier than the recorded market the generated ones are. */
  readonly intensity: number;
  readonly warmUpSeconds: number;
  readonly depthIntervalMs: number;
  /** Signed lots by instrument, of an earlier run. */
  readonly positions: readonly number[];
}

const AT_ONCE = { kind: 'constant', latencyMicros: 0 } as const;
const MAX_ENDED = 1_000;
/** Ids go on above those of any earlier run, as long as there are fewer of them per ms. */
const IDS_PER_MS = 4;

/** The venue's matching: the simulated exchange without any latency, driven up to the venue's clock. */
export class Matching implements Desk {
  private readonly exchange: SimulatedExchange;
  private readonly listener: MatchingListener;
  private readonly firstId: number;
  /** Fills whose public trade is announced next. */
  private readonly untold: { readonly id: string; readonly fill: Fill }[] = [];
  private rejection: string | null = null;
  private snapshot: DepthSnapshot | null = null;
  private nowMicros: number;

  constructor(options: MatchingOptions, listener: MatchingListener) {
    const { seed, startMs, intensity, warmUpSeconds, depthIntervalMs, positions } = options;
    this.listener = listener;
    this.firstId = startMs * IDS_PER_MS;
    this.nowMicros = startMs * MICROS_PER_MS;
    const { flow } = DEFAULT_CLOSED_MARKET;
    const { hawkes } = flow;
    // A point process whose rates are all multiplied is the same one with its time compressed.
    const faster = (rates: readonly number[]) => rates.map((rate) => rate * intensity);
    const market = {
      ...DEFAULT_CLOSED_MARKET,
      depthIntervalMs,
      startAt: micros(this.nowMicros),
      warmUpSeconds: warmUpSeconds / intensity,
      flow: {
        ...flow,
        hawkes: {
          ...hawkes,
          baselinePerSecond: faster(hawkes.baselinePerSecond),
          decaysPerSecond: faster(hawkes.decaysPerSecond),
        },
      },
    };
    this.exchange = new SimulatedExchange(
      LISTINGS.map(({ instrument }) => instrument),
      {
        latency: { feed: AT_ONCE, entry: AT_ONCE, response: AT_ONCE },
        fees: { [LISTINGS[0].instrument.venue]: FEES },
        selfTrade: 'cancel-resting',
        maxEndedOrders: MAX_ENDED,
      },
      ({ id }, events) => {
        const { openingTicks } = LISTINGS[id];
        return new ClosedMarket(
          { ...market, instrument: id, openingTicks, seed: seed * LISTINGS.length + id },
          events,
          events,
        );
      },
    );
    const fresh = this.exchange.snapshot();
    const listings = fresh.listings.map((of, place) => ({ ...of, positionLots: positions[place] ?? 0 }));
    this.exchange.restore({ ...fresh, listings });
  }

  /** Lets everything happen that is due by `nowMs`. */
  advance(nowMs: number): void {
    this.nowMicros = Math.max(this.nowMicros, nowMs * MICROS_PER_MS);
    while (this.exchange.nextAt() <= this.nowMicros) this.exchange.step(this);
  }

  /** @returns why the order was refused; null when it was accepted. */
  place(order: Order): string | null {
    return this.attempt({ kind: 'place-order', order });
  }

  /** Puts `order` in the place of `target`. @returns why not, and `target` stands as before; null when it did. */
  replace(target: string, order: Order): string | null {
    return this.attempt({ kind: 'replace-order', target: target as ClientOrderId, order });
  }

  cancel(id: string, instrument: InstrumentId): void {
    this.attempt({ kind: 'cancel-order', clientOrderId: id as ClientOrderId, instrument });
  }

  /** The whole book as it is now. */
  depth(instrument: InstrumentId): DepthSnapshot {
    this.attempt({ kind: 'request-snapshot', instrument });
    const { snapshot } = this;
    this.snapshot = null;
    if (snapshot === null) throw new Error('the market gave no snapshot');
    return snapshot;
  }

  deliver(input: Input): void {
    switch (input.kind) {
      case 'order-report':
        this.reported(input.clientOrderId, input.report);
        break;
      case 'depth':
        input.firstId += this.firstId;
        input.lastId += this.firstId;
        input.previousId += this.firstId;
        this.listener.published(input);
        break;
      case 'book-ticker':
        input.updateId += this.firstId;
        this.listener.published(input);
        break;
      case 'trade':
        input.tradeId += this.firstId;
        for (const { id, fill } of this.untold.splice(0)) this.listener.filled(id, fill, input.tradeId);
        this.listener.published(input);
        break;
      case 'depth-snapshot':
        input.lastId += this.firstId;
        this.snapshot = input;
        break;
    }
  }

  private reported(id: string, report: Extract<Input, { readonly kind: 'order-report' }>['report']): void {
    switch (report.type) {
      case 'acknowledged':
        this.listener.accepted(id);
        break;
      case 'rejected':
        this.rejection = report.reason;
        break;
      case 'filled':
        this.untold.push({ id, fill: report.fill });
        break;
      case 'cancelled':
      case 'expired':
        this.listener.ended(id, report.type, report.reason);
        break;
    }
  }

  private attempt(effect: Parameters<SimulatedExchange['send']>[0]): string | null {
    this.rejection = null;
    this.exchange.send(effect, micros(this.nowMicros));
    while (this.exchange.nextAt() <= this.nowMicros) this.exchange.step(this);
    return this.rejection;
  }
}
