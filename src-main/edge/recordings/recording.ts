import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { MICROS_PER_SECOND, type Micros } from '../../../src-shared/domain/time.ts';
import type { MarketInput } from '../../core/engine/input.ts';
import { BinanceJson, parseEnvelope, venueOf } from '../../formats/binance-json.ts';
import { BinanceScanner } from '../../formats/binance-scanner.ts';
import { BinanceSymbols, type BinanceVenue } from '../../formats/binance-symbols.ts';
import { FrameError } from '../../formats/frame-error.ts';
import { MarketFrames } from '../../formats/market-frames.ts';
import { type LineChunk, lineChunks, MAX_LINE_BYTES, TruncatedFileError } from './line-chunks.ts';
import type { RejectionReason, Rejections } from './rejections.ts';

/** A receive time may step back this far (threads of a recorder interleave) and then counts as the latest one seen. */
export const RECEIVE_TIME_TOLERANCE_MICROS = MICROS_PER_SECOND;
/** A receive time further ahead of the last one is believed only when the next line confirms it. */
export const RECEIVE_TIME_JUMP_MICROS = 60 * MICROS_PER_SECOND;

/** Chunks that a recording's venue and symbols are looked for in; enough for one that begins with a large snapshot. */
const RECOGNISED_CHUNKS = 4;

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
  readonly path: string;
  private readonly chunks: AsyncIterator<LineChunk>;
  private readonly rejections: Rejections;
  private readonly frames = new MarketFrames();
  private readonly scanner: BinanceScanner;
  private readonly json: BinanceJson;
  private readonly symbols: Set<string>;
  /** Read to recognise the recording, not yet stepped through. */
  private readonly ahead: LineChunk[];
  private chunk: LineChunk = { bytes: Buffer.alloc(0), length: 0, isCut: false };
  private pos = 0;
  private lastAt = 0;

  private constructor(path: string, opened: OpenedFile, options: RecordingOptions) {
    this.path = path;
    this.chunks = opened.rest;
    this.ahead = opened.ahead;
    this.venue = opened.venue;
    this.symbols = opened.symbols;
    this.rejections = options.rejections;
    this.frame = this.frames.trade;
    const symbols = new BinanceSymbols(opened.venue, options.instruments);
    this.scanner = new BinanceScanner(symbols, this.frames);
    this.json = new BinanceJson(symbols, this.frames);
  }

  /**
   * Opens `path` and finds out which venue it is of.
   * @throws NotARecordingError when it cannot be read, or its beginning holds no Binance frame, saying what it holds instead.
   */
  static async open(path: string, options: RecordingOptions): Promise<Recording> {
    return new Recording(path, await openRecording(path), options);
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
      const ahead = this.ahead.shift();
      const next = ahead ? { done: false, value: ahead } : await this.chunks.next();
      if (next.done) return false;
      this.chunk = next.value;
      this.pos = 0;
      return true;
    } catch (error) {
      if (!(error instanceof TruncatedFileError)) throw unreadable(this.path, error);
      this.reject('truncated-file', `${error.message}; every whole line before it was used`);
      return false;
    }
  }

  /** Lets go of the file before its end. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private line(bytes: Buffer, start: number, end: number): boolean {
    if (this.chunk.isCut) return this.reject('line-too-long', `a line is longer than ${MAX_LINE_BYTES} bytes`);
    const at = receiveMicros(bytes, start);
    if (at < 0) return this.rejectTimestamp(bytes, start, end);
    if (at < this.lastAt - RECEIVE_TIME_TOLERANCE_MICROS) {
      return this.reject(
        'time-went-back',
        `received at ${at} µs, after a frame that was received at ${this.lastAt} µs`,
      );
    }
    if (at > this.lastAt + RECEIVE_TIME_JUMP_MICROS && !this.isConfirmed(at)) {
      return this.reject(
        'time-jumped',
        `received at ${at} µs, more than ${RECEIVE_TIME_JUMP_MICROS} µs after ${this.lastAt} µs, which no next line confirms`,
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

  /**
   * Whether the next line with a receive time has not gone back behind `at`. Where the bytes at hand hold no such line nothing
   * is confirmed: one good line too few is better than an hour of them refused. Only a file's first frame is then believed.
   */
  private isConfirmed(at: number): boolean {
    const { bytes, length } = this.chunk;
    for (let start = this.pos; start < length; start = bytes.indexOf(NEWLINE, start) + 1) {
      const nextAt = receiveMicros(bytes, start);
      if (nextAt >= 0) return nextAt >= at - RECEIVE_TIME_TOLERANCE_MICROS;
    }
    return this.lastAt === 0;
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
  readonly venue: BinanceVenue;
  /** Of the streams in the chunks looked at. */
  readonly symbols: Set<string>;
  readonly ahead: LineChunk[];
  readonly rest: AsyncIterator<LineChunk>;
}

/**
 * Opens `path` and reads on until a venue and a symbol are known, so that a snapshot in the first line has its symbol too.
 * @throws NotARecordingError
 */
async function openRecording(path: string): Promise<OpenedFile> {
  const chunks: AsyncIterator<LineChunk> = lineChunks(path);
  let rest = chunks;
  const ahead: LineChunk[] = [];
  let venue: BinanceVenue | null = null;
  const symbols = new Set<string>();
  try {
    while (ahead.length < RECOGNISED_CHUNKS && (venue === null || symbols.size === 0)) {
      const next = await chunks.next();
      if (next.done) break;
      ahead.push(next.value);
      const told = recogniseChunk(next.value, symbols);
      venue ??= told;
    }
  } catch (error) {
    if (!(error instanceof TruncatedFileError)) throw unreadable(path, error);
    if (ahead.length === 0) throw new NotARecordingError(`${path}: ${error.message}`);
    // What was read is stepped through first; then the reader meets the break.
    rest = { next: () => Promise.reject(error) };
  }
  if (venue !== null) return { venue, symbols, ahead, rest };
  await chunks.return?.();
  if (ahead.length === 0) throw new NotARecordingError(`${path}: the file is empty`);
  const start = ahead[0].bytes.toString('utf8', 0, Math.min(ahead[0].length, 60)).split('\n', 1)[0];
  throw new NotARecordingError(
    `${path}: not a Binance recording. Its lines should be '<receive time in ns> <JSON of a stream frame>', but it starts with '${start}'`,
  );
}

/** Adds the symbols of the streams in `chunk`. The venue, by the first line that tells it; null when none does. */
function recogniseChunk({ bytes, length }: LineChunk, symbols: Set<string>): BinanceVenue | null {
  let venue: BinanceVenue | null = null;
  for (const line of bytes.toString('utf8', 0, length).split('\n')) {
    try {
      const envelope = parseEnvelope(line.slice(TIME_DIGITS + 1));
      if (envelope.stream) symbols.add(envelope.stream.symbol);
      venue ??= venueOf(envelope);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
    }
  }
  return venue;
}

/** The venue of a recording. @throws NotARecordingError */
export async function venueOfRecording(path: string): Promise<BinanceVenue> {
  const { venue, rest } = await openRecording(path);
  await rest.return?.();
  return venue;
}

/** The file system's error with its path and what to do; any other error as it is. */
function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const isFolder = 'code' in error && error.code === 'EISDIR';
  const remedy = isFolder ? 'it is a folder: name the recordings in it' : 'check the name and who may read it';
  return new NotARecordingError(`${path}: cannot be read: ${remedy} (${error.message})`);
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
