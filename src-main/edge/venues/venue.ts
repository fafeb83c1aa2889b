import type { Instrument, InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, OrderType } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type {
  AccountReportInput,
  FundingInput,
  MarketInput,
  OrderReportInput,
  VenueIncidentInput,
} from '../../core/engine/input.ts';

/** What a link to a venue hands to its desk, `seq` 0 and `at` to be stamped. A market frame is reused after the call. */
export type VenueLinkOutput = MarketInput | OrderReportInput | FundingInput | AccountReportInput | VenueIncidentInput;

export type Sent = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What an adapter needs of the desk. */
export interface VenueParts {
  /** The venue's name at this desk: that of its instruments. */
  readonly name: string;
  /** Those of this venue. */
  readonly instruments: readonly Instrument[];
  /** The desk's clock. Never goes back. */
  readonly now: () => Micros;
  readonly onInput: (input: VenueLinkOutput) => void;
  /** Everything that trading needs is connected, or it is not any more. */
  readonly onLink: (up: boolean, detail: string) => void;
  /** Whether the desk knows an order of this id, open or ended. */
  readonly knows: (clientOrderId: ClientOrderId) => boolean;
  /** When the engine last finished a turn, by the desk's clock: the proof of life that the venue's dead man's switch is refreshed on. */
  readonly engineAliveAt: () => Micros;
  /** Hears, in words for a person, what happens to the link. */
  readonly told: (news: string) => void;
}

/** A venue as its desk uses it. Once connected it connects again by itself until it is closed. */
export interface Venue {
  readonly capabilities: VenueCapabilities;
  readonly isUp: boolean;
  /** @throws VenueError when it cannot trade there: wrong key, other instruments, nobody answers. @returns the venue's clock. */
  connect(): Promise<Micros | null>;
  /** From here on inputs and changes of the link are handed over; what came since {@link connect} first. */
  begin(): void;
  /** Hands `effect` to the socket in this turn, or does not take it. What it asks for is answered through `onInput`. @throws when it cannot say whether it was sent. */
  send(effect: Effect): Sent;
  status(): VenueStatus;
  /** A person has let the desk trade again: whatever waited for a person's hand is armed anew. */
  resumed(): void;
  /** The desk stops for good: nothing rests any more. Gives up the venue's dead man's switch, and closes. */
  end(): Promise<void>;
  /** Lets go at once. Whatever protects resting orders at the venue stays armed. */
  close(): void;
}

/** Cancels everything at one venue, and nothing else: usable from any thread, over a connection of its own. */
export interface CancelRoute {
  readonly venue: string;
  /** Cancels again and again until a query shows no open order of `instruments`, or until `giveUpMs` have passed. */
  cancelAll(giveUpMs: number): Promise<CancelProof>;
  close(): void;
}

export interface CancelProof {
  /** Whether the venue itself said that nothing is open. */
  readonly proven: boolean;
  readonly rounds: number;
  /** What survived, where the venue said so: `symbol venueOrderId`. */
  readonly survivors: readonly string[];
  /** What went wrong on the way, oldest first. */
  readonly faults: readonly string[];
  /** From the call to the last cancel on the wire, and to the proof, ms. */
  readonly lastCancelMs: number;
  readonly tookMs: number;
}

/** What a venue can do, as far as a desk has to know before it asks. */
export interface VenueCapabilities {
  readonly orderTypes: readonly OrderType[];
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  /** What a client order id has to look like. */
  readonly clientOrderId: RegExp;
  /** `while-open`: an id may be used again once its order has ended. */
  readonly clientOrderIdUnique: 'while-open' | 'forever';
  /** How an order takes the place of another one. `cancel-and-place`: two acts, and for a moment both or none may rest. */
  readonly replace: 'atomic' | 'cancel-and-place';
  /** `per-symbol`, or none; a mass cancel is complete only when a query shows zero. */
  readonly massCancel: 'per-symbol' | 'account' | 'none';
  readonly deadMan: 'per-symbol' | 'account' | 'none';
  /** Orders in one request; 1 where there are no batches. */
  readonly maxBatchPlace: number;
  readonly maxBatchCancel: number;
  readonly rateLimits: readonly RateLimit[];
  /** As shares of the notional, by instrument; null before the venue has said it. */
  readonly fees: (instrument: InstrumentId) => { readonly maker: string; readonly taker: string } | null;
}

export interface RateLimit {
  readonly name: string;
  readonly limit: number;
  readonly intervalMs: number;
  /** Of the limit, what only cancels and questions about orders may use. */
  readonly reserved: number;
}

export type VenueState = 'connecting' | 'up' | 'degraded' | 'down' | 'banned' | 'maintenance';

/** What an operator sees of a venue. */
export interface VenueStatus {
  readonly venue: string;
  /** Whether no money is at stake there. */
  readonly simulated: boolean;
  readonly state: VenueState;
  readonly detail: string;
  readonly connections: readonly {
    readonly name: string;
    readonly up: boolean;
    /** Since its last message; null before the first. */
    readonly quietMs: number | null;
    readonly reconnects: number;
  }[];
  /** ms; by what was waited for. */
  readonly latencies: readonly {
    readonly name: string;
    readonly samples: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  }[];
  /** The venue's clock minus this machine's, and how wrong that can be; null before it was measured. */
  readonly clock: { readonly offsetMs: number; readonly uncertaintyMs: number } | null;
  readonly budget: readonly (RateLimit & { readonly used: number })[];
  /** Until when nothing but what must be is sent, by the desk's clock; null when nothing stands against it. */
  readonly restingUntil: Micros | null;
  readonly deadMan: { readonly state: 'none' | 'disarmed' | 'armed' | 'fired'; readonly firesInMs: number | null };
}

/** The venue cannot be used; the message says why, and what to do. */
export class VenueError extends Error {
  override readonly name = 'VenueError';
}
