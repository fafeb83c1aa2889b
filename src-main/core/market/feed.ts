import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { BookTicker, DepthSnapshot, DepthUpdate, Trade } from '../engine/input.ts';
import { Bars, type BarsSnapshot } from './bars.ts';
import { type AppliedCheck, DepthSync, type DepthSyncSnapshot } from './depth-sync.ts';
import type { MarketConfig } from './market-config.ts';
import type { InstrumentStats } from './market-stats.ts';
import { type Rejection, Rejections, type RejectionsSnapshot } from './rejections.ts';
import { TickerCheck, type TickerCheckSnapshot } from './ticker-check.ts';
import { FrameValidator, type ValidatorSnapshot } from './validation.ts';

export interface FeedSnapshot {
  readonly frames: number;
  readonly lastTradeTicks: number;
  readonly lastFrameAt: number;
  readonly rejections: RejectionsSnapshot;
  readonly validator: ValidatorSnapshot;
  readonly sync: DepthSyncSnapshot;
  readonly tickerCheck: TickerCheckSnapshot;
  readonly bars: BarsSnapshot;
}

/** One instrument's market data, from validation to book and bars. A refused trade or ticker changes nothing. */
export class Feed implements AppliedCheck {
  readonly bars: Bars;
  readonly sync: DepthSync;
  /** NaN before the first trade. */
  lastTradeTicks = Number.NaN;
  /** When the last frame came that was not refused at sight; NaN before the first. */
  lastFrameAt = Number.NaN;
  private frames = 0;
  private readonly validator: FrameValidator;
  readonly rejections = new Rejections();
  private readonly tickerCheck: TickerCheck;

  constructor(instrument: Instrument, config: MarketConfig, room: Room) {
    this.validator = new FrameValidator(config);
    this.sync = new DepthSync(instrument, config, this, room);
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
    this.lastFrameAt = frame.at;
    this.tickerCheck.ticker(frame, this.sync);
  }

  trade(frame: Trade): void {
    this.frames += 1;
    const bad = this.validator.trade(frame);
    if (bad !== null) this.rejections.add(bad, frame.seq);
    else if (!this.bars.add(frame)) this.rejections.add('volume-overflow', frame.seq);
    else {
      this.lastFrameAt = frame.at;
      this.lastTradeTicks = frame.priceTicks;
    }
  }

  depth(frame: DepthUpdate, turn: Turn): void {
    this.frames += 1;
    const bad = this.validator.depth(frame);
    if (bad === null) {
      this.lastFrameAt = frame.at;
      const unbelievable = this.sync.update(frame, turn);
      if (unbelievable !== null) this.rejections.add(unbelievable, frame.seq);
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
      return;
    }
    this.rejections.add(bad, frame.seq);
    this.validator.forgetDepthTimes();
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
      rejections: this.rejections.snapshot(),
      validator: this.validator.snapshot(),
      sync: this.sync.snapshot(),
      tickerCheck: this.tickerCheck.snapshot(),
      bars: this.bars.snapshot(),
    };
  }

  restore(snapshot: FeedSnapshot): void {
    this.frames = snapshot.frames;
    this.lastTradeTicks = snapshot.lastTradeTicks;
    this.lastFrameAt = snapshot.lastFrameAt;
    this.rejections.restore(snapshot.rejections);
    this.validator.restore(snapshot.validator);
    this.sync.restore(snapshot.sync);
    this.tickerCheck.restore(snapshot.tickerCheck);
    this.bars.restore(snapshot.bars);
  }
}
