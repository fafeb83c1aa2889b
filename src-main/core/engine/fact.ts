import type { InstrumentId, Lots } from '../../../src-shared/domain/instrument.ts';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import type { Currency, Money } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId, Fill, Order, OrderIntent } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type {
  AccessEvent,
  DrillFigures,
  ListedOrder,
  SwitchFault,
  SwitchKind,
  SwitchOrder,
  VenueIncident,
} from './input.ts';

/** What became true. Orders, positions, ledger and modes are folds over facts alone. */
export type Fact = FactBody & {
  /** 1 for a desk's first fact, then one more each. */
  readonly seq: number;
  readonly at: Micros;
  /** The sequence number of the input that caused it. */
  readonly cause: number;
};

export type FactBody =
  | DeskFact
  | MarketFact
  | OrderFact
  | FoundOrderFact
  | ReservationFact
  | PortfolioFact
  | AccountFact
  | SafetyFact
  | SwitchFact
  | FlattenFact
  | AlertFact;

export type DeskFact =
  | { readonly kind: 'desk-started'; readonly seed: number; readonly identity: string }
  /** From here on only what facts say is known of the time before; every venue's link counts as up. */
  | {
      readonly kind: 'desk-restarted';
      readonly seed: number;
      readonly crashed: boolean;
      readonly lastWords: readonly string[];
    };

export type MarketFact =
  /** While it is down, nothing new is ordered at the venue, and its books are unproven. */
  | {
      readonly kind: 'venue-link-changed';
      readonly venue: string;
      readonly up: boolean;
      readonly detail: string;
    }
  | { readonly kind: 'book-proven'; readonly instrument: InstrumentId; readonly updateId: number }
  /** From here on the book is unproven, and nothing is ordered on it. */
  | {
      readonly kind: 'book-quarantined';
      readonly instrument: InstrumentId;
      readonly reason: string;
      readonly detail: string;
    };

/** One order's life. Kinds all start with `order-`. */
export type OrderFact =
  /** The gate let it pass. It authorises one send, and no more. */
  | {
      readonly kind: 'order-intended';
      readonly order: Order;
      readonly origin: string;
      readonly replaces: ClientOrderId | null;
    }
  /**
   * The gate refused it. `figures` are what it compared, by name. Of an intent that makes no sense, a field that no journal
   * can hold (NaN, an infinity, undefined) stands here as null; the figures say in words what it was.
   */
  | {
      readonly kind: 'order-refused';
      readonly intent: OrderIntent;
      readonly reason: string;
      readonly figures: Readonly<Record<string, number | string>>;
    }
  | { readonly kind: 'order-sent'; readonly clientOrderId: ClientOrderId }
  | { readonly kind: 'order-acknowledged'; readonly clientOrderId: ClientOrderId; readonly venueOrderId: string }
  | { readonly kind: 'order-rejected'; readonly clientOrderId: ClientOrderId; readonly reason: string }
  | { readonly kind: 'order-triggered'; readonly clientOrderId: ClientOrderId }
  | { readonly kind: 'order-filled'; readonly fill: Fill }
  | { readonly kind: 'order-cancel-requested'; readonly clientOrderId: ClientOrderId; readonly reason: string }
  | { readonly kind: 'order-cancel-rejected'; readonly clientOrderId: ClientOrderId; readonly reason: string }
  | { readonly kind: 'order-cancelled'; readonly clientOrderId: ClientOrderId; readonly reason: string }
  | { readonly kind: 'order-replaced'; readonly clientOrderId: ClientOrderId; readonly by: ClientOrderId }
  | { readonly kind: 'order-expired'; readonly clientOrderId: ClientOrderId; readonly reason: string }
  | { readonly kind: 'order-unknown'; readonly clientOrderId: ClientOrderId; readonly reason: string }
  /** A report that contradicts what we know, e.g. of an order that is not ours. Nothing was changed by it. */
  | {
      readonly kind: 'order-anomaly';
      readonly clientOrderId: ClientOrderId;
      readonly report: string;
      readonly detail: string;
    };

/** Orders at a venue that the desk did not know. */
export type FoundOrderFact =
  /** From here on it is an order of the desk's books, as if nothing of it had been filled yet. */
  | ({ readonly kind: 'order-adopted'; readonly origin: string; readonly handling: Handling } & ListedOrder)
  /** A fill of an order that nobody intended and no venue has told of. It is not booked. */
  | { readonly kind: 'order-fill-unclaimed'; readonly clientOrderId: ClientOrderId; readonly fillId: string };

/** What is done about an order that another hand sent: it stays, it goes, or it stays and a person is told. */
export type Handling = 'adopt' | 'cancel' | 'alarm';

/** Intents whose orders may leave before they are on disk. Both bounds are numbers of intents, counted from 1. */
export type ReservationFact =
  /** They may, once this is on disk. */
  | { readonly kind: 'order-ids-reserved'; readonly from: number; readonly upTo: number }
  /** No order of a reserved id up to this one is at a venue without being in the books. */
  | { readonly kind: 'order-ids-settled'; readonly upTo: number };

export type PortfolioFact =
  | {
      readonly kind: 'funding-booked';
      readonly instrument: InstrumentId;
      readonly fundingId: string;
      readonly amount: Money;
      readonly currency: Currency;
    }
  | {
      readonly kind: 'position-settled';
      readonly instrument: InstrumentId;
      readonly settlementId: string;
      readonly priceTicks: number;
      readonly lots: Lots;
    }
  /** A payment, settlement or account that the venue reported and that makes no sense. Nothing was changed by it: a person looks. */
  | {
      readonly kind: 'portfolio-anomaly';
      readonly report: 'funding' | 'settlement' | 'account';
      readonly detail: string;
    }
  /** A UTC day has begun, and every mark is known: what profit and loss was by then, per currency. */
  | { readonly kind: 'day-began'; readonly baseline: readonly PnlBaseline[] };

