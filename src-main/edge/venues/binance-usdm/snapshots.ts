import type { Instrument, InstrumentId } from '../../../../src-shared/domain/instrument.ts';
import type { DepthSnapshot } from '../../../core/engine/input.ts';
import { BinanceJson, type Json } from '../../../formats/binance-json.ts';
import { BinanceSymbols } from '../../../formats/binance-symbols.ts';
import { FrameError } from '../../../formats/frame-error.ts';
import { MarketFrames } from '../../../formats/market-frames.ts';
import type { LatencyRecorder } from '../latency-recorder.ts';
import type { RestCalls } from './outcome.ts';

export interface SnapshotsOptions {
  readonly calls: RestCalls;
  /** The venue's name at this desk. */
  readonly venue: string;
  /** Those of the venue. */
  readonly instruments: readonly Instrument[];
  /** Whether a depth frame of the instrument came since the stream is up. */
  readonly hasDepthOf: (instrument: InstrumentId) => boolean;
  /** `seq` 0; reused after the call. */
  readonly onSnapshot: (frame: DepthSnapshot) => void;
  readonly latencies: LatencyRecorder;
  readonly told: (news: string) => void;
}

/** What the venue charges for a thousand levels a side, the most it gives. */
const LEVELS = 1_000;
const WEIGHT = 20;
const TIMEOUT_MS = 5_000;
/** How long to wait for a depth frame. A book in which nothing happens for so long gets its snapshot all the same. */
const FIRST_DEPTH_MS = 300;

/** What is under way for one instrument. */
interface Request {
  /** Runs until a depth frame has come; undefined once the venue is asked. */
  timer: NodeJS.Timeout | undefined;
  /** Asked for again meanwhile: the answer under way may be too old for whoever asked. */
  isAskedAgain: boolean;
}

/**
 * Fetches the books that the core asks for, one at a time for each instrument. A snapshot can only be joined to the stream when it is
 * newer than the first depth frame, so the venue is asked after that one came. What fails is told: the core asks again.
 */
export class Snapshots {
  private readonly options: SnapshotsOptions;
  private readonly json: BinanceJson;
  private readonly symbols = new Map<InstrumentId, string>();
  private readonly requests = new Map<InstrumentId, Request>();
  private isClosed = false;

  constructor(options: SnapshotsOptions) {
    this.options = options;
    const { venue, instruments } = options;
    this.json = new BinanceJson(new BinanceSymbols('binance-usdm', instruments, venue), new MarketFrames());
    for (const { id, symbol } of instruments) this.symbols.set(id, symbol);
  }

  /** @throws RangeError for an instrument of another venue. */
  request(instrument: InstrumentId): void {
    const symbol = this.symbols.get(instrument);
    if (symbol === undefined) throw new RangeError(`instrument ${instrument} is none of ${this.options.venue}`);
    const underWay = this.requests.get(instrument);
    if (underWay !== undefined) {
      underWay.isAskedAgain = underWay.timer === undefined;
      return;
    }
    const request: Request = { timer: undefined, isAskedAgain: false };
    this.requests.set(instrument, request);
    if (this.options.hasDepthOf(instrument)) void this.ask(instrument, symbol, request);
    else request.timer = setTimeout(() => this.begin(instrument), FIRST_DEPTH_MS);
  }

  /** The first depth frame of `instrument` came. */
  depthCame(instrument: InstrumentId): void {
    this.begin(instrument);
  }

  /** Nothing is handed over any more. */
  close(): void {
    this.isClosed = true;
    for (const { timer } of this.requests.values()) clearTimeout(timer);
    this.requests.clear();
  }

  private begin(instrument: InstrumentId): void {
    const request = this.requests.get(instrument);
    const symbol = this.symbols.get(instrument);
    if (request?.timer === undefined || symbol === undefined) return;
    clearTimeout(request.timer);
    request.timer = undefined;
    void this.ask(instrument, symbol, request);
  }

  private async ask(instrument: InstrumentId, symbol: string, request: Request): Promise<void> {
    const { calls, latencies, told } = this.options;
    const askedAtMs = performance.now();
    const outcome = await calls.call({
      method: 'GET',
      path: '/fapi/v1/depth',
      params: { symbol, limit: LEVELS },
      security: 'none',
      weight: WEIGHT,
      use: 'data',
      timeoutMs: TIMEOUT_MS,
    });
    if (this.isClosed) return;
    this.requests.delete(instrument);
    if (outcome.kind === 'answered') {
      latencies.record('snapshot', performance.now() - askedAtMs);
      this.handOver(symbol, outcome.json);
    } else {
      const why = outcome.kind === 'refused' ? outcome.message : outcome.reason;
      told(`no snapshot of ${symbol}: ${outcome.kind}: ${why}`);
    }
    if (request.isAskedAgain) this.request(instrument);
  }

  private handOver(symbol: string, json: unknown): void {
    let frame: DepthSnapshot;
    try {
      frame = this.read(symbol, json);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.options.told(`the snapshot of ${symbol} is none: ${error.message}`);
      return;
    }
    frame.seq = 0;
    this.options.onSnapshot(frame);
  }

  private read(symbol: string, json: unknown): DepthSnapshot {
    if (typeof json !== 'object' || json === null) throw new FrameError('not-a-frame', 'the answer is no object');
    const frame = this.json.read({ stream: null, data: json as Json }, symbol);
    if (frame.kind !== 'depth-snapshot') throw new FrameError('not-a-frame', `it was read as ${frame.kind}`);
    return frame;
  }
}
