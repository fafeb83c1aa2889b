/** A thread that sets the stop flag once it is let, while the desk's own loop stands still or is busy. For the tests. */
import { parentPort, workerData } from 'node:worker_threads';
import { StopFlag } from '../../threads/stop-flag.ts';

/** Each view is of one shared word. */
export interface StopThreadData {
  readonly flag: SharedArrayBuffer;
  /** Becomes 1 when the thread may set the flag. */
  readonly go: Int32Array;
  /** Becomes 1 when the flag is set. */
  readonly done: Int32Array;
  /** Orders that the desk has sent so far. */
  readonly sent: Int32Array;
  /** As many had been when the flag was set. */
  readonly sentWhenSet: Int32Array;
}

const { flag, go, done, sent, sentWhenSet } = workerData as StopThreadData;
parentPort?.postMessage('ready');
Atomics.wait(go, 0, 0);
new StopFlag(flag).set();
Atomics.store(sentWhenSet, 0, Atomics.load(sent, 0));
Atomics.store(done, 0, 1);
Atomics.notify(done, 0);
