import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { createRing } from '../../threads/ring.ts';
import { dayFile, ticksFolder } from './day-file.ts';
import {
  depthOf,
  FIRST_DAY,
  frameOf,
  range,
  readAll,
  T0,
  temporaryFolder,
  WORKER_ENTRY,
  wholeRun,
} from './fixtures.ts';
import { type TickGap, TickRecorder, type TickRecorderOptions } from './tick-recorder.ts';

const RING_BYTES = 64 * 1024;
/** Longer than a ring of this size takes. */
const TOO_MANY_LEVELS = RING_BYTES / 4 / 16;

let folder: ReturnType<typeof temporaryFolder>;
let gaps: TickGap[];

beforeEach(() => {
  folder = temporaryFolder();
  gaps = [];
});
afterEach(() => folder.remove());

function start(options: Partial<TickRecorderOptions> = {}): Promise<TickRecorder> {
  return TickRecorder.start({
    directory: folder.path,
    workerEntry: WORKER_ENTRY,
    ring: createRing(RING_BYTES),
    segment: 1,
    onGap: (gap) => gaps.push(gap),
    ...options,
  });
}

/** A worker that opens nothing and does as told. */
function workerThat(does: string): URL {
  const script = `import { parentPort } from 'node:worker_threads'; parentPort.postMessage({ type: 'opened' }); ${does}`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}

