import type { InstrumentId, Lots } from '../../../src-shared/domain/instrument.ts';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import type { Currency, Money } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId, Fill, Order, Side } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';

/**
 * Everything that reaches the core from outside. The edge gives each input the next sequence number and its own
 * clock's time. Market inputs are mutable and reused by their reader: a room copies what it wants to keep.
 */
export type Input =
  | MarketInput
  | StartInput
  | RestartInput
  | HaltInput
  | TimerInput
  | VenueLinkInput
  | VenueInput
  | VenueIncidentInput
  | KillSwitchInput
  | OperatorInput
  | AccessInput;
export type MarketInput = DepthUpdate | DepthSnapshot | BookTicker | Trade | MarkPrice;
export type VenueInput = OrderReportInput | AccountReportInput | FundingInput | SettlementInput;

export interface Stamped {
  /** 1 for a desk's first input, then one more each. */
  seq: number;
  /** When the desk received it, by the desk's clock. Never goes back. */
  at: Micros;
}

/** A market frame is unproven: its numbers may be negative, out of order or absurd until `core/market` has looked at it. */
export interface MarketStamped extends Stamped {
  instrument: InstrumentId;
  /** When it happened, by the venue's clock; −1 when the venue does not say. Never compared with `at`. */
  exchangeAt: number;
}

/** Levels of a frame: `bidCount` bids from index 0, then `askCount` asks. Quantities are absolute; 0 removes the level. */
export interface Levels {
  bidCount: number;
  askCount: number;
  /** At least `bidCount + askCount` long. */
  priceTicks: Float64Array;
  lots: Float64Array;
}

/** A change of the book that covers the venue's update ids `firstId` to `lastId`. */
export interface DepthUpdate extends MarketStamped, Levels {
  readonly kind: 'depth';
  firstId: number;
  lastId: number;
  /** The `lastId` of the update before, where the venue says it (Binance futures' `pu`); −1 elsewhere. */
  previousId: number;
}

/** The whole book as of update id `lastId`. */
export interface DepthSnapshot extends MarketStamped, Levels {
  readonly kind: 'depth-snapshot';
  lastId: number;
}

/** The venue's own best bid and ask as of update id `updateId`. */
export interface BookTicker extends MarketStamped {
  readonly kind: 'book-ticker';
  updateId: number;
  bidTicks: number;
  bidLots: number;
  askTicks: number;
  askLots: number;
}

export interface Trade extends MarketStamped {
  readonly kind: 'trade';
  tradeId: number;
  priceTicks: number;
  lots: number;
  /** Who took liquidity. */
  aggressor: Side;
}

/** A perpetual's mark price, and the funding that the venue announces. Estimates: neither is a number of ticks, nor is anything booked by it. */
export interface MarkPrice extends MarketStamped {
  readonly kind: 'mark-price';
  /** In the quote currency. */
  markPrice: number;
  indexPrice: number;
  /** A share of the notional, paid by the longs when positive. */
  fundingRate: number;
  nextFundingAt: number;
}

/** Always the first input of a journal. */
export interface StartInput extends Stamped {
  readonly kind: 'start';
  /** Seeds every random draw of the core. */
  readonly seed: number;
  /** The journal's random identity, 32 lowercase hex characters. Client order ids derive from it. */
  readonly identity: string;
}

/**
 * The first input of every later run of a journal, when the facts of the earlier ones are folded. Whatever is no fold over
 * facts begins anew: a desk that lived through all inputs and one that knows them from the journal alone are one desk after it.
 */
export interface RestartInput extends Stamped {
  readonly kind: 'restart';
  /** Seeds every random draw from here on. */
  readonly seed: number;
  /** Whether the run before ended without saying so. */
  readonly crashed: boolean;
  /** What the run before had to say when its journal could not take it any more. */
  readonly lastWords: readonly string[];
}

export type HaltCause = 'journal-full' | 'journal-failed' | 'desk-fault';

/** The desk cannot go on: the last input of its run that is journaled. */
export interface HaltInput extends Stamped {
  readonly kind: 'halt';
  readonly cause: HaltCause;
  readonly detail: string;
}

/** The clock reached the time that the core's scheduler asked for. */
export interface TimerInput extends Stamped {
  readonly kind: 'timer';
}

export function isMarketInput(input: Input): input is MarketInput {
  const { kind } = input;
  return (
    kind === 'book-ticker' || kind === 'trade' || kind === 'depth' || kind === 'depth-snapshot' || kind === 'mark-price'
  );
}

/** The connection to a venue came or went. It counts as up until the first word of it, and at every restart. */
export interface VenueLinkInput extends Stamped {
  readonly kind: 'venue-link';
  readonly venue: string;
  readonly up: boolean;
  readonly detail: string;
}

