import type {
  BookTicker,
  DepthSnapshot,
  DepthUpdate,
  MarketInput,
  Trade,
} from '../../../src-main/core/engine/input.ts';
import { MICROS_PER_MS } from '../../../src-shared/domain/time.ts';
import type { VenueClock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { FundingTerms } from './funding.ts';
import type { SymbolListing } from './listings.ts';
import { aggregateTrade, type BookChange, bookTicker, depthUpdate, tradeFrame } from './market-messages.ts';
import type { StreamHub } from './stream-hub.ts';
import { amountText } from './texts.ts';

const MAX_TRADES = 1_000;
/** Names of a depth stream by how often it comes; the one without a speed is that of 250 ms. */
const DEPTH_STREAMS: readonly { readonly intervalMs: number; readonly suffixes: readonly string[] }[] = [
  { intervalMs: 0, suffixes: ['@0ms'] },
  { intervalMs: 100, suffixes: ['@100ms'] },
  { intervalMs: 250, suffixes: ['', '@250ms'] },
  { intervalMs: 500, suffixes: ['@500ms'] },
];

/** Gathers changes of the book and lets them go once per interval, each frame naming the one before. */
class DepthStream {
  readonly names: readonly string[];
  private readonly intervalMs: number;
  private dueMs = 0;
  private firstId = -1;
  private lastId = -1;
  /** The last id that was sent; −1 before the first frame. */
  private sentId = -1;
  private bids = new Map<number, number>();
  private asks = new Map<number, number>();

  constructor(symbol: string, intervalMs: number, suffixes: readonly string[]) {
    this.intervalMs = intervalMs;
    this.names = suffixes.map((suffix) => `${symbol}@depth${suffix}`);
  }

  /** @returns what is to be sent now, or null. */
  take(frame: DepthUpdate): BookChange | null {
    if (this.firstId < 0) this.firstId = frame.firstId;
    if (this.sentId < 0) this.sentId = frame.previousId;
    this.lastId = frame.lastId;
    const levels = frame.bidCount + frame.askCount;
    for (let index = 0; index < levels; index += 1) {
      (index < frame.bidCount ? this.bids : this.asks).set(frame.priceTicks[index], frame.lots[index]);
    }
    const nowMs = frame.exchangeAt / MICROS_PER_MS;
    if (nowMs < this.dueMs) return null;
    this.dueMs = this.intervalMs === 0 ? 0 : (Math.floor(nowMs / this.intervalMs) + 1) * this.intervalMs;
    const { firstId, lastId, sentId: previousId, bids, asks } = this;
    this.sentId = lastId;
    this.firstId = -1;
    this.bids = new Map();
    this.asks = new Map();
    return { firstId, lastId, previousId, exchangeAt: frame.exchangeAt, bids, asks };
  }
}

/** What one symbol makes public, and its present prices. */
export class MarketData {
  readonly listing: SymbolListing;
  /** The newest last. */
  readonly trades: Trade[] = [];
  /** The best prices; of an empty book those before. */
  ticker: BookTicker | null = null;
  private readonly depthStreams: readonly DepthStream[];
  private readonly tickerName: string;
  private readonly tradeName: string;
  private readonly aggregateName: string;
  private readonly hub: StreamHub;
  private readonly clock: VenueClock;
  private readonly faults: Faults;
  private markTick = 0;

  constructor(listing: SymbolListing, hub: StreamHub, clock: VenueClock, faults: Faults) {
    const { lowercase } = listing;
    this.listing = listing;
    this.hub = hub;
    this.clock = clock;
    this.faults = faults;
    this.depthStreams = DEPTH_STREAMS.map(
      ({ intervalMs, suffixes }) => new DepthStream(lowercase, intervalMs, suffixes),
    );
    this.tickerName = `${lowercase}@bookTicker`;
    this.tradeName = `${lowercase}@trade`;
    this.aggregateName = `${lowercase}@aggTrade`;
  }

  /** The book that the market begins with. */
  opened({ bidCount, priceTicks, lots, lastId, ...stamp }: DepthSnapshot): void {
    const [bidTicks, bidLots] = [priceTicks[0], lots[0]];
    const [askTicks, askLots] = [priceTicks[bidCount], lots[bidCount]];
    this.ticker = { ...stamp, kind: 'book-ticker', updateId: lastId, bidTicks, bidLots, askTicks, askLots };
  }

  published(input: MarketInput): void {
    const { listing, clock } = this;
    switch (input.kind) {
      case 'depth':
        this.depth(input);
        break;
      case 'book-ticker':
        this.ticker = input;
        this.publish(this.tickerName, () => bookTicker(listing, input, clock));
        break;
      case 'trade':
        this.trades.push(input);
        if (this.trades.length > 2 * MAX_TRADES) this.trades.splice(0, MAX_TRADES);
        this.publish(this.tradeName, () => tradeFrame(listing, input, clock));
        this.publish(this.aggregateName, () => aggregateTrade(listing, input, clock));
        break;
    }
  }

  /** The middle of the book, in units of 10^−8 of the quote currency. It stands for the index price as well. */
  mark(): bigint {
    const { instrument, openingTicks } = this.listing;
    const twice = this.ticker === null ? 2 * openingTicks : this.ticker.bidTicks + this.ticker.askTicks;
    return (BigInt(twice) * instrument.tick.units * 10n ** BigInt(8 - instrument.tick.decimals)) / 2n;
  }

  /** Called once a second. */
  publishMark({ rate, nextMs }: FundingTerms): void {
    const { listing, clock } = this;
    const price = amountText(this.mark());
    const data = () =>
      JSON.stringify({
        e: 'markPriceUpdate',
        E: clock.shownNow(),
        s: listing.symbol,
        p: price,
        i: price,
        P: price,
        r: rate,
        T: clock.shown(nextMs),
      });
    this.publish(`${listing.lowercase}@markPrice@1s`, data);
    if (this.markTick % 3 === 0) this.publish(`${listing.lowercase}@markPrice`, data);
    this.markTick += 1;
  }

  private depth(frame: DepthUpdate): void {
    for (const stream of this.depthStreams) {
      const change = stream.take(frame);
      if (change === null) continue;
      for (const name of stream.names) this.publish(name, () => depthUpdate(this.listing, change, this.clock));
    }
  }

  private publish(name: string, data: () => string): void {
    if (this.hub.isWanted(name) && !this.faults.losesFrame(name)) this.hub.publish(name, data());
  }
}
