import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstrument, type Instrument } from '../../../src-shared/domain/instrument.ts';
import { generateRecording, writeRecording } from '../../testing/binance-recording.ts';
import { inferInstruments } from './infer-instruments.ts';
import { MAX_LINE_BYTES } from './line-chunks.ts';
import { MergedRecordings } from './merged-recordings.ts';
import { NotARecordingError } from './recording.ts';
import { describeRejection, type Rejection, Rejections } from './rejections.ts';

const SPEC = {
  kind: 'spot',
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  multiplier: '1',
  tickSize: '0.01',
  lotSize: '0.001',
} as const;
const INSTRUMENTS: readonly Instrument[] = [
  createInstrument({ venue: 'binance-usdm', symbol: 'BTCUSDT', ...SPEC }, 0),
  createInstrument({ venue: 'binance-spot', symbol: 'BTCUSDT', ...SPEC }, 1),
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recordings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeRecording(path, lines);
  return path;
}

async function readAll(...paths: string[]) {
  const told: Rejection[] = [];
  const rejections = new Rejections((rejection) => told.push(rejection));
  const merged = await MergedRecordings.open(paths, { instruments: INSTRUMENTS, rejections });
  const frames: { kind: string; instrument: number; at: number }[] = [];
  for (;;) {
    const frame = merged.next();
    if (frame === null) break;
    if (frame === undefined) await merged.read();
    else frames.push({ kind: frame.kind, instrument: frame.instrument, at: frame.at });
  }
  return { frames, told, counts: rejections.counts, lines: merged.lines };
}

const usdm = generateRecording({ venue: 'binance-usdm', symbol: 'BTCUSDT', frames: 3_000, seed: 1 });
const spot = generateRecording({ venue: 'binance-spot', symbol: 'BTCUSDT', frames: 3_000, seed: 2 });

