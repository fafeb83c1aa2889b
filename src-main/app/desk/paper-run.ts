import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { type ControlMode, isTighter } from '../../../src-shared/domain/mode.ts';
import { MICROS_PER_MS, type Micros } from '../../../src-shared/domain/time.ts';
import type { Core } from '../../core/core.ts';
import type { Fact } from '../../core/engine/fact.ts';
import { type Input, isMarketInput, type OperatorCommand } from '../../core/engine/input.ts';
import type { JournalClient } from '../../edge/journal/client.ts';
import type { TickRecorder } from '../../edge/ticks/tick-recorder.ts';
import type { ApiKey } from '../../edge/venues/binance-usdm/endpoints.ts';
import type { VenueStatus } from '../../edge/venues/venue.ts';
import { hostClock } from '../../threads/host-clock.ts';
import type { StopFlag } from '../../threads/stop-flag.ts';
import type { ConfigFile } from '../config/schema.ts';
import type { DeskClock } from '../desk-clock.ts';
import type { DeskReadings } from '../desk-metrics.ts';
import { DeskGuard, type GuardSighting } from '../guard/desk-guard.ts';
import { guardPolicy } from '../guard/guard-policy.ts';
import { routesOf } from '../guard/kill-routes.ts';
import type { SwitchChoice } from '../guard/switch-choice.ts';
import { type RunRecord, writeRunRecord } from '../run-record.ts';
import { RunRecorder } from '../run-recorder.ts';
import type { RunSummary } from '../run-summary.ts';
import type { CreateVenueOptions } from '../venues/create-venue.ts';
import type { Venues } from '../venues/venues.ts';
import type { DeskAccess } from '../window/desk-access.ts';
import { GUARD_WORKER } from '../workers.ts';
import { assertSameSpeed } from './clock-checks.ts';
import { composeDesk } from './compose-desk.ts';
import { DeskJournal, type JournalFault } from './desk-journal.ts';
import { DeskMonitor } from './desk-monitor.ts';
import { createVenues, venueOptions } from './desk-venues.ts';
import type { LiveDesk } from './live-desk.ts';
import { lastWordsOf, type OpenedFolder, openFolder } from './open-folder.ts';
import { ProperStop } from './proper-stop.ts';
import type { DeskSnapshot } from './recovery-snapshot.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';

export interface PaperRunOptions extends RunRecord {
  /** Journal, ticks, snapshots and the exchange's own log. */
  readonly directory: string;
  readonly configPath: string;
  readonly seed: number;
  /** How much faster than the wall's clock the desk and its exchange live. */
  readonly speed: number;
  /** Of 127.0.0.1, where metrics are served besides the folder's socket; 0 takes any free one, null none. */
  readonly metricsPort: number | null;
  /** Who started the desk. */
  readonly operator: string;
  /** Why trading may go on after something stopped it; null where nobody says. */
  readonly resume: string | null;
  /** What opens accounts at venues, by venue: from the vault, and held in memory only. */
  readonly keys?: ReadonlyMap<string, ApiKey>;
  /** What watches over the desk. */
  readonly killSwitch: SwitchChoice;
  /** Hears, in words for a person, what happens to the desk itself. */
  readonly told: (news: string) => void;
}

/** What became of a run: a replay's summary, and what only a live desk has. */
export interface PaperRunSummary extends RunSummary {
  readonly mode: ControlMode;
  /** The one in which the next start trades, unless it gives a reason to trade in normal mode. */
  readonly nextMode: ControlMode;
  readonly openOrders: number;
  /** Why the desk stopped trading by itself; null when it did not. */
  readonly halted: string | null;
  readonly ticksDropped: number;
}

const HOUSEKEEPING_MS = 1_000;
/** How long a stopping desk waits for its cancels. Of the wall's time: nothing is waited for by then that a venue would answer. */
const STOP_WAIT_MS = 10_000;
const STOP_LOOK_MS = 5;

/**
 * A live desk that trades on paper, put together: journal, ticks, exchange and core. It starts where its journal ends, and stops
 * with nothing left open.
 */
export class PaperRun implements DeskAccess {
  private readonly options: PaperRunOptions;
  private readonly guard: DeskGuard;
  private readonly lastDoor: Pick<StopFlag, 'isSet'>;
  private readonly recorder = new RunRecorder();
  private readonly clock: DeskClock;
  private readonly client: JournalClient;
  private readonly journal: DeskJournal;
  private readonly before: DeskSnapshot | undefined;
  private readonly ticks: TickRecorder;
  private readonly keeper: SnapshotKeeper;
  private readonly venueOptions: CreateVenueOptions;
  private readonly exchanges: Venues;
  private readonly desk: LiveDesk;
  private readonly housekeeping: NodeJS.Timeout;
  private hasToldOfTicks = false;
  private monitor: DeskMonitor | null = null;
  private readonly properStop: ProperStop;
  private frames = 0;
  private unsentEffects = 0;
  private commits = 0;
  private halt: JournalFault | null = null;
  private readonly stopped = Promise.withResolvers<void>();
  private readonly listeners: ((fact: Fact) => void)[] = [];

