import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { usdmRecording } from './market.ts';
import { type Pass, replayOnce } from './replay-once.ts';
import { type BenchRow, median, row } from './rows.ts';

const WARM_UP_PASSES = 10;
const MEASURED_PASSES = 7;
/** Receive time in ns, and a space. */
const TIME_AND_SPACE = 20;
const PEER = 'gunzip + JSON.parse + Map book';

/** The whole trip over the recording, and beside it a loop that only unpacks, parses and keeps a book in two Maps. */
export async function measure(): Promise<BenchRow[]> {
  const { path, name } = usdmRecording();
  const cold = await replayOnce(path);
  const coldPeer = await naive(path);
  for (let pass = 1; pass < WARM_UP_PASSES; pass += 1) {
    await replayOnce(path);
    await naive(path);
  }
  const ours: number[] = [];
  const peers: number[] = [];
  for (let pass = 0; pass < MEASURED_PASSES; pass += 1) {
    ours.push((await replayOnce(path)).framesPerSecond);
    peers.push((await naive(path)).framesPerSecond);
  }
  const ratio = median(ours) / median(peers);
  return [
    row(`replay, ${name}`, median(ours), 'frames/s', { atLeast: 250_000 }),
    row('replay against the peer', ratio, 'x', { atLeast: 1 }, PEER),
    row('replay, cold', cold.framesPerSecond, 'frames/s'),
    row('replay, cold, peer', coldPeer.framesPerSecond, 'frames/s', {}, PEER),
  ];
}

interface NaiveFrame {
  readonly data?: { readonly e?: string; readonly b: [string, string][]; readonly a: [string, string][] };
  readonly bids?: [string, string][];
  readonly asks?: [string, string][];
}

/** Written for speed: whole chunks are split, and no promise is made per line. */
async function naive(path: string): Promise<Pass> {
  const startMs = performance.now();
  const bids = new Map<string, string>();
  const asks = new Map<string, string>();
  const change = (side: Map<string, string>, levels: readonly [string, string][]): void => {
    for (const [price, quantity] of levels) {
      if (Number(quantity) === 0) side.delete(price);
      else side.set(price, quantity);
    }
  };
  let frames = 0;
  const take = (line: string): void => {
    const frame = JSON.parse(line.slice(TIME_AND_SPACE)) as NaiveFrame;
    frames += 1;
    if (frame.data?.e === 'depthUpdate') {
      change(bids, frame.data.b);
      change(asks, frame.data.a);
    } else if (frame.bids && frame.asks) {
      change(bids, frame.bids);
      change(asks, frame.asks);
    }
  };
  let rest = '';
  for await (const chunk of createReadStream(path).pipe(createGunzip({ chunkSize: 256 * 1024 }))) {
    const parts = (rest + (chunk as Buffer).toString('latin1')).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) take(line);
  }
  if (rest !== '') take(rest);
  if (bids.size === 0 || asks.size === 0) throw new Error('the peer built no book');
  return { frames, framesPerSecond: (frames * 1_000) / (performance.now() - startMs) };
}
