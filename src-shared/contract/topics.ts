import './jitless.ts';
import { z } from 'zod';
import { decimal, id, instrumentKey, micros, mode, side } from './basics.ts';
import { amount, barInterval, barSchema } from './methods.ts';
import { switchSchema } from './switch.ts';
import { venueSchema } from './venues.ts';

/** Profit and loss in one currency; null where a mark is missing: unknown, not zero. */
const pnl = z.object({
  currency: z.string(),
  realised: decimal,
  unrealised: amount,
  fees: decimal,
  funding: decimal,
  /** realised + unrealised − fees + funding. */
  total: amount,
});
export type PnlView = z.infer<typeof pnl>;

const quote = z.object({
  instrument: instrumentKey,
  /** Whether the book is proven complete and in sequence. */
  proven: z.boolean(),
  bid: decimal.nullable(),
  bidQuantity: decimal.nullable(),
  ask: decimal.nullable(),
  askQuantity: decimal.nullable(),
  last: decimal.nullable(),
  /** When its last market frame came, by the desk's clock; null before the first. */
  frameAt: micros.nullable(),
});
export type QuoteView = z.infer<typeof quote>;

const positionView = z.object({
  instrument: instrumentKey,
  currency: z.string(),
  /** Signed. */
  quantity: decimal,
  /** Average entry price; an estimate. Null when flat. */
  entry: z.number().nullable(),
  mark: z.number().nullable(),
  notional: amount,
  unrealised: amount,
  realised: decimal,
  fees: decimal,
});
export type PositionView = z.infer<typeof positionView>;

/** One limit and how much of it is used. */
const usage = z.object({ used: z.number().nullable(), limit: z.number().nullable(), unit: z.string() });
export type Usage = z.infer<typeof usage>;

const exposure = z.object({
  instrument: instrumentKey,
  /** Worst case: every open and UNKNOWN order of one side fills, and none of the other. */
  position: usage,
  notional: usage,
  openOrders: usage,
  /** New orders in the last second. */
  messages: usage,
  /** Strategies that are stopped here, and why. */
  stopped: z.array(z.object({ origin: z.string(), cause: z.string() })),
});
export type ExposureView = z.infer<typeof exposure>;

const level = z.tuple([decimal, decimal]);
const stage = z.object({
  name: z.string(),
  samples: z.int(),
  /** µs. */
  p50: z.number(),
  p99: z.number(),
  p999: z.number(),
  max: z.number(),
});
export type StageView = z.infer<typeof stage>;
const queue = z.object({ name: z.string(), used: z.number(), capacity: z.number(), unit: z.string() });
export type QueueView = z.infer<typeof queue>;

export const ORDER_VIEW_STATUSES = [
  ...(['intended', 'sent', 'acknowledged', 'partly-filled', 'filled', 'cancel-pending', 'cancelled'] as const),
  ...(['replaced', 'rejected', 'expired', 'unknown', 'refused'] as const),
] as const;

const orderView = z.object({
  /** The client order id; `refused:N` of an intent that the gate refused. */
  id,
  instrument: instrumentKey,
  origin: z.string(),
  side,
  type: z.enum(['limit', 'market', 'stop-market', 'stop-limit']),
  price: decimal.nullable(),
  quantity: decimal,
  filled: decimal,
  averagePrice: z.number().nullable(),
  postOnly: z.boolean(),
  reduceOnly: z.boolean(),
  status: z.enum(ORDER_VIEW_STATUSES),
  isOpen: z.boolean(),
  /** Of its last fact. */
  reason: z.string().nullable(),
  intendedAt: micros,
  changedAt: micros,
});
export type OrderView = z.infer<typeof orderView>;

const fillView = z.object({
  id,
  orderId: id,
  instrument: instrumentKey,
  origin: z.string(),
  side,
  price: decimal,
  quantity: decimal,
  fee: decimal,
  feeCurrency: z.string(),
  liquidity: z.enum(['maker', 'taker']),
  /** When the desk heard of it; of an earlier run, the venue's time. */
  at: micros,
  /** By the venue's clock. */
  exchangeAt: micros,
});
export type FillView = z.infer<typeof fillView>;

export const ALERT_PRIORITIES = ['high', 'medium', 'low'] as const;
const alertView = z.object({
  id,
  kind: z.string(),
  priority: z.enum(ALERT_PRIORITIES),
  /** What it is about: an instrument, a venue, a strategy, the desk. */
  subject: z.string(),
  title: z.string(),
  cause: z.string(),
  consequence: z.string(),
  action: z.string(),
  state: z.enum(['active', 'cleared']),
  acknowledgedBy: z.string().nullable(),
  shelvedUntil: micros.nullable(),
  raisedAt: micros,
  changedAt: micros,
  /** How often it was raised since the journal began. */
  count: z.int(),
});
export type AlertView = z.infer<typeof alertView>;

/** One act on the control mode, or one that was refused. */
const modeEvent = z.object({
  at: micros,
  from: mode,
  to: mode,
  operator: z.string(),
  reason: z.string(),
  /** What stood against it; empty where the mode changed. */
  blockedBy: z.array(z.string()),
});
export type ModeEvent = z.infer<typeof modeEvent>;

const noParams = z.strictObject({});
const ofInstrument = z.strictObject({ instrument: instrumentKey });

/**
 * The latest value is all that counts: sent at most once per frame. `at` is as of when it is true, by the desk's clock; older
 * than `staleMs` it is shown as stale. `source` says where it comes from.
 */