  /**
   * Opens the folder, finds out where it stands, and begins to trade.
   * @throws JournalError, TickError, LinkError or KillSwitchError when the folder, the exchange or the switch is refused; nothing is
   * traded then.
   */
  static async start(options: PaperRunOptions): Promise<PaperRun> {
    const opened = await openFolder(options);
    let run: PaperRun | undefined;
    try {
      run = new PaperRun(options, opened);
      await run.begin();
      return run;
    } catch (error) {
      if (run) await run.abandon();
      else {
        await opened.ticks.close();
        await opened.client.close();
      }
      throw error;
    }
  }

  private constructor(options: PaperRunOptions, folder: OpenedFolder) {
    const { client, ticks, clock, before, stopFlag } = folder;
    this.options = options;
    this.client = client;
    this.ticks = ticks;
    this.clock = clock;
    this.before = before;
    this.properStop = new ProperStop(before?.lastModeChange ?? null, {
      core: () => this.desk.core,
      setMode: (mode, operator, reason) => this.command({ type: 'set-mode', mode }, operator, reason),
      told: options.told,
    });
    this.journal = new DeskJournal(client);
    this.guard = this.createGuard();
    this.lastDoor = this.guard.door(stopFlag);
    this.venueOptions = venueOptions(options, clock, client.opened.lastDeskAt);
    this.exchanges = createVenues({
      ...{ run: options, options: this.venueOptions, clock },
      accept: (input) => this.accept(input),
      desk: () => this.desk,
    });
    this.desk = this.createDesk(folder);
    // Only what makes a desk: a record that makes none would be refused by every later start.
    const run = writeRunRecord(options);
    client.append('host', hostClock(), run);
    const { directory } = options;
    const task = { directory, run };
    this.keeper = new SnapshotKeeper(task, options.told);
    client.onChange(() => {
      this.timeCommit();
      this.desk.watermarkMoved();
    });
    this.housekeeping = setInterval(() => this.keepHouse(), HOUSEKEEPING_MS).unref();
  }

  /** Resolves when the desk has stopped trading by itself: what is open is being cancelled, and `stop` should follow. */
  get whenHalted(): Promise<void> {
    return this.stopped.promise;
  }

  get core(): Core {
    return this.desk.core;
  }

  get config(): ConfigFile {
    return this.options.config;
  }

  get instruments(): readonly Instrument[] {
    return this.options.instruments;
  }

  get speed(): number {
    return this.options.speed;
  }

  get isStopped(): boolean {
    return this.lastDoor.isSet;
  }

  now(): Micros {
    return this.clock.now();
  }

  accept(input: Input): void {
    try {
      this.desk.accept(input);
    } catch (error) {
      // A core that throws ends this process, whoever catches it on the way: nobody may go on with half a desk.
      setImmediate(() => {
        throw error;
      });
      throw error;
    }
  }

  /** The guard of the kill switch as it was last heard of; null without one. */
  guardSighting(): GuardSighting | null {
    return this.guard.sighting;
  }

  venues(): readonly VenueStatus[] {
    return this.exchanges.statuses();
  }

  listen(heard: (fact: Fact) => void): void {
    this.listeners.push(heard);
  }

  readings(): DeskReadings {
    if (this.monitor === null) throw new Error('the desk has not begun');
    return this.monitor.readings();
  }

  /** Cancels what rests, waits until nothing is open, and ends exchange, ticks and journal. @throws JournalError when the journal failed. */
  async stop(reason: string): Promise<PaperRunSummary> {
    try {
      this.properStop.shut(reason);
      const giveUpMs = performance.now() + STOP_WAIT_MS;
      while (this.openOrders() > 0 && performance.now() < giveUpMs) await sleep(STOP_LOOK_MS);
      // What the venues still say until they have ended belongs into the ledger.
      await this.exchanges.end();
      this.desk.end();
      return this.summary();
    } finally {
      // Whatever went wrong: threads that are left would keep this process alive.
      await this.abandon();
    }
  }

  private createGuard(): DeskGuard {
    const { directory, config, operator, told, killSwitch } = this.options;
    return new DeskGuard({
      ...{ entry: GUARD_WORKER, directory, operator, told, choice: killSwitch, policy: guardPolicy(config) },
      now: () => this.clock.now(),
      accept: (input) => this.accept(input),
    });
  }

