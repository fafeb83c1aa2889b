import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import { MICROS_PER_MS, MICROS_PER_SECOND, micros } from '../../../src-shared/domain/time.ts';
import { canonical } from '../../core/engine/canonical.ts';
import { type Input, isMarketInput } from '../../core/engine/input.ts';
import { hostClock, JournalClient } from '../../edge/journal/client.ts';
import { JournalError } from '../../edge/journal/journal-error.ts';
import { Outbox } from '../../edge/outbox/outbox.ts';
import { TickRecorder } from '../../edge/ticks/tick-recorder.ts';
import { LinkError, SimulatedExchangeLink } from '../../edge/venues/simulated-exchange-link.ts';
import { createRing } from '../../threads/ring.ts';
import { createStopFlag, StopFlag } from '../../threads/stop-flag.ts';
import { DeskClock } from '../desk-clock.ts';
import { EXCHANGE_SOCKET } from '../exchange/host-exchange.ts';
import { CANONICAL } from '../exchange/order-log.ts';
import { ensureExchange } from '../exchange/spawn-exchange.ts';
import { localSocket } from '../local-socket.ts';
import { type RunRecord, writeRunRecord } from '../run-record.ts';
import { RunRecorder } from '../run-recorder.ts';
import type { RunSummary } from '../run-summary.ts';
import { createCheckedCore } from './checked-core.ts';
import { DeskJournal, type JournalFault } from './desk-journal.ts';
import { DeskMonitor } from './desk-monitor.ts';
import { LiveDesk } from './live-desk.ts';
import { type ModeChange, recoverDesk } from './recovery.ts';
import type { DeskSnapshot } from './recovery-snapshot.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';

export interface PaperRunOptions extends RunRecord {
  /** Journal, ticks, snapshots and the exchange's own log. */
  readonly directory: string;
  readonly configPath: string;
  readonly seed: number;
  /** How much faster than the wall's clock the desk and its exchange live. */
  readonly speed: number;
  /** Who started the desk. */
  readonly operator: string;
  /** Why trading may go on after something stopped it; null where nobody says. */
  readonly resume: string | null;
  /** Hears, in words for a person, what happens to the desk itself. */
  readonly told: (news: string) => void;
}

/** What became of a run: a replay's summary, and what only a live desk has. */
export interface PaperRunSummary extends RunSummary {
  readonly mode: ControlMode;
  readonly openOrders: number;
  /** Why the desk stopped trading by itself; null when it did not. */
  readonly halted: string | null;
  readonly ticksDropped: number;
}

/** What a folder was found to be, and what was started on it. */
interface OpenedFolder {
  readonly client: JournalClient;
  readonly ticks: TickRecorder;
  readonly clock: DeskClock;
  /** Where an earlier desk ended; undefined for the first. */
  readonly before: DeskSnapshot | undefined;
  readonly stopFlag: StopFlag;
}

const JOURNAL_WORKER = pathToFileURL(join(import.meta.dirname, '..', 'journal-worker.ts'));
const TICKS_WORKER = pathToFileURL(join(import.meta.dirname, '..', 'ticks-worker.ts'));
const TICKS_RING_BYTES = 8 * 1024 * 1024;
const HOUSEKEEPING_MS = 1_000;
/** How long a stopping desk waits for its cancels. Of the wall's time: nothing is waited for by then that a venue would answer. */
const STOP_WAIT_MS = 10_000;
const STOP_LOOK_MS = 5;
/** A clock that reads so much earlier than the journal has been set back. */
const MOST_BEHIND_MICROS = 5 * MICROS_PER_SECOND;
/** Clocks that read the same wall at the same speed are no further apart; at another speed it is days. */
const MOST_APART_MICROS = 600 * MICROS_PER_SECOND;
/** Who pauses a desk that is stopped properly; the person who starts it again resumes exactly that. */
const STOPPER = 'desk: stopped';

/**
 * A live desk that trades on paper, put together: journal, ticks, exchange and core. It starts where its journal ends, and stops
 * with nothing left open.
 */
