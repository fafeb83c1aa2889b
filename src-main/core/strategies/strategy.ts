import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, OrderIntent } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Fact, OrderFact } from '../engine/fact.ts';
import type { OrdersView } from '../execution/orders-view.ts';
import type { MarketView } from '../market/market-view.ts';
import type { PositionsView } from '../portfolio/positions-view.ts';

/** All that a strategy can see besides the time. The composition root hands it over at construction; nothing here can be changed. */
export interface StrategyViews {
  readonly market: MarketView;
  readonly positions: PositionsView;
  readonly orders: OrdersView;
}

/** A new order. The host adds who wants it. */
export type StrategyIntent = Omit<OrderIntent, 'origin'>;

/**
 * Collects what a strategy decides during one call, and only during it. Nothing happens until the call returns; then the
 * cancels go first, and each intent to the pre-trade gate in the order given. The outcome, a refusal included, comes back
 * as order facts through {@link Strategy.onOrder}.
 */
export interface Decisions {
  /** Takes back one of the strategy's own orders. Asking again for an order that is on its way out changes nothing. */
  cancel(clientOrderId: ClientOrderId, reason: string): void;
  /** Asks for an order in one of the strategy's instruments. */
  submit(intent: StrategyIntent): void;
  /** Asks for {@link Strategy.onTimer} with `key` at `at`, later than now. Asking again for a key moves its timer. */
  wakeAt(at: Micros, key: string): void;
}

/** A fact about one of the strategy's own orders. */
export type OwnOrderFact = Fact & OrderFact;

/**
 * A trading strategy: a deterministic state machine that looks at the market, its position and its orders, and decides.
 *
 * What it hears of is what it has a method for; leave out the others and they cost nothing. It is told of its own
 * `instruments` only. Rules that the host enforces:
 * - **Nothing is asked while a book is unproven.** Methods that are given `decisions` are called only while the books of all
 *   its instruments are proven. Its orders on the book that is not are cancelled by execution without asking; those on its
 *   other books stay until it is asked again.
 * - **It touches only what is its own.** Submitting in a foreign instrument or cancelling a foreign order stops the desk.
 *
 * Rules that the author keeps:
 * - Deterministic: no clock, no randomness, no I/O. Time is the `at` of the call. All state that later decisions depend on
 *   goes into the snapshot; after `restore` it decides bit for bit as it would have.
 * - Orders and positions are read from the views, never counted on the side: they are the folds over the facts, and they
 *   already contain the fact that a call is about.
 * - The book methods are the hot path: no allocation unless something is decided.
 */
export interface Strategy {
  /** Unique in a desk and the same from one run to the next: orders, snapshots and reports carry it. No spaces. */
  readonly name: string;
  /** What it looks at and trades. */
  readonly instruments: readonly InstrumentId[];

  /** A depth frame of `instrument` has passed the market room; the book may be as it was. */
  onBook?(instrument: InstrumentId, at: Micros, decisions: Decisions): void;
  /** A trade of `instrument` has passed the market room; if it was valid, `lastTradeTicks` of the market view shows it. */
  onTrade?(instrument: InstrumentId, at: Micros, decisions: Decisions): void;
  /** A timer that it asked for is due. A timer that comes due while a book is unproven is delivered after. */
  onTimer?(key: string, at: Micros, decisions: Decisions): void;
  /**
   * A fact about one of its orders: an intent that passed or was refused, an acknowledgement, a fill, an end. Called while
   * the fact is being made, so it only takes note, whatever the state of the books; deciding comes after, in `onOrdersChanged`.
   */
  onOrder?(fact: OwnOrderFact): void;
  /**
   * Once at the end of an input that made facts about its orders (if a book is unproven then: of the first one after).
   * Facts that its own last decisions made do not count: a strategy that is refused is not asked again for being refused.
   */
  onOrdersChanged?(at: Micros, decisions: Decisions): void;
  /** The book of `instrument` has just lost its proof. What comes after is no continuation: forget what was built on it. */
  onBookUnproven?(instrument: InstrumentId): void;

  /** Its whole state as plain data (an independent copy, without NaN). */
  snapshot(): unknown;
  /** Takes over what `snapshot` of the same strategy gave, in the same configuration. */
  restore(snapshot: unknown): void;
}