async function untilFailed(ticks: TickRecorder): Promise<void> {
  while (ticks.failure() === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('the desk’s side of the tick store', () => {
  it('keeps every frame when it waits for room, and counts what was written', async () => {
    const ticks = await start();
    for (const seq of range(2, 5_000)) {
      while (!ticks.waitForRoom(1_000));
      expect(ticks.offer(frameOf(seq))).toBe(true);
    }
    await ticks.close();
    await ticks.close();
    expect(ticks).toMatchObject({ capacityBytes: RING_BYTES, queuedBytes: 0, dropped: 0, gaps: 0, lastGap: undefined });
    expect(ticks.written).toMatchObject({ frames: 4_999, cutBytes: 0 });
    expect(ticks.written.bytes).toBeLessThan(ticks.written.rawBytes);
    expect(ticks.failure()).toBeUndefined();
    expect(gaps).toEqual([]);
    expect(readAll(folder.path, wholeRun(1)).frames).toEqual(range(2, 5_000).map((seq) => frameOf(seq)));
  });

  it('goes on where a run before it ended', async () => {
    for (const segment of [1, 10, 20]) {
      const ticks = await start({ segment });
      for (const seq of range(segment + 1, segment + 5)) ticks.offer(frameOf(seq));
      await ticks.close();
    }
    const segments = [1, 10, 20].map((firstSeq) => ({ firstSeq, endSeq: firstSeq + 9 }));
    expect(readAll(folder.path, segments).seqs).toEqual([...range(2, 6), ...range(11, 15), ...range(21, 25)]);
  });

  it('drops what finds no room, and tells each gap when it has ended', async () => {
    const ticks = await start();
    expect(ticks.offer(frameOf(3))).toBe(true);
    expect(ticks.offer(depthOf(5, TOO_MANY_LEVELS))).toBe(false);
    expect(ticks.offer(depthOf(8, TOO_MANY_LEVELS))).toBe(false);
    expect(ticks).toMatchObject({ dropped: 2, gaps: 1, lastGap: undefined });
    expect(gaps).toEqual([]);
    expect(ticks.offer(frameOf(9))).toBe(true);
    expect(gaps).toEqual([{ fromSeq: 5, toSeq: 8 }]);
    expect(ticks.offer(depthOf(12, TOO_MANY_LEVELS))).toBe(false);
    await ticks.close();
    expect(gaps).toEqual([
      { fromSeq: 5, toSeq: 8 },
      { fromSeq: 12, toSeq: 12 },
    ]);
    expect(ticks).toMatchObject({ dropped: 3, gaps: 2, lastGap: { fromSeq: 12, toSeq: 12 } });
    expect(ticks.offer(frameOf(13))).toBe(false);
    expect(readAll(folder.path, wholeRun(1)).seqs).toEqual([3, 9]);
  });

  it('never waits for a full ring: what was taken is kept, all the rest lies in gaps', async () => {
    const ticks = await start();
    const taken: number[] = [];
    let seq = 1;
    while (ticks.dropped < 20) {
      seq += 1;
      if (ticks.offer(depthOf(seq, 200))) taken.push(seq);
    }
    await ticks.close();
    const missing = gaps.flatMap(({ fromSeq, toSeq }) => range(fromSeq, toSeq));
    expect(missing).toHaveLength(20);
    expect([...taken, ...missing].sort((a, b) => a - b)).toEqual(range(2, seq));
    expect(readAll(folder.path, wholeRun(1)).seqs).toEqual(taken);
  });

  it('refuses a frame out of its order or time', async () => {
    const ticks = await start({ segment: 10 });
    for (const seq of [10, 0, -1, Number.NaN, 11.5, 2 ** 60]) {
      expect(() => ticks.offer({ ...frameOf(11), seq })).toThrow(RangeError);
    }
    expect(() => ticks.offer({ ...frameOf(11), at: micros(T0) - 0.5 } as ReturnType<typeof frameOf>)).toThrow(
      RangeError,
    );
    expect(ticks.offer(frameOf(11))).toBe(true);
    expect(() => ticks.offer(frameOf(11))).toThrow(/sequence number 11 .* after 11/);
    await ticks.close();
    expect(ticks.dropped).toBe(0);
  });

  it('does not start on files that are refused', async () => {
    mkdirSync(ticksFolder(folder.path));
    writeFileSync(dayFile(folder.path, FIRST_DAY), 'something else entirely');
    await expect(start()).rejects.toThrow(/2023-11-14\.ticks: it is not a file of ticks .* Move it away/);
  });
});

describe('ticks that cannot be written', () => {
  it('are told and dropped from the first that is lost; the next start goes on', async () => {
    const ticks = await start();
    for (const seq of range(2, 9)) ticks.offer(frameOf(seq));
    while (ticks.queuedBytes > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const blocked = dayFile(folder.path, '2033-05-18');
    mkdirSync(blocked);
    const later = micros(2_000_000_000_000_000);
    ticks.offer(frameOf(11, later));
    await untilFailed(ticks);
    expect(ticks.failure()).toMatchObject({
      code: 'EISDIR',
      text: expect.stringMatching(/no more ticks are written: .*A folder is where the file should be/),
    });
    for (const seq of range(12, 15)) expect(ticks.offer(frameOf(seq, later))).toBe(false);
    // The journal waits for this before each of its commits.
    expect(ticks.queuedBytes).toBe(0);
    expect(ticks).toMatchObject({ dropped: 5, gaps: 1 });
    await ticks.close();
    expect(gaps).toEqual([{ fromSeq: 10, toSeq: 15 }]);
    rmSync(blocked, { recursive: true });
    const next = await start({ segment: 20 });
    expect(next.offer(frameOf(21, later))).toBe(true);
    await next.close();
    const { seqs } = readAll(folder.path, [{ firstSeq: 1, endSeq: 20 }, ...wholeRun(20)]);
    expect(seqs).toEqual([...range(2, 9), 21]);
  });

  it('because their worker died are told too, those that waited for it included', async () => {
    const workerEntry = workerThat("setTimeout(() => { throw new Error('killed by the test'); }, 20);");
    const ticks = await start({ workerEntry, segment: 5 });
    expect(ticks.offer(frameOf(8))).toBe(true);
    expect(ticks.dropped).toBe(0);
    await untilFailed(ticks);
    expect(ticks.failure()).toMatchObject({ code: 'WORKER_ENDED', text: expect.stringMatching(/killed by the test/) });
    expect(ticks).toMatchObject({ dropped: 1, gaps: 0 });
    await ticks.close();
    expect(gaps).toEqual([{ fromSeq: 6, toSeq: 8 }]);
    expect(ticks).toMatchObject({ dropped: 1, gaps: 1 });
  });
});

/** Whether this user may make a small disk of its own. */
function mayMount(): boolean {
  const probe = temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe.path]).status === 0;
  if (mounted) spawnSync('umount', [probe.path]);
  probe.remove();
  return mounted;
}

describe('a full disk', () => {
  it.runIf(mayMount())(
    'of 1 MiB (a tmpfs; only where this user may mount one) ends the ticks, not the desk, and leaves whole blocks',
    async () => {
      const directory = join(folder.path, 'small');
      mkdirSync(directory);
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]).status).toBe(0);
      try {
        const ticks = await start({ directory });
        let seq = 1;
        while (ticks.failure() === undefined) {
          seq += 1;
          ticks.waitForRoom(1_000);
          ticks.offer(depthOf(seq, 100));
        }
        expect(ticks.failure()).toMatchObject({
          code: 'ENOSPC',
          text: expect.stringMatching(/Free space on the disk/),
        });
        expect(ticks.offer(depthOf(seq + 1, 100))).toBe(false);
        await ticks.close();
        const { seqs, damages } = readAll(directory, wholeRun(1));
        expect(damages).toEqual([]);
        expect(seqs).toEqual(range(2, seqs.length + 1));
        expect(seqs.length).toBeGreaterThan(100);
        expect(gaps).toEqual([{ fromSeq: seqs.length + 2, toSeq: seq + 1 }]);
        expect(ticks.dropped).toBe(seq - seqs.length);
      } finally {
        spawnSync('umount', [directory]);
      }
    },
  );
});
