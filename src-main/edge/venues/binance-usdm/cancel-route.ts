import { type Network, NetworkError } from '../network.ts';
import type { CancelProof, CancelRoute } from '../venue.ts';
import { CLOCK_CODE, classify } from './classify.ts';
import type { ApiKey, Endpoints } from './endpoints.ts';
import { fieldsOf, idOf, listOf } from './fields.ts';
import type { Outcome } from './outcome.ts';
import { type Sign, signer } from './signing.ts';
import { withoutQuery } from './without-query.ts';

/** Plain data: a thread can be told of it. The key travels beside it. */
export interface CancelRouteOptions {
  readonly venue: string;
  readonly endpoints: Endpoints;
  /** As the venue writes them. */
  readonly symbols: readonly string[];
  /** The venue's clock minus this machine's, as last measured, ms. */
  readonly clockOffsetMs: number;
  /** How long an answer is waited for in the first round; in each further round as much longer. */
  readonly timeoutMs?: number;
  /** How often idle connections are used, so that they are open when they are needed. */
  readonly keepWarmMs?: number;
}

const DEFAULTS = { timeoutMs: 1_000, keepWarmMs: 20_000 };

/** The longest that the venue allows: a cancel is good whenever it arrives, and the clock may be wrong. */
const RECEIVE_WINDOW_MS = 60_000;

const FIRST_PAUSE_MS = 50;
/** Also where the venue asks for a longer one: a kill does not wait for a limit to pass. */
const MAX_PAUSE_MS = 1_000;
const MAX_TIMEOUT_MS = 5_000;
/** Of what a mass cancel left, how many are cancelled one by one before the next. */
const MAX_SINGLE_CANCELS = 20;
const MAX_FAULTS = 100;

type Method = 'GET' | 'DELETE';

/** What became of one symbol. */
interface SymbolRun {
  readonly symbol: string;
  rounds: number;
  /** As the venue last listed them. */
  survivors: readonly string[];
}

/** One call of {@link BinanceCancelRoute.cancelAll}. */
interface Kill {
  readonly startedMs: number;
  readonly giveUpAtMs: number;
  readonly faults: string[];
  lastCancelMs: number;
}

/**
 * The way to cancel everything that needs nothing of the desk: a network and connections of its own, a signature of its own, no
 * budget. Foreign orders and those of a person go as well. Goes on under every error until nothing rests or it gives up.
 */
export class BinanceCancelRoute implements CancelRoute {
  readonly venue: string;
  private readonly options: CancelRouteOptions & typeof DEFAULTS;
  private readonly network: Network;
  private readonly key: string;
  private readonly sign: Sign;
  private readonly warmth: NodeJS.Timeout;
  private clockOffsetMs: number;
  private isClosed = false;

  /** @param network its own: nothing that the desk does may stand in the way. */
  constructor(options: CancelRouteOptions, { key, secret }: ApiKey, network: Network) {
    this.options = { ...DEFAULTS, ...options };
    this.venue = options.venue;
    this.network = network;
    this.key = key;
    this.sign = signer(secret);
    this.clockOffsetMs = options.clockOffsetMs;
    this.warmth = setInterval(() => this.warm(), this.options.keepWarmMs);
    this.warmth.unref();
    this.warm();
  }

