import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MarketInput } from '../src-main/core/engine/input.ts';
import { Random } from '../src-main/core/engine/random.ts';
import { Orders } from '../src-main/core/execution/orders.ts';
import { Portfolio } from '../src-main/core/portfolio/portfolio.ts';
import { generateRecording, writeRecording } from '../src-main/testing/binance-recording.ts';
import { describeWithRecordings } from '../src-main/testing/recordings.ts';
import { recording } from '../src-main/testing/recordings-folder.ts';
import { runs } from '../src-main/testing/runs.ts';
import { feed, framesOf, INSTRUMENTS, type PaperRun, paperRun } from './paper-run.ts';

const USDM_BTC = 'binance-usdm-btcusdt-20240808.gz';
const USDM_ETH = 'binance-usdm-ethusdt-20240808.gz';
const SPOT_BTC = 'binance-spot-btcusdt-20240808.gz';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A market of ten minutes in frames: the market maker has warmed up well before its end. */
async function generatedFrames(venue: 'binance-spot' | 'binance-usdm', seed: number): Promise<MarketInput[]> {
  const path = join(folder, `${venue}-${seed}.gz`);
  writeRecording(path, generateRecording({ venue, symbol: 'BTCUSDT', frames: 12_000, seed }));
  return framesOf(path);
}

function ran(frames: readonly MarketInput[]): PaperRun {
  const run = paperRun();
  feed(run, frames);
  return run;
}

function fills({ facts }: PaperRun): number {
  return facts.filter((fact) => fact.kind === 'order-filled').length;
}

/** What must hold at the end of any run over a recording without faults. */
function expectSound(run: PaperRun): void {
  const { core } = run.desk;
  const { total } = core.market.stats();
  expect(total).toMatchObject({ gaps: 0, resyncs: 0, rejected: {} });
  expect(total.tickerCheck.compared).toBeGreaterThan(0);
  expect(total.tickerCheck.mismatched).toBe(0);
  expect(core.portfolio.ledgerBalanced()).toBe(true);
  expect(fills(run)).toBeGreaterThan(0);
}

function expectSameInTwoHalves(frames: readonly MarketInput[]): void {
  const whole = ran(frames);
  const middle = Math.floor(frames.length / 2);
  const first = ran(frames.slice(0, middle));
  const second = paperRun();
  second.desk.restore(structuredClone(first.desk.snapshot()));
  second.chain.restore(first.chain.snapshot());
  feed(second, frames.slice(middle));
  expect(second.chain.factsHash).toBe(whole.chain.factsHash);
  expect(second.desk.snapshot()).toEqual(whole.desk.snapshot());
}

/** Orders and portfolio, folded anew from nothing but facts. */
function expectFoldsAgree({ desk, facts }: PaperRun): void {
  const orders = new Orders(INSTRUMENTS.length);
  const portfolio = new Portfolio(INSTRUMENTS);
  for (const fact of facts) {
    orders.fold(fact);
    portfolio.fold(fact);
  }
  expect(orders.snapshot()).toEqual(desk.core.orders.snapshot());
  expect(portfolio.snapshot()).toEqual(desk.core.portfolio.snapshot());
}

type Damage = 'dropped' | 'doubled' | 'swapped with the next';

function damaged(frames: readonly MarketInput[], index: number, nextIndex: number, damage: Damage): MarketInput[] {
  const copy = [...frames];
  const stamp = (frame: MarketInput, at: MarketInput): MarketInput => ({ ...frame, at: at.at });
  if (damage === 'dropped') copy.splice(index, 1);
  else if (damage === 'doubled') copy.splice(index, 0, frames[index]);
  else {
    copy[index] = stamp(frames[nextIndex], frames[index]);
    copy[nextIndex] = stamp(frames[index], frames[nextIndex]);
  }
  return copy;
}

/** Where the frame stands in the damaged stream by which the damage has to be known. */
function detectedBy(index: number, nextIndex: number, damage: Damage): number {
  if (damage === 'dropped') return nextIndex - 1;
  return damage === 'doubled' ? index + 1 : index;
}

