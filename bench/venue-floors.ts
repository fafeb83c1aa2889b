import { once } from 'node:events';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JOURNAL_WORKER } from '../src-main/app/workers.ts';
import { JournalClient } from '../src-main/edge/journal/client.ts';
import { hostClock } from '../src-main/threads/host-clock.ts';
import { inFolder } from './live.ts';
import { startServing } from './venue-process.ts';

/** What this machine takes for the parts of an order's way that no desk can save. In µs. */
export interface Floors {
  /** Write and fsync of one page. */
  readonly disk: readonly number[];
  /** Handing the bytes of an order to a bare socket that another process reads. */
  readonly socket: readonly number[];
  /** The same, right after another thread has said that a record is on disk. */
  readonly socketAfterCommit: readonly number[];
}

const TIMES = 400;
/** So that what is measured is compiled. */
const WARM_UP_WRITES = 20_000;
const WRITES_IN_A_TURN = 50;
/** What a commit of one turn adds to the log: a page with its frame header. */
const COMMIT_BYTES = 4_120;
const LOG_PAGES = 64;
/** An order in its frame. */
const ORDER = Buffer.alloc(480, 1);

/** @param everyMs between two acts: what is done rarely is slower than what is done all the time. */
export async function measureFloors(everyMs: number): Promise<Floors> {
  const { line, end } = await startServing('venue-sink.ts');
  const socket = connect({ port: Number(line), host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  for (let index = 0; index < WARM_UP_WRITES; index += 1) {
    socket.write(ORDER);
    if (index % WRITES_IN_A_TURN === 0) await sleep(0);
  }
  const disk = await inFolder((directory) => diskFloor(directory, everyMs));
  const alone = await repeated(everyMs, async () => writtenMicros(socket));
  const socketAfterCommit = await inFolder((directory) => afterCommits(directory, everyMs, socket));
  socket.destroy();
  end();
  return { disk, socket: alone, socketAfterCommit };
}

function writtenMicros(socket: Socket): number {
  const startMs = performance.now();
  socket.write(ORDER);
  return (performance.now() - startMs) * 1_000;
}

async function diskFloor(directory: string, everyMs: number): Promise<number[]> {
  const file = openSync(join(directory, 'floor.bin'), 'w');
  const page = Buffer.alloc(COMMIT_BYTES, 1);
  const micros = await repeated(everyMs, async (index) => {
    const startMs = performance.now();
    writeSync(file, page, 0, page.length, (index % LOG_PAGES) * COMMIT_BYTES);
    fsyncSync(file);
    return (performance.now() - startMs) * 1_000;
  });
  closeSync(file);
  return micros;
}

async function afterCommits(directory: string, everyMs: number, socket: Socket): Promise<number[]> {
  const journal = await JournalClient.start({ directory, workerEntry: JOURNAL_WORKER, now: hostClock });
  const micros = await repeated(everyMs, async () => {
    const seq = journal.append('fact', hostClock(), ORDER);
    if (seq === 'full') throw new Error('the ring of an idle journal is full');
    await journal.whenDurable(seq);
    return writtenMicros(socket);
  });
  await journal.close();
  return micros;
}

async function repeated(everyMs: number, act: (index: number) => Promise<number>): Promise<number[]> {
  const micros: number[] = [];
  for (let index = 0; index < TIMES; index += 1) {
    await sleep(everyMs);
    micros.push(await act(index));
  }
  return micros;
}
