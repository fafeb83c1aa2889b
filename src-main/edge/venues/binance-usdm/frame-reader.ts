import type { Instrument } from '../../../../src-shared/domain/instrument.ts';
import type { MarketInput } from '../../../core/engine/input.ts';
import { BinanceJson, parseEnvelope } from '../../../formats/binance-json.ts';
import { BinanceScanner } from '../../../formats/binance-scanner.ts';
import type { BinanceSymbols } from '../../../formats/binance-symbols.ts';
import { FrameError } from '../../../formats/frame-error.ts';
import { MarketFrames } from '../../../formats/market-frames.ts';
import type { StreamFrame } from './handover.ts';
import type { RefusedMessages } from './refused-messages.ts';

/** By kind, behind the symbol. Mark prices come once a second: they are left to the slow reader. */
const SCANNED = { depth: 'depth@0ms', ticker: 'bookTicker', trade: 'trade' } as const;
const KINDS = Object.keys(SCANNED) as (keyof typeof SCANNED)[];
const MARK = 'markPrice@1s';

function streamName(symbol: string, stream: string): string {
  return `${symbol.toLowerCase()}@${stream}`;
}

/** The streams of books, best prices and trades, by the venue's names. */
export function quoteStreams(instruments: readonly Instrument[]): string[] {
  return instruments.flatMap(({ symbol }) => KINDS.map((kind) => streamName(symbol, SCANNED[kind])));
}

/** The streams of mark prices and funding rates, by the venue's names. */
export function markStreams(instruments: readonly Instrument[]): string[] {
  return instruments.map(({ symbol }) => streamName(symbol, MARK));
}

/**
 * Reads the messages of the venue's streams. What is as documented is read from its bytes alone; the rest goes the slow way, and what is
 * no frame there either is counted and told.
 */
export class FrameReader {
  private readonly scanner: BinanceScanner;
  private readonly json: BinanceJson;
  private readonly refused: RefusedMessages;

  constructor(symbols: BinanceSymbols, instruments: readonly Instrument[], refused: RefusedMessages) {
    const frames = new MarketFrames();
    this.scanner = new BinanceScanner(symbols, frames);
    this.json = new BinanceJson(symbols, frames);
    this.refused = refused;
    for (const { symbol } of instruments) {
      for (const kind of KINDS) this.scanner.learn(streamName(symbol, SCANNED[kind]), kind, symbol);
    }
  }

  /** The frame in `data`, reused by the next call; null when there is none. */
  read(data: Buffer): StreamFrame | null {
    const frame = this.scanner.scan(data, 0, data.length) ?? this.readSlowly(data.toString('utf8'));
    // A snapshot is the answer to a request: in a stream it names no symbol, and was refused for that.
    return frame === null || frame.kind === 'depth-snapshot' ? null : frame;
  }

  private readSlowly(text: string): MarketInput | null {
    try {
      return this.json.read(parseEnvelope(text), null);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.refused.add(text, error);
      return null;
    }
  }
}
