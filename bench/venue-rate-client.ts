/**
 * One client of the feed's depth stream, in a process of its own: `node bench/venue-rate-client.ts ours|ccxt REST STREAMS FROM TO`.
 * It keeps the book, and prints what it took from update FROM to update TO.
 */
import { coreConfig } from '../src-main/app/config/core-config.ts';
import { DeskClock } from '../src-main/app/desk-clock.ts';
import { Core } from '../src-main/core/core.ts';
import type { Input } from '../src-main/core/engine/input.ts';
import { RealNetwork } from '../src-main/edge/venues/real-network.ts';
import { formatTicks } from '../src-shared/domain/instrument.ts';
import { PAPER } from './market.ts';
import { CCXT_SYMBOL, ccxtAt } from './venue-ccxt.ts';
import { FED, FeedVenue } from './venue-feed-link.ts';

/** What a client took for the updates after the first of its ids up to the last. */
export interface RateResult {
  readonly fromId: number;
  readonly toId: number;
  readonly wallSeconds: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
  /** At the end. */
  readonly bestBid: number;
  readonly bestAsk: number;
}

const MICROS_PER_SECOND = 1_000_000;

const [client, rest = '', streams = '', from, to] = process.argv.slice(2);

class Meter {
  private fromId = 0;
  private wallMs = 0;
  private cpu = process.cpuUsage();

  /** The book is at update `id`. @returns whether that was the last one. */
  reached(id: number): boolean {
    if (this.fromId === 0 && id >= Number(from)) {
      this.fromId = id;
      this.cpu = process.cpuUsage();
      this.wallMs = performance.now();
    }
    return id >= Number(to);
  }

  result(bestBid: number, bestAsk: number): RateResult {
    const { user, system } = process.cpuUsage(this.cpu);
    return {
      ...{ fromId: this.fromId, toId: Number(to), bestBid, bestAsk },
      wallSeconds: (performance.now() - this.wallMs) / 1_000,
      cpuSeconds: (user + system) / MICROS_PER_SECOND,
    };
  }
}

function ours(): Promise<RateResult> {
  const meter = new Meter();
  const clock = new DeskClock();
  const { promise, resolve } = Promise.withResolvers<RateResult>();
  const core = new Core(coreConfig(PAPER, [FED], 'none'), { fact() {}, effect: (effect) => void venue.send(effect) });
  const accept = (input: Input): void => {
    input.seq = core.lastSeq + 1;
    input.at = clock.now();
    core.accept(input);
    if (input.kind !== 'depth' || !meter.reached(input.lastId)) return;
    if (!core.market.isProven(FED.id)) throw new Error('the book is not proven');
    const book = core.market.book(FED.id);
    const price = (ticks: number): number => Number(formatTicks(FED, ticks as Parameters<typeof formatTicks>[1]));
    resolve(meter.result(price(book.bestBidTicks()), price(book.bestAskTicks())));
  };
  const venue = new FeedVenue(
    new RealNetwork(),
    { rest, streams },
    {
      ...{ name: FED.venue, instruments: [FED], now: () => clock.now(), onInput: accept },
      ...{ onLink() {}, knows: () => false, engineAliveAt: () => clock.now(), told() {} },
    },
  );
  accept({ kind: 'start', seq: 0, at: clock.now(), seed: 1, identity: '0'.repeat(32) });
  venue.begin();
  void venue.connect();
  return promise;
}

async function ccxts(): Promise<RateResult> {
  const meter = new Meter();
  const exchange = await ccxtAt({ rest, streams, orders: '' }, null);
  for (;;) {
    const book = await exchange.watchOrderBook(CCXT_SYMBOL);
    if (meter.reached(book.nonce ?? 0)) return meter.result(book.bids[0]?.[0] ?? 0, book.asks[0]?.[0] ?? 0);
  }
}

console.log(JSON.stringify(await (client === 'ours' ? ours() : ccxts())));
process.exit();
