import { MICROS_PER_MS } from '../../src-shared/domain/time.ts';
import type { MarketInput } from '../core/engine/input.ts';
import type { StreamKind } from './binance-json.ts';
import type { BinanceSymbol, BinanceSymbols } from './binance-symbols.ts';
import { type MarketFrames, reserveLevel } from './market-frames.ts';
import { MAX_FAST_DIGITS, type StepScale } from './step-scale.ts';

interface Stream {
  readonly name: Uint8Array;
  readonly kind: Exclude<StreamKind, 'mark'>;
  readonly symbol: BinanceSymbol;
}

const [QUOTE, COMMA, DOT, COLON, ZERO, NINE, OPEN, CLOSE, BRACE] = [
  ...Buffer.from('",.:09[]}', 'latin1'),
] as readonly number[];
const HEAD = Buffer.from('{"stream":"', 'latin1');
const DATA = Buffer.from('","data":{', 'latin1');
const DEPTH_EVENT = Buffer.from('depthUpdate', 'latin1');
const TICKER_EVENT = Buffer.from('bookTicker', 'latin1');
const TRUE = Buffer.from('true', 'latin1');
const FALSE = Buffer.from('false', 'latin1');
const TRADE_EVENT = Buffer.from('trade', 'latin1');

/** Every field has a bit; a frame must show exactly the bits that its venue documents. */
const BITS = new Map([...'eETsUubaBAtpqXmMP'].map((letter, index) => [letter.charCodeAt(0), 1 << index]));
const PU = 'P'.charCodeAt(0);
const fields = (letters: string): number =>
  [...letters].reduce((mask, letter) => mask | (BITS.get(letter.charCodeAt(0)) ?? 0), 0);
const BIT_OF = Int32Array.from({ length: 128 }, (_, code) => BITS.get(code) ?? 0);

const SHAPES = {
  'binance-spot': { depth: fields('eEsUuba'), ticker: fields('usbBaA'), trade: fields('eEstpqTmM') },
  'binance-usdm': { depth: fields('eETsUuPba'), ticker: fields('eusbBaATE'), trade: fields('eETstpqXm') },
} as const;

/**
 * Reads Binance's stream frames straight from bytes, without building a string or an object. It takes only what it is sure
 * of: the exact fields of the venue's documentation, plain numbers, no spaces, no escapes. For everything else it answers
 * null, and `binance-json.ts` says what the line is; whatever both can read, they read the same (tested).
 */
export class BinanceScanner {
  private readonly symbols: BinanceSymbols;
  private readonly frames: MarketFrames;
  private readonly shapes: (typeof SHAPES)[keyof typeof SHAPES];
  private readonly streams: Stream[] = [];
  private bytes: Uint8Array = new Uint8Array(0);
  private pos = 0;
  /** Whether everything so far was as documented; once false, nothing that was read counts. */
  private sure = true;
  /** The bits of the frame's fields so far. */
  private seen = 0;

  constructor(symbols: BinanceSymbols, frames: MarketFrames) {
    this.symbols = symbols;
    this.frames = frames;
    this.shapes = SHAPES[symbols.venue];
  }

  /** Fills and returns one of the frames from the JSON in `bytes` from `start` to a newline at `end`; null when unsure. */
  scan(bytes: Uint8Array, start: number, end: number): MarketInput | null {
    this.bytes = bytes;
    this.pos = start;
    this.sure = true;
    this.seen = 0;
    if (!this.take(HEAD)) return null;
    const stream = this.knownStream();
    if (!stream || !this.take(DATA)) return null;
    const frame =
      stream.kind === 'ticker'
        ? this.ticker(stream.symbol)
        : stream.kind === 'trade'
          ? this.trade(stream.symbol)
          : this.depth(stream.symbol);
    if (!frame || bytes[this.pos] !== BRACE || this.pos + 1 !== end) return null;
    frame.instrument = stream.symbol.id;
    return frame;
  }

  /** Remembers a stream that the slow way has read, so that the next frame of it is scanned. Mark prices come once a second: nothing is gained there. */
  learn(name: string, kind: StreamKind, symbol: string): void {
    if (kind === 'mark') return;
    const known = this.symbols.get(symbol);
    if (known) this.streams.push({ name: Buffer.from(name, 'latin1'), kind, symbol: known });
  }

  private knownStream(): Stream | null {
    for (const stream of this.streams) if (this.take(stream.name)) return stream;
    return null;
  }

