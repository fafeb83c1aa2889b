import { coreConfig } from '../src-main/app/config/core-config.ts';
import { Core } from '../src-main/core/core.ts';
import { NO_PROBE, type Probe } from '../src-main/core/engine/probe.ts';
import { StageProbe } from '../src-main/edge/telemetry/stage-probe.ts';
import { coreInputs } from './core-inputs.ts';
import { INSTRUMENTS, PAPER, usdmRecording } from './market.ts';
import { type BenchRow, median, row } from './rows.ts';

/** Orders are rare, one input in two hundred: their path is compiled only after many passes. */
const WARM_UP_PASSES = 40;
const MEASURED_PASSES = 9;
const NOWHERE = { fact() {}, effect() {} };

/**
 * The core alone, all inputs ready in memory: those that a replay with market maker and simulated exchange really gave it,
 * order reports and timers among them.
 */
export async function measure(): Promise<BenchRow[]> {
  const { path, name } = usdmRecording();
  const inputs = await coreInputs(path);
  const config = coreConfig(PAPER, INSTRUMENTS, 'market-maker');
  const pass = (probe: Probe): number => {
    const core = new Core(config, NOWHERE, probe);
    const startMs = performance.now();
    for (const input of inputs) core.accept(input);
    return (inputs.length * 1_000) / (performance.now() - startMs);
  };
  for (let index = 0; index < WARM_UP_PASSES; index += 1) pass(NO_PROBE);
  const rates = Array.from({ length: MEASURED_PASSES }, () => pass(NO_PROBE));
  pass(new StageProbe(1));
  const probe = new StageProbe(1);
  for (let index = 0; index < MEASURED_PASSES; index += 1) pass(probe);
  const { intent, gate } = probe.latencies();
  if (!intent || !gate) throw new Error('no intent was made: there is nothing to measure');
  return [
    row(`core alone, ${name}`, median(rates), 'inputs/s', { atLeast: 1_000_000 }),
    row('input → intent p50', intent.p50, 'µs', { atMost: 2 }),
    row('input → intent p99', intent.p99, 'µs', { atMost: 20 }),
    row('input → intent p99.9', intent.p999, 'µs', { atMost: 100 }),
    row('gate p99', gate.p99, 'µs', { atMost: 2 }),
  ];
}
