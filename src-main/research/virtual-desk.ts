import { afterMs, type Micros, micros } from '../../src-shared/domain/time.ts';
import type { Core, CoreSnapshot } from '../core/core.ts';
import { addsRisk, type Effect } from '../core/engine/effect.ts';
import type { Sink } from '../core/engine/engine.ts';
import type { Fact } from '../core/engine/fact.ts';
import {
  type Input,
  isVenueInput,
  type MarketInput,
  type OrderReport,
  type OrderReportInput,
} from '../core/engine/input.ts';
import type { SecondCheck, SecondCheckSnapshot } from '../edge/outbox/second-check.ts';
import type { SimulatedExchange, SimulatedExchangeSnapshot } from '../simulation/exchange.ts';
import type { LatencyModel } from '../simulation/latency.ts';
import { FeedDelay, type FeedDelaySnapshot } from './feed-delay.ts';

/** Frames in the order of their receive time. */
export interface MarketSource {
  /** The next frame, reused by the one after; `undefined` when {@link read} has to be awaited first; null at the end. */
  next(): MarketInput | undefined | null;
  read(): Promise<void>;
}

export interface VirtualDeskParts {
  readonly core: Core;
  readonly exchange: SimulatedExchange;
  readonly secondCheck: SecondCheck;
  /** Delay of the feed in µs at a time, on top of what the recorded receive times already hold. */
  readonly feedLatency: LatencyModel;
}

/** Hears what passes through the desk. Called after the fact: nothing it does changes the run. */
export interface Observer {
  /** Stamped, and not yet accepted. */
  arriving?(input: Input): void;
  fact?(fact: Fact): void;
  /** After the core has accepted it. A market frame is reused by its reader: copy what is kept. */
  input?(input: Input): void;
}

export interface VirtualDeskSnapshot {
  readonly core: CoreSnapshot;
  readonly exchange: SimulatedExchangeSnapshot;
  readonly secondCheck: SecondCheckSnapshot;
  readonly underWay: FeedDelaySnapshot;
  readonly now: Micros;
}

/**
 * The desk in virtual time: core, outbox check and simulated exchange, driven by a market instead of a clock. Whatever
 * happens next is taken from the earliest of four queues: the market, frames under way to the desk, the exchange's own events
 * and the core's timers; at equal times in that order of the exchange first, then the desk. So a run depends on nothing but
 * its market and its seed.
 */
export class VirtualDesk {
  /** Virtual time: that of the last thing that happened. */
  now = micros(0);
  readonly core: Core;
  private readonly exchange: SimulatedExchange;
  private readonly secondCheck: SecondCheck;
  private readonly feedLatency: LatencyModel;
  private readonly underWay = new FeedDelay();
  private readonly effects: Effect[] = [];
  private readonly observer: Observer;

  /** @param makeParts called once, with the sink that the core has to write to. */
  constructor(makeParts: (sink: Sink) => VirtualDeskParts, observer: Observer = {}) {
    const parts = makeParts({
      fact: (fact) => {
        if (fact.kind === 'mode-changed') this.secondCheck.modeChanged(fact.to);
        observer.fact?.(fact);
      },
      effect: (effect) => this.effects.push(effect),
    });
    this.observer = observer;
    this.core = parts.core;
    this.exchange = parts.exchange;
    this.secondCheck = parts.secondCheck;
    this.feedLatency = parts.feedLatency;
  }

  /** The first input of a run. */
  start(at: Micros, seed: number, identity: string): void {
    this.now = at;
    this.accept({ kind: 'start', seq: 0, at, seed, identity });
  }

  /** Everything that happens up to and including `until`, the market's frames excepted. */
  runUntil(until: Micros): void {
    for (;;) {
      const exchangeAt = this.exchange.nextAt();
      const deskAt = Math.min(this.underWay.nextAt(), this.core.nextTimerAt());
      if (exchangeAt > until && deskAt > until) break;
      if (exchangeAt <= deskAt) this.exchangeStep(micros(exchangeAt));
      else this.deskStep(micros(deskAt));
    }
    if (until > this.now) this.now = until;
  }

  /** One recorded frame: the exchange lives through it, and the desk receives it after the feed latency. */
  market(frame: MarketInput): void {
    this.runUntil(frame.at);
    this.exchange.market(frame, frame.at);
    const latency = this.feedLatency(frame.at);
    if (latency <= 0 && this.underWay.nextAt() === Number.POSITIVE_INFINITY) this.accept(frame);
    else this.underWay.push(frame, micros(frame.at + latency));
  }

  /** Lets what is under way arrive, for at most `limitMs` of virtual time: the market itself stands still. */
  drain(limitMs: number): void {
    const until = afterMs(this.now, limitMs);
    for (;;) {
      const nextAt = Math.min(this.exchange.nextAt(), this.underWay.nextAt());
      if (nextAt > until) return;
      this.runUntil(micros(nextAt));
    }
  }

  snapshot(): VirtualDeskSnapshot {
    return {
      core: this.core.snapshot(),
      exchange: this.exchange.snapshot(),
      secondCheck: this.secondCheck.snapshot(),
      underWay: this.underWay.snapshot(),
      now: this.now,
    };
  }

  restore(snapshot: VirtualDeskSnapshot): void {
    this.core.restore(snapshot.core);
    this.exchange.restore(snapshot.exchange);
    this.secondCheck.restore(snapshot.secondCheck);
    this.underWay.restore(snapshot.underWay);
    this.now = snapshot.now;
  }

  private exchangeStep(at: Micros): void {
    this.now = at;
    this.exchange.step(this);
  }

  private deskStep(at: Micros): void {
    this.now = at;
    if (this.underWay.nextAt() <= at) this.deliver(this.underWay.take());
    else this.accept({ kind: 'timer', seq: 0, at });
  }

  /** Called by the exchange with what reaches the desk now. */
  deliver(input: Input): void {
    input.at = this.now;
    this.accept(input);
  }

  private accept(input: Input): void {
    input.seq = this.core.lastSeq + 1;
    if (isVenueInput(input)) this.secondCheck.observe(input);
    this.observer.arriving?.(input);
    this.core.accept(input);
    this.observer.input?.(input);
    if (this.effects.length > 0) this.release();
  }

  /** The outbox: the second check, then the wire. What it says of an order comes back as an input at once. */
  private release(): void {
    for (let effect = this.effects.shift(); effect; effect = this.effects.shift()) {
      const verdict = this.secondCheck.check(effect);
      if (verdict.ok) this.exchange.send(effect, this.now);
      if (!addsRisk(effect)) continue;
      const report: OrderReport = verdict.ok ? { type: 'released' } : { type: 'blocked', reason: verdict.reason };
      const { clientOrderId } = effect.order;
      const input: OrderReportInput = { kind: 'order-report', seq: 0, at: this.now, clientOrderId, report };
      this.accept(input);
    }
  }
}

/** What the first input of a run carries. */
export interface RunStart {
  readonly seed: number;
  readonly identity: string;
}

/**
 * Runs a desk over `source` to its end; unless it has run before, it is started with the first frame.
 * @param onFrame called after each frame. @returns how many frames there were.
 */
export async function runOver(
  desk: VirtualDesk,
  source: MarketSource,
  start: RunStart,
  onFrame: () => void = () => {},
): Promise<number> {
  let frames = 0;
  for (let frame = source.next(); frame !== null; frame = source.next()) {
    if (frame === undefined) {
      await source.read();
      continue;
    }
    if (desk.core.lastSeq === 0) desk.start(frame.at, start.seed, start.identity);
    desk.market(frame);
    frames += 1;
    onFrame();
  }
  return frames;
}
