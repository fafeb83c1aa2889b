import type { MessagePort } from 'node:worker_threads';
import { RingConsumer } from '../../threads/ring.ts';
import { TickStatus } from './status.ts';
import { TickError, type TickFault } from './tick-error.ts';
import { TickWriter } from './writer.ts';

/** What the desk's thread gives the ticks' worker. */
export interface TicksWorkerData {
  readonly directory: string;
  readonly segment: number;
  readonly ring: SharedArrayBuffer;
  readonly status: SharedArrayBuffer;
}

/** What the worker answers, once. Everything later goes through shared memory. */
export type TicksWorkerAnswer =
  | { readonly type: 'opened' }
  | { readonly type: 'refused'; readonly fault: TickFault }
  | { readonly type: 'unfit'; readonly message: string };

/** The ticks worker's whole life: opens, writes until it is asked to close, closes. Returns only then. */
export function runTicksWorker(data: TicksWorkerData, port: Pick<MessagePort, 'postMessage'>): void {
  const answer = (message: TicksWorkerAnswer): void => port.postMessage(message);
  const writer = attemptOpen(data, answer);
  if (writer === undefined) return;
  answer({ type: 'opened' });
  writer.run();
}

function attemptOpen(data: TicksWorkerData, answer: (message: TicksWorkerAnswer) => void): TickWriter | undefined {
  try {
    return new TickWriter(data.directory, data.segment, new RingConsumer(data.ring), new TickStatus(data.status));
  } catch (error) {
    if (error instanceof TickError) answer({ type: 'refused', fault: error.fault });
    else answer({ type: 'unfit', message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
