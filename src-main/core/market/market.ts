import { type Instrument, type InstrumentId, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import type { Input, VenueLinkInput } from '../engine/input.ts';
import { shown } from '../engine/shown.ts';
import { Feed, type FeedSnapshot, TIMER_SEPARATOR } from './feed.ts';
import { checkMarketConfig, DEFAULT_MARKET_CONFIG, type MarketConfig } from './market-config.ts';
import { type InstrumentStats, type MarketStats, sumStats } from './market-stats.ts';
import type { BarsView, BookView, MarketView, MarkPriceView } from './market-view.ts';
import type { LastRejection } from './rejections.ts';

export interface MarketSnapshot {
  /** `venue:symbol` of each instrument, in the whitelist's order. */
  readonly instruments: readonly string[];
  readonly feeds: readonly FeedSnapshot[];
  /** Frames of instruments that are not on the whitelist, and the sequence number of the last one. */
  readonly unknownFrames: number;
  readonly lastUnknownSeq: number;
  /** Venues whose link is down. */
  readonly down: readonly string[];
}

/** The market room: validated books, trades and bars of the whitelisted instruments, and the links to their venues. */
export class Market implements Room, MarketView {
  readonly name = 'market';
  readonly instruments: readonly Instrument[];
  private readonly feeds: readonly Feed[];
  private unknownFrames = 0;
  private lastUnknownSeq = 0;
  /** Folded from facts, unlike all else in here; a restart finds every link up. */
  private down = new Set<string>();
  private readonly fresh: MarketSnapshot;

  /**
   * @param instruments the whitelist, each at the place of its id.
   * @throws RangeError for an instrument at another place, or a configuration that makes no sense.
   */
  constructor(instruments: readonly Instrument[], config: MarketConfig = DEFAULT_MARKET_CONFIG) {
    checkMarketConfig(config);
    instruments.forEach((instrument, place) => {
      if (instrument.id !== place) {
        throw new RangeError(
          `${instrumentKey(instrument)} has id ${instrument.id}, and place ${place} in the whitelist`,
        );
      }
    });
    this.instruments = instruments;
    this.feeds = instruments.map((instrument) => new Feed(instrument, config, this));
    this.fresh = this.snapshot();
  }

  accept(input: Input, turn: Turn): void {
    switch (input.kind) {
      case 'book-ticker':
        this.feedOf(input.instrument, input.seq)?.ticker(input);
        break;
      case 'trade':
        this.feedOf(input.instrument, input.seq)?.trade(input);
        break;
      case 'depth':
        this.feedOf(input.instrument, input.seq)?.depth(input, turn);
        break;
      case 'depth-snapshot':
        this.feedOf(input.instrument, input.seq)?.depthSnapshot(input, turn);
        break;
      case 'mark-price':
        this.feedOf(input.instrument, input.seq)?.mark(input);
        break;
      case 'venue-link':
        this.link(input, turn);
        return;
      default:
        return;
    }
    turn.reached('book');
  }

  fold(fact: Fact): void {
    if (fact.kind !== 'venue-link-changed') return;
    if (fact.up) this.down.delete(fact.venue);
    else this.down.add(fact.venue);
  }

  reset(): void {
    this.restore(this.fresh);
  }

  wake(key: string, turn: Turn): void {
    const [id, what] = key.split(TIMER_SEPARATOR);
    this.feeds[Number(id)].wake(what, turn);
  }

  isProven(instrument: InstrumentId): boolean {
    return this.feeds[instrument]?.sync.isProven ?? false;
  }

  isConnected(instrument: InstrumentId): boolean {
    const of = this.instruments[instrument];
    return of !== undefined && !this.down.has(of.venue);
  }

  /** Unproven it is empty, or a snapshot that waits for its bridge. @throws RangeError for an instrument that is not on the whitelist. */
  book(instrument: InstrumentId): BookView {
    return this.known(instrument).sync.book;
  }

  midTicks(instrument: InstrumentId): number {
    const { sync } = this.known(instrument);
    if (!sync.isProven) return Number.NaN;
    const bidTicks = sync.book.bestBidTicks();
    const askTicks = sync.book.bestAskTicks();
    return bidTicks < 0 || askTicks < 0 ? Number.NaN : (bidTicks + askTicks) / 2;
  }

  lastTradeTicks(instrument: InstrumentId): number {
    return this.known(instrument).lastTradeTicks;
  }

  /** Null before the venue has said one since the desk started. */
  markPrice(instrument: InstrumentId): MarkPriceView | null {
    return this.known(instrument).markPrice;
  }

  /** When the last frame of its book or trades came that was not refused, by the desk's clock; null before the first since the desk started. */
  lastFrameAt(instrument: InstrumentId): Micros | null {
    const { lastFrameAt } = this.known(instrument);
    return Number.isNaN(lastFrameAt) ? null : (lastFrameAt as Micros);
  }

  /** The venues whose link is down. */
  downVenues(): readonly string[] {
    return [...this.down];
  }

  /** @throws RangeError for an instrument that is not on the whitelist. */
  bars(instrument: InstrumentId): BarsView {
    return this.known(instrument).bars;
  }

  /** @throws RangeError for an instrument that is not on the whitelist. */
  lastRejection(instrument: InstrumentId): LastRejection {
    return this.known(instrument).rejections;
  }

  stats(): MarketStats {
    const each = this.feeds.map((feed) => feed.stats());
    const instruments: Record<string, InstrumentStats> = {};
    this.instruments.forEach((instrument, i) => {
      instruments[instrumentKey(instrument)] = each[i];
    });
    return { instruments, total: this.withUnknown(sumStats(each)) };
  }

  snapshot(): MarketSnapshot {
    return {
      instruments: this.instruments.map(instrumentKey),
      feeds: this.feeds.map((feed) => feed.snapshot()),
      unknownFrames: this.unknownFrames,
      lastUnknownSeq: this.lastUnknownSeq,
      down: [...this.down],
    };
  }

  /** @throws RangeError when the snapshot is of another whitelist; nothing has changed then. */
  restore(snapshot: MarketSnapshot): void {
    const keys = this.instruments.map(instrumentKey).join(', ');
    const theirs = snapshot.instruments.join(', ');
    if (theirs !== keys)
      throw new RangeError(`a market snapshot of [${theirs}] cannot be restored into one of [${keys}]`);
    this.feeds.forEach((feed, i) => {
      feed.restore(snapshot.feeds[i]);
    });
    this.unknownFrames = snapshot.unknownFrames;
    this.lastUnknownSeq = snapshot.lastUnknownSeq;
    this.down = new Set(snapshot.down);
  }

  /** A change of a link that the desk has; of any other there is nothing to say. */
  private link({ venue, up, detail: said }: VenueLinkInput, turn: Turn): void {
    const feeds = this.feeds.filter((_, place) => this.instruments[place].venue === venue);
    if (feeds.length === 0 || this.down.has(venue) !== up) return;
    const detail = shown(said);
    turn.emit({ kind: 'venue-link-changed', venue, up, detail });
    for (const feed of feeds) {
      if (up) feed.sync.retry(turn);
      else feed.disconnected(detail, turn);
    }
  }

  /** Counts the frame when its instrument is not on the whitelist. The comparison keeps the array access in bounds. */
  private feedOf(instrument: number, seq: number): Feed | undefined {
    if (instrument >= 0 && instrument < this.feeds.length && (instrument | 0) === instrument) {
      return this.feeds[instrument];
    }
    this.unknownFrames += 1;
    this.lastUnknownSeq = seq;
    return undefined;
  }

  private known(instrument: InstrumentId): Feed {
    const feed = this.feeds[instrument];
    if (feed === undefined) throw new RangeError(`no instrument ${instrument}: the whitelist has ${this.feeds.length}`);
    return feed;
  }

  private withUnknown(total: InstrumentStats): InstrumentStats {
    if (this.unknownFrames === 0) return total;
    return {
      ...total,
      frames: total.frames + this.unknownFrames,
      rejected: { ...total.rejected, 'unknown-instrument': this.unknownFrames },
      lastRejectedSeq: Math.max(total.lastRejectedSeq, this.lastUnknownSeq),
    };
  }
}
