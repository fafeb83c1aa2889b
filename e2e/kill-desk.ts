import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIG_OF } from '../src-main/app/commands/run-options.ts';
import type { StrategyName } from '../src-main/app/config/core-config.ts';
import { loadConfig } from '../src-main/app/config/load.ts';
import { type ConfigFile, configSchema } from '../src-main/app/config/schema.ts';
import { tradedInstruments } from '../src-main/app/config/traded-instruments.ts';
import { RESTLESS } from '../src-main/app/desk/fixtures.ts';
import { PaperRun } from '../src-main/app/desk/paper-run.ts';
import type { SwitchChoice } from '../src-main/app/guard/switch-choice.ts';
import { ensureBinanceSimulator } from '../src-main/app/venues/binance-simulator.ts';
import type { ReachedVenue } from '../src-main/app/venues/create-venue.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import type { EmulatedAct, OperatorCommand } from '../src-main/core/engine/input.ts';
import { signer } from '../src-main/edge/venues/binance-usdm/signing.ts';
import type { FaultRuleText } from './simulators/binance-usdm/fault-rules.ts';
import type { LogEntry } from './simulators/binance-usdm/log.ts';

const VENUE = 'binance-usdm-sim';
const SEED = 11;
const LINGER_SECONDS = 60;
const WAIT_MS = 15_000;
const LOOK_MS = 5;
/** One attempt of the guard: a venue that does not answer is named soon. */
const PROOF_MS = 1_000;
const SYMBOL = 'BTCUSDT';
/** A share of the price: far enough to rest, near enough for the venue to take it. */
const AWAY = 0.02;

export interface KillDeskOptions {
  readonly strategy?: StrategyName;
  readonly killSwitch?: SwitchChoice;
  /** Another simulated venue than the one that comes with the desk. */
  readonly venue?: ReachedVenue;
}

/** A desk in this process, at a simulated Binance in another one, with an emulated switch: its loop is the test's. */
export class KillDesk {
  readonly directory = mkdtempSync(join(tmpdir(), 'kill-switch-'));
  readonly facts: Fact[] = [];
  readonly told: string[] = [];
  private run: PaperRun | null = null;
  private venue: ReachedVenue | null = null;
  private endVenue = (): void => {};

  static async start(options: KillDeskOptions = {}): Promise<KillDesk> {
    const desk = new KillDesk();
    await desk.start(options);
    return desk;
  }

  async start({ strategy = 'none', killSwitch = { kind: 'emulated' }, venue }: KillDeskOptions = {}): Promise<void> {
    const { directory } = this;
    if (venue === undefined) {
      const simulator = await ensureBinanceSimulator({ directory, seed: SEED, lingerSeconds: LINGER_SECONDS });
      this.endVenue = () => simulator.end();
      this.venue = simulator;
    } else this.venue = venue;
    const config = configOf(venue);
    this.run = await PaperRun.start({
      ...{ directory, config, configPath: 'the test', seed: SEED, speed: 1, strategy, killSwitch },
      ...{ metricsPort: null, operator: 'ann', resume: null },
      instruments: tradedInstruments(config, VENUE),
      told: (news) => this.told.push(news),
      ...(venue === undefined ? {} : { keys: new Map([[VENUE, venue.apiKey]]) }),
    });
    this.run.listen((fact) => this.facts.push(fact));
  }

  get desk(): PaperRun {
    if (this.run === null) throw new Error('the desk is not started');
    return this.run;
  }

  /** As a window's command does, but for the checks at its door. */
  command(command: OperatorCommand, reason = 'a test'): void {
    const { desk } = this;
    desk.accept({
      ...{ kind: 'operator', seq: 0, at: desk.now(), commandId: randomUUID(), operator: 'ann', reason },
      command,
    });
  }

  act(act: EmulatedAct): void {
    this.command({ type: 'press-emulated-switch', act });
  }

  of<K extends Fact['kind']>(kind: K): Extract<Fact, { readonly kind: K }>[] {
    return this.facts.filter((fact): fact is Extract<Fact, { readonly kind: K }> => fact.kind === kind);
  }

