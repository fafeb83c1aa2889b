import { composeDesk } from '../../src-main/app/desk/compose-desk.ts';
import { DeskJournal } from '../../src-main/app/desk/desk-journal.ts';
import { unseenSinceMs } from '../../src-main/app/desk/desk-venues.ts';
import type { LiveDesk } from '../../src-main/app/desk/live-desk.ts';
import { ProperStop } from '../../src-main/app/desk/proper-stop.ts';
import { foldRecords } from '../../src-main/app/desk/recovery.ts';
import type { DeskSnapshot } from '../../src-main/app/desk/recovery-snapshot.ts';
import { type RunRecord, writeRunRecord } from '../../src-main/app/run-record.ts';
import { RunRecorder } from '../../src-main/app/run-recorder.ts';
import type { Core } from '../../src-main/core/core.ts';
import type { Fact } from '../../src-main/core/engine/fact.ts';
import { type Input, isMarketInput, type MarketInput, type OperatorCommand } from '../../src-main/core/engine/input.ts';
import type { JournalRecord } from '../../src-main/edge/journal/record.ts';
import type { SecondCheck } from '../../src-main/edge/outbox/second-check.ts';
import type { Venue, VenueParts } from '../../src-main/edge/venues/venue.ts';
import { createStopFlag, StopFlag } from '../../src-main/threads/stop-flag.ts';
import { isTighter } from '../../src-shared/domain/mode.ts';
import { type Micros, micros } from '../../src-shared/domain/time.ts';
import type { MemoryJournal } from './memory-journal.ts';

export interface HistoryDeskParts {
  readonly run: RunRecord;
  readonly journal: MemoryJournal;
  /** What the desks before left. */
  readonly records: readonly JournalRecord[];
  /** Seeds the core's random draws. */
  readonly seed: number;
  /** Of the journal, 32 lowercase hex characters. */
  readonly identity: string;
  /** @param sinceMs from when on the desk may have missed something. */
  readonly createVenue: (parts: VenueParts, sinceMs: number) => Promise<Venue>;
  readonly fact: (fact: Fact) => void;
  /** A market frame is reused after the call. */
  readonly frame: (frame: MarketInput) => void;
  readonly told: (news: string) => void;
}

const HOUSEKEEPING_MS = 1_000;
const STOP_MS = 300_000;
const LOOK_MS = 50;

export function now(): Micros {
  return micros(Date.now() * 1_000);
}

/** One life of a desk: everything that its process holds, but for threads and files. */
export class HistoryDesk {
  /** Whether it has connected, and trades. */
  hasBegun = false;
  private readonly parts: HistoryDeskParts;
  private readonly before: DeskSnapshot | undefined;
  private readonly live: LiveDesk;
  private readonly properStop: ProperStop;
  private readonly housekeeping: NodeJS.Timeout;
  private venue: Venue | null = null;
  private secondCheck: SecondCheck | null = null;
  /** When the venue was last asked for the account that it told of. */
  private comparedAt = 0;
  private commands = 0;
  private isDead = false;

  /** Folds what the journal holds; {@link begin} goes on from there. */
  constructor(parts: HistoryDeskParts) {
    const { run, journal, records } = parts;
    this.parts = parts;
    this.before = foldRecords(records, run.instruments, 'the journal');
    journal.host('{"event":"start"}');
    journal.host(writeRunRecord(run));
    this.live = this.createDesk();
    this.properStop = new ProperStop(this.before?.lastModeChange ?? null, {
      core: () => this.core,
      setMode: (mode, operator, reason) => this.operate({ type: 'set-mode', mode }, operator, reason),
      told: parts.told,
    });
    journal.onChange(() => this.live.watermarkMoved());
    this.housekeeping = setInterval(() => this.keepHouse(), HOUSEKEEPING_MS);
  }

  /** The number of its first input. */
  get firstSeq(): number {
    return (this.before?.core.engine.inputSeq ?? 0) + 1;
  }

  get core(): Core {
    return this.live.core;
  }

  /** What the last door counts, by instrument id. */
  get secondCountLots(): readonly number[] {
    return this.secondCheck?.snapshot().positionLots ?? [];
  }