function expectDetected(frames: readonly MarketInput[], index: number, nextIndex: number, damage: Damage): void {
  const stream = damaged(frames, index, nextIndex, damage);
  const known = detectedBy(index, nextIndex, damage);
  const { instrument } = frames[index];
  const run = ran(stream.slice(0, known + 1));
  expect(run.desk.core.market.isProven(instrument), `${damage} ${index}`).toBe(false);
  const intended = run.facts.filter((fact) => fact.kind === 'order-intended').length;
  feed(run, stream.slice(known + 1));
  expect(run.desk.core.market.isProven(instrument), `${damage} ${index}, at the end`).toBe(false);
  expect(run.facts.filter((fact) => fact.kind === 'order-intended')).toHaveLength(intended);
  expect(run.desk.core.orders.open(instrument)).toEqual([]);
}

/** Seeded choice among the depth frames after the snapshot that have a depth frame behind them. */
function expectDamageDetected(frames: readonly MarketInput[], samples: number, seed: number): void {
  const snapshotAt = frames.findIndex((frame) => frame.kind === 'depth-snapshot');
  const depths = frames.flatMap((frame, index) => (frame.kind === 'depth' && index > snapshotAt ? [index] : []));
  // The first update after the snapshot is where synchronisation happens.
  const candidates = depths.slice(2);
  const random = new Random(seed);
  for (let sample = 0; sample < samples; sample += 1) {
    const choice = random.below(candidates.length - 1);
    const kinds = ['dropped', 'doubled', 'swapped with the next'] as const;
    expectDetected(frames, candidates[choice], candidates[choice + 1], kinds[sample % kinds.length]);
  }
}

describe.each(['binance-usdm', 'binance-spot'] as const)('a generated recording of %s', (venue) => {
  it('runs through the whole desk without a gap or a mismatch, the ledger balanced, with fills', async () => {
    expectSound(ran(await generatedFrames(venue, 1)));
  });

  it('gives the same facts on every run', async () => {
    const frames = await generatedFrames(venue, 2);
    expect(ran(frames).chain.factsHash).toBe(ran(frames).chain.factsHash);
  });

  it('gives the same facts in two halves with snapshot and restore between', async () => {
    expectSameInTwoHalves(await generatedFrames(venue, 3));
  });

  it('leaves orders and portfolio as the facts alone make them', async () => {
    expectFoldsAgree(ran(await generatedFrames(venue, 4)));
  });

  it('detects any depth frame lost, doubled or swapped by the next one, and orders nothing afterwards', async () => {
    expectDamageDetected(await generatedFrames(venue, 5), runs(9), 5);
  });
});

describeWithRecordings('the recorded markets', () => {
  const expected = { [USDM_BTC]: 629, [SPOT_BTC]: 564 };

  it.each(Object.entries(expected))('%s: sound, and the venue’s best prices are the book’s', async (name, compared) => {
    const run = ran(await framesOf(recording(name)));
    expectSound(run);
    expect(run.desk.core.market.stats().total.tickerCheck).toEqual({ compared, matched: compared, mismatched: 0 });
    expectFoldsAgree(run);
  });

  it('end with the best prices that were found independently', async () => {
    const { market } = ran(await framesOf(recording(USDM_BTC), recording(SPOT_BTC))).desk.core;
    const [usdm, , spot] = INSTRUMENTS;
    expect([market.book(usdm.id).bestBidTicks(), market.book(usdm.id).bestAskTicks()]).toEqual([616_597, 616_598]);
    expect([market.book(spot.id).bestBidTicks(), market.book(spot.id).bestAskTicks()]).toEqual([6_168_599, 6_168_600]);
  });

  it('all three merged: sound, the same facts on every run and in two halves', async () => {
    const frames = await framesOf(recording(USDM_BTC), recording(USDM_ETH), recording(SPOT_BTC));
    expectSound(ran(frames));
    expectSameInTwoHalves(frames);
  });

  it('damage to any depth frame is detected by the next one, and nothing is ordered afterwards', async () => {
    expectDamageDetected(await framesOf(recording(SPOT_BTC)), runs(6), 7);
    expectDamageDetected(await framesOf(recording(USDM_BTC)), runs(3), 8);
  });
});
