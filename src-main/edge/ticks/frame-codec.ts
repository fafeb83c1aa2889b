import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import type {
  BookTicker,
  DepthSnapshot,
  DepthUpdate,
  Levels,
  MarketInput,
  MarkPrice,
  Trade,
} from '../../core/engine/input.ts';

/**
 * Market frames as 8-byte words, every number as the double that it is: a frame is unproven, and a replay has to see what the desk
 * saw. The first word holds kind and number of levels (32 bits each), then come the stamps, then what the kind has, then the
 * levels: prices, then quantities. Words are in the host's byte order, which is little-endian wherever Node runs the desk.
 */

const WORD_BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Longest frame: 131,067 levels, more than any venue sends. */
export const MAX_FRAME_BYTES = 2 * 1024 * 1024;

const DEPTH = 1;
const SNAPSHOT = 2;
const TICKER = 3;
const BUY = 4;
const SELL = 5;
const MARK = 6;

/** Places of the stamps. */
const SEQ = 1;
const AT = 2;
const INSTRUMENT = 3;
const EXCHANGE_AT = 4;
/** Words of a frame without levels, by kind. A snapshot is laid out as an update is. */
const DEPTH_WORDS = 10;
const TICKER_WORDS = 10;
const TRADE_WORDS = 8;
const MARK_WORDS = 9;
const WORDS_OF: readonly (number | undefined)[] = [
  undefined,
  DEPTH_WORDS,
  DEPTH_WORDS,
  TICKER_WORDS,
  TRADE_WORDS,
  TRADE_WORDS,
  MARK_WORDS,
];

const NO_LEVELS = new Float64Array(0);

/** Sequence number of the frame that begins at `offset` of `bytes`. */
export function seqOf(bytes: Buffer, offset: number): number {
  return bytes.readDoubleLE(offset + SEQ * WORD_BYTES);
}

/** When the desk received the frame that begins at `offset` of `bytes`. */
export function atOf(bytes: Buffer, offset: number): Micros {
  return bytes.readDoubleLE(offset + AT * WORD_BYTES) as Micros;
}

/** Writes one frame after another into one buffer of its own; allocates nothing. */
export class FrameEncoder {
  private readonly words = new Float64Array(MAX_FRAME_BYTES / WORD_BYTES);
  private readonly heads = new Uint32Array(this.words.buffer);
  /** Holds the frame that was encoded last. */
  readonly bytes = Buffer.from(this.words.buffer);

  /** @returns its length in bytes; 0 when the frame is longer than {@link MAX_FRAME_BYTES}. */
  encode(frame: MarketInput): number {
    const { words } = this;
    words[SEQ] = frame.seq;
    words[AT] = frame.at;
    words[INSTRUMENT] = frame.instrument;
    words[EXCHANGE_AT] = frame.exchangeAt;
    switch (frame.kind) {
      case 'depth':
        words[5] = frame.firstId;
        words[6] = frame.lastId;
        words[7] = frame.previousId;
        return this.encodeLevels(DEPTH, frame);
      case 'depth-snapshot':
        words[5] = 0;
        words[6] = frame.lastId;
        words[7] = 0;
        return this.encodeLevels(SNAPSHOT, frame);
      case 'book-ticker':
        words[5] = frame.updateId;
        words[6] = frame.bidTicks;
        words[7] = frame.bidLots;
        words[8] = frame.askTicks;
        words[9] = frame.askLots;
        return this.head(TICKER, 0, TICKER_WORDS);
      case 'trade':
        words[5] = frame.tradeId;
        words[6] = frame.priceTicks;
        words[7] = frame.lots;
        return this.head(frame.aggressor === 'buy' ? BUY : SELL, 0, TRADE_WORDS);
      case 'mark-price':
        words[5] = frame.markPrice;
        words[6] = frame.indexPrice;
        words[7] = frame.fundingRate;
        words[8] = frame.nextFundingAt;
        return this.head(MARK, 0, MARK_WORDS);
    }
  }

  private encodeLevels(code: number, frame: Levels): number {
    const { words } = this;
    const levels = levelCount(frame);
    const end = DEPTH_WORDS + 2 * levels;
    if (end > words.length) return 0;
    words[8] = frame.bidCount;
    words[9] = frame.askCount;
    const { priceTicks, lots } = frame;
    const lotsAt = DEPTH_WORDS + levels;
    // `set` would need a view of the first levels, an allocation for every frame.
    for (let i = 0; i < levels; i += 1) {
      words[DEPTH_WORDS + i] = priceTicks[i];
      words[lotsAt + i] = lots[i];
    }
    return this.head(code, levels, end);
  }

  private head(code: number, levels: number, end: number): number {
    this.heads[0] = code;
    this.heads[1] = levels;
    return end * WORD_BYTES;
  }
}

/** How many levels a frame really has: none when its counts are not those of its arrays, as an unproven frame's may be. */
function levelCount({ bidCount, askCount, priceTicks, lots }: Levels): number {
  const levels = bidCount + askCount;
  const isCount = bidCount >= 0 && askCount >= 0 && Number.isInteger(bidCount) && Number.isInteger(askCount);
  return isCount && levels <= priceTicks.length && levels <= lots.length ? levels : 0;
}

