import { MICROS_PER_MS, type Micros } from '../../../../src-shared/domain/time.ts';
import type { Effect } from '../../../core/engine/effect.ts';
import type { VenueIncident } from '../../../core/engine/input.ts';
import { Backoff } from '../backoff.ts';
import { LatencyRecorder } from '../latency-recorder.ts';
import type { Network } from '../network.ts';
import { RateBudget } from '../rate-budget.ts';
import {
  type Sent,
  type Venue,
  type VenueCapabilities,
  VenueError,
  type VenueLinkOutput,
  type VenueParts,
  type VenueState,
  type VenueStatus,
} from '../venue.ts';
import { AccountKeeper } from './account.ts';
import { CAPABILITIES } from './capabilities.ts';
import { type CcxtExchange, loadCcxtExchange } from './ccxt-exchange.ts';
import { ClockOffset } from './clock-offset.ts';
import { DeadMan } from './dead-man.ts';
import type { ApiKey, Endpoints, VenueClock } from './endpoints.ts';
import { RestListenKeys } from './listen-keys.ts';
import { MarketStream } from './market-stream.ts';
import { OrderPath } from './order-path.ts';
import { DEFAULT_LIMITS } from './rate-figures.ts';
import { RestClient } from './rest-client.ts';
import { restingOrders } from './resting-orders.ts';
import { readRules, type VenueRules } from './rules.ts';
import { SilenceCheck } from './silence-check.ts';
import { Snapshots } from './snapshots.ts';

export interface BinanceUsdmOptions {
  readonly endpoints: Endpoints;
  readonly apiKey: ApiKey;
  readonly network: Network;
  /** Whether no money is at stake there. */
  readonly simulated: boolean;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** From when on the desk may have missed something, ms since the Unix epoch. */
  readonly sinceMs: number;
  /** This machine's clock, ms since the Unix epoch; the host's unless given. */
  readonly machineMs?: () => number;
  readonly deadMan?: { readonly countdownMs?: number; readonly refreshMs?: number; readonly aliveWithinMs?: number };
  readonly answerMs?: number;
  /** How long {@link BinanceUsdmVenue.connect} waits for every connection. */
  readonly connectMs?: number;
}

const CONNECT_MS = 15_000;

/** What is made once the venue's rules are known. */
interface Running {
  readonly rules: VenueRules;
  readonly deadMan: DeadMan;
  readonly account: AccountKeeper;
  readonly orders: OrderPath;
  readonly market: MarketStream;
  readonly snapshots: Snapshots;
}

/** Binance USDⓈ-M futures, put together: market data, orders, reports, account, clock, limits and the dead man's switch. */
export class BinanceUsdmVenue implements Venue {
  private readonly options: BinanceUsdmOptions;
  private readonly parts: VenueParts;
  private readonly exchange: CcxtExchange;
  private readonly budget: RateBudget;
  private readonly latencies = new LatencyRecorder();
  private readonly rest: RestClient;
  private readonly clock: ClockOffset;
  private readonly silence: SilenceCheck;
  private running: Running | null = null;
  private detail = 'not connected yet';
  private wasUp = false;
  private hasBegun = false;
  private isClosed = false;
  /** What came before the desk listens. Market frames are not kept: the desk asks for snapshots. */
  private early: VenueLinkOutput[] = [];
  /** Ends the wait for the first connection. */
  private connected: (() => void) | null = null;

  /** Loads what words requests, and talks to nobody yet. */
  static async create(options: BinanceUsdmOptions, parts: VenueParts): Promise<BinanceUsdmVenue> {
    // The requests' times are the venue's, which is measured by requests.
    const clock: { current: VenueClock } = { current: { nowMs: () => Date.now() } };
    const exchange = await loadCcxtExchange(options.endpoints, options.apiKey, { nowMs: () => clock.current.nowMs() });
    const venue = new BinanceUsdmVenue(options, parts, exchange);
    clock.current = venue.clock;
    return venue;
  }