export function isVenueInput(input: Input): input is VenueInput {
  const { kind } = input;
  return kind === 'order-report' || kind === 'account-report' || kind === 'funding' || kind === 'settlement';
}

/** What a venue, or the outbox on the way to it, says of one order. */
export interface OrderReportInput extends Stamped {
  readonly kind: 'order-report';
  readonly clientOrderId: ClientOrderId;
  readonly report: OrderReport;
}

export type OrderReport =
  /** The outbox handed it to the socket. */
  | { readonly type: 'released' }
  /** The outbox's own check refused it: it never left. */
  | { readonly type: 'blocked'; readonly reason: string }
  | { readonly type: 'acknowledged'; readonly venueOrderId: string }
  | { readonly type: 'rejected'; readonly reason: string }
  | { readonly type: 'filled'; readonly fill: Fill }
  | { readonly type: 'cancelled'; readonly reason: string }
  /** The cancel could not be done: the order is unknown at the venue, or already ended. */
  | { readonly type: 'cancel-rejected'; readonly reason: string }
  | { readonly type: 'expired'; readonly reason: string }
  /** The order is gone and `by` rests in its place. */
  | { readonly type: 'replaced'; readonly by: ClientOrderId }
  /** A stop's trigger was reached. */
  | { readonly type: 'triggered' }
  /** No answer, or one that proves nothing (time-out, 5xx). */
  | { readonly type: 'unanswered'; readonly reason: string }
  /** The answer to a query: live at the venue, with this much filled in total. */
  | { readonly type: 'open'; readonly venueOrderId: string; readonly cumulativeLots: Lots }
  /** The answer to a query: the venue does not know it. By itself no proof that it was never accepted. */
  | { readonly type: 'not-found' }
  /** An order that its venue tells of and that the desk may never have heard of: comes before every other report about it. */
  | ({ readonly type: 'seen' } & ListedOrder);

/** An order as a venue lists it. The desk may never have heard of it. */
export interface ListedOrder {
  /** Under the client order id that the venue has, whatever its form. */
  readonly order: Order;
  readonly venueOrderId: string;
  readonly cumulativeLots: Lots;
}

/**
 * What a venue holds for the desk's account at one moment. Every fill and every payment that the venue had booked by then was
 * handed in before it.
 */
export interface AccountReportInput extends Stamped {
  readonly kind: 'account-report';
  readonly venue: string;
  /** When the venue was asked, by the desk's clock: what the desk has heard since may be newer than this. */
  readonly askedAt: Micros;
  /** One for each instrument of the desk at this venue; signed. */
  readonly positions: readonly { readonly instrument: InstrumentId; readonly lots: number }[];
  /** What the account holds besides, by the venue's symbol. */
  readonly otherPositions: readonly string[];
  readonly balances: readonly { readonly currency: Currency; readonly wallet: Money }[];
  /** Every open order of the desk's instruments. */
  readonly openOrders: readonly ListedOrder[];
}

/** Something at a venue that is no report of an order and that a person or a control has to know of. */
export interface VenueIncidentInput extends Stamped {
  readonly kind: 'venue-incident';
  readonly venue: string;
  readonly incident: VenueIncident;
  readonly detail: string;
}

export type VenueIncident =
  /** The venue's own timer cancelled everything, because nobody proved that the desk lives. */
  | 'dead-man-fired'
  /** Requests are refused for some time: too many were sent. */
  | 'rate-limited'
  | 'maintenance'
  /** Orders are refused for a cause that does not mend itself: key, margin, clock. */
  | 'refused-access'
  /** The stream of reports was connected and said nothing of what had happened. */
  | 'silent-reports'
  /** The venue has not told for some time what it holds for the account. */
  | 'account-unanswered';

/** What the guard of the kill switch tells. */
export type KillSwitchInput = Stamped & { readonly kind: 'kill-switch' } & KillSwitchReport;

export type SwitchKind = 'real' | 'emulated';

/** What is wrong with a switch that has not tripped by itself. */
export type SwitchFault =
  /** No sign of life for half a second, and then for so long that nobody may rely on it. */
  | 'heartbeat-lost'
  | 'silent'
  | 'unplugged'
  /** Bytes that are no frames. */
  | 'garbage'
  /** Frames that were there before, or that somebody else made. */
  | 'replayed'
  | 'intruder'
  /** Another protocol or another key. */
  | 'wrong-device'
  | 'wrong-firmware'
  | 'rebooted'
  | 'self-test'
  | 'stuck-button'
  /** The guard itself is gone. */
  | 'guard-failed';

