/** Offers frames and prints how far they are written, until it is killed: `node crash-child.ts DIRECTORY SEGMENT`. For the tests. */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRing } from '../../threads/ring.ts';
import { frameOf, WORKER_ENTRY } from './fixtures.ts';
import { TickRecorder } from './tick-recorder.ts';

const [directory = '', segment = ''] = process.argv.slice(2);
const options = { directory, workerEntry: WORKER_ENTRY, ring: createRing(1024 * 1024), segment: Number(segment) };
const ticks = await TickRecorder.start(options);
for (let seq = options.segment + 1; ; ) {
  // Bursts and single frames: blocks of many sizes.
  const burst = seq % 7 === 0 ? 200 : 1;
  for (let n = 0; n < burst; n += 1) {
    ticks.waitForRoom(1_000);
    ticks.offer(frameOf(seq));
    seq += 1;
  }
  // The worker takes its time: now and then wait for it, and say how far it is.
  if (seq % 3 === 0) {
    while (ticks.queuedBytes > 0) await sleep(1);
    writeSync(1, `${seq - 1}\n`);
  }
  await new Promise((resolve) => setImmediate(resolve));
}