export class PaperRun {
  private readonly options: PaperRunOptions;
  private readonly stopFlag: StopFlag;
  private readonly recorder = new RunRecorder();
  private readonly clock: DeskClock;
  private readonly client: JournalClient;
  private readonly journal: DeskJournal;
  private readonly before: DeskSnapshot | undefined;
  private readonly ticks: TickRecorder;
  private readonly keeper: SnapshotKeeper;
  private readonly desk: LiveDesk;
  private readonly housekeeping: NodeJS.Timeout;
  private link: SimulatedExchangeLink | null = null;
  private isLinked = false;
  private isStopping = false;
  private hasToldOfTicks = false;
  private monitor: DeskMonitor | null = null;
  private frames = 0;
  private halt: JournalFault | null = null;
  private readonly stopped = Promise.withResolvers<void>();

  /**
   * Opens the folder, finds out where it stands, and begins to trade.
   * @throws JournalError, TickError or LinkError when the folder or the exchange is refused; nothing is traded then.
   */
  static async start(options: PaperRunOptions): Promise<PaperRun> {
    const { directory } = options;
    const ring = createRing(TICKS_RING_BYTES);
    const stopFlag = createStopFlag();
    const client = await JournalClient.start({
      directory,
      workerEntry: JOURNAL_WORKER,
      now: hostClock,
      ticksRing: ring,
      stopFlag,
    });
    let ticks: TickRecorder | undefined;
    let run: PaperRun | undefined;
    try {
      const { identity, lastSeq, lastDeskAt } = client.opened;
      const before = recoverDesk(directory, { identity, lastSeq }, options.instruments);
      const clock = new DeskClock({ speed: options.speed });
      keepTime(clock, lastDeskAt, directory);
      const segment = (before?.core.engine.inputSeq ?? 0) + 1;
      const onGap = (gap: object): void =>
        void client.append('host', hostClock(), canonical({ event: 'ticks-gap', ...gap }));
      ticks = await TickRecorder.start({ directory, workerEntry: TICKS_WORKER, ring, segment, onGap });
      run = new PaperRun(options, { client, ticks, clock, before, stopFlag: new StopFlag(stopFlag) });
      await run.begin();
      return run;
    } catch (error) {
      if (run) await run.abandon();
      else {
        await ticks?.close();
        await client.close();
      }
      throw error;
    }
  }

  private constructor(options: PaperRunOptions, { client, ticks, clock, before, stopFlag }: OpenedFolder) {
    this.options = options;
    this.stopFlag = stopFlag;
    this.client = client;
    this.ticks = ticks;
    this.clock = clock;
    this.before = before;
    this.journal = new DeskJournal(client);
    this.desk = this.createDesk();
    // Only what makes a desk: a record that makes none would be refused by every later start.
    const run = writeRunRecord(options);
    client.append('host', hostClock(), run);
    const { directory } = options;
    const task = { directory, identity: client.opened.identity, run };
    this.keeper = new SnapshotKeeper(task, options.told);
    client.onChange(() => {
      this.recorder.latencies.record('commit', client.lastCommitMicros / MICROS_PER_MS);
      this.desk.watermarkMoved();
    });
    this.housekeeping = setInterval(() => this.keepHouse(), HOUSEKEEPING_MS).unref();
  }

  /** Resolves when the desk has stopped trading by itself: what is open is being cancelled, and `stop` should follow. */
  get whenHalted(): Promise<void> {
    return this.stopped.promise;
  }

  /** Cancels what rests, waits until nothing is open, and ends exchange, ticks and journal. @throws JournalError when the journal failed. */
  async stop(reason: string): Promise<PaperRunSummary> {
    this.pause(reason);
    const giveUpMs = performance.now() + STOP_WAIT_MS;
    while (this.openOrders() > 0 && performance.now() < giveUpMs) {
      await new Promise((resolve) => setTimeout(resolve, STOP_LOOK_MS));
    }
    this.isStopping = true;
    this.desk.end();
    const summary = this.summary();
    await this.link?.endExchange();
    await this.close();
    return summary;
  }