describe('a recording', () => {
  it('gives every line as a frame, gzipped or plain', async () => {
    const [zipped, plain] = [await readAll(write('a.gz', usdm)), await readAll(write('a.txt', usdm))];
    expect(zipped.frames).toHaveLength(usdm.length);
    expect(plain.frames).toEqual(zipped.frames);
    expect(zipped.counts).toEqual({});
  });

  it('has mark prices among its frames, and no tick is inferred from them', async () => {
    const data = '"s":"BTCUSDT","p":"61794.15712345","i":"61784.6","P":"61784.2","r":"0.0001","T":1723190400000';
    const mark = `${(usdm[9] as string).slice(0, 20)}{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1,${data}}}`;
    const path = write('marks.gz', [...usdm.slice(0, 10), mark, mark, ...usdm.slice(10)]);
    const { frames, counts } = await readAll(path);
    expect(frames.slice(10, 12).map(({ kind }) => kind)).toEqual(['mark-price', 'mark-price']);
    expect([frames.length, counts]).toEqual([usdm.length + 2, {}]);
    const inferred = await inferInstruments([path], () => false);
    expect(inferred).toEqual(await inferInstruments([write('no-marks.gz', usdm)], () => false));
  });

  it('keeps microseconds of the receive time, and the venue’s time beside it', async () => {
    const rejections = new Rejections();
    const merged = await MergedRecordings.open([write('time.gz', usdm)], { instruments: INSTRUMENTS, rejections });
    const frame = merged.next();
    expect(frame?.at).toBe(Number((usdm[0] as string).slice(0, 16)));
    expect((frame?.exchangeAt ?? 0) - (frame?.at ?? 0)).toBeGreaterThan(1_200_000);
    await merged.close();
  });

  it('takes a last line that has no newline', async () => {
    const path = join(folder, 'no-newline.txt');
    writeFileSync(path, usdm.join('\n'));
    expect((await readAll(path)).frames).toHaveLength(usdm.length);
  });

  it('counts and tells every line that is no frame, and goes on', async () => {
    const lines = [
      ...usdm.slice(0, 10),
      'rubbish',
      '',
      `${(usdm[10] as string).slice(0, 20)}{"stream":`,
      ...usdm.slice(10),
    ];
    const { frames, told, counts } = await readAll(write('dirty.gz', lines));
    expect(frames).toHaveLength(usdm.length);
    expect(counts).toEqual({ 'bad-timestamp': 1, 'not-a-frame': 1, 'broken-json': 1 });
    expect(told.map((rejection) => rejection.line)).toEqual([11, 12, 13]);
    expect(describeRejection(told[0] as Rejection)).toContain('dirty.gz:11: bad-timestamp: ');
  });

  it('tells the first lines of a kind and counts them all', async () => {
    const { told, counts } = await readAll(write('rubbish.gz', [...usdm, ...Array<string>(50).fill('rubbish')]));
    expect(counts).toEqual({ 'bad-timestamp': 50 });
    expect(told).toHaveLength(3);
  });

  it('lets the receive time step back within the tolerance, and refuses it beyond', async () => {
    const back = (line: string, micros: number): string =>
      `${BigInt(line.slice(0, 19)) - BigInt(micros) * 1000n}${line.slice(19)}`;
    const [a, b, c] = usdm.slice(500, 503) as [string, string, string];
    const lines = [...usdm.slice(0, 500), a, back(b, 500_000), back(c, 5_000_000), ...usdm.slice(503)];
    const { frames, counts } = await readAll(write('back.gz', lines));
    expect(counts).toEqual({ 'time-went-back': 1 });
    expect(frames[501]?.at).toBe(frames[500]?.at);
    for (let index = 1; index < frames.length; index += 1)
      expect(frames[index].at).toBeGreaterThanOrEqual(frames[index - 1].at);
  });

  it('uses every whole line before the break of a truncated gzip, and says where it ends', async () => {
    const path = write('cut.gz', usdm);
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    const { frames, told, counts, lines } = await readAll(path);
    expect(counts).toEqual({ 'truncated-file': 1 });
    expect(frames.length).toBeGreaterThan(100);
    expect(frames.length).toBeLessThan(usdm.length);
    expect(told[0]).toMatchObject({ file: path, line: lines, reason: 'truncated-file' });
  });

  it.each([
    ['an empty file', ''],
    ['some text', 'hello\nworld\n'],
    ['another venue’s recording', '1618678132.8258188: {"event":"systemStatus"}\n'],
  ])('refuses %s as no recording, naming the file', async (_what, text) => {
    const path = join(folder, 'other.txt');
    writeFileSync(path, text);
    await expect(readAll(path)).rejects.toThrow(NotARecordingError);
    await expect(readAll(path)).rejects.toThrow(path);
  });

  it.each([
    ['is not there', 'nowhere.gz', /^(.*nowhere\.gz): cannot be read: check the name .*ENOENT/],
    ['is a folder', '.', /: cannot be read: it is a folder: name the recordings in it .*EISDIR/],
  ])('refuses a file that %s, with its name and what to do', async (_what, name, message) => {
    await expect(readAll(join(folder, name))).rejects.toThrow(message);
    await expect(readAll(join(folder, name))).rejects.toThrow(NotARecordingError);
    await expect(inferInstruments([join(folder, name)], () => false)).rejects.toThrow(message);
  });

  it('passes over a byte order mark', async () => {
    const path = join(folder, 'mark.txt');
    writeFileSync(path, `\ufeff${usdm.join('\n')}\n`);
    const { frames, counts } = await readAll(path);
    expect([frames.length, counts]).toEqual([usdm.length, {}]);
  });

  it.each([0, 10])('passes over a line that is too long (after %i others), and goes on', async (before) => {
    const long = `${usdm[before]?.slice(0, 20)}{"stream":"${'x'.repeat(MAX_LINE_BYTES)}"}`;
    const path = join(folder, 'long.txt');
    writeFileSync(path, [...usdm.slice(0, before), long, ...usdm.slice(before), ''].join('\n'));
    const { frames, told, lines } = await readAll(path);
    expect(told).toMatchObject([{ line: before + 1, reason: 'line-too-long' }]);
    expect([frames.length, lines]).toEqual([usdm.length, usdm.length + 1]);
  });
});

describe('a snapshot', () => {
  const isSnapshot = (line: string): boolean => line.startsWith('{"lastUpdateId"', 20);
  const snapshot = usdm.find(isSnapshot) as string;
  const streams = usdm.filter((line) => !isSnapshot(line));
  const first = (json: string): string => `${streams[0]?.slice(0, 20)}${json}`;

  it('before the first stream frame has the symbol that follows', async () => {
    const { frames, counts } = await readAll(write('first.gz', [first(snapshot.slice(20)), ...streams]));
    expect([frames[0], frames.length, counts]).toMatchObject([{ kind: 'depth-snapshot' }, streams.length + 1, {}]);
  });

  it('has it also when it fills more than the first chunk', async () => {
    const levels = Array.from({ length: 20_000 }, (_, index) => [`${50_000 - index}.00`, '1.000']);
    const large = first(JSON.stringify({ lastUpdateId: 1, T: 1, bids: levels, asks: [] }));
    const path = join(folder, 'large.txt');
    writeFileSync(path, [large, ...streams, ''].join('\n'));
    const { frames, counts } = await readAll(path);
    expect([frames[0], frames.length, counts]).toMatchObject([{ kind: 'depth-snapshot' }, streams.length + 1, {}]);
  });

  it('belongs to nobody in a file of several symbols, also before the second one is met', async () => {
    const others = streams.map((line) => line.replace('BTCUSDT', 'ETHUSDT').replace('btcusdt', 'ethusdt'));
    const lines = [streams[0], first(snapshot.slice(20)), ...others.slice(1, 100)] as string[];
    expect((await readAll(write('two.gz', lines))).counts).toMatchObject({ 'snapshot-without-symbol': 1 });
  });
});