  /** @throws VenueError when the venue cannot be used. */
  async begin(): Promise<void> {
    const { journal, seed, identity, records } = this.parts;
    const sinceMs = unseenSinceMs(records.at(-1)?.at ?? now());
    const venue = await this.parts.createVenue(this.venueParts(), sinceMs);
    if (this.isDead) return;
    this.venue = venue;
    await venue.connect();
    if (this.isDead) return;
    const stamp = { seq: 0, at: now(), seed };
    if (this.before === undefined) this.live.begin({ kind: 'start', ...stamp, identity });
    else this.live.begin({ kind: 'restart', ...stamp, crashed: this.before.ending !== 'stopped', lastWords: [] });
    await journal.whenDurable(journal.appendedSeq);
    if (this.isDead) return;
    if (this.before !== undefined) this.properStop.open('ada', null, false);
    venue.begin();
    this.live.open();
    this.hasBegun = true;
  }

  operate(command: OperatorCommand, operator = 'ada', reason = 'a history'): void {
    this.commands += 1;
    const commandId = `${this.parts.seed}-${this.commands}`;
    this.accept({ kind: 'operator', seq: 0, at: now(), commandId, operator, reason, command });
  }

  /**
   * As a person stops it: everything is cancelled, and the venue is left once nothing is open any more and its account was compared
   * after that.
   * @param isQuiet whether nothing will happen at the venue by itself in the next moments.
   */
  async stop(isQuiet: () => boolean): Promise<void> {
    const { journal } = this.parts;
    const giveUpAt = Date.now() + STOP_MS;
    const patience = async (isDone: () => boolean): Promise<void> => {
      while (!isDone() && Date.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    };
    this.properStop.shut('the history ends');
    await patience(() => this.core.orders.allOpen().length === 0);
    do {
      await patience(isQuiet);
      const askedAt = now();
      this.operate({ type: 'reconcile' });
      await patience(() => this.comparedAt > askedAt);
    } while (!isQuiet() && Date.now() < giveUpAt);
    await this.venue?.end();
    await journal.whenDurable(journal.appendedSeq);
    this.die();
  }

  /** From here on nothing of this desk is heard any more. */
  die(): void {
    this.isDead = true;
    clearInterval(this.housekeeping);
    this.live.end();
    this.venue?.close();
  }

  private keepHouse(): void {
    this.live.proveLife();
    this.properStop.retry();
  }

  private accept(input: Input): void {
    if (!this.isDead) this.live.accept(input);
  }

  private venueParts(): VenueParts {
    const { run, told } = this.parts;
    const [{ venue: name }] = run.instruments;
    return {
      name,
      instruments: run.instruments,
      now,
      onInput: (input) => {
        if (input.kind === 'account-report') this.comparedAt = input.askedAt;
        this.accept(input);
      },
      onLink: (up, detail) => this.accept({ kind: 'venue-link', seq: 0, at: now(), venue: name, up, detail }),
      knows: (id) => this.core.knowsOrder(id),
      engineAliveAt: () => this.live.aliveAt,
      told,
    };
  }

  private createDesk(): LiveDesk {
    const { parts, before } = this;
    const { run, journal, identity } = parts;
    const stopFlag = new StopFlag(createStopFlag());
    const ticks = { offer: (frame: MarketInput) => this.offer(frame) };
    const clock = { now, msUntil: (at: number) => Math.max(0, (at - now()) / 1_000) };
    return composeDesk({
      ...{ run, journal: new DeskJournal(journal), recorder: new RunRecorder(), lastDoor: stopFlag },
      ground: { identity, turns: journal, ticks, clock, before, stopFlag },
      send: (effect) => this.venue?.send(effect) ?? { ok: false, reason: 'not connected yet' },
      unsent: () => {},
      checked: (secondCheck) => {
        this.secondCheck = secondCheck;
      },
      listener: { fact: (fact) => this.heard(fact), input: () => {}, halted: () => {} },
    });
  }

  private heard(fact: Fact): void {
    if (fact.kind === 'mode-changed') {
      this.properStop.heard(fact);
      if (isTighter(fact.from, fact.to)) this.venue?.resumed();
    }
    this.parts.fact(fact);
  }

  private offer(frame: MarketInput): boolean {
    if (isMarketInput(frame)) this.parts.frame(frame);
    return true;
  }
}