  /** Places orders of another hand that rest; resolves once the desk has them in its books too. */
  async rest(count: number): Promise<void> {
    const before = this.desk.core.orders.allOpen().length;
    await this.place(count);
    await this.until(() => this.desk.core.orders.allOpen().length >= before + count, 'the orders in the books');
  }

  /** Places orders of another hand that rest at the venue, whatever the desk knows of them. */
  async place(count: number): Promise<void> {
    const price = (await this.price()) * (1 - AWAY);
    const terms = { symbol: SYMBOL, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010' };
    for (let placed = 0; placed < count; placed += 1) {
      await this.ask('POST', '/fapi/v1/order', { ...terms, price: (price - placed).toFixed(1) });
    }
  }

  async openAtVenue(): Promise<number> {
    const { openOrders } = (await this.inside('state')) as { readonly openOrders: readonly object[] };
    return openOrders.length;
  }

  async log(): Promise<readonly LogEntry[]> {
    const { entries } = (await this.inside('log')) as { readonly entries: readonly LogEntry[] };
    return entries;
  }

  /** What goes wrong at the venue from here on. */
  async fault(...faults: readonly FaultRuleText[]): Promise<void> {
    const response = await fetch(`${this.endpoints.rest}/simulator/faults`, {
      method: 'POST',
      body: JSON.stringify({ faults }),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** The desk's loop stands still: nothing in this thread runs, whatever waits for it. */
  block(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }

  /** @throws Error naming what did not come true in time. */
  async until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const giveUpMs = performance.now() + WAIT_MS;
    while (!(await isSo())) {
      if (performance.now() > giveUpMs) throw new Error(`not within ${WAIT_MS} ms: ${what}`);
      await sleep(LOOK_MS);
    }
  }

  /** The three acts after a trip, each by its own hand. */
  async release(): Promise<void> {
    this.act('release');
    await this.until(() => this.desk.guardSighting()?.view.status?.latch === 'may-reset', 'a switch that may be reset');
    this.command({ type: 'reset-switch' });
    await this.until(() => this.desk.guardSighting()?.view.status?.latch === 'reset-armed', 'a switch that waits');
    this.act('reset');
    await this.until(() => this.desk.core.killSwitch.state === 'armed', 'an armed switch');
  }

  async stop(): Promise<void> {
    const { run } = this;
    this.run = null;
    await run?.stop('the test is over');
  }

  async end(): Promise<void> {
    await this.stop();
    this.endVenue();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get endpoints(): ReachedVenue['endpoints'] {
    if (this.venue === null) throw new Error('the venue is not started');
    return this.venue.endpoints;
  }

  private async price(): Promise<number> {
    const response = await fetch(`${this.endpoints.rest}/fapi/v1/ticker/bookTicker?symbol=${SYMBOL}`);
    return Number(((await response.json()) as { readonly bidPrice: string }).bidPrice);
  }

  private async inside(what: 'state' | 'log'): Promise<unknown> {
    return (await fetch(`${this.endpoints.rest}/simulator/${what}`)).json();
  }

  private async ask(method: string, path: string, params: Readonly<Record<string, string>>): Promise<void> {
    const { key, secret } = this.venue?.apiKey ?? { key: '', secret: '' };
    const query = new URLSearchParams({ ...params, timestamp: String(Date.now()) }).toString();
    const url = `${this.endpoints.rest}${path}?${query}&signature=${signer(secret)(query)}`;
    const response = await fetch(url, { method, headers: { 'X-MBX-APIKEY': key } });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  }
}

/** One that quotes all the time where it quotes at all, and takes what other hands order into its books. */
function configOf(venue: ReachedVenue | undefined): ConfigFile {
  const config = loadConfig(CONFIG_OF[VENUE] ?? '');
  const patience = { notFoundSpanMs: 2_000, maxQueryBackoffMs: 1_000, reconcileEveryMs: 2_000 };
  const described = config.venues[VENUE];
  return configSchema.parse({
    ...config,
    execution: { ...config.execution, ...patience, foreignOrders: 'adopt' },
    strategies: { marketMaker: RESTLESS },
    killSwitch: { proofMs: PROOF_MS },
    venues: { [VENUE]: venue === undefined ? described : { ...described, endpoints: venue.endpoints } },
  });
}
