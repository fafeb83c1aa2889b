/** The ticks worker's entry. */
import { parentPort, workerData } from 'node:worker_threads';
import { runTicksWorker, type TicksWorkerData } from '../edge/ticks/worker-loop.ts';

if (parentPort === null) throw new Error('ticks-worker.ts runs in a worker thread, started by the desk');
runTicksWorker(workerData as TicksWorkerData, parentPort);
