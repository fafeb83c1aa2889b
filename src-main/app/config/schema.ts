import { z } from 'zod';
import { SWITCH_FAULTS } from '../../edge/killswitch/guard-policy.ts';
import { DEAD_MAN_DEFAULTS } from '../../edge/venues/binance-usdm/dead-man.ts';

// Interpreted schemas: zod's compiled ones need `new Function`, which a strict content security policy forbids.
z.config({ jitless: true });

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'a decimal number in quotes, e.g. "0.10"');
const signedDecimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal number in quotes, e.g. "-0.00005"');
/** More of anything, or longer in ms, is a slip of the pen: a billion ms are eleven days. */
const MOST = 1_000_000_000;
const count = z.int().min(0).max(MOST);
const positiveCount = z.int().min(1).max(MOST);
/** Amount by currency, e.g. `{ "USDT": "5000" }`. */
const amounts = z.record(z.string(), decimal);
const quantity = z.union([decimal, z.literal('notional-only')]);

const instrument = z.strictObject({
  venue: z.string().min(1),
  symbol: z.string().min(1),
  kind: z.enum(['spot', 'linear', 'inverse', 'option']),
  base: z.string(),
  quote: z.string(),
  settle: z.string(),
  tickSize: decimal,
  lotSize: decimal,
  orderStep: decimal.optional(),
  multiplier: decimal,
});

function areDistinct(instruments: readonly { readonly venue: string; readonly symbol: string }[]): boolean {
  return new Set(instruments.map(({ venue, symbol }) => `${venue}:${symbol}`)).size === instruments.length;
}

const limits = z
  .strictObject({
    collarBps: z.number().min(0),
    maxOrderQuantity: quantity,
    maxOrderNotional: amounts,
    maxPositionQuantity: quantity,
    maxPositionNotional: amounts,
    maxOpenOrders: count,
    maxMessagesPerSecond: count,
    messagesReservedForCancels: count,
    duplicateWindowMs: count,
    maxExecutionsPerWindow: positiveCount,
    executionWindowMs: positiveCount,
  })
  .partial();

const latency = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), latencyMicros: count }),
  z.strictObject({
    kind: z.literal('interpolated'),
    rows: z.array(z.strictObject({ at: z.int(), latencyMicros: count })).min(1),
  }),
]);

const queue = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('risk-averse') }),
  z.strictObject({
    kind: z.literal('power'),
    exponent: z.number().positive().max(16),
    form: z.enum(['share', 'total', 'fraction']),
  }),
  z.strictObject({ kind: z.literal('log'), form: z.enum(['share', 'total']) }),
]);

const market = z
  .strictObject({
    timestampToleranceMs: count,
    maxDeviationPercent: z.number().positive().lt(100),
    snapshotRetryMs: positiveCount,
    staleAfterMs: count,
    maxBufferedUpdates: z.int().min(1).max(100_000),
    maxBufferedLevels: z.int().min(1).max(10_000_000),
    maxLevelsPerSide: positiveCount,
    maxPendingTickers: positiveCount,
    maxClosedBars: positiveCount,
  })
  .partial();

const execution = z
  .strictObject({
    ackTimeoutMs: positiveCount,
    cancelTimeoutMs: positiveCount,
    queryBackoffMs: positiveCount,
    maxQueryBackoffMs: positiveCount,
    notFoundAnswers: positiveCount,
    notFoundSpanMs: positiveCount,
    cancelRestingOnPause: z.boolean(),
    foreignOrders: z.enum(['adopt', 'cancel', 'alarm']),
    durability: z.enum(['before-send', 'reserved-ids']),
    /** After a crash each one is asked for in every instrument. */
    reservedIds: z.int().min(1).max(10_000),
    /** 0, and nowhere when it is absent: venues that keep no account cannot be asked for one. */
    reconcileEveryMs: count,
    orderLifeMs: positiveCount,
  })
  .partial();

