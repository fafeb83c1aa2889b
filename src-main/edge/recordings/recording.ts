import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { MICROS_PER_SECOND, type Micros } from '../../../src-shared/domain/time.ts';
import type { MarketInput } from '../../core/engine/input.ts';
import { BinanceJson, FrameError, parseEnvelope, venueOf } from './binance-json.ts';
import { BinanceScanner } from './binance-scanner.ts';
import { BinanceSymbols, type BinanceVenue } from './binance-symbols.ts';
import { type LineChunk, lineChunks, TruncatedFileError } from './line-chunks.ts';
import { MarketFrames } from './market-frames.ts';
import type { RejectionReason, Rejections } from './rejections.ts';

/** A receive time may step back this far (threads of a recorder interleave) and then counts as the latest one seen. */
export const RECEIVE_TIME_TOLERANCE_MICROS = MICROS_PER_SECOND;

const NEWLINE = 0x0a;
const SPACE = 0x20;
/** Digits of a line’s receive time, in nanoseconds. */
export const TIME_DIGITS = 19;
const MICRO_DIGITS = 16;

export class NotARecordingError extends Error {
  override readonly name = 'NotARecordingError';
}

/**
 * One recording, a frame at a time: `<receive time in ns> <JSON>` lines of one Binance venue. Lines that are no frame are
 * counted and told, and never stop the run.
 */
export class Recording {
  /** The current frame; reused, so it is gone when `advance` or `read` is called again. `at` is the receive time. */
  frame: MarketInput;
  /** Lines seen, good or not; so it is the current line's number. */
  lines = 0;
  readonly venue: BinanceVenue;
  private readonly path: string;
  private readonly chunks: AsyncIterator<LineChunk>;
  private readonly rejections: Rejections;
  private readonly frames = new MarketFrames();
  private readonly scanner: BinanceScanner;
  private readonly json: BinanceJson;
  private readonly symbols = new Set<string>();
  private chunk: LineChunk;
  private pos = 0;
  private lastAt = 0;

  private constructor(path: string, venue: BinanceVenue, opened: OpenedFile, options: RecordingOptions) {
    this.path = path;
    this.venue = venue;
    this.chunk = opened.first;
    this.chunks = opened.rest;
    this.rejections = options.rejections;
    this.frame = this.frames.trade;
    const symbols = new BinanceSymbols(venue, options.instruments);
    this.scanner = new BinanceScanner(symbols, this.frames);
    this.json = new BinanceJson(symbols, this.frames);
    if (opened.symbol !== null) this.symbols.add(opened.symbol);
  }

  /**
   * Opens `path` and finds out which venue it is of.
   * @throws NotARecordingError when its beginning holds no Binance frame, saying what it holds instead.
   */
  static async open(path: string, options: RecordingOptions): Promise<Recording> {
    const rest = lineChunks(path)[Symbol.asyncIterator]();
    const first = await firstChunk(path, rest);
    const { venue, symbol } = recogniseRecording(path, first);
    return new Recording(path, venue, { first, rest, symbol }, options);
  }

  /** Steps to the next frame of the bytes at hand. False when they are used up: then `read` more. */
  advance(): boolean {
    const { bytes, length } = this.chunk;
    while (this.pos < length) {
      const start = this.pos;
      const end = bytes.indexOf(NEWLINE, start);
      this.pos = end + 1;
      this.lines += 1;
      if (this.line(bytes, start, end)) return true;
    }
    return false;
  }

  /** Reads more bytes. False at the end of the file. */
  async read(): Promise<boolean> {
    try {
      const next = await this.chunks.next();
      if (next.done) return false;
      this.chunk = next.value;
      this.pos = 0;
      return true;
    } catch (error) {
      if (!(error instanceof TruncatedFileError)) throw error;
      this.reject('truncated-file', `${error.message}; every whole line before it was used`);
      return false;
    }
  }

  /** Lets go of the file before its end. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private line(bytes: Buffer, start: number, end: number): boolean {
    const at = receiveMicros(bytes, start);
    if (at < 0) return this.rejectTimestamp(bytes, start, end);
    if (at < this.lastAt - RECEIVE_TIME_TOLERANCE_MICROS) {
      return this.reject(
        'time-went-back',
        `received at ${at} µs, after a frame that was received at ${this.lastAt} µs`,
      );
    }
    const json = start + TIME_DIGITS + 1;
    const frame = this.scanner.scan(bytes, json, end) ?? this.readSlowly(bytes, json, end);
    if (!frame) return false;
    if (at > this.lastAt) this.lastAt = at;
    frame.at = this.lastAt as Micros;
    this.frame = frame;
    return true;
  }

  private readSlowly(bytes: Buffer, start: number, end: number): MarketInput | null {
    try {
      const envelope = parseEnvelope(bytes.toString('utf8', start, end));
      const { stream } = envelope;
      if (stream) this.symbols.add(stream.symbol);
      const [only = null] = this.symbols.size === 1 ? this.symbols : [];
      const frame = this.json.read(envelope, only);
      if (stream) this.scanner.learn(stream.name, stream.kind, stream.symbol);
      return frame;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.reject(error.reason, error.message);
      return null;
    }
  }

  private rejectTimestamp(bytes: Buffer, start: number, end: number): false {
    if (end === start) return this.reject('not-a-frame', 'an empty line');
    const text = bytes.toString('utf8', start, Math.min(end, start + 40));
    return this.reject(
      'bad-timestamp',
      `a line starts with ${TIME_DIGITS} digits (nanoseconds) and a space, not '${text}'`,
    );
  }

  private reject(reason: RejectionReason, detail: string): false {
    this.rejections.add({ file: this.path, line: this.lines, reason, detail });
    return false;
  }
}

export interface RecordingOptions {
  readonly instruments: readonly Instrument[];
  readonly rejections: Rejections;
}

interface OpenedFile {
  readonly first: LineChunk;
  readonly rest: AsyncIterator<LineChunk>;
  readonly symbol: string | null;
}

async function firstChunk(path: string, chunks: AsyncIterator<LineChunk>): Promise<LineChunk> {
  try {
    const first = await chunks.next();
    if (!first.done) return first.value;
  } catch (error) {
    if (error instanceof TruncatedFileError) throw new NotARecordingError(`${path}: ${error.message}`);
    throw error;
  }
  throw new NotARecordingError(`${path}: the file is empty`);
}

/** The venue and the first symbol of a recording, by its first lines. */
export function recogniseRecording(
  path: string,
  { bytes, length }: LineChunk,
): { venue: BinanceVenue; symbol: string | null } {
  const lines = bytes.toString('utf8', 0, length).split('\n');
  let symbol: string | null = null;
  for (const line of lines) {
    try {
      const envelope = parseEnvelope(line.slice(TIME_DIGITS + 1));
      symbol ??= envelope.stream?.symbol ?? null;
      const venue = venueOf(envelope);
      if (venue) return { venue, symbol };
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
    }
  }
  const start = (lines[0] ?? '').slice(0, 60);
  throw new NotARecordingError(
    `${path}: not a Binance recording. Its lines should be '<receive time in ns> <JSON of a stream frame>', but it starts with '${start}'`,
  );
}

/** The line's receive time in µs: 19 digits of nanoseconds and a space. −1 when they are not there. */
function receiveMicros(bytes: Buffer, start: number): number {
  let at = 0;
  for (let index = 0; index < TIME_DIGITS; index += 1) {
    const digit = bytes[start + index] - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    if (index < MICRO_DIGITS) at = at * 10 + digit;
  }
  return bytes[start + TIME_DIGITS] === SPACE ? at : -1;
}