export interface PnlBaseline {
  readonly currency: Currency;
  readonly realised: Money;
  readonly unrealised: Money;
  readonly fees: Money;
  readonly funding: Money;
}

/** What venues hold for the desk's account, compared with the desk's books. */
export type AccountFact =
  | { readonly kind: 'reconciliation-requested'; readonly operator: string; readonly reason: string }
  /** From here on the wallet has to move as the ledger does. */
  | {
      readonly kind: 'account-baseline';
      readonly venue: string;
      readonly balances: readonly { readonly currency: Currency; readonly wallet: Money }[];
    }
  /** Shown by two reports in a row, between which nothing of ours had changed. */
  | {
      readonly kind: 'reconciliation-difference';
      readonly venue: string;
      readonly subject: DifferenceSubject;
      /** An instrument, a currency, a client order id or a symbol. */
      readonly what: string;
      readonly ours: string;
      readonly theirs: string;
      /** What it is believed to come from. */
      readonly explanation: string;
    }
  /** A report was compared: so many differences stand. Said when their number changes, and now and then. */
  | { readonly kind: 'account-reconciled'; readonly venue: string; readonly differences: number };

export type DifferenceSubject = 'position' | 'balance' | 'order' | 'other-position';

export type SafetyFact =
  | {
      readonly kind: 'venue-incident';
      readonly venue: string;
      readonly incident: VenueIncident;
      readonly detail: string;
    }
  | {
      readonly kind: 'mode-changed';
      readonly from: ControlMode;
      readonly to: ControlMode;
      readonly operator: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'mode-refused';
      readonly to: ControlMode;
      readonly operator: string;
      /** Every condition that stands against it. */
      readonly blockedBy: readonly string[];
    }
  /** From here on the gate refuses every order of `origin` in `instrument`, until a named person re-enables it. */
  | {
      readonly kind: 'strategy-stopped';
      readonly origin: string;
      readonly instrument: InstrumentId;
      readonly stopCause: StopCause;
      readonly detail: string;
    }
  | {
      readonly kind: 'strategy-re-enabled';
      readonly origin: string;
      readonly instrument: InstrumentId;
      readonly operator: string;
      readonly reason: string;
    }
  /** An operator's command that changed nothing, and why. */
  | {
      readonly kind: 'command-refused';
      readonly commandId: string;
      readonly command: string;
      readonly operator: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'access-recorded';
      readonly event: AccessEvent;
      readonly operator: string;
      readonly detail: string;
      readonly count: number;
    };

/** The hardware kill switch and its guard. */
export type SwitchFact =
  | { readonly kind: 'switch-guarded'; readonly switchKind: SwitchKind; readonly detail: string }
  | { readonly kind: 'switch-waived'; readonly operator: string; readonly reason: string }
  | { readonly kind: 'switch-armed' }
  | {
      readonly kind: 'switch-fault';
      readonly fault: SwitchFault;
      readonly mode: ControlMode;
      readonly detail: string;
    }
  /** The last door was shut before this was known here. */
  | {
      readonly kind: 'switch-tripped';
      readonly trip: number;
      readonly tripCause: string;
      readonly detail: string;
      readonly isDrill: boolean;
    }
  /** What the guard's own way to cancel came to at one venue. */
  | {
      readonly kind: 'switch-cancelled';
      readonly trip: number;
      readonly venue: string;
      readonly isProven: boolean;
      readonly survivors: readonly string[];
      readonly detail: string;
    }
  | ({ readonly kind: 'switch-drill' } & DrillFigures)
  | {
      readonly kind: 'switch-commanded';
      readonly order: SwitchOrder;
      readonly operator: string;
      readonly reason: string;
    };

/**
 * Too many executions within the declared window (RTS 6 Art. 15), an order that left more often than it was authorised, or a
 * person who wanted it.
 */
export type StopCause = 'repeated-executions' | 'sends-exceed-authorised' | 'operator';

/** The closing of one instrument's position, because a person asked for it. */
export type FlattenFact =
  | {
      readonly kind: 'flatten-began';
      readonly instrument: InstrumentId;
      readonly operator: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'flatten-ended';
      readonly instrument: InstrumentId;
      readonly outcome: FlattenOutcome;
      readonly detail: string;
    };

/** `overtaken`: a person has decided otherwise since, by Emergency or by letting a strategy trade there again. */
export type FlattenOutcome = 'flat' | 'gave-up' | 'overtaken';

/** An alert's id is `kind:subject`. */
export type AlertFact =
  | {
      readonly kind: 'alert-raised';
      readonly alert: string;
      readonly alertKind: AlertKind;
      readonly subject: string;
      readonly priority: AlertPriority;
      readonly detail: string;
    }
  /** An active one tells of something new. */
  | { readonly kind: 'alert-repeated'; readonly alert: string; readonly detail: string }
  | { readonly kind: 'alert-cleared'; readonly alert: string }
  | { readonly kind: 'alert-acknowledged'; readonly alert: string; readonly operator: string }
  | {
      readonly kind: 'alert-shelved';
      readonly alert: string;
      readonly operator: string;
      readonly untilAt: Micros;
    };

export type AlertPriority = 'high' | 'medium' | 'low';
export type AlertKind =
  | 'venue-link-down'
  | 'book-unproven'
  | 'strategy-stopped'
  | 'order-anomaly'
  | 'portfolio-anomaly'
  | 'emergency'
  | 'crashed'
  | 'last-words'
  | 'orders-unknown'
  | 'flatten-failed'
  | 'account-differs'
  | 'foreign-order'
  | 'kill-switch'
  | 'orders-survive'
  | VenueIncident;