  private createDesk(): LiveDesk {
    const { options, recorder, client, ticks, clock, stopFlag, journal } = this;
    const listener = {
      fact: recorder.fact.bind(recorder),
      input: (input: Input) => {
        if (isMarketInput(input)) this.frames += 1;
      },
      halted: (fault: JournalFault) => {
        this.halt = fault;
        options.told(`TRADING STOPPED, ${fault.cause}: ${fault.detail}`);
        this.stopped.resolve();
      },
    };
    return new LiveDesk((desk) => {
      const { core, secondCheck } = createCheckedCore(options, desk, recorder.probe);
      if (this.before) {
        core.recover(this.before.core);
        secondCheck.restore(this.before.secondCheck);
        recorder.chain.restore(this.before.facts);
      }
      const outbox = new Outbox({
        secondCheck,
        stopFlag,
        durableSeq: () => client.durableSeq(),
        send: (effect) => this.link?.send(effect) ?? { ok: false, reason: 'the exchange is not connected yet' },
        now: () => clock.now(),
        heard: (clientOrderId, report) =>
          desk.accept({ kind: 'order-report', seq: 0, at: clock.now(), clientOrderId, report }),
        probe: {
          nowMs: () => performance.now(),
          durable: (ms) => recorder.latencies.record('durable', ms),
          released: (ms) => recorder.latencies.record('released', ms),
        },
      });
      return { core, outbox, journal, ticks, stopFlag, clock };
    }, listener);
  }

  private async begin(): Promise<void> {
    const { options, client, clock, desk, before } = this;
    this.link = await this.connect();
    keepSpeed(clock, this.link, options.directory);
    const stamp = { seq: 0, at: clock.now(), seed: options.seed };
    const { crashed } = client.previous;
    const lastWords = [...(before?.unheardWords ?? []), ...client.previous.lastWords];
    if (before) desk.begin({ kind: 'restart', ...stamp, crashed, lastWords });
    else desk.begin({ kind: 'start', ...stamp, identity: client.opened.identity });
    await client.whenDurable(client.appendedSeq);
    this.monitor = await DeskMonitor.start(options.directory, {
      ...{ core: desk.core, journal: client, outbox: desk.outbox, ticks: this.ticks, stopFlag: this.stopFlag },
      recorder: this.recorder,
      links: () => Object.fromEntries(this.venues.map((venue) => [venue, this.isLinked])),
      frames: () => this.frames,
    });
    if (before) {
      const open = this.openOrders();
      options.told(`goes on after input ${before.core.engine.inputSeq}; the exchange is asked for ${open} open orders`);
      this.resume(before);
    }
    desk.open();
  }

  private async connect(isAgain = false): Promise<SimulatedExchangeLink> {
    const { directory, instruments } = this.options;
    await ensureExchange(this.options);
    try {
      return await SimulatedExchangeLink.connect({
        path: localSocket(directory, EXCHANGE_SOCKET),
        codec: CANONICAL,
        instruments,
        onInput: (input) => this.desk.accept(input),
        onLink: (up, detail) => this.linkChanged(up, detail),
      });
    } catch (error) {
      // The one that answered a moment ago may just have been ending.
      if (isAgain) throw error;
      return this.connect(true);
    }
  }

  /** What a proper stop paused, its start resumes. Whatever else stopped the desk needs a reason. */
  private resume({ lastModeChange }: DeskSnapshot): void {
    const { mode } = this.desk.core.modes;
    const { operator, resume, told } = this.options;
    if (mode === 'normal') return;
    const wasStopped = mode === 'pause' && lastModeChange?.operator === STOPPER;
    const reason = resume ?? (wasStopped ? 'started again after a proper stop' : null);
    if (reason !== null) this.setMode('normal', operator, reason);
    else told(stayingIn(mode, lastModeChange));
  }

