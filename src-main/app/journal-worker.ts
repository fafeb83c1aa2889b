/** The journal worker's entry. */
import { parentPort, workerData } from 'node:worker_threads';
import { type JournalWorkerData, runJournalWorker } from '../edge/journal/worker-loop.ts';

if (parentPort === null) throw new Error('journal-worker.ts runs in a worker thread, started by the desk');
runJournalWorker(workerData as JournalWorkerData, parentPort);
