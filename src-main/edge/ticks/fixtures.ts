/** What the tick store's tests share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import type { MarketInput } from '../../core/engine/input.ts';
import { createRing, RingConsumer, RingProducer } from '../../threads/ring.ts';
import { FrameEncoder } from './frame-codec.ts';
import { readTicks, type TickDamage, type TickSegment } from './read.ts';
import { createStatus, TickStatus } from './status.ts';
import { TickWriter } from './writer.ts';

export const WORKER_ENTRY = new URL('../../app/ticks-worker.ts', import.meta.url);
/** 2023-11-14, 22:13:20 UTC. */
export const T0 = micros(1_700_000_000_000_000);
export const FIRST_DAY = '2023-11-14';
export const MICROS_PER_DAY = 86_400_000_000;

/** An empty folder, and the way to be rid of it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'interlock-ticks-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A frame whose kind and numbers follow from its sequence number. */
export function frameOf(seq: number, at: Micros = micros(T0 + seq)): MarketInput {
  const stamps = { seq, at, instrument: (seq % 3) as InstrumentId, exchangeAt: at - 5 };
  if (seq % 10 === 9) {
    return { kind: 'mark-price', ...stamps, markPrice: seq, indexPrice: seq / 3, fundingRate: 1e-4, nextFundingAt: at };
  }
  if (seq % 4 === 0) {
    return { kind: 'trade', ...stamps, tradeId: seq * 7, priceTicks: seq + 0.5, lots: 3, aggressor: 'sell' };
  }
  if (seq % 4 === 1) return depthOf(seq, 3 + (seq % 5), at);
  if (seq % 4 === 2) {
    const { priceTicks, lots } = depthOf(seq, 4, at);
    return { kind: 'depth-snapshot', ...stamps, lastId: seq, bidCount: 1, askCount: 3, priceTicks, lots };
  }
  return { kind: 'book-ticker', ...stamps, updateId: seq, bidTicks: 1, bidLots: 2, askTicks: 3, askLots: -seq };
}

/** An update of `levels` levels; each one is 16 bytes that compress badly. */
export function depthOf(seq: number, levels: number, at: Micros = micros(T0 + seq)): MarketInput & { kind: 'depth' } {
  return {
    kind: 'depth',
    seq,
    at,
    instrument: 0 as InstrumentId,
    exchangeAt: -1,
    firstId: seq,
    lastId: seq,
    previousId: -1,
    bidCount: levels,
    askCount: 0,
    priceTicks: Float64Array.from({ length: levels }, (_, i) => Math.sin(seq * 1_000 + i)),
    lots: Float64Array.from({ length: levels }, (_, i) => Math.cos(seq * 1_000 + i)),
  };
}

/** A copy that the next frame does not change, with the levels that count. */
export function copyOf(frame: MarketInput): MarketInput {
  if (frame.kind !== 'depth' && frame.kind !== 'depth-snapshot') return { ...frame };
  const levels = frame.bidCount + frame.askCount;
  return { ...frame, priceTicks: frame.priceTicks.slice(0, levels), lots: frame.lots.slice(0, levels) };
}

export interface Reading {
  readonly frames: readonly MarketInput[];
  readonly seqs: readonly number[];
  readonly damages: readonly TickDamage[];
}

export function readAll(directory: string, segments: readonly TickSegment[]): Reading {
  const damages: TickDamage[] = [];
  const frames = Array.from(
    readTicks(directory, segments, (damage) => damages.push(damage)),
    copyOf,
  );
  return { frames, seqs: frames.map(({ seq }) => seq), damages };
}

/** All of one run, however long. */
export function wholeRun(firstSeq: number): TickSegment[] {
  return [{ firstSeq, endSeq: Number.MAX_SAFE_INTEGER }];
}

/** `from` to `to`, both inclusive. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Producer, ring and writer on one thread: what happens when is the test's to say. */
export class InlineTicks {
  readonly status = new TickStatus(createStatus());
  readonly writer: TickWriter;
  private readonly ring: RingProducer;
  private readonly encoder = new FrameEncoder();

  constructor(directory: string, segment: number) {
    const memory = createRing(1024 * 1024);
    this.ring = new RingProducer(memory);
    this.writer = new TickWriter(directory, segment, new RingConsumer(memory), this.status);
  }

  /** Writes `frames` as one block. */
  block(...frames: readonly MarketInput[]): void {
    for (const frame of frames) {
      if (!this.ring.offer(this.encoder.bytes, this.encoder.encode(frame))) throw new Error('the ring is full');
    }
    this.writer.drain();
  }

  get queuedBytes(): number {
    return this.ring.usedBytes;
  }

  close(): void {
    this.writer.finish();
  }
}
