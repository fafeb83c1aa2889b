import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { runs } from '../../testing/runs.ts';
import { FULL_BLOCK_BYTES } from './block.ts';
import { dayFile, FILE_HEADER_BYTES, FORMAT_VERSION, ticksFolder } from './day-file.ts';
import {
  depthOf,
  FIRST_DAY,
  frameOf,
  InlineTicks,
  MICROS_PER_DAY,
  range,
  readAll,
  T0,
  temporaryFolder,
  wholeRun,
} from './fixtures.ts';
import { readTicks } from './read.ts';
import { TickError } from './tick-error.ts';

/** Behind the magic. */
const VERSION_OFFSET = 8;

let folder: ReturnType<typeof temporaryFolder>;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = dayFile(folder.path, FIRST_DAY);
});
afterEach(() => folder.remove());

/** One run whose blocks hold the frames `blocks` say. @returns the file's size after each of them. */
function write(segment: number, ...blocks: readonly (readonly number[])[]): number[] {
  const ticks = new InlineTicks(folder.path, segment);
  const sizes = blocks.map((seqs) => {
    ticks.block(...seqs.map((seq) => frameOf(seq)));
    return statSync(file).size;
  });
  ticks.close();
  return sizes;
}

function writeRaw(path: string, bytes: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

describe('what was written', () => {
  it('is read as it was, over several days and runs, in order', () => {
    const at = (seq: number) => micros(T0 + Math.floor(seq / 10) * (MICROS_PER_DAY / 2));
    const frames = range(3, 60).map((seq) => frameOf(seq, at(seq)));
    const first = new InlineTicks(folder.path, 2);
    for (const frame of frames.slice(0, 30)) first.block(frame);
    first.close();
    const second = new InlineTicks(folder.path, 33);
    second.block(...frames.slice(31));
    second.close();
    expect(readdirSync(ticksFolder(folder.path))).toEqual(['2023-11-14.ticks', '2023-11-15.ticks', '2023-11-16.ticks']);
    const segments = [
      { firstSeq: 2, endSeq: 33 },
      { firstSeq: 33, endSeq: 61 },
    ];
    const { frames: found, damages } = readAll(folder.path, segments);
    expect(damages).toEqual([]);
    expect(found).toEqual(frames.filter(({ seq }) => seq !== 33));
  });

  it('of the format before is read, and says that it is of this one as soon as it goes on', () => {
    write(1, range(2, 30));
    const old = readFileSync(file);
    old[VERSION_OFFSET] = 1;
    writeFileSync(file, old);
    expect(readAll(folder.path, wholeRun(1)).seqs).toEqual(range(2, 30));
    expect(readFileSync(file)[VERSION_OFFSET]).toBe(1);
    write(50, range(51, 60));
    expect(readFileSync(file)[VERSION_OFFSET]).toBe(FORMAT_VERSION);
    const segments = [{ firstSeq: 1, endSeq: 50 }, ...wholeRun(50)];
    expect(readAll(folder.path, segments)).toMatchObject({ seqs: [...range(2, 30), ...range(51, 60)], damages: [] });
  });

  it('is void from the next run’s first number on, and in runs that nobody claims', () => {
    write(1, range(2, 9), range(10, 20));
    write(25, range(26, 30));
    write(40, range(41, 45));
    const segments = [
      { firstSeq: 1, endSeq: 15 },
      { firstSeq: 40, endSeq: 44 },
    ];
    expect(readAll(folder.path, segments).seqs).toEqual([...range(2, 14), ...range(41, 43)]);
    expect(readAll(folder.path, []).seqs).toEqual([]);
  });

  it('goes to the day of its block’s first frame, and a block takes no more than it may', () => {
    const ticks = new InlineTicks(folder.path, 1);
    ticks.block(frameOf(2), frameOf(3, micros(T0 + MICROS_PER_DAY)));
    expect(readdirSync(ticksFolder(folder.path))).toEqual([`${FIRST_DAY}.ticks`]);
    const large = range(4, 60).map((seq) => depthOf(seq, 500));
    ticks.block(...large);
    expect(ticks.queuedBytes).toBeGreaterThan(0);
    while (ticks.writer.drain());
    ticks.close();
    expect(ticks.queuedBytes).toBe(0);
    const { blocks, frames, rawBytes, bytes } = ticks.status.written();
    expect(blocks).toBe(1 + Math.ceil((57 * 8_080) / FULL_BLOCK_BYTES));
    expect(frames).toBe(59);
    expect(rawBytes).toBeGreaterThan(57 * 8_080);
    expect(bytes + FILE_HEADER_BYTES).toBe(statSync(file).size);
    expect(readAll(folder.path, wholeRun(1)).frames.slice(2)).toEqual(large);
  });

  it('is nothing where there is no folder, and may be left before its end', () => {
    expect(readAll(folder.path, wholeRun(1)).frames).toEqual([]);
    write(1, range(2, 90));
    for (const frame of readTicks(folder.path, wholeRun(1))) if (frame.seq === 5) break;
    expect(readAll(folder.path, wholeRun(1)).seqs).toEqual(range(2, 90));
  });
});

describe('a torn tail', () => {
  it('at any byte of the last block loses that block alone, is told, and is cut by the next start', () => {
    const [, before = 0, size = 0] = write(1, range(2, 40), range(41, 60), range(61, 64));
    const whole = readFileSync(file);
    for (let length = before + 1; length < size; length += 1 + Math.floor((size - before) / runs(40))) {
      writeFileSync(file, whole.subarray(0, length));
      const torn = readAll(folder.path, wholeRun(1));
      expect(torn.seqs).toEqual(range(2, 60));
      expect(torn.damages).toEqual([{ file, offset: before, problem: 'the file ends within a block' }]);
      const next = new InlineTicks(folder.path, 70);
      expect(next.status.written().cutBytes).toBe(length - before);
      next.block(...range(71, 75).map((seq) => frameOf(seq)));
      next.close();
      const { seqs, damages } = readAll(folder.path, [{ firstSeq: 1, endSeq: 70 }, ...wholeRun(70)]);
      expect(seqs).toEqual([...range(2, 60), ...range(71, 75)]);
      expect(damages).toEqual([]);
    }
  });

  it('within the file’s header is written anew', () => {
    write(1, [2]);
    for (const length of range(0, FILE_HEADER_BYTES - 1)) {
      truncateSync(file, length);
      expect(readAll(folder.path, wholeRun(1)).seqs).toEqual([]);
      write(1, range(2, 5));
      expect(readAll(folder.path, wholeRun(1)).seqs).toEqual(range(2, 5));
    }
  });

  it('of garbage or zeros behind the last block is cut, however long', () => {
    const [size = 0] = write(1, range(2, 40));
    const whole = readFileSync(file);
    for (const garbage of [Buffer.alloc(5_000_000), Buffer.from('ILTB'.repeat(500))]) {
      writeFileSync(file, Buffer.concat([whole, garbage]));
      expect(readAll(folder.path, wholeRun(1)).seqs).toEqual(range(2, 40));
      const next = new InlineTicks(folder.path, 50);
      next.close();
      expect(next.status.written().cutBytes).toBe(garbage.length);
      expect(statSync(file).size).toBe(size);
    }
  });
});

describe('a flipped bit', () => {
  it('anywhere costs its block and gives no wrong frame; what lies behind is read on', () => {
    const blocks = [range(2, 6), range(7, 30), range(31, 33), range(34, 36)];
    const ends = write(1, ...blocks);
    const whole = readFileSync(file);
    const bits = 8 * (whole.length - FILE_HEADER_BYTES);
    const flips = runs(400);
    for (let n = 0; n < flips; n += 1) {
      const bit = 8 * FILE_HEADER_BYTES + Math.floor((n * bits) / flips);
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      writeFileSync(file, flipped);
      const hit = ends.findIndex((end) => bit >> 3 < end);
      const { frames, damages } = readAll(folder.path, wholeRun(1));
      const left = blocks.filter((_, index) => index !== hit).flat();
      expect(frames).toEqual(left.map((seq) => frameOf(seq)));
      expect(damages).toEqual([expect.objectContaining({ file, offset: ends[hit - 1] ?? FILE_HEADER_BYTES })]);
    }
  });

  it('in a block before the last stays there when the next run appends', () => {
    const [first = 0] = write(1, range(2, 30), range(31, 60), range(61, 64));
    const whole = readFileSync(file);
    whole[first + 60] ^= 4;
    writeFileSync(file, whole);
    write(70, range(71, 75));
    const { seqs, damages } = readAll(folder.path, [{ firstSeq: 1, endSeq: 70 }, ...wholeRun(70)]);
    expect(seqs).toEqual([...range(2, 30), ...range(61, 64), ...range(71, 75)]);
    expect(damages).toEqual([{ file, offset: first, problem: "a block's checksum does not match" }]);
  });

  it('in the header makes the file a foreign one, or one from the future', () => {
    write(1, range(2, 30));
    const whole = readFileSync(file);
    for (let bit = 0; bit < 8 * FILE_HEADER_BYTES; bit += 1) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      writeFileSync(file, flipped);
      expect(() => readAll(folder.path, wholeRun(1))).toThrow(TickError);
      expect(() => new InlineTicks(folder.path, 50)).toThrow(TickError);
    }
  });
});

