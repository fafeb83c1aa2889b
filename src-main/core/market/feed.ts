import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { BookTicker, DepthSnapshot, DepthUpdate, MarkPrice, Trade } from '../engine/input.ts';
import { Bars, type BarsSnapshot } from './bars.ts';
import { type AppliedCheck, DepthSync, type DepthSyncSnapshot } from './depth-sync.ts';
import type { MarketConfig } from './market-config.ts';
import type { InstrumentStats } from './market-stats.ts';
import type { MarkPriceView } from './market-view.ts';
import { type Rejection, Rejections, type RejectionsSnapshot } from './rejections.ts';
import { StaleWatch, type StaleWatchSnapshot } from './stale-watch.ts';
import { TickerCheck, type TickerCheckSnapshot } from './ticker-check.ts';
import { FrameValidator, type ValidatorSnapshot } from './validation.ts';

export interface FeedSnapshot {
  readonly frames: number;
  readonly lastTradeTicks: number;
  readonly lastFrameAt: number;
  readonly markPrice: MarkPriceView | null;
  readonly rejections: RejectionsSnapshot;
  readonly validator: ValidatorSnapshot;
  readonly sync: DepthSyncSnapshot;
  readonly tickerCheck: TickerCheckSnapshot;
  readonly watch: StaleWatchSnapshot;
  readonly bars: BarsSnapshot;
}

/** What a feed's timers are for. */
const RETRY = 'retry';
const STALE = 'stale';

/** Between an instrument's id and what the timer is for. */
export const TIMER_SEPARATOR = ' ';

/** One instrument's market data, from validation to book and bars. A refused trade or ticker changes nothing. */
export class Feed implements AppliedCheck {
  readonly bars: Bars;
  readonly sync: DepthSync;
  /** NaN before the first trade. */
  lastTradeTicks = Number.NaN;
  /** When the last frame of book or trades came that was not refused at sight; NaN before the first. */
  lastFrameAt = Number.NaN;
  /** Null before the first. */
  markPrice: MarkPriceView | null = null;
  private frames = 0;
  private readonly validator: FrameValidator;
  readonly rejections = new Rejections();
  private readonly tickerCheck: TickerCheck;
  private readonly watch: StaleWatch;

  constructor(instrument: Instrument, config: MarketConfig, room: Room) {
    this.validator = new FrameValidator(config);
    const timerKey = (what: string): string => `${instrument.id}${TIMER_SEPARATOR}${what}`;
    this.sync = new DepthSync(instrument, config, this, room, timerKey(RETRY));
    this.watch = new StaleWatch(config.staleAfterMs, room, timerKey(STALE));
    this.tickerCheck = new TickerCheck(config.maxPendingTickers);
    this.bars = new Bars(config.maxClosedBars);
  }

  ticker(frame: BookTicker): void {
    this.frames += 1;
    const bad = this.validator.ticker(frame);
    if (bad !== null) {
      this.rejections.add(bad, frame.seq);
      return;
    }
    this.heard(frame.at);
    this.tickerCheck.ticker(frame, this.sync);
  }

  trade(frame: Trade): void {
    this.frames += 1;
    const bad = this.validator.trade(frame);
    if (bad !== null) this.rejections.add(bad, frame.seq);
    else if (!this.bars.add(frame)) this.rejections.add('volume-overflow', frame.seq);
    else {
      this.heard(frame.at);
      this.lastTradeTicks = frame.priceTicks;
    }
  }

  depth(frame: DepthUpdate, turn: Turn): void {
    this.frames += 1;
    const bad = this.validator.depth(frame);
    if (bad === null) {
      this.heard(frame.at);
      const unbelievable = this.sync.update(frame, turn);
      if (unbelievable !== null) this.rejections.add(unbelievable, frame.seq);
      else if (this.sync.isProven) this.watch.begin(turn);
      return;
    }
    this.rejections.add(bad, frame.seq);
    this.validator.forgetDepthTimes();
    this.sync.broken(frame, bad, turn);
  }