  private pause(reason: string): void {
    if (this.desk.core.modes.mode === 'normal') this.setMode('pause', STOPPER, reason);
    const { clock, desk } = this;
    const command = { type: 'cancel-all', instrument: null } as const;
    desk.accept({
      kind: 'operator',
      seq: 0,
      at: clock.now(),
      commandId: randomUUID(),
      operator: STOPPER,
      reason,
      command,
    });
  }

  private setMode(mode: ControlMode, operator: string, reason: string): void {
    const command = { type: 'set-mode', mode } as const;
    const at = this.clock.now();
    this.desk.accept({ kind: 'operator', seq: 0, at, commandId: randomUUID(), operator, reason, command });
  }

  private linkChanged(up: boolean, detail: string): void {
    const { desk, options } = this;
    this.isLinked = up;
    // The desk hears of changes; that there is a link is what it begins with.
    if (this.link === null || this.isStopping) return;
    options.told(up ? 'the exchange is connected again' : `the exchange is gone: ${detail}`);
    for (const venue of this.venues) {
      desk.accept({ kind: 'venue-link', seq: 0, at: this.clock.now(), venue, up, detail });
    }
    if (!up) ensureExchange(options).catch((error: Error) => options.told(error.message));
  }

  private keepHouse(): void {
    this.keeper.keep(this.client.durableSeq());
    const failure = this.ticks.failure();
    if (failure === undefined || this.hasToldOfTicks) return;
    this.hasToldOfTicks = true;
    this.options.told(`market frames are not recorded any more, trading goes on: ${failure.text}`);
  }

  private get venues(): readonly string[] {
    return [...new Set(this.options.instruments.map(({ venue }) => venue))];
  }

  private openOrders(): number {
    const { orders } = this.desk.core;
    return this.options.instruments.reduce((sum, { id }) => sum + orders.open(id).length, 0);
  }

  private summary(): PaperRunSummary {
    const { desk, recorder, ticks, halt } = this;
    return {
      ...recorder.summary(desk.core, this.frames, {}),
      mode: desk.core.modes.mode,
      openOrders: this.openOrders(),
      halted: halt === null ? null : `${halt.cause}: ${halt.detail}`,
      ticksDropped: ticks.dropped,
    };
  }

  /** Of a run that could not begin. The exchange goes on: it may have orders. */
  private async abandon(): Promise<void> {
    this.desk.end();
    this.link?.close();
    await this.close();
  }

  private async close(): Promise<void> {
    clearInterval(this.housekeeping);
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

/** @throws JournalError when the clock reads earlier than the journal: what comes next would seem to have come before. */
function keepTime(clock: DeskClock, lastDeskAt: number, directory: string): void {
  const behindMicros = lastDeskAt - clock.now();
  if (behindMicros > MOST_BEHIND_MICROS) {
    throw new JournalError({
      file: directory,
      problem: `its last record is ${Math.round(behindMicros / MICROS_PER_SECOND)} s later than the desk's clock`,
      remedy: 'Set the clock of this machine (and run with the same --speed as before), then start again',
    });
  }
  clock.notBefore(micros(lastDeskAt));
}

/** @throws LinkError when the exchange lives at another speed than the desk. */
function keepSpeed(clock: DeskClock, { greetedAt }: SimulatedExchangeLink, directory: string): void {
  const apartMicros = Math.abs((greetedAt ?? 0) - clock.now());
  if (apartMicros <= MOST_APART_MICROS) return;
  const seconds = Math.round(apartMicros / MICROS_PER_SECOND);
  throw new LinkError(
    `${directory}: the clock of its exchange is ${seconds} s away from the desk's. Run with the --speed that the exchange was started with, or end it first`,
  );
}

function stayingIn(mode: ControlMode, change: ModeChange | null): string {
  const who = change === null ? '' : ` (by ${change.operator})`;
  return `the desk stays in ${mode}${who}: to trade again, stop it and start it with --resume 'the reason'`;
}