  async cancelAll(giveUpMs: number): Promise<CancelProof> {
    const startedMs = performance.now();
    const kill: Kill = { startedMs, giveUpAtMs: startedMs + giveUpMs, faults: [], lastCancelMs: 0 };
    const runs = this.options.symbols.map((symbol): SymbolRun => ({ symbol, rounds: 0, survivors: [] }));
    const proofs = await Promise.all(runs.map((run) => this.cancelSymbol(run, kill)));
    return {
      proven: proofs.every((isProven) => isProven),
      rounds: Math.max(0, ...runs.map(({ rounds }) => rounds)),
      survivors: runs.flatMap(({ symbol, survivors }) => survivors.map((id) => `${symbol} ${id}`)),
      faults: kill.faults,
      lastCancelMs: kill.lastCancelMs,
      tookMs: performance.now() - startedMs,
    };
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.warmth);
  }

  /**
   * Nothing rests when the venue lists nothing right after it confirmed a mass cancel, for whatever it had accepted by then was
   * cancelled; or, where no cancel was confirmed, when it lists nothing twice in a row: one list may be older than an order.
   * @returns whether that is proven.
   */
  private async cancelSymbol(run: SymbolRun, kill: Kill): Promise<boolean> {
    let emptyLists = 0;
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.isOver(kill)) {
      run.rounds += 1;
      const beganMs = performance.now();
      const isConfirmed = await this.massCancel(run, kill);
      const open = await this.openOrders(run, kill);
      if (open?.length === 0) {
        run.survivors = [];
        emptyLists += 1;
        if (isConfirmed || emptyLists === 2) return true;
      } else {
        emptyLists = 0;
        if (open !== null) {
          run.survivors = open;
          await Promise.all(open.slice(0, MAX_SINGLE_CANCELS).map((orderId) => this.cancelOne(run, orderId, kill)));
        }
      }
      await pauseUntil(Math.min(beganMs + pauseMs, kill.giveUpAtMs));
      pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
    }
    return false;
  }

  private isOver(kill: Kill): boolean {
    return this.isClosed || performance.now() >= kill.giveUpAtMs;
  }

  /** @returns whether the venue confirmed it. */
  private async massCancel(run: SymbolRun, kill: Kill): Promise<boolean> {
    kill.lastCancelMs = performance.now() - kill.startedMs;
    const outcome = await this.ask('DELETE', '/fapi/v1/allOpenOrders', {}, run, kill);
    return outcome.kind === 'answered';
  }

  private async cancelOne(run: SymbolRun, orderId: string, kill: Kill): Promise<void> {
    if (this.isOver(kill)) return;
    kill.lastCancelMs = performance.now() - kill.startedMs;
    await this.ask('DELETE', '/fapi/v1/order', { orderId }, run, kill);
  }

  /** The ids of what rests; null when the venue did not say. */
  private async openOrders(run: SymbolRun, kill: Kill): Promise<readonly string[] | null> {
    const outcome = await this.ask('GET', '/fapi/v1/openOrders', {}, run, kill);
    if (outcome.kind !== 'answered') return null;
    try {
      return listOf(outcome.json, 'the list of open orders').map((order) =>
        idOf(fieldsOf(order, 'an open order'), 'orderId'),
      );
    } catch (error) {
      note(kill, `${run.symbol}: ${(error as Error).message}`);
      return null;
    }
  }

  private async ask(
    method: Method,
    path: string,
    params: { readonly orderId?: string },
    { symbol, rounds }: SymbolRun,
    kill: Kill,
  ): Promise<Outcome> {
    const patienceMs = Math.min(rounds * this.options.timeoutMs, MAX_TIMEOUT_MS, kill.giveUpAtMs - performance.now());
    const timeoutMs = Math.max(1, Math.ceil(patienceMs));
    const outcome = await this.request(method, path, this.signed({ symbol, ...params }), timeoutMs);
    if (outcome.kind === 'answered') return outcome;
    const why = outcome.kind === 'refused' ? `${outcome.code}: ${outcome.message}` : outcome.reason;
    note(kill, `${method} ${path} ${symbol}: ${why}`);
    if (outcome.kind === 'refused' && outcome.code === CLOCK_CODE) await this.measureClock();
    return outcome;
  }

  private signed(params: Readonly<Record<string, string>>): string {
    const timestamp = String(Math.floor(Date.now() + this.clockOffsetMs));
    const query = new URLSearchParams({ ...params, recvWindow: String(RECEIVE_WINDOW_MS), timestamp }).toString();
    return `${query}&signature=${this.sign(query)}`;
  }

  /** Never rejects. */
  private async request(method: Method, path: string, query: string, timeoutMs: number): Promise<Outcome> {
    const url = `${this.options.endpoints.rest}${path}${query === '' ? '' : `?${query}`}`;
    try {
      const { status, body } = await this.network.request({
        ...{ method, url, body: null, timeoutMs },
        headers: { 'X-MBX-APIKEY': this.key },
      });
      return classify(status, body);
    } catch (error) {
      const reason = error instanceof NetworkError ? withoutQuery(error.message) : 'the network failed';
      return { kind: 'unknown', reason };
    }
  }

  /** One connection for each symbol, as many as are needed at once. */
  private warm(): void {
    for (const _ of this.options.symbols) void this.measureClock();
  }

  private async measureClock(): Promise<void> {
    const sentMs = Date.now();
    const outcome = await this.request('GET', '/fapi/v1/time', '', this.options.timeoutMs);
    if (outcome.kind !== 'answered') return;
    const { serverTime } = Object(outcome.json) as { readonly serverTime?: unknown };
    // The middle of the way there and back.
    if (typeof serverTime === 'number') this.clockOffsetMs = serverTime - (sentMs + Date.now()) / 2;
  }
}

async function pauseUntil(atMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, Math.max(0, atMs - performance.now()));
  await promise;
}

function note(kill: Kill, fault: string): void {
  if (kill.faults.length < MAX_FAULTS && !kill.faults.includes(fault)) kill.faults.push(fault);
}
