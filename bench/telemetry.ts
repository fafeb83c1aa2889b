import { coreConfig } from '../src-main/app/config/core-config.ts';
import { Core } from '../src-main/core/core.ts';
import type { Input } from '../src-main/core/engine/input.ts';
import { NO_PROBE } from '../src-main/core/engine/probe.ts';
import { Latencies } from '../src-main/edge/telemetry/latencies.ts';
import { StageProbe } from '../src-main/edge/telemetry/stage-probe.ts';
import { coreInputs } from './core-inputs.ts';
import { INSTRUMENTS, PAPER, usdmRecording } from './market.ts';
import { type BenchRow, median, rowOf } from './rows.ts';

const row = rowOf('journal');

const WARM_UP_PASSES = 20;
const MEASURED_PASSES = 41;
/** About a millisecond: what else runs on the machine then disturbs one of a pair, or both alike. */
const SLICE_INPUTS = 1_000;
const SUMMARIES = 200;
const LATENCIES = 200_000;
const NOWHERE = { fact() {}, effect() {} };

/** What telemetry takes from the desk's loop: the probe of every run, and one reading of the latencies. */
export async function measure(): Promise<BenchRow[]> {
  const { path, name } = usdmRecording();
  const costPercent = probeCostPercent(await coreInputs(path));
  return [
    row(`probe cost, ${name}`, costPercent, '%', { atMost: 5 }, 'the same inputs without a probe'),
    row('summary of all latencies', summaryMicros(), 'µs', { atMost: 1_000 }),
  ];
}

/**
 * Two cores take the same inputs slice by slice, one with a probe, in turns. Each slice counts with its median over all passes: whole
 * passes differ by more than what is measured here.
 */
function probeCostPercent(inputs: readonly Input[]): number {
  const config = coreConfig(PAPER, INSTRUMENTS, 'market-maker');
  const slices = Array.from({ length: Math.floor(inputs.length / SLICE_INPUTS) }, (_, index) =>
    inputs.slice(index * SLICE_INPUTS, (index + 1) * SLICE_INPUTS),
  );
  const times = slices.map(() => ({ plainMs: [] as number[], probedMs: [] as number[] }));
  const probe = new StageProbe();
  for (let pass = 0; pass < WARM_UP_PASSES + MEASURED_PASSES; pass += 1) {
    const plain = new Core(config, NOWHERE, NO_PROBE);
    const probed = new Core(config, NOWHERE, probe);
    for (const [index, slice] of slices.entries()) {
      // Whichever comes second finds the inputs in the cache: they take turns.
      const plainFirst = (pass + index) % 2 === 0;
      const firstMs = acceptMs(plainFirst ? plain : probed, slice);
      const secondMs = acceptMs(plainFirst ? probed : plain, slice);
      if (pass < WARM_UP_PASSES) continue;
      times[index]?.plainMs.push(plainFirst ? firstMs : secondMs);
      times[index]?.probedMs.push(plainFirst ? secondMs : firstMs);
    }
  }
  const sumOfMedians = (all: readonly (readonly number[])[]): number => all.reduce((sum, ms) => sum + median(ms), 0);
  const ratio = sumOfMedians(times.map(({ probedMs }) => probedMs)) / sumOfMedians(times.map(({ plainMs }) => plainMs));
  return (ratio - 1) * 100;
}

function acceptMs(core: Core, inputs: readonly Input[]): number {
  const startMs = performance.now();
  for (const input of inputs) core.accept(input);
  return performance.now() - startMs;
}

/** A scrape runs on the desk's loop, where nothing may take a millisecond. */
function summaryMicros(): number {
  const latencies = new Latencies();
  const stages = ['book', 'intent', 'gate', 'durable', 'released', 'commit'] as const;
  for (let index = 0; index < LATENCIES; index += 1) {
    latencies.record(stages[index % stages.length] ?? 'book', 2 ** (-10 + (index % 20)));
  }
  const micros = Array.from({ length: SUMMARIES }, () => {
    const startMs = performance.now();
    latencies.summary();
    return (performance.now() - startMs) * 1_000;
  });
  return median(micros);
}