  private depth(symbol: BinanceSymbol): MarketInput | null {
    const frame = this.frames.depth;
    frame.previousId = -1;
    let eventAt = -1;
    let transactionAt = -1;
    do {
      switch (this.field()) {
        case 0x65: // e
          this.text(DEPTH_EVENT);
          break;
        case 0x73: // s
          this.text(symbol.symbolBytes);
          break;
        case 0x45: // E
          eventAt = this.integer();
          break;
        case 0x54: // T
          transactionAt = this.integer();
          break;
        case 0x55: // U
          frame.firstId = this.integer();
          break;
        case 0x75: // u
          frame.lastId = this.integer();
          break;
        case PU:
          frame.previousId = this.integer();
          break;
        case 0x62: // b
          if ((this.seen & BIT_OF[0x61]) !== 0) return null; // asks came first: the levels would stand in the wrong order
          frame.bidCount = this.levels(symbol, 0);
          break;
        case 0x61: // a
          if ((this.seen & BIT_OF[0x62]) === 0) return null;
          frame.askCount = this.levels(symbol, frame.bidCount);
          break;
        default:
          return null;
      }
    } while (this.another());
    if (!this.sure || this.seen !== this.shapes.depth) return null;
    frame.exchangeAt = (transactionAt >= 0 ? transactionAt : eventAt) * MICROS_PER_MS;
    return frame;
  }

  private ticker(symbol: BinanceSymbol): MarketInput | null {
    const frame = this.frames.ticker;
    let transactionAt = -1;
    do {
      switch (this.field()) {
        case 0x65: // e
          this.text(TICKER_EVENT);
          break;
        case 0x73: // s
          this.text(symbol.symbolBytes);
          break;
        case 0x75: // u
          frame.updateId = this.integer();
          break;
        case 0x62: // b
          frame.bidTicks = this.decimal(symbol.tick);
          break;
        case 0x42: // B
          frame.bidLots = this.decimal(symbol.lot);
          break;
        case 0x61: // a
          frame.askTicks = this.decimal(symbol.tick);
          break;
        case 0x41: // A
          frame.askLots = this.decimal(symbol.lot);
          break;
        case 0x54: // T
          transactionAt = this.integer();
          break;
        case 0x45: // E
          this.integer();
          break;
        default:
          return null;
      }
    } while (this.another());
    if (!this.sure || this.seen !== this.shapes.ticker) return null;
    frame.exchangeAt = transactionAt >= 0 ? transactionAt * MICROS_PER_MS : -1;
    return frame;
  }

  private trade(symbol: BinanceSymbol): MarketInput | null {
    const frame = this.frames.trade;
    do {
      switch (this.field()) {
        case 0x65: // e
          this.text(TRADE_EVENT);
          break;
        case 0x73: // s
          this.text(symbol.symbolBytes);
          break;
        case 0x45: // E
          this.integer();
          break;
        case 0x54: // T
          frame.exchangeAt = this.integer() * MICROS_PER_MS;
          break;
        case 0x74: // t
          frame.tradeId = this.integer();
          break;
        case 0x70: // p
          frame.priceTicks = this.decimal(symbol.tick);
          break;
        case 0x71: // q
          frame.lots = this.decimal(symbol.lot);
          break;
        case 0x6d: // m: whether the buyer made the market
          frame.aggressor = this.boolean() ? 'sell' : 'buy';
          break;
        case 0x4d: // M
          this.boolean();
          break;
        case 0x58: // X
          this.anyText();
          break;
        default:
          return null;
      }
    } while (this.another());
    return this.sure && this.seen === this.shapes.trade ? frame : null;
  }

  /** The key of the next field, which is one that is known and was not there before; 0 otherwise. */
  private field(): number {
    const key = this.key();
    const bit = BIT_OF[key];
    if (bit === 0 || (this.seen & bit) !== 0) return 0;
    this.seen |= bit;
    return key;
  }

  /** `"k":` → k, `"pu":` → P; 0 for any other key. */
  private key(): number {
    const { bytes, pos } = this;
    if (bytes[pos] !== QUOTE) return 0;
    const first = bytes[pos + 1];
    if (bytes[pos + 2] === QUOTE && bytes[pos + 3] === COLON) {
      this.pos = pos + 4;
      return first < 128 && first !== PU ? first : 0;
    }
    if (first === 0x70 && bytes[pos + 2] === 0x75 && bytes[pos + 3] === QUOTE && bytes[pos + 4] === COLON) {
      this.pos = pos + 5;
      return PU;
    }
    return 0;
  }

