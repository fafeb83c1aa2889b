import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { usdmRecording } from './market.ts';
import { type BenchRow, median, rowOf } from './rows.ts';
import { CCXT } from './venue-ccxt.ts';
import { EndlessStream } from './venue-endless.ts';
import { type FeedProcess, startFeed } from './venue-feed-process.ts';
import type { RateResult } from './venue-rate-client.ts';

const row = rowOf('venue');

const ROUNDS = 3;
const UPDATES = 45_000;
const WARM_UP = 15_000;
const PEER = `${CCXT} watchOrderBook, unmodified, same stream`;

interface Rates {
  readonly perSecond: number;
  readonly perCoreSecond: number;
  readonly result: RateResult;
}

/** Books kept from one stream of depth updates that comes as fast as it is taken, by the adapter with the core's book, and by ccxt. */
export async function measure(): Promise<BenchRow[]> {
  const { path, name } = usdmRecording();
  const stream = new EndlessStream(path, ['depth']);
  const ids = Array.from({ length: UPDATES }, () => Number(/"u":(\d+)/.exec(stream.next().data)?.[1]));
  const feed = await startFeed();
  const [ours, peers] = [[] as Rates[], [] as Rates[]];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await ratesOf('ours', feed, ids));
    peers.push(await ratesOf('ccxt', feed, ids));
  }
  feed.end();
  const isSame = ours.every(({ result }, round) => hasSameTouch(result, peers[round]?.result));
  const middle = (of: readonly Rates[], figure: 'perSecond' | 'perCoreSecond'): number =>
    median(of.map((rates) => rates[figure]));
  const [mine, theirs] = [middle(ours, 'perCoreSecond'), middle(peers, 'perCoreSecond')];
  return [
    row('depth updates a second per core, same books', isSame ? mine / theirs : Number.NaN, 'x', { atLeast: 5 }, PEER),
    row(`depth updates, ${name}`, mine, 'updates per s of CPU'),
    row('depth updates', theirs, 'updates per s of CPU', {}, PEER),
    row(`depth updates, ${name}`, middle(ours, 'perSecond'), 'updates/s'),
    row('depth updates', middle(peers, 'perSecond'), 'updates/s', {}, PEER),
  ];
}

async function ratesOf(client: 'ours' | 'ccxt', feed: FeedProcess, ids: readonly number[]): Promise<Rates> {
  const streams = feed.streams({ kinds: ['depth'], frames: UPDATES, speed: 0 });
  const [from, to] = [ids[WARM_UP], ids[UPDATES - 1]];
  const args = [join(import.meta.dirname, 'venue-rate-client.ts'), client, feed.rest, streams, `${from}`, `${to}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the client ${client} ended with ${code}`);
  const result = JSON.parse(text) as RateResult;
  const updates = ids.indexOf(result.toId) - ids.indexOf(result.fromId);
  return { perSecond: updates / result.wallSeconds, perCoreSecond: updates / result.cpuSeconds, result };
}

function hasSameTouch(ours: RateResult, peers: RateResult | undefined): boolean {
  return ours.bestBid === peers?.bestBid && ours.bestAsk === peers.bestAsk && ours.bestBid > 0;
}