  private constructor(options: BinanceUsdmOptions, parts: VenueParts, exchange: CcxtExchange) {
    this.options = options;
    // A desk may have several venues: each says who speaks.
    const told = (news: string): void => parts.told(`${parts.name}: ${news}`);
    this.parts = { ...parts, told };
    this.exchange = exchange;
    const nowMs = (): number => parts.now() / MICROS_PER_MS;
    this.budget = new RateBudget(DEFAULT_LIMITS, nowMs, ({ reason, banned }) => {
      if (banned) this.incident('rate-limited', reason);
      else told(reason);
    });
    this.rest = new RestClient({
      network: options.network,
      exchange,
      budget: this.budget,
      nowMs,
      onWrongClock: () => void this.clock.measureNow(),
      onAnswered: (_call, tookMs) => this.latencies.record('request', tookMs),
    });
    const { machineMs } = options;
    this.clock = new ClockOffset({ calls: this.rest, told, ...(machineMs === undefined ? {} : { machineMs }) });
    this.silence = new SilenceCheck();
  }

  get capabilities(): VenueCapabilities {
    const { rules } = this.running ?? {};
    const rateLimits = this.budget.status().map(({ used: _, ...limit }) => limit);
    return { ...CAPABILITIES, rateLimits, fees: rules?.fees ?? (() => null) };
  }

  get isUp(): boolean {
    return (this.running?.market.isUp ?? false) && (this.running?.orders.isUp ?? false);
  }

  async connect(): Promise<Micros | null> {
    if (!(await this.clock.start())) {
      this.close();
      throw new VenueError(`${this.parts.name}: nobody answers at ${this.options.endpoints.rest}. Check the network`);
    }
    try {
      const { name, instruments } = this.parts;
      const rules = await readRules({ venue: name, calls: this.rest, exchange: this.exchange, instruments });
      this.budget.setLimits(rules.rateLimits);
      this.running = this.run(rules);
      await this.firstConnection();
    } catch (error) {
      this.close();
      // A key or a symbol that no request can carry.
      throw error instanceof RangeError ? new VenueError(`${this.parts.name}: ${error.message}`) : error;
    }
    return null;
  }

  begin(): void {
    this.hasBegun = true;
    for (const input of this.early.splice(0)) this.parts.onInput(input);
    if (!this.isUp) this.parts.onLink(false, this.detail);
  }

  send(effect: Effect): Sent {
    const { running, parts } = this;
    if (running === null || this.isClosed) return { ok: false, reason: `${parts.name} is not connected` };
    switch (effect.kind) {
      case 'request-snapshot':
        running.snapshots.request(effect.instrument);
        return { ok: true };
      case 'request-account':
        running.account.request();
        return { ok: true };
      default:
        return running.orders.send(effect);
    }
  }

  status(): VenueStatus {
    const { running, parts, options, budget } = this;
    const rest = budget.resting();
    return {
      venue: parts.name,
      simulated: options.simulated,
      state: this.state(),
      detail: rest?.reason ?? this.detail,
      connections: running === null ? [] : [...running.market.status().connections, ...running.orders.connections()],
      latencies: this.latencies.summary(),
      clock: this.clock.estimate,
      budget: budget.status(),
      restingUntil: rest === null ? null : (Math.round(rest.untilMs * MICROS_PER_MS) as Micros),
      deadMan: running?.deadMan.status() ?? { state: 'disarmed', firesInMs: null },
    };
  }

  resumed(): void {
    this.running?.deadMan.rearm();
    this.running?.orders.resumed();
  }

  async end(): Promise<void> {
    const { running, parts } = this;
    if (running === null || this.isClosed) return;
    const resting = await restingOrders(this.rest, parts.instruments);
    if (resting === 0) await running.deadMan.end();
    else parts.told(`${resting ?? 'perhaps'} orders rest there; its dead man's switch stays armed`);
    this.letGo(resting === 0);
  }

  close(): void {
    this.letGo(false);
  }

  private letGo(giveUpKey: boolean): void {
    this.isClosed = true;
    this.clock.close();
    const { running } = this;
    if (running === null) return;
    running.deadMan.close();
    running.account.close();
    running.snapshots.close();
    running.market.close();
    running.orders.close(giveUpKey);
  }