export const LATEST_TOPICS = {
  status: {
    params: noParams,
    // The desk measures itself once a second.
    staleMs: 2_500,
    source: 'control modes, link and journal of the desk',
    value: z.object({
      mode,
      /** What stands against loosening the mode. */
      blockedBy: z.array(z.string()),
      /** Whether the last door is shut to orders that add risk. */
      isStopped: z.boolean(),
      openOrders: z.int(),
      unknownOrders: z.int(),
      venues: z.array(z.object({ venue: z.string(), up: z.boolean(), provenBooks: z.int(), books: z.int() })),
      /** `none`: no hardware switch is connected. */
      killSwitch: z.enum(['none', 'armed', 'tripped', 'fault']),
      /** What the engine did in the last second. */
      inputsPerSecond: z.number(),
      /** Records that are not on disk yet. */
      journalLag: z.int(),
      /** How far the newest market frame is behind the desk's clock, ms; null before the first. */
      feedAgeMs: z.number().nullable(),
      /** How late the desk's loop was in the last second, ms. */
      loopDelayMs: z.number(),
      /** Flattenings that are under way. */
      flattening: z.array(instrumentKey),
    }),
  },
  pnl: {
    params: noParams,
    staleMs: 2_000,
    source: 'double-entry ledger, open lots at mid prices',
    value: z.object({
      /** Since when "today" counts: midnight UTC, or the first time after it at which every mark was known. */
      since: micros,
      today: z.array(pnl),
      /** Since the journal began. */
      overall: z.array(pnl),
      byInstrument: z.array(pnl.extend({ instrument: instrumentKey })),
      byStrategy: z.array(pnl.extend({ strategy: z.string() })),
      /** Estimates in the reporting currency: profit and loss since the journal began, and how far it is below its highest of this start. */
      equity: z.number().nullable(),
      drawdown: z.number().nullable(),
    }),
  },
  risk: {
    params: noParams,
    staleMs: 2_000,
    source: 'positions and open orders against the configured limits',
    value: z.object({ exposures: z.array(exposure) }),
  },
  positions: {
    params: noParams,
    staleMs: 2_000,
    source: 'fills, marked at mid prices',
    value: z.object({ positions: z.array(positionView) }),
  },
  quotes: {
    params: noParams,
    staleMs: 2_000,
    source: 'order books',
    value: z.object({ quotes: z.array(quote) }),
  },
  depth: {
    params: ofInstrument,
    staleMs: 2_000,
    source: 'order book',
    value: z.object({
      instrument: instrumentKey,
      proven: z.boolean(),
      /** `[price, quantity]`, best first. */
      bids: z.array(level),
      asks: z.array(level),
      /** The desk's own resting orders, `[price, open quantity]`. */
      ownBids: z.array(level),
      ownAsks: z.array(level),
    }),
  },
  bar: {
    params: z.strictObject({ instrument: instrumentKey, interval: barInterval }),
    // Without trades there is no new bar.
    staleMs: 60_000,
    source: "trades, by the venue's clock",
    /** The last closed bar, and the one that trades still change. */
    value: z.object({ instrument: instrumentKey, interval: barInterval, bars: z.array(barSchema) }),
  },
  health: {
    params: noParams,
    staleMs: 3_000,
    source: "the desk's own telemetry",
    value: z.object({
      uptimeSeconds: z.number(),
      stages: z.array(stage),
      loop: z.object({
        p50Ms: z.number(),
        p99Ms: z.number(),
        maxMs: z.number(),
        /** 0 to 1. */
        utilisation: z.number(),
      }),
      queues: z.array(queue),
      memory: z.object({ residentBytes: z.number(), heapUsedBytes: z.number(), heapLimitBytes: z.number() }),
      counters: z.array(z.object({ name: z.string(), value: z.number() })),
      windows: z.int(),
    }),
  },
  venues: {
    params: noParams,
    staleMs: 3_000,
    source: 'links to the venues, and what they said of themselves',
    value: z.object({ venues: z.array(venueSchema) }),
  },
  switch: {
    params: noParams,
    staleMs: 1_000,
    source: 'frames of the kill switch, through its guard',
    value: switchSchema,
  },
  session: {
    params: noParams,
    // Changes when somebody acts, and at no other time; a lost link marks it as stale with all else.
    staleMs: Number.MAX_SAFE_INTEGER,
    source: 'the registry of operators',
    value: z.object({ hasControl: z.boolean(), operator: z.string().nullable(), controlledBy: z.string().nullable() }),
  },
} as const;

/** Numbered and never dropped: a gap makes the window ask again from the last number it has. `capacity` is what the desk keeps. */
export const NUMBERED_TOPICS = {
  fills: { item: fillView, capacity: 10_000, source: 'reports of the venues, booked' },
  /** The latest state of an order under its id; the newest `capacity` orders. */
  orders: { item: orderView, capacity: 10_000, source: 'order facts' },
  alerts: { item: alertView, capacity: 1_000, source: 'alert facts' },
  modes: { item: modeEvent, capacity: 1_000, source: 'mode facts' },
} as const;

export type LatestTopic = keyof typeof LATEST_TOPICS;
export type NumberedTopic = keyof typeof NUMBERED_TOPICS;
export type Topic = LatestTopic | NumberedTopic;
export type TopicParams<T extends LatestTopic> = z.infer<(typeof LATEST_TOPICS)[T]['params']>;
export type TopicValue<T extends LatestTopic> = z.infer<(typeof LATEST_TOPICS)[T]['value']>;
export type TopicItem<T extends NumberedTopic> = z.infer<(typeof NUMBERED_TOPICS)[T]['item']>;

export function isLatestTopic(topic: string): topic is LatestTopic {
  return Object.hasOwn(LATEST_TOPICS, topic);
}

export function isNumberedTopic(topic: string): topic is NumberedTopic {
  return Object.hasOwn(NUMBERED_TOPICS, topic);
}
