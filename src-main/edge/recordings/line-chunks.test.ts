import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/engine/random.ts';
import { generateRecording } from '../../testing/binance-recording.ts';
import { runs } from '../../testing/runs.ts';
import { lineChunks, MAX_LINE_BYTES, TruncatedFileError } from './line-chunks.ts';

let path: string;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'line-chunks-'));
  path = join(folder, 'file');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Everything that is delivered of a file with these bytes, and whether it broke. */
async function deliver(bytes: Uint8Array) {
  writeFileSync(path, bytes);
  const parts: Buffer[] = [];
  let cuts = 0;
  try {
    for await (const chunk of lineChunks(path)) {
      if (chunk.isCut) cuts += 1;
      else parts.push(Buffer.from(chunk.bytes.subarray(0, chunk.length)));
    }
  } catch (error) {
    if (!(error instanceof TruncatedFileError)) throw error;
    return { text: Buffer.concat(parts).toString(), cuts, isBroken: true };
  }
  return { text: Buffer.concat(parts).toString(), cuts, isBroken: false };
}

/** The whole lines in what the longest sound beginning of `bytes` unpacks to, in one go. */
function recoverable(bytes: Uint8Array): string {
  const unpack = (length: number): Buffer | null => {
    try {
      return gunzipSync(bytes.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH });
    } catch {
      return null;
    }
  };
  let [sound, broken] = [0, bytes.length + 1];
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2);
    if (unpack(middle)) sound = middle;
    else broken = middle;
  }
  const unpacked = sound === 0 ? Buffer.alloc(0) : (unpack(sound) as Buffer);
  return unpacked.toString('utf8', 0, unpacked.lastIndexOf('\n') + 1);
}

const lines = generateRecording({ venue: 'binance-usdm', symbol: 'BTCUSDT', frames: 8_000, seed: 3 });
const text = `${lines.join('\n')}\n`;
const zipped = gzipSync(text);
const random = new Random(7);

describe('a broken gzip', () => {
  it('is large enough to break in many steps', () => expect(zipped.length).toBeGreaterThan(100_000));

  it('gives all its lines before trailing garbage', async () => {
    const garbage = Buffer.from('garbage that is no gzip');
    expect(await deliver(Buffer.concat([zipped, garbage]))).toEqual({ text, cuts: 0, isBroken: true });
  });

  it('takes several members, and zeros behind them, for what they are', async () => {
    const bytes = Buffer.concat([zipped, gzipSync(text), Buffer.alloc(600)]);
    expect(await deliver(bytes)).toEqual({ text: text + text, cuts: 0, isBroken: false });
  });

  it('gives everything up to where it is truncated', async () => {
    const lengths = [2, 9, 10, 11, zipped.length - 8, zipped.length - 1];
    for (let run = 0; run < runs(30); run += 1) lengths.push(2 + random.below(zipped.length - 2));
    for (const length of lengths) {
      const bytes = zipped.subarray(0, length);
      expect(await deliver(bytes)).toEqual({ text: recoverable(bytes), cuts: 0, isBroken: true });
    }
  });

  it('gives everything up to a flipped byte that cannot be unpacked, and all of it when only the checksum fails', async () => {
    let shorter = 0;
    for (let run = 0; run < runs(20); run += 1) {
      const bytes = Buffer.from(zipped);
      bytes[10 + random.below(zipped.length - 10)] ^= 1 + random.below(255);
      const expected = recoverable(bytes);
      if (expected.length < text.length / 2) shorter += 1;
      const { text: delivered, isBroken } = await deliver(bytes);
      expect(isBroken).toBe(true);
      expect(delivered === expected).toBe(true);
    }
    expect(shorter).toBeGreaterThan(0);
  });

  it('lets go of the file when nobody reads on', async () => {
    writeFileSync(path, zipped);
    for await (const { length } of lineChunks(path)) {
      expect(length).toBeGreaterThan(0);
      break;
    }
    expect(await deliver(zipped)).toEqual({ text, cuts: 0, isBroken: false });
  });
});

describe('a long line', () => {
  const long = (length: number): string => 'x'.repeat(length);

  it.each(['plain', 'gzipped'])('is delivered up to the limit, and cut beyond it: %s', async (form) => {
    const file = (content: string): Uint8Array => (form === 'plain' ? Buffer.from(content) : gzipSync(content));
    const most = `a\n${long(MAX_LINE_BYTES)}\nb\n`;
    expect((await deliver(file(most))).text === most).toBe(true);
    for (const end of ['\nb\n', '\n', '']) {
      const { text: delivered, cuts } = await deliver(file(`a\n${long(MAX_LINE_BYTES + 1)}${end}`));
      expect([delivered, cuts]).toEqual([end === '\nb\n' ? 'a\nb\n' : 'a\n', 1]);
    }
  });
});
