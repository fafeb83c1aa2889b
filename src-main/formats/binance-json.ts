import { DecimalError, decimalPlaces } from '../../src-shared/domain/decimal.ts';
import { InstrumentError, parseLots, parseTicks } from '../../src-shared/domain/instrument.ts';
import { OverflowError } from '../../src-shared/domain/integer.ts';
import { MICROS_PER_MS } from '../../src-shared/domain/time.ts';
import type { Levels, MarketInput } from '../core/engine/input.ts';
import type { BinanceSymbol, BinanceSymbols, BinanceVenue } from './binance-symbols.ts';
import { FrameError } from './frame-error.ts';
import { MAX_LEVELS, type MarketFrames, reserveLevel } from './market-frames.ts';

export type Json = Readonly<Record<string, unknown>>;
export type StreamKind = 'depth' | 'ticker' | 'trade' | 'mark';

/** A line's JSON: a stream frame, or (`stream` null) a REST depth snapshot, which does not name its symbol. */
export interface Envelope {
  readonly stream: { readonly name: string; readonly kind: StreamKind; readonly symbol: string } | null;
  readonly data: Json;
}

/** @throws FrameError saying what is wrong with the text. */
export function parseEnvelope(text: string): Envelope {
  const line = parseObject(text);
  if ('lastUpdateId' in line) return { stream: null, data: line };
  const name = line.stream;
  const data = line.data;
  if (typeof name !== 'string') throw new FrameError('not-a-frame', `neither a "stream" nor a "lastUpdateId" in it`);
  if (!isObject(data)) throw new FrameError('missing-field', `"data" is not an object in a frame of stream '${name}'`);
  const kind = streamKind(name);
  const symbol = data.s;
  if (typeof symbol !== 'string') throw new FrameError('missing-field', `"s" (symbol) is missing in stream '${name}'`);
  if (!name.startsWith(`${symbol.toLowerCase()}@`)) {
    throw new FrameError('bad-field', `"s" is '${symbol}' in a frame of stream '${name}'`);
  }
  return { stream: { name, kind, symbol }, data };
}

/** Which venue speaks like this; null when the frame does not tell. */
export function venueOf({ stream, data }: Envelope): BinanceVenue | null {
  if (stream === null) return 'T' in data ? 'binance-usdm' : 'binance-spot';
  if (stream.kind === 'depth') return 'pu' in data ? 'binance-usdm' : 'binance-spot';
  if (stream.kind === 'ticker') return 'e' in data ? 'binance-usdm' : 'binance-spot';
  if (stream.kind === 'trade') return 'M' in data ? 'binance-spot' : 'X' in data ? 'binance-usdm' : null;
  return stream.kind === 'mark' ? 'binance-usdm' : null;
}

/** The exact, slow reading of Binance frames, with an error for each way in which one can be wrong. */
export class BinanceJson {
  private readonly symbols: BinanceSymbols;
  private readonly frames: MarketFrames;

  constructor(symbols: BinanceSymbols, frames: MarketFrames) {
    this.symbols = symbols;
    this.frames = frames;
  }

  /**
   * Fills and returns the frame that `envelope` stands for.
   * @param snapshotSymbol whose book a snapshot is of, when the recording leaves no doubt.
   * @throws FrameError naming the field.
   */
  read({ stream, data }: Envelope, snapshotSymbol: string | null): MarketInput {
    const name = stream?.symbol ?? snapshotSymbol;
    if (name === null) {
      throw new FrameError(
        'snapshot-without-symbol',
        'a depth snapshot names no symbol, and this file has several or none',
      );
    }
    const symbol = this.symbols.get(name);
    if (!symbol) throw new FrameError('unknown-symbol', this.symbols.describeUnknown(name));
    const frame = this.fill(stream?.kind ?? 'snapshot', data, symbol);
    frame.instrument = symbol.id;
    return frame;
  }

  private fill(kind: StreamKind | 'snapshot', data: Json, symbol: BinanceSymbol): MarketInput {
    switch (kind) {
      case 'depth':
        return this.depth(data, symbol);
      case 'ticker':
        return this.ticker(data, symbol);
      case 'trade':
        return this.trade(data, symbol);
      case 'mark':
        return this.mark(data);
      case 'snapshot':
        return this.snapshot(data, symbol);
    }
  }

  private depth(data: Json, symbol: BinanceSymbol): MarketInput {
    const frame = this.frames.depth;
    const futures = this.symbols.venue === 'binance-usdm';
    event(data, 'depthUpdate');
    frame.firstId = integer(data, 'U');
    frame.lastId = integer(data, 'u');
    frame.previousId = futures ? integer(data, 'pu') : -1;
    frame.exchangeAt = integer(data, futures ? 'T' : 'E') * MICROS_PER_MS;
    readLevels(frame, data, 'b', 'a', symbol);
    return frame;
  }

  private snapshot(data: Json, symbol: BinanceSymbol): MarketInput {
    const frame = this.frames.snapshot;
    frame.lastId = integer(data, 'lastUpdateId');
    frame.exchangeAt = 'T' in data ? integer(data, 'T') * MICROS_PER_MS : -1;
    readLevels(frame, data, 'bids', 'asks', symbol);
    return frame;
  }

