/** A thread with nothing to do but to see how late the machine lets it run: what no other thread can do better. Says its figures when asked. */
import { parentPort } from 'node:worker_threads';
import { quantile } from './rows.ts';

const TIMER_MS = 1;

let delaysMs: number[] = [];
let lastMs = performance.now();
setInterval(() => {
  const nowMs = performance.now();
  delaysMs.push(nowMs - lastMs - TIMER_MS);
  lastMs = nowMs;
}, TIMER_MS);
parentPort?.on('message', () => {
  parentPort?.postMessage({ p99Ms: quantile(delaysMs, 0.99), maxMs: quantile(delaysMs, 1) });
  delaysMs = [];
});
