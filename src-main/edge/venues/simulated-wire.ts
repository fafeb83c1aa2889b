import { z } from 'zod';
import {
  type Instrument,
  type InstrumentId,
  instrumentKey,
  type Lots,
  type Ticks,
} from '../../../src-shared/domain/instrument.ts';
import type { Currency, Money } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId, Fill, Order } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { MarketInput, OrderReport, OrderReportInput } from '../../core/engine/input.ts';

// Interpreted schemas: zod's compiled ones need `new Function`, which a strict content security policy forbids.
z.config({ jitless: true });

/** Grows with every change of what follows: two sides that differ do not talk. */
export const PROTOCOL_VERSION = 3;

/** No message is longer: the snapshot of a deep book has some ten thousand characters. */
export const MAX_MESSAGE_CHARS = 1_000_000;

/** Value to text of one line and back: the core's canonical text, which an edge may not import. */
export interface TextCodec {
  encode(value: unknown): string;
  /** @throws Error when the text is none of {@link encode}. */
  decode(text: string): unknown;
}

/** What a venue itself says of an order: the rest of the reports is its connection's. */
export type VenueReport = Exclude<OrderReport, { readonly type: 'released' | 'blocked' | 'unanswered' }>;
/** `seq` is 0 and `at` the exchange's time of delivery, until the desk has stamped it. */
export type ExchangeInput = MarketInput | OrderReportInput;

/** From the exchange to whoever connected, `hello` first and inputs only to the desk. */
export type ExchangeMessage =
  | {
      readonly type: 'hello';
      readonly version: number;
      /** {@link listingText} of each instrument, at the place of its id. */
      readonly listings: readonly string[];
      /** The exchange's clock. */
      readonly now: Micros;
    }
  | { readonly type: 'input'; readonly input: ExchangeInput }
  /** The answer to `cancel-all`: what rests, or is on its way in. */
  | { readonly type: 'open'; readonly orders: readonly string[] };

/** From the desk. Who connects is the desk from its `attach` on; the one before it is dropped then. */
export type DeskMessage =
  | { readonly type: 'attach' }
  | { readonly type: 'effect'; readonly effect: Effect }
  /** Cancel what rests, and say what is still open. From anyone: whoever watches over a desk need not be one. */
  | { readonly type: 'cancel-all' }
  /** Cancel what rests, and end. */
  | { readonly type: 'end' };

/** What the other side sent is no message. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** All of an instrument that gives numbers on the wire their meaning, as a text to compare and to show. */
export function listingText(of: Instrument): string {
  const { kind, settle, tickSize, lotSize, orderStepLots, multiplier } = of;
  const steps = `tick ${tickSize}, lot ${lotSize}, order step ${orderStepLots} lots, multiplier ${multiplier}`;
  return `${instrumentKey(of)} (${kind}, ${steps}, settled in ${settle})`;
}

/** One line, its end included. */
export function writeMessage(codec: TextCodec, message: ExchangeMessage | DeskMessage): string {
  const isLevels = message.type === 'input' && 'priceTicks' in message.input && 'bidCount' in message.input;
  return `${codec.encode(isLevels ? { type: 'input', input: withPlainLevels(message.input) } : message)}\n`;
}

/** Typed arrays have no text; and what lies beyond their counted levels is not sent. */
function withPlainLevels(input: ExchangeInput): unknown {
  if (input.kind !== 'depth' && input.kind !== 'depth-snapshot') return input;
  const count = input.bidCount + input.askCount;
  return {
    ...input,
    priceTicks: Array.from(input.priceTicks.subarray(0, count)),
    lots: Array.from(input.lots.subarray(0, count)),
  };
}

/** @throws WireError naming what is wrong. */
export function readExchangeMessage(codec: TextCodec, line: string): ExchangeMessage {
  return decodeLine(exchangeMessage, codec, line);
}

/** @throws WireError naming what is wrong. */
export function readDeskMessage(codec: TextCodec, line: string): DeskMessage {
  return decodeLine(deskMessage, codec, line);
}

const SHOWN_CHARS = 80;
/** Whatever is journaled has a bound: a record takes no more than 256 KiB, and one that does not fit would stop the desk. */
const MAX_REASON_CHARS = 1_000;
const MAX_ID_CHARS = 100;

