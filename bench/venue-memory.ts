import { inFolder } from './live.ts';
import { type BenchRow, rowOf } from './rows.ts';
import { VenueDesk } from './venue-desk.ts';
import { FED, FeedVenue, UNLIMITED } from './venue-feed-link.ts';
import { type FeedProcess, startFeed } from './venue-feed-process.ts';
import { Pinger } from './venue-pinger.ts';
import { TimedNetwork } from './venue-timed-network.ts';

const row = rowOf('venue');

/** By then everything is compiled, and every ring and history has its full size. */
const WARM_UP = 400_000;
const FRAMES = 1_000_000;
const STEP = 100_000;
const ORDER_EVERY_MS = 20;
const BYTES_PER_MB = 1_048_576;

/** What a desk's heap holds after each hundred thousand frames, over a million; and the same with a small leak. */
export async function measure(): Promise<BenchRow[]> {
  const feed = await startFeed();
  const growth = await growthMb(feed, () => {});
  const kept: { readonly frame: number }[] = [];
  const control = await growthMb(feed, (frame) => void kept.push({ frame }));
  feed.end();
  return [
    row('heap growth per million frames', growth, 'MB', { atMost: 1 }),
    row('control: a leak of one small object a frame is found', control, 'MB', { atLeast: 10 }),
  ];
}

/** @param each called with the number of each frame. */
function growthMb(feed: FeedProcess, each: (frame: number) => void): Promise<number> {
  return inFolder(async (directory) => {
    const network = new TimedNetwork();
    const streams = feed.streams({ kinds: ['depth', 'bookTicker', 'trade'], frames: WARM_UP + FRAMES, speed: 0 });
    const desk = await VenueDesk.start({
      ...{ directory, config: UNLIMITED, instruments: [FED], strategy: 'market-maker' },
      pinger: (views) => new Pinger(FED, ORDER_EVERY_MS, views),
      createVenue: async (parts) => new FeedVenue(network, { rest: feed.rest, streams }, parts),
      heard() {},
    });
    const heapMb: number[] = [];
    let frames = 0;
    const { promise: allRead, resolve } = Promise.withResolvers<void>();
    network.read = () => {
      frames += 1;
      each(frames);
      if (frames >= WARM_UP && frames % STEP === 0) heapMb.push(heapNowMb());
      if (frames === WARM_UP + FRAMES) resolve();
    };
    await allRead;
    await desk.end();
    network.close();
    return slope(heapMb) * (FRAMES / STEP);
  });
}

function heapNowMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / BYTES_PER_MB;
}

/** By least squares, per step. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const moment = values.reduce((sum, value, index) => sum + value * (index - middle), 0);
  const spread = values.reduce((sum, _value, index) => sum + (index - middle) ** 2, 0);
  return moment / spread;
}