describe('what is not ours', () => {
  it('is refused at the start, in any day’s file, with file and remedy', () => {
    write(1, range(2, 30));
    const foreign = dayFile(folder.path, '2019-01-01');
    writeRaw(foreign, 'date;price\n');
    const refusal = /2019-01-01\.ticks: it is not a file of ticks that Interlock wrote\. Move it away/;
    expect(() => new InlineTicks(folder.path, 50)).toThrow(refusal);
    expect(() => readAll(folder.path, wholeRun(1))).toThrow(refusal);
    expect(readFileSync(foreign, 'utf8')).toBe('date;price\n');
  });

  it('is refused when a later version wrote it', () => {
    writeRaw(file, Buffer.from('ILTICKS\n\x03\0\0\0', 'latin1'));
    expect(() => new InlineTicks(folder.path, 50)).toThrow(
      /its format is 3, and this desk knows 1 to 2\. Open it with the version/,
    );
  });

  it('is left alone when it has no day’s name', () => {
    const other = `${ticksFolder(folder.path)}/notes.ticks`;
    writeRaw(other, 'mine');
    write(1, range(2, 5));
    expect(readAll(folder.path, wholeRun(1)).seqs).toEqual(range(2, 5));
    expect(readFileSync(other, 'utf8')).toBe('mine');
  });

  it('is refused when a run with this number or a later one is there: another journal’s ticks', () => {
    write(7, range(8, 9));
    expect(() => new InlineTicks(folder.path, 7)).toThrow(/began with input 7, and this one begins with 7.*move the/);
    expect(() => new InlineTicks(folder.path, 2)).toThrow(TickError);
    new InlineTicks(folder.path, 8).close();
  });

  it('is refused where a file or a folder stands in the way', () => {
    writeFileSync(ticksFolder(folder.path), '');
    expect(() => new InlineTicks(folder.path, 1)).toThrow(/ticks: .*A file is where the folder should be/);
  });

  it('is not given twice when blocks are there twice', () => {
    const [first = 0, second = 0] = write(1, range(2, 5), range(6, 9));
    const whole = readFileSync(file);
    writeFileSync(file, Buffer.concat([whole, whole.subarray(first, second)]));
    const { seqs, damages } = readAll(folder.path, wholeRun(1));
    expect(seqs).toEqual(range(2, 9));
    expect(damages).toEqual([{ file, offset: second, problem: 'a block begins with frame 6 after frame 9' }]);
  });
});