  private run(rules: VenueRules): Running {
    const { options, parts, rest, clock, budget, latencies } = this;
    const { network, endpoints, apiKey, random, answerMs } = options;
    const { name, instruments, now, told } = parts;
    const deadMan = new DeadMan({
      ...options.deadMan,
      ...{ calls: rest, instruments, now, told, engineAliveAt: parts.engineAliveAt },
      onFired: (detail) => this.incident('dead-man-fired', detail),
    });
    const account = new AccountKeeper({
      ...{ calls: rest, clock, sinceMs: options.sinceMs },
      parts: { ...parts, onInput: (input) => this.heardFromAccount(input) },
      onOverdue: (detail) => this.incident('account-unanswered', detail),
    });
    const orders = new OrderPath({
      ...{ network, endpoints, apiKey, clock, rest, budget, latencies, instruments },
      listenKeys: new RestListenKeys(rest),
      nowMs: () => now() / MICROS_PER_MS,
      backoff: () => new Backoff(random),
      knows: parts.knows,
      mayPlace: (instrument) => deadMan.mayPlace(instrument),
      handlers: {
        input: (input) => {
          this.silence.reported(input);
          this.hand(input);
        },
        link: (_up, detail) => this.linkChanged(detail),
        incident: (incident, detail) => this.incident(incident, detail),
        clockRefused: () => void clock.measureNow(),
        accountMoved: () => {
          account.accountMoved();
          account.request();
        },
        unsure: () => account.request(),
        told,
      },
      ...(answerMs === undefined ? {} : { answerMs }),
    });
    const market = new MarketStream({
      ...{ network, endpoints, venue: name, instruments, random, told },
      onFrame: (frame) => {
        if (this.hasBegun) parts.onInput(frame);
      },
      onFirstDepth: (instrument) => snapshots.depthCame(instrument),
      onLink: (_up, detail) => this.linkChanged(detail),
    });
    const snapshots = new Snapshots({
      ...{ calls: rest, venue: name, instruments, latencies, told },
      hasDepthOf: (instrument) => market.hasDepthOf(instrument),
      onSnapshot: (frame) => {
        if (this.hasBegun) parts.onInput(frame);
      },
    });
    deadMan.arm();
    market.open();
    orders.open();
    return { rules, deadMan, account, orders, market, snapshots };
  }

  /** @throws VenueError when market data, orders and reports are not all connected in time. */
  private async firstConnection(): Promise<void> {
    const { connectMs = CONNECT_MS } = this.options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.connected = resolve;
    if (this.isUp) resolve();
    const timer = setTimeout(resolve, connectMs);
    await promise;
    clearTimeout(timer);
    this.connected = null;
    if (!this.isUp)
      throw new VenueError(`${this.parts.name}: not connected within ${connectMs / 1_000} s: ${this.detail}`);
  }

  private linkChanged(detail: string): void {
    const { isUp } = this;
    this.detail = isUp ? 'connected' : detail;
    if (isUp) this.connected?.();
    if (isUp === this.wasUp) return;
    this.wasUp = isUp;
    // What happened before is no silence: the desk has the account compared whenever the link comes up.
    this.silence.listening(isUp ? this.clock.nowMs() : Number.POSITIVE_INFINITY);
    if (this.hasBegun && !this.isClosed) this.parts.onLink(isUp, this.detail);
  }

  /** A trade that the stream of reports should have told long ago shows that it is silent: its connection is not to be believed. */
  private heardFromAccount(input: VenueLinkOutput): void {
    const silentFor = this.silence.missed(input, this.clock.nowMs());
    if (silentFor !== null) {
      this.incident('silent-reports', `a fill of ${Math.round(silentFor)} ms ago was never reported`);
      this.running?.orders.renewReports();
    }
    this.hand(input);
  }

  private incident(incident: VenueIncident, detail: string): void {
    const { name, told, now } = this.parts;
    told(`${incident}: ${detail}`);
    this.hand({ kind: 'venue-incident', seq: 0, at: now(), venue: name, incident, detail });
  }

  private hand(input: VenueLinkOutput): void {
    if (this.isClosed) return;
    if (this.hasBegun) this.parts.onInput(input);
    else this.early.push(input);
  }

  private state(): VenueState {
    if (this.budget.resting()?.banned) return 'banned';
    if (this.running === null) return 'connecting';
    if (!this.isUp) return 'down';
    if (this.running.orders.isTurnedAway) return 'maintenance';
    const isWhole = this.running.market.status().connections.every(({ up }) => up);
    return isWhole && this.budget.resting() === null ? 'up' : 'degraded';
  }
}
