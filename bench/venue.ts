import { inFolder } from './live.ts';
import { type BenchRow, quantile, rowOf } from './rows.ts';
import { VenueDesk } from './venue-desk.ts';
import { FED, FeedVenue, UNLIMITED } from './venue-feed-link.ts';
import { type FeedOptions, type FeedProcess, startFeed } from './venue-feed-process.ts';
import { Pinger } from './venue-pinger.ts';
import { TimedNetwork } from './venue-timed-network.ts';

const row = rowOf('venue');

const KINDS = ['depth', 'bookTicker', 'trade'];
/** Orders are rare: their path is compiled only after thousands of them. */
const WARM_UP: FeedOptions = { kinds: KINDS, frames: 80_000, speed: 40 };
const MEASURED: FeedOptions = { kinds: KINDS, frames: 25_000, speed: 10 };

/** All in µs. */
interface Turns {
  /** Until an intent had passed the gate, and its order was on its way to the outbox. */
  readonly intents: readonly number[];
  /** Until everything was done that a frame brings with it: those that led to an intent, and all. */
  readonly intentTurns: readonly number[];
  readonly turns: readonly number[];
}

/** From the moment in which the socket has a message: reading it, bringing the book forward, two strategies, the gate. */
export async function measure(): Promise<BenchRow[]> {
  const feed = await startFeed();
  await run(feed, WARM_UP);
  const { intents, intentTurns, turns } = await run(feed, MEASURED);
  feed.end();
  const pace = `${MEASURED.speed} × recorded pace`;
  return [
    row(`frame received → book updated and intent out, ${pace}, p50`, quantile(intents, 0.5), 'µs', { atMost: 50 }),
    row(`frame received → book updated and intent out, ${pace}, p99`, quantile(intents, 0.99), 'µs', { atMost: 250 }),
    row('intents measured', intents.length, 'intents'),
    row('the same until the turn is staged for the journal, p50', quantile(intentTurns, 0.5), 'µs'),
    row('the same until the turn is staged for the journal, p99', quantile(intentTurns, 0.99), 'µs'),
    row('frame received → turn done, any frame, p50', quantile(turns, 0.5), 'µs'),
    row('frame received → turn done, any frame, p99', quantile(turns, 0.99), 'µs'),
  ];
}

function run(feed: FeedProcess, options: FeedOptions): Promise<Turns> {
  return inFolder(async (directory) => {
    const network = new TimedNetwork();
    const result = { intents: [] as number[], intentTurns: [] as number[], turns: [] as number[] };
    const sinceReceived = (): number => (performance.now() - network.receivedMs) * 1_000;
    let hasIntended = false;
    const desk = await VenueDesk.start({
      ...{ directory, config: UNLIMITED, instruments: [FED], strategy: 'market-maker' },
      pinger: (views) => new Pinger(FED, 0, views),
      createVenue: async (parts) => new FeedVenue(network, { rest: feed.rest, streams: feed.streams(options) }, parts),
      heard: ({ kind }) => {
        // Reports lead to intents as well: those have no frame.
        if (kind !== 'order-intended' || Number.isNaN(network.receivedMs)) return;
        result.intents.push(sinceReceived());
        hasIntended = true;
      },
    });
    const { promise: allRead, resolve } = Promise.withResolvers<void>();
    network.read = () => {
      const tookMicros = sinceReceived();
      result.turns.push(tookMicros);
      if (hasIntended) result.intentTurns.push(tookMicros);
      hasIntended = false;
      if (result.turns.length >= options.frames) resolve();
    };
    await allRead;
    await desk.end();
    network.close();
    return result;
  });
}