describe('a receive time that jumps ahead', () => {
  const later = (line: string, seconds: number): string =>
    `${BigInt(line.slice(0, 19)) + BigInt(seconds) * 1_000_000_000n}${line.slice(19)}`;
  const shifted = (from: number, to: number, seconds: number): string[] =>
    usdm.map((line, index) => (index >= from && index < to ? later(line, seconds) : line));

  it.each([0, 1, 500, usdm.length - 1])(
    'costs only its own line where the next contradicts it (line %i)',
    async (at) => {
      const { frames, told, counts } = await readAll(write('jump.gz', shifted(at, at + 1, 3_600)));
      expect(counts).toEqual({ 'time-jumped': 1 });
      expect(told[0]?.line).toBe(at + 1);
      expect(frames).toHaveLength(usdm.length - 1);
    },
  );

  it('is asked of the next line that has a time', async () => {
    const lines = shifted(500, 501, 3_600);
    lines.splice(501, 0, 'rubbish', '');
    expect((await readAll(write('jump.gz', lines))).counts).toMatchObject({ 'time-jumped': 1, 'bad-timestamp': 1 });
    expect((await readAll(write('jump.gz', lines))).frames).toHaveLength(usdm.length - 1);
  });

  it('is a pause of the recording where the next line confirms it', async () => {
    const { frames, counts } = await readAll(write('pause.gz', shifted(500, usdm.length, 3_600)));
    expect([counts, frames.length]).toEqual([{}, usdm.length]);
  });

  it('is no jump up to a minute', async () => {
    const lines = shifted(usdm.length - 1, usdm.length, 59);
    expect((await readAll(write('minute.gz', lines))).counts).toEqual({});
  });

  it('is believed of the only line', async () => {
    expect((await readAll(write('one.gz', usdm.slice(0, 1)))).frames).toHaveLength(1);
  });
});

describe('several recordings', () => {
  it('merge by receive time, losing nothing', async () => {
    const { frames, lines } = await readAll(write('m.gz', usdm), write('s.gz', spot));
    expect(lines).toBe(usdm.length + spot.length);
    expect(frames).toHaveLength(lines);
    expect(new Set(frames.map((frame) => frame.instrument))).toEqual(new Set([0, 1]));
    for (let index = 1; index < frames.length; index += 1)
      expect(frames[index].at).toBeGreaterThanOrEqual(frames[index - 1].at);
  });
});

describe('the order of file names', () => {
  it('does not matter, frames at the same microsecond included', async () => {
    const sameTimes = spot.map((line, index) => `${(usdm[index] ?? line).slice(0, 19)}${line.slice(19)}`);
    const [a, b] = [write('order-a.gz', usdm), write('order-b.gz', sameTimes)];
    expect((await readAll(b, a)).frames).toEqual((await readAll(a, b)).frames);
  });
});

describe('inferring instruments', () => {
  it('finds the steps that a recording shows, for the symbols that are not known', async () => {
    const paths = [write('i.gz', usdm), write('j.gz', spot)];
    const inferred = await inferInstruments(paths, (key) => key === 'binance-spot:BTCUSDT');
    expect(inferred.map(({ spec }) => spec)).toEqual([
      {
        venue: 'binance-usdm',
        symbol: 'BTCUSDT',
        kind: 'linear',
        base: 'BTC',
        quote: 'USDT',
        settle: 'USDT',
        tickSize: '0.1',
        lotSize: '0.001',
        multiplier: '1',
      },
    ]);
  });

  it('asks for a configuration when a symbol does not show its quote currency', async () => {
    const lines = usdm.map((line) => line.replace('BTCUSDT', 'BTCXX').replace('btcusdt', 'btcxx'));
    await expect(inferInstruments([write('xx.gz', lines)], () => false)).rejects.toThrow(/BTCXX.*"instruments"/);
  });
});