/** Reads the frames of a block, one after another, into one frame of each kind. */
export class FrameDecoder {
  private words = new Float64Array(0);
  private heads = new Uint32Array(0);
  private position = 0;
  private end = 0;
  private readonly depth: DepthUpdate = {
    kind: 'depth',
    ...stamps(),
    firstId: 0,
    lastId: 0,
    previousId: 0,
    ...levels(),
  };
  private readonly snapshot: DepthSnapshot = { kind: 'depth-snapshot', ...stamps(), lastId: 0, ...levels() };
  private readonly ticker: BookTicker = {
    kind: 'book-ticker',
    ...stamps(),
    updateId: 0,
    bidTicks: 0,
    bidLots: 0,
    askTicks: 0,
    askLots: 0,
  };
  private readonly trade: Trade = { kind: 'trade', ...stamps(), tradeId: 0, priceTicks: 0, lots: 0, aggressor: 'buy' };
  private readonly mark: MarkPrice = {
    kind: 'mark-price',
    ...stamps(),
    markPrice: 0,
    indexPrice: 0,
    fundingRate: 0,
    nextFundingAt: 0,
  };
  private levelArrays = levelArrays(1_024);

  /** Takes a copy of frames that lie one after another. */
  load(frames: Uint8Array): void {
    this.position = 0;
    this.end = Math.floor(frames.length / WORD_BYTES);
    if (this.end > this.words.length) {
      this.words = new Float64Array(2 * this.end);
      this.heads = new Uint32Array(this.words.buffer);
    }
    new Uint8Array(this.words.buffer).set(frames.subarray(0, this.end * WORD_BYTES));
  }

  /** The next frame, which the one after may reuse; undefined when what follows is no frame, or nothing. */
  next(): MarketInput | undefined {
    const start = this.position;
    if (start >= this.end) return undefined;
    const code = this.heads[2 * start];
    const levels = this.heads[2 * start + 1];
    const next = start + (WORDS_OF[code] ?? Number.POSITIVE_INFINITY) + 2 * levels;
    if (next > this.end) return undefined;
    this.position = next;
    switch (code) {
      case DEPTH:
        return this.readDepth(start, levels);
      case SNAPSHOT:
        return this.readSnapshot(start, levels);
      case TICKER:
        return this.readTicker(start);
      case MARK:
        return this.readMark(start);
      default:
        return this.readTrade(start, code);
    }
  }

  private readDepth(start: number, levels: number): DepthUpdate {
    const { words, depth } = this;
    this.readStamps(depth, start);
    depth.firstId = words[start + 5];
    depth.lastId = words[start + 6];
    depth.previousId = words[start + 7];
    this.readLevels(depth, start, levels);
    return depth;
  }

  private readSnapshot(start: number, levels: number): DepthSnapshot {
    const { words, snapshot } = this;
    this.readStamps(snapshot, start);
    snapshot.lastId = words[start + 6];
    this.readLevels(snapshot, start, levels);
    return snapshot;
  }

  private readTicker(start: number): BookTicker {
    const { words, ticker } = this;
    this.readStamps(ticker, start);
    ticker.updateId = words[start + 5];
    ticker.bidTicks = words[start + 6];
    ticker.bidLots = words[start + 7];
    ticker.askTicks = words[start + 8];
    ticker.askLots = words[start + 9];
    return ticker;
  }

  private readTrade(start: number, code: number): Trade {
    const { words, trade } = this;
    this.readStamps(trade, start);
    trade.tradeId = words[start + 5];
    trade.priceTicks = words[start + 6];
    trade.lots = words[start + 7];
    trade.aggressor = code === BUY ? 'buy' : 'sell';
    return trade;
  }

  private readMark(start: number): MarkPrice {
    const { words, mark } = this;
    this.readStamps(mark, start);
    mark.markPrice = words[start + 5];
    mark.indexPrice = words[start + 6];
    mark.fundingRate = words[start + 7];
    mark.nextFundingAt = words[start + 8];
    return mark;
  }

  private readStamps(frame: MarketInput, start: number): void {
    const { words } = this;
    frame.seq = words[start + SEQ];
    frame.at = words[start + AT] as Micros;
    frame.instrument = words[start + INSTRUMENT] as InstrumentId;
    frame.exchangeAt = words[start + EXCHANGE_AT];
  }

  private readLevels(frame: Levels, start: number, levels: number): void {
    const { words } = this;
    const from = start + DEPTH_WORDS;
    frame.bidCount = words[start + 8];
    frame.askCount = words[start + 9];
    if (levels > this.levelArrays.priceTicks.length) this.levelArrays = levelArrays(2 * levels);
    const { priceTicks, lots } = this.levelArrays;
    // Counts that were not those of the arrays must not become so by what an earlier frame left in them.
    frame.priceTicks = levels > 0 ? priceTicks : NO_LEVELS;
    frame.lots = levels > 0 ? lots : NO_LEVELS;
    priceTicks.set(words.subarray(from, from + levels));
    lots.set(words.subarray(from + levels, from + 2 * levels));
  }
}

function levelArrays(length: number) {
  return { priceTicks: new Float64Array(length), lots: new Float64Array(length) };
}

function stamps() {
  return { seq: 0, at: micros(0), exchangeAt: -1, instrument: 0 as InstrumentId };
}

function levels(): Levels {
  return { bidCount: 0, askCount: 0, priceTicks: NO_LEVELS, lots: NO_LEVELS };
}
