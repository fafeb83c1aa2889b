import { coreConfig } from '../src-main/app/config/core-config.ts';
import { Core } from '../src-main/core/core.ts';
import { coreInputs } from './core-inputs.ts';
import { INSTRUMENTS, PAPER, usdmRecording } from './market.ts';
import { type BenchRow, row } from './rows.ts';

const WARM_UP_PASSES = 10;
const NOWHERE = { fact() {}, effect() {} };

/**
 * What the heap grows by per market event, with nothing collected in between: the runner gives this process a young generation
 * larger than a pass needs. Without a strategy: orders may allocate.
 */
export async function measure(): Promise<BenchRow[]> {
  const inputs = (await coreInputs(usdmRecording().path)).filter(
    (input) => 'exchangeAt' in input || input.kind === 'start',
  );
  inputs.forEach((input, index) => {
    input.seq = index + 1;
  });
  const config = coreConfig(PAPER, INSTRUMENTS, 'none');
  let bytes = 0;
  for (let pass = 0; pass <= WARM_UP_PASSES; pass += 1) {
    const core = new Core(config, NOWHERE);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (const input of inputs) core.accept(input);
    bytes = process.memoryUsage().heapUsed - before;
  }
  return [row('allocation per market event', bytes / inputs.length, 'bytes')];
}