  /** Whether another field follows; steps over the comma, or over the object's closing brace. */
  private another(): boolean {
    const next = this.bytes[this.pos];
    if (next === COMMA || next === BRACE) this.pos += 1;
    else this.sure = false;
    return this.sure && next === COMMA;
  }

  /** Reads a list of levels into the depth frame from index `from` on; returns how many. */
  private levels(symbol: BinanceSymbol, from: number): number {
    const { bytes } = this;
    const frame = this.frames.depth;
    if (bytes[this.pos] !== OPEN) return this.unsure();
    this.pos += 1;
    if (bytes[this.pos] === CLOSE) {
      this.pos += 1;
      return 0;
    }
    for (let index = from; ; index += 1) {
      if (bytes[this.pos] !== OPEN) return this.unsure();
      this.pos += 1;
      const price = this.decimal(symbol.tick);
      if (bytes[this.pos] !== COMMA) return this.unsure();
      this.pos += 1;
      const lots = this.decimal(symbol.lot);
      if (bytes[this.pos] !== CLOSE || !this.sure) return this.unsure();
      if (index >= frame.priceTicks.length && !reserveLevel(frame, index)) return this.unsure();
      frame.priceTicks[index] = price;
      frame.lots[index] = lots;
      const next = bytes[this.pos + 1];
      this.pos += 2;
      if (next === CLOSE) return index - from + 1;
      if (next !== COMMA) return this.unsure();
    }
  }

  /** A quoted plain decimal, as a whole number of steps. */
  private decimal(scale: StepScale): number {
    const { bytes } = this;
    let pos = this.pos;
    if (bytes[pos] !== QUOTE) return this.unsure();
    pos += 1;
    const start = pos;
    let mantissa = 0;
    let byte = bytes[pos];
    while (byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + (byte - ZERO);
      pos += 1;
      byte = bytes[pos];
    }
    let digits = pos - start;
    if (digits === 0) return this.unsure();
    let fraction = 0;
    if (byte === DOT) {
      pos += 1;
      const point = pos;
      byte = bytes[pos];
      while (byte >= ZERO && byte <= NINE) {
        mantissa = mantissa * 10 + (byte - ZERO);
        pos += 1;
        byte = bytes[pos];
      }
      fraction = pos - point;
      if (fraction === 0) return this.unsure();
      digits += fraction;
    }
    if (byte !== QUOTE || digits > MAX_FAST_DIGITS) return this.unsure();
    const scaled = mantissa * scale.up[fraction];
    const steps = scaled / scale.down[fraction];
    if (scaled > Number.MAX_SAFE_INTEGER || steps !== Math.floor(steps)) return this.unsure();
    this.pos = pos + 1;
    return steps;
  }

  /** An unsigned integer. */
  private integer(): number {
    const { bytes } = this;
    const start = this.pos;
    let pos = start;
    let value = 0;
    let byte = bytes[pos];
    while (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
      pos += 1;
      byte = bytes[pos];
    }
    const digits = pos - start;
    // JSON knows no leading zeros. A fraction or an exponent would follow here, and is no end of a field.
    if (digits === 0 || digits > MAX_FAST_DIGITS || (bytes[start] === ZERO && digits > 1)) return this.unsure();
    this.pos = pos;
    return value;
  }

  private boolean(): boolean {
    if (this.take(TRUE)) return true;
    if (!this.take(FALSE)) this.unsure();
    return false;
  }

  /** Steps over exactly this text in quotes. */
  private text(expected: Uint8Array): void {
    if (this.bytes[this.pos] !== QUOTE) this.unsure();
    this.pos += 1;
    if (!this.take(expected) || this.bytes[this.pos] !== QUOTE) this.unsure();
    this.pos += 1;
  }

  /** Steps over a quoted text of capital letters and underscores. */
  private anyText(): void {
    const { bytes } = this;
    let pos = this.pos;
    if (bytes[pos] !== QUOTE) this.unsure();
    pos += 1;
    while ((bytes[pos] >= 0x41 && bytes[pos] <= 0x5a) || bytes[pos] === 0x5f) pos += 1;
    if (bytes[pos] !== QUOTE) this.unsure();
    this.pos = pos + 1;
  }

  private unsure(): 0 {
    this.sure = false;
    return 0;
  }

  private take(expected: Uint8Array): boolean {
    const { bytes, pos } = this;
    for (let index = 0; index < expected.length; index += 1) if (bytes[pos + index] !== expected[index]) return false;
    this.pos = pos + expected.length;
    return true;
  }
}