  private createDesk(folder: OpenedFolder): LiveDesk {
    const { options, recorder, lastDoor, journal } = this;
    const listener = {
      fact: (fact: Fact) => {
        if (fact.kind === 'mode-changed') {
          this.properStop.heard(fact);
          if (isTighter(fact.from, fact.to)) this.exchanges.resumed();
        }
        this.guard.heard(fact);
        for (const heard of this.listeners) this.tell(heard, fact);
      },
      input: (input: Input) => {
        if (isMarketInput(input)) this.frames += 1;
      },
      halted: (fault: JournalFault) => {
        this.halt = fault;
        options.told(`TRADING STOPPED, ${fault.cause}: ${fault.detail}`);
        this.stopped.resolve();
      },
    };
    const { client } = folder;
    return composeDesk({
      ...{ run: options, journal, recorder, lastDoor, listener },
      ground: { ...folder, identity: client.opened.identity, turns: client },
      send: (effect) => this.exchanges.send(effect),
      unsent: () => {
        this.unsentEffects += 1;
      },
    });
  }

  private async begin(): Promise<void> {
    const { options, client, clock, desk, before } = this;
    const { told } = options;
    // Before anything that it is to stop.
    await this.guard.start();
    for (const time of await this.exchanges.connect()) assertSameSpeed(clock, time, options.directory);
    this.guard.setRoutes(await routesOf(this.venueOptions, options.instruments, this.exchanges.statuses()));
    const stamp = { seq: 0, at: clock.now(), seed: options.seed };
    const crashed = before !== undefined && before.ending !== 'stopped';
    const lastWords = lastWordsOf(client, before);
    for (const words of lastWords) told(`the run before left word: ${words}`);
    if (before) desk.begin({ kind: 'restart', ...stamp, crashed, lastWords });
    else desk.begin({ kind: 'start', ...stamp, identity: client.opened.identity });
    this.guard.begin(desk.core.modes.mode);
    await client.whenDurable(client.appendedSeq);
    this.monitor = await DeskMonitor.start(options.directory, options.metricsPort, {
      core: desk.core,
      journal: client,
      outbox: desk.outbox,
      ticks: this.ticks,
      stopFlag: this.lastDoor,
      recorder: this.recorder,
      links: () => this.exchanges.links(),
      frames: () => this.frames,
      unsentEffects: () => this.unsentEffects,
    });
    const { address } = this.monitor;
    if (address !== undefined) told(`metrics are served at ${address}`);
    if (before) {
      const { inputSeq } = before.core.engine;
      const how = crashed ? 'crashed' : 'stopped properly';
      told(
        `The last run ${how} after input ${inputSeq}. ${this.openOrders()} orders are open: the exchange is asked for them.`,
      );
      this.properStop.open(options.operator, options.resume, lastWords.length > 0);
    } else if (lastWords.length > 0) {
      this.command({ type: 'set-mode', mode: 'emergency' }, 'desk', `the run before left word: ${lastWords[0]}`);
    }
    this.exchanges.begin();
    desk.open();
    this.guard.begun();
  }

  /** Whatever a listener cannot do with a fact, the fact stands. */
  private tell(heard: (fact: Fact) => void, fact: Fact): void {
    try {
      heard(fact);
    } catch (error) {
      this.options.told(`a view of the desk failed at fact ${fact.seq} (${fact.kind}): ${(error as Error).message}`);
    }
  }

  private command(command: OperatorCommand, operator: string, reason: string): void {
    const at = this.clock.now();
    this.desk.accept({ kind: 'operator', seq: 0, at, commandId: randomUUID(), operator, reason, command });
  }

  private keepHouse(): void {
    this.desk.proveLife();
    this.guard.look();
    this.keeper.keep(this.client.durableSeq());
    this.properStop.retry();
    const failure = this.ticks.failure();
    if (failure === undefined || this.hasToldOfTicks) return;
    this.hasToldOfTicks = true;
    this.options.told(`market frames are not recorded any more, trading goes on: ${failure.text}`);
  }

  private openOrders(): number {
    return this.desk.core.orders.allOpen().length;
  }

  /** The figure is that of the last commit: where one change stands for several, the others are not timed. */
  private timeCommit(): void {
    const { commits, lastCommitMicros } = this.client;
    if (commits === this.commits) return;
    this.commits = commits;
    this.recorder.latencies.record('commit', lastCommitMicros / MICROS_PER_MS);
  }

  private summary(): PaperRunSummary {
    const { desk, recorder, ticks, halt } = this;
    const { mode } = desk.core.modes;
    return {
      ...recorder.summary(desk.core, this.frames, {}),
      mode,
      nextMode: this.properStop.nextMode(halt !== null),
      openOrders: this.openOrders(),
      halted: halt === null ? null : `${halt.cause}: ${halt.detail}`,
      ticksDropped: ticks.dropped,
    };
  }

  /** Lets go of everything. An exchange that was not ended goes on: it may have orders. */
  private async abandon(): Promise<void> {
    this.desk.end();
    this.exchanges.close();
    await this.close();
  }

  private async close(): Promise<void> {
    clearInterval(this.housekeeping);
    await this.guard.close();
    await this.monitor?.close();
    await this.keeper.close();
    await this.ticks.close();
    try {
      await this.client.close();
    } catch (error) {
      // A journal that failed was told when it stopped the desk.
      if (this.halt === null) throw error;
    }
  }
}
