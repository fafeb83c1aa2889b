import { setFlagsFromString } from 'node:v8';
import { coreConfig } from '../src-main/app/config/core-config.ts';
import { createPaperDesk } from '../src-main/app/paper-desk.ts';
import { Core } from '../src-main/core/core.ts';
import type { Input } from '../src-main/core/engine/input.ts';
import { NO_PROBE, type Probe } from '../src-main/core/engine/probe.ts';
import { MergedRecordings } from '../src-main/edge/recordings/merged-recordings.ts';
import { Rejections } from '../src-main/edge/recordings/rejections.ts';
import { StageProbe } from '../src-main/edge/telemetry/stage-probe.ts';
import { copyFrame } from '../src-main/research/feed-delay.ts';
import { runIdentity } from '../src-main/research/run-identity.ts';
import { runOver } from '../src-main/research/virtual-desk.ts';
import { INSTRUMENTS, PAPER, usdmRecording } from './market.ts';
import { type BenchRow, median, row } from './rows.ts';

const WARM_UP_PASSES = 5;
const MEASURED_PASSES = 9;
const SEED = 1;
const NOWHERE = { fact() {}, effect() {} };

/**
 * The core alone, all inputs ready in memory: those that a replay with market maker and simulated exchange really gave it,
 * order reports and timers among them.
 */
export async function measure(): Promise<BenchRow[]> {
  const { path, name } = usdmRecording();
  const inputs = await inputsOf(path);
  const config = coreConfig(PAPER, INSTRUMENTS, 'market-maker');
  const pass = (probe: Probe): number => {
    const core = new Core(config, NOWHERE, probe);
    const startMs = performance.now();
    for (const input of inputs) core.accept(input);
    return (inputs.length * 1_000) / (performance.now() - startMs);
  };
  for (let index = 0; index < WARM_UP_PASSES; index += 1) pass(NO_PROBE);
  const rates = Array.from({ length: MEASURED_PASSES }, () => pass(NO_PROBE));
  const probe = new StageProbe(1);
  pass(probe);
  const everyInput = new StageProbe(1);
  for (let index = 0; index < MEASURED_PASSES; index += 1) pass(everyInput);
  const { intent, gate } = everyInput.latencies();
  if (!intent || !gate) throw new Error('no intent was made: there is nothing to measure');
  return [
    row(`core alone, ${name}`, median(rates), 'inputs/s', { atLeast: 1_000_000 }),
    row('input → intent p50', intent.p50, 'µs', { atMost: 2 }),
    row('input → intent p99', intent.p99, 'µs', { atMost: 20 }),
    row('input → intent p99.9', intent.p999, 'µs', { atMost: 100 }),
    row('gate p99', gate.p99, 'µs', { atMost: 2 }),
    row(
      'allocation per market event',
      allocationPerMarketEvent(inputs, () => new Core(config, NOWHERE)),
      'bytes',
    ),
  ];
}

async function inputsOf(path: string): Promise<Input[]> {
  const inputs: Input[] = [];
  const input = (of: Input): void => void inputs.push('exchangeAt' in of ? copyFrame(of) : { ...of });
  const market = { kind: 'recorded' } as const;
  const observer = { input };
  const desk = createPaperDesk({ config: PAPER, instruments: INSTRUMENTS, strategy: 'market-maker', market, observer });
  const recordings = await MergedRecordings.open([path], { instruments: INSTRUMENTS, rejections: new Rejections() });
  await runOver(desk, recordings, { seed: SEED, identity: runIdentity(SEED) });
  return inputs;
}

/** Bytes that the young generation grows by, over stretches without a collection, after a warm-up over the same inputs. */
function allocationPerMarketEvent(inputs: readonly Input[], newCore: () => Core): number {
  setFlagsFromString('--no-concurrent-recompilation');
  const core = newCore();
  let bytes = 0;
  let events = 0;
  for (const input of inputs) {
    if (!('exchangeAt' in input)) {
      core.accept(input);
      continue;
    }
    const before = process.memoryUsage().heapUsed;
    core.accept(input);
    const grown = process.memoryUsage().heapUsed - before;
    if (grown >= 0) {
      bytes += grown;
      events += 1;
    }
  }
  return bytes / events;
}
