/** The entries of the worker threads and of the switch's line, and the size of the ring that market frames cross into one. */

export const JOURNAL_WORKER = new URL('./journal-worker.ts', import.meta.url);
export const TICKS_WORKER = new URL('./ticks-worker.ts', import.meta.url);
export const SNAPSHOT_WORKER = new URL('./snapshot-worker.ts', import.meta.url);
export const GUARD_WORKER = new URL('./guard-worker.ts', import.meta.url);
export const SERIAL_LINE = new URL('./serial-line.ts', import.meta.url);
export const TICKS_RING_BYTES = 8 * 1024 * 1024;