  depthSnapshot(frame: DepthSnapshot, turn: Turn): void {
    this.frames += 1;
    const bad = this.validator.snapshotFrame(frame);
    if (bad === null) {
      this.lastFrameAt = frame.at;
      const unusable = this.sync.snapshotFrame(frame, turn);
      if (unusable !== null) this.rejections.add(unusable, frame.seq);
      else if (this.sync.isProven) this.watch.begin(turn);
      return;
    }
    this.rejections.add(bad, frame.seq);
    this.validator.forgetDepthTimes();
  }

  /** It says nothing of the book: a stream of its own, it neither proves that one alive nor silent. */
  mark(frame: MarkPrice): void {
    this.frames += 1;
    const bad = this.validator.markPrice(frame);
    if (bad !== null) {
      this.rejections.add(bad, frame.seq);
      return;
    }
    const { markPrice, indexPrice, fundingRate, at } = frame;
    this.markPrice = { markPrice, indexPrice, fundingRate, nextFundingAt: frame.nextFundingAt as Micros, at };
  }

  /** A timer of this feed is due. */
  wake(what: string, turn: Turn): void {
    if (what === RETRY) this.sync.retry(turn);
    else if (what === STALE) this.lookForSilence(turn);
  }

  /** The link to the venue is gone. */
  disconnected(detail: string, turn: Turn): void {
    this.validator.forgetDepthTimes();
    this.sync.disconnected(detail, turn);
  }

  snapshotLoaded(): Rejection | null {
    const { book } = this.sync;
    if (book.isCrossed()) return 'crossed';
    this.validator.anchorAnew(book.bestBidTicks(), book.bestAskTicks());
    return null;
  }

  updateApplied(): Rejection | null {
    const { book } = this.sync;
    const bidTicks = book.bestBidTicks();
    const askTicks = book.bestAskTicks();
    const bad = this.validator.touch(bidTicks, askTicks);
    if (bad !== null) return bad;
    this.validator.anchor(bidTicks, askTicks);
    this.tickerCheck.applied(this.sync);
    return null;
  }

  stats(): InstrumentStats {
    const sync = this.sync.counts();
    return {
      frames: this.frames,
      rejected: this.rejections.byReason(),
      lastRejectedSeq: this.rejections.lastSeq,
      timeResets: this.validator.timesReset(),
      ...sync,
      resyncs: Math.max(0, sync.proofs - 1),
      tickerCheck: this.tickerCheck.counts(),
      lateTrades: this.bars.lateTrades('1s'),
      undatedTrades: this.bars.undatedTrades(),
    };
  }

  snapshot(): FeedSnapshot {
    return {
      frames: this.frames,
      lastTradeTicks: this.lastTradeTicks,
      lastFrameAt: this.lastFrameAt,
      markPrice: this.markPrice,
      rejections: this.rejections.snapshot(),
      validator: this.validator.snapshot(),
      sync: this.sync.snapshot(),
      tickerCheck: this.tickerCheck.snapshot(),
      watch: this.watch.snapshot(),
      bars: this.bars.snapshot(),
    };
  }

  restore(snapshot: FeedSnapshot): void {
    this.frames = snapshot.frames;
    this.lastTradeTicks = snapshot.lastTradeTicks;
    this.lastFrameAt = snapshot.lastFrameAt;
    this.markPrice = snapshot.markPrice;
    this.rejections.restore(snapshot.rejections);
    this.validator.restore(snapshot.validator);
    this.sync.restore(snapshot.sync);
    this.tickerCheck.restore(snapshot.tickerCheck);
    this.watch.restore(snapshot.watch);
    this.bars.restore(snapshot.bars);
  }

  private heard(at: Micros): void {
    this.lastFrameAt = at;
    this.watch.lastAt = at;
  }

  private lookForSilence(turn: Turn): void {
    if (!this.sync.isProven) {
      this.watch.end();
      return;
    }
    const silentMs = this.watch.silentMs(turn);
    if (silentMs !== null) this.sync.silent(`nothing was heard of it for ${Math.floor(silentMs)} ms`, turn);
  }
}