/** The value that a line of text stands for. @throws WireError naming the place in it that is wrong. */
export function decodeLine<T>(schema: z.ZodType<T>, codec: TextCodec, line: string): T {
  let value: unknown;
  try {
    value = codec.decode(line);
  } catch (error) {
    throw new WireError(`'${line.slice(0, SHOWN_CHARS)}': ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new WireError(`'${line.slice(0, SHOWN_CHARS)}': ${issue?.path.join('.')}: ${issue?.message}`);
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_ID_CHARS;
}

const at = z.custom<Micros>(Number.isSafeInteger, 'a time in whole microseconds');
const ticks = z.custom<Ticks>(Number.isSafeInteger, 'a whole number of ticks');
const lots = z.custom<Lots>(isWhole, 'a whole number of lots');
const instrument = z.custom<InstrumentId>(isWhole, 'the id of an instrument');
const clientOrderId = z.custom<ClientOrderId>(isId, `the id of an order, of at most ${MAX_ID_CHARS} characters`);
const venueId = z.string().max(MAX_ID_CHARS);
const amount = z.custom<Money>((value) => typeof value === 'bigint', 'an amount');
const feeCurrency = z.custom<Currency>(isId, 'a currency');
const side = z.enum(['buy', 'sell']);

const order: z.ZodType<Order> = z.strictObject({
  clientOrderId,
  instrument,
  side,
  type: z.enum(['limit', 'market', 'stop-market', 'stop-limit']),
  timeInForce: z.enum(['gtc', 'ioc', 'fok']),
  priceTicks: ticks.nullable(),
  stopTicks: ticks.nullable(),
  lots,
  postOnly: z.boolean(),
  reduceOnly: z.boolean(),
});

export const effectSchema: z.ZodType<Effect> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('place-order'), order }),
  z.strictObject({ kind: z.literal('replace-order'), target: clientOrderId, order }),
  z.strictObject({ kind: z.literal('cancel-order'), clientOrderId, instrument }),
  z.strictObject({ kind: z.literal('query-order'), clientOrderId, instrument }),
  z.strictObject({ kind: z.literal('request-snapshot'), instrument }),
]);

const fill: z.ZodType<Fill> = z.strictObject({
  clientOrderId,
  fillId: venueId,
  instrument,
  side,
  priceTicks: ticks,
  lots,
  fee: amount,
  feeCurrency,
  liquidity: z.enum(['maker', 'taker']),
  exchangeAt: at,
});

const reason = z.string().max(MAX_REASON_CHARS);
export const venueReportSchema: z.ZodType<VenueReport> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('acknowledged'), venueOrderId: venueId }),
  z.strictObject({ type: z.literal('rejected'), reason }),
  z.strictObject({ type: z.literal('filled'), fill }),
  z.strictObject({ type: z.literal('cancelled'), reason }),
  z.strictObject({ type: z.literal('cancel-rejected'), reason }),
  z.strictObject({ type: z.literal('expired'), reason }),
  z.strictObject({ type: z.literal('replaced'), by: clientOrderId }),
  z.strictObject({ type: z.literal('triggered') }),
  z.strictObject({ type: z.literal('open'), venueOrderId: venueId, cumulativeLots: lots }),
  z.strictObject({ type: z.literal('not-found') }),
]);

const stamped = { seq: z.int(), at };
/** The numbers of a market frame may be absurd, as any venue's: `core/market` judges them. */
const frame = { ...stamped, instrument, exchangeAt: z.number() };
const numbers = z.array(z.number()).transform((values) => Float64Array.from(values));
const levels = { bidCount: z.int().min(0), askCount: z.int().min(0), priceTicks: numbers, lots: numbers };

interface CountedLevels {
  readonly bidCount: number;
  readonly askCount: number;
  readonly priceTicks: Float64Array;
  readonly lots: Float64Array;
}

function areAllThere({ bidCount, askCount, priceTicks, lots }: CountedLevels): boolean {
  return priceTicks.length === bidCount + askCount && lots.length === priceTicks.length;
}

const COUNTED = 'a price and a quantity for each level';
const input: z.ZodType<ExchangeInput> = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('depth'),
      ...frame,
      firstId: z.number(),
      lastId: z.number(),
      previousId: z.number(),
      ...levels,
    })
    .refine(areAllThere, COUNTED),
  z
    .strictObject({ kind: z.literal('depth-snapshot'), ...frame, lastId: z.number(), ...levels })
    .refine(areAllThere, COUNTED),
  z.strictObject({
    kind: z.literal('book-ticker'),
    ...frame,
    updateId: z.number(),
    bidTicks: z.number(),
    bidLots: z.number(),
    askTicks: z.number(),
    askLots: z.number(),
  }),
  z.strictObject({
    kind: z.literal('trade'),
    ...frame,
    tradeId: z.number(),
    priceTicks: z.number(),
    lots: z.number(),
    aggressor: side,
  }),
  z.strictObject({
    kind: z.literal('mark-price'),
    ...frame,
    markPrice: z.number(),
    indexPrice: z.number(),
    fundingRate: z.number(),
    nextFundingAt: z.number(),
  }),
  z.strictObject({ kind: z.literal('order-report'), ...stamped, clientOrderId, report: venueReportSchema }),
]);

const exchangeMessage: z.ZodType<ExchangeMessage> = z.discriminatedUnion('type', [
  // Only its version is sure: an exchange of another version may say the rest differently.
  z.object({
    type: z.literal('hello'),
    version: z.int(),
    listings: z.array(z.string()).default([]),
    now: at.default(0 as Micros),
  }),
  z.strictObject({ type: z.literal('input'), input }),
  z.strictObject({ type: z.literal('open'), orders: z.array(z.string().max(MAX_ID_CHARS)) }),
]);

const deskMessage: z.ZodType<DeskMessage> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('attach') }),
  z.strictObject({ type: z.literal('effect'), effect: effectSchema }),
  z.strictObject({ type: z.literal('cancel-all') }),
  z.strictObject({ type: z.literal('end') }),
]);