  private ticker(data: Json, symbol: BinanceSymbol): MarketInput {
    const frame = this.frames.ticker;
    const futures = this.symbols.venue === 'binance-usdm';
    if (futures) event(data, 'bookTicker');
    frame.updateId = integer(data, 'u');
    frame.exchangeAt = futures ? integer(data, 'T') * MICROS_PER_MS : -1;
    frame.bidTicks = decimal(data, 'b', (text) => parseTicks(symbol.instrument, text));
    frame.bidLots = decimal(data, 'B', (text) => parseLots(symbol.instrument, text));
    frame.askTicks = decimal(data, 'a', (text) => parseTicks(symbol.instrument, text));
    frame.askLots = decimal(data, 'A', (text) => parseLots(symbol.instrument, text));
    return frame;
  }

  private trade(data: Json, symbol: BinanceSymbol): MarketInput {
    const frame = this.frames.trade;
    event(data, 'trade');
    frame.tradeId = integer(data, 't');
    frame.exchangeAt = integer(data, 'T') * MICROS_PER_MS;
    frame.priceTicks = decimal(data, 'p', (text) => parseTicks(symbol.instrument, text));
    frame.lots = decimal(data, 'q', (text) => parseLots(symbol.instrument, text));
    if (typeof data.m !== 'boolean') throw fieldError(data, 'm', 'true or false');
    frame.aggressor = data.m ? 'sell' : 'buy';
    return frame;
  }

  /** Of perpetuals; a dated future's has no funding, and is none. */
  private mark(data: Json): MarketInput {
    const frame = this.frames.mark;
    event(data, 'markPriceUpdate');
    frame.exchangeAt = integer(data, 'E') * MICROS_PER_MS;
    frame.markPrice = decimal(data, 'p', estimate);
    frame.indexPrice = decimal(data, 'i', estimate);
    frame.fundingRate = decimal(data, 'r', estimate);
    frame.nextFundingAt = integer(data, 'T') * MICROS_PER_MS;
    return frame;
  }
}

function parseObject(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FrameError('broken-json', (error as Error).message);
  }
  if (!isObject(value)) throw new FrameError('not-a-frame', 'the line is JSON, but not an object');
  return value;
}

function streamKind(name: string): StreamKind {
  if (/@depth(@\d+ms)?$/.test(name)) return 'depth';
  if (name.endsWith('@bookTicker')) return 'ticker';
  if (name.endsWith('@trade')) return 'trade';
  if (/@markPrice(@1s)?$/.test(name)) return 'mark';
  throw new FrameError('not-a-frame', `stream '${name}' is none of @depth, @bookTicker, @trade, @markPrice`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldError(data: Json, field: string, wanted: string): FrameError {
  if (!(field in data)) return new FrameError('missing-field', `"${field}" is missing`);
  return new FrameError('bad-field', `"${field}" must be ${wanted}, not ${JSON.stringify(data[field])?.slice(0, 60)}`);
}

function event(data: Json, expected: string): void {
  if (data.e !== expected) throw fieldError(data, 'e', `"${expected}"`);
}

function integer(data: Json, field: string): number {
  const value = data[field];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw fieldError(data, field, 'a whole number from 0 to 2^53');
  }
  return value;
}

function decimal(data: Json, field: string, parse: (text: string) => number): number {
  const value = data[field];
  if (typeof value !== 'string') throw fieldError(data, field, 'a decimal number in quotes');
  return parsed(field, value, parse);
}

/** A plain decimal as the nearest number. @throws DecimalError for any other text. */
function estimate(text: string): number {
  decimalPlaces(text);
  return Number(text);
}

function parsed(where: string, text: string, parse: (text: string) => number): number {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof DecimalError) throw new FrameError('bad-field', `"${where}": ${error.message}`);
    if (error instanceof InstrumentError) throw new FrameError('off-step', `"${where}": ${error.message}`);
    if (error instanceof OverflowError) throw new FrameError('bad-field', `"${where}": ${error.message}`);
    throw error;
  }
}

function readLevels(into: Levels, data: Json, bids: string, asks: string, symbol: BinanceSymbol): void {
  into.bidCount = readSide(into, 0, data, bids, symbol);
  into.askCount = readSide(into, into.bidCount, data, asks, symbol);
}

function readSide(into: Levels, from: number, data: Json, field: string, { instrument }: BinanceSymbol): number {
  const side = data[field];
  if (!Array.isArray(side)) throw fieldError(data, field, 'a list of [price, quantity]');
  side.forEach((level: unknown, index) => {
    const where = `${field}[${index}]`;
    if (!Array.isArray(level) || typeof level[0] !== 'string' || typeof level[1] !== 'string') {
      throw new FrameError('bad-field', `"${where}" must be ["price", "quantity"]`);
    }
    if (!reserveLevel(into, from + index)) {
      throw new FrameError('bad-field', `"${field}" makes it more than ${MAX_LEVELS} levels in one frame`);
    }
    into.priceTicks[from + index] = parsed(where, level[0], (text) => parseTicks(instrument, text));
    into.lots[from + index] = parsed(where, level[1], (text) => parseLots(instrument, text));
  });
  return side.length;
}