/** The rest of an order after a partial fill: cancelled when worth less than `minNotional`, moved to the touch when so far behind. */
const remainder = z.strictObject({ minNotional: amounts, repriceBehindTicks: positiveCount.nullable() });

const positive = z.number().positive();
const marketMaker = z
  .strictObject({
    gammaPerSigma: positive,
    kPerSigma: positive,
    horizonSeconds: positive,
    quoteNotional: positive,
    maxInventoryQuotes: positiveCount,
    minSpreadBps: z.number().min(0),
    requoteThresholdSigmas: z.number().min(0),
    minQuoteLifeMs: count,
    retryMs: positiveCount,
    volatility: z.strictObject({ halfLifeSeconds: positive, sampleMs: positiveCount }),
  })
  .partial();

const ways = z.strictObject({ feed: latency, entry: latency, response: latency });

const http = z.url({ protocol: /^https?$/, error: 'an address such as https://127.0.0.1:8080' });
const socket = z.url({ protocol: /^wss?$/, error: 'an address such as wss://127.0.0.1:8080' });
const endpoints = z.strictObject({ rest: http, streams: socket, orders: socket });
/** A venue on the wire. Without `endpoints` the desk starts the simulated one that comes with it. */
const venue = z.strictObject({
  adapter: z.literal('binance-usdm'),
  endpoints: endpoints.optional(),
  /** The venue's own timer, which cancels everything unless it is refreshed. */
  deadMan: z
    .strictObject({ timeoutMs: positiveCount, refreshMs: positiveCount, engineSilenceMs: positiveCount })
    .partial()
    .default({})
    .refine(
      ({ timeoutMs, refreshMs }) =>
        (refreshMs ?? DEAD_MAN_DEFAULTS.refreshMs) < (timeoutMs ?? DEAD_MAN_DEFAULTS.countdownMs),
      'refreshMs has to be less than timeoutMs: the venue would cancel everything before it is refreshed',
    ),
  /** An answer that has not come by then leaves its request in doubt. */
  answerMs: positiveCount.optional(),
});

/** Nothing that is wrong with the switch is ever fine. */
const declaredMode = z.enum(['pause', 'reduce', 'emergency']);
const killSwitch = z
  .strictObject({
    /** What each fault brings about; Emergency shuts the last door and cancels everything. */
    modes: z.partialRecord(z.enum(SWITCH_FAULTS), declaredMode),
    silentMs: z.int().min(500).max(60_000),
    stuckButtonMs: positiveCount,
    engineAnswerMs: z.int().min(1).max(1_000),
    proofMs: z.int().min(100).max(60_000),
  })
  .partial();

export const configSchema = z.strictObject({
  instruments: z.array(instrument).refine(areDistinct, 'two instruments have the same venue and symbol'),
  limits: z.strictObject({ default: limits, instruments: z.record(z.string(), limits) }),
  market,
  execution,
  remainder,
  strategies: z.strictObject({ marketMaker }),
  /** By the name that instruments have as their venue. */
  venues: z.record(z.string(), venue).default({}),
  killSwitch: killSwitch.default({}),
  simulation: z.strictObject({
    /** Of replays: `feed` is added to the recorded receive times, which hold the true feed's latency already. */
    replayLatency: ways,
    closedMarketLatency: ways,
    queue,
    /** Whether a recorded bookTicker that is newer than the depth counts as the touch that orders meet. */
    usesBookTickers: z.boolean(),
    selfTradePrevention: z.enum(['cancel-resting', 'cancel-incoming', 'cancel-both']),
    /** By venue. */
    fees: z.record(z.string(), z.strictObject({ makerRate: signedDecimal, takerRate: signedDecimal })),
  }),
});

export type ConfigFile = z.infer<typeof configSchema>;
export type VenueConfig = ConfigFile['venues'][string];
export type LimitsConfig = ConfigFile['limits']['default'];
