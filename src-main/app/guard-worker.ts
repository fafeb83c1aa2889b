/** The guard worker's entry. */
import { parentPort, workerData } from 'node:worker_threads';
import type { GuardData } from './guard/guard-messages.ts';
import { runGuard } from './guard/run-guard.ts';

if (parentPort === null) throw new Error('guard-worker.ts runs in a worker thread, started by the desk');
await runGuard(workerData as GuardData, parentPort);