export type KillSwitchReport =
  /** A switch watches over the desk from here on; it counts as armed once it has proven itself. */
  | { readonly event: 'guarded'; readonly switchKind: SwitchKind; readonly detail: string }
  /** A named person accepts that no switch does. */
  | { readonly event: 'waived'; readonly operator: string; readonly reason: string }
  | { readonly event: 'armed' }
  /** `mode`: the one that is declared for it. */
  | { readonly event: 'fault'; readonly fault: SwitchFault; readonly mode: ControlMode; readonly detail: string }
  /** The guard has shut the last door. `trip` counts from 1 in each run. */
  | {
      readonly event: 'tripped';
      readonly trip: number;
      readonly cause: string;
      readonly detail: string;
      readonly isDrill: boolean;
    }
  /** What the guard's own way to cancel came to at one venue. */
  | {
      readonly event: 'cancelled';
      readonly trip: number;
      readonly venue: string;
      /** Whether the venue itself said that nothing is open. */
      readonly isProven: boolean;
      /** As the venue names them. */
      readonly survivors: readonly string[];
      readonly detail: string;
    }
  | ({ readonly event: 'drilled' } & DrillFigures);

/** What a drill measured: ms since the button's edge, or since its frame where nobody knows the edge. */
export interface DrillFigures {
  readonly outcome: 'measured' | 'not-pressed' | 'not-proven';
  readonly from: 'edge' | 'frame';
  /** The last door was shut. */
  readonly shutMs: number | null;
  /** The last cancel had left. */
  readonly cancelledMs: number | null;
  /** Every venue had proven that nothing is open. */
  readonly provenMs: number | null;
}

/** What hands do at an emulated switch. */
export type EmulatedAct =
  | ('press' | 'release' | 'reset')
  | ('break-wire' | 'mend-wire' | 'open-case' | 'close-case')
  /** Its plug, with which the line goes as well. */
  | ('cut-power' | 'restore-power');
/** What the guard is asked to do. */
export type SwitchOrder = 'request-reset' | 'drill' | EmulatedAct;

/** Perpetual funding that the venue booked. Positive is received. */
export interface FundingInput extends Stamped {
  readonly kind: 'funding';
  readonly instrument: InstrumentId;
  /** The venue's id of the payment: the same id twice is booked once. */
  readonly fundingId: string;
  readonly amount: Money;
  readonly currency: Currency;
}

/** Expiry of an option or a dated future: the position ends at `priceTicks` (an option's is its intrinsic value). */
export interface SettlementInput extends Stamped {
  readonly kind: 'settlement';
  readonly instrument: InstrumentId;
  readonly settlementId: string;
  readonly priceTicks: number;
}

export interface OperatorInput extends Stamped {
  readonly kind: 'operator';
  /** The same id twice acts once. */
  readonly commandId: string;
  readonly operator: string;
  readonly reason: string;
  readonly command: OperatorCommand;
}

export type OperatorCommand =
  | { readonly type: 'set-mode'; readonly mode: ControlMode }
  /** Cancel every open order of these instruments; null is all of them. */
  | { readonly type: 'cancel-all'; readonly instruments: readonly InstrumentId[] | null }
  /** Stop whoever trades there, cancel what is open, and close the positions. */
  | { readonly type: 'flatten'; readonly instruments: readonly InstrumentId[] | null }
  /** Compare every venue's account with the desk's books, now. */
  | { readonly type: 'reconcile' }
  /** Asks the kill switch to wait for its recessed reset button; needs an operator and a reason. */
  | { readonly type: 'reset-switch' }
  /** A real trip, on purpose and measured; needs an operator and a reason. */
  | { readonly type: 'drill-switch' }
  | { readonly type: 'press-emulated-switch'; readonly act: EmulatedAct }
  /** Takes a strategy out of an instrument, until it is re-enabled. */
  | { readonly type: 'stop-strategy'; readonly origin: string; readonly instrument: InstrumentId }
  /** Lets a stopped strategy trade an instrument again; needs an operator and a reason. */
  | { readonly type: 're-enable'; readonly origin: string; readonly instrument: InstrumentId }
  /** Somebody has seen it. */
  | { readonly type: 'acknowledge-alert'; readonly alert: string }
  /** Nobody wants to see it before `untilAt`. */
  | { readonly type: 'shelve-alert'; readonly alert: string; readonly untilAt: Micros };

export type AccessEvent =
  | 'signed-in'
  | 'signed-out'
  | 'sign-in-failed'
  | 'operator-added'
  | 'pin-changed'
  | 'control-taken'
  /** A message that was refused: malformed, expired, not allowed. */
  | 'turned-away';

/** Who came to the desk's windows, or tried to. */
export interface AccessInput extends Stamped {
  readonly kind: 'access';
  readonly event: AccessEvent;
  readonly operator: string;
  readonly detail: string;
  /** How often it happened: what comes in numbers is told once a second. */
  readonly count: number;
}
