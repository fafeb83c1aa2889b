/** The entries of the worker threads, and the size of the ring that market frames cross into one. */

export const JOURNAL_WORKER = new URL('./journal-worker.ts', import.meta.url);
export const TICKS_WORKER = new URL('./ticks-worker.ts', import.meta.url);
export const SNAPSHOT_WORKER = new URL('./snapshot-worker.ts', import.meta.url);
export const TICKS_RING_BYTES = 8 * 1024 * 1024;
