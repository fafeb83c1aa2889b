import { hash } from 'node:crypto';
import type { RunRecord } from '../../src-main/app/run-record.ts';
import type { Fact } from '../../src-main/core/engine/fact.ts';
import type { MarketInput } from '../../src-main/core/engine/input.ts';
import { Random } from '../../src-main/core/engine/random.ts';
import type { JournalRecord } from '../../src-main/edge/journal/record.ts';
import { faultRules } from '../simulators/binance-usdm/fault-rules.ts';
import type { LogEntry } from '../simulators/binance-usdm/log.ts';
import { disagreements, type Evidence } from './checks.ts';
import { maxPositionLots } from './desk-config.ts';
import { HistoryDesk } from './history-desk.ts';
import { MemoryJournal } from './memory-journal.ts';
import { OrderStages, type Stage } from './order-stages.ts';
import type { HistoryPlan, Placement } from './plan.ts';
import { Plug } from './plug.ts';
import { copyOf } from './replay.ts';
import { Trace } from './trace.ts';
import { loadAdapter, VenueSide } from './venue-side.ts';
import { VenueTruth } from './venue-truth.ts';
import { VirtualTime } from './virtual-time.ts';

/** What became of one history. */
export interface HistoryResult {
  /** Everything that should not be; empty for a history that proves what it should. */
  readonly faults: readonly string[];
  /** `fault × stage`, each once. */
  readonly pairs: ReadonlySet<string>;
  /** Over the venue's log and the desk's facts: the same seed gives the same. */
  readonly hash: string;
  /** What happened last, oldest first. */
  readonly events: readonly string[];
  readonly counts: Counts;
  /** What the verdict was based on; null where the history did not come to one. */
  readonly evidence: Evidence | null;
}

export interface Counts {
  readonly orders: number;
  readonly fills: number;
  readonly crashes: number;
  readonly requests: number;
}

/** One process of the desk. */
interface Life {
  readonly desk: HistoryDesk;
  readonly journal: MemoryJournal;
  readonly plug: Plug;
}

const MAX_STEPS = 400_000;
/** A history that asks more of its venue repeats itself. */
const MAX_REQUESTS = 6_000;
/** After the last fault, with the desk trading on. */
const QUIET_MS = 20_000;
const STOP_MS = 600_000;
const LONGEST_DOWN_MS = 3_000;

/** Plays `plan` from its beginning to a desk that is stopped. Takes over the process's timers meanwhile: one at a time. */
export async function playHistory(plan: HistoryPlan, run: RunRecord): Promise<HistoryResult> {
  await loadAdapter();
  return new History(plan, run).play();
}

class History {
  private readonly plan: HistoryPlan;
  private readonly run: RunRecord;
  private readonly random: Random;
  private readonly time: VirtualTime;
  private readonly beganAtMs: number;
  private readonly identity: string;
  private readonly side: VenueSide;
  private readonly trace = new Trace();
  private readonly truth: VenueTruth;
  private readonly stages: OrderStages;
  private readonly records: JournalRecord[] = [];
  private frames: MarketInput[] = [];
  private readonly faults: string[] = [];
  private readonly entered = new Map<Stage, number>();
  private evidence: Evidence | null = null;
  private life: Life | null = null;
  private lives = 0;
  private crashes = 0;
  private requests = 0;
  private entries = 0;

  constructor(plan: HistoryPlan, run: RunRecord) {
    this.plan = plan;
    this.run = run;
    this.random = new Random(plan.seed + 1);
    this.time = new VirtualTime(MAX_STEPS, () => this.look());
    this.beganAtMs = Date.now();
    this.identity = hash('md5', `journal ${plan.seed}`);
    this.side = new VenueSide(plan.seed);
    this.truth = new VenueTruth(run.instruments);
    this.stages = new OrderStages((stage) => this.reached(stage));
  }

  async play(): Promise<HistoryResult> {
    const failed = (error: unknown): void => void this.faults.push(`unhandled: ${textOf(error)}`);
    process.on('unhandledRejection', failed);
    try {
      this.prepare();
      this.begin();
      await this.time.pass(this.plan.spanMs + QUIET_MS);
      await this.time.during(this.stop(), STOP_MS);
      this.look();
      this.evidence = this.collected();
      this.faults.push(...this.lastWords(), ...disagreements(this.evidence));
    } catch (error) {
      this.faults.push(`broken off: ${textOf(error)}`);
    } finally {
      this.side.close();
      this.time.end();
      process.off('unhandledRejection', failed);
    }
    return this.result();
  }

  /** Everything that happens at a time of its own. */
  private prepare(): void {
    const { plan, side } = this;
    for (const { atMs, command } of plan.commands) {
      setTimeout(() => {
        this.trace.note(`operator: ${JSON.stringify(command)}`);
        this.life?.desk.operate(command);
      }, atMs);
    }
    for (const order of plan.foreign) setTimeout(() => this.trace.note(side.placeForeign(order)), order.atMs);
    for (const placement of plan.placements) {
      if ('atMs' in placement.when) setTimeout(() => this.happen(placement), placement.when.atMs);
    }
  }

  private begin(): void {
    const { plan, run, records, random } = this;
    this.lives += 1;
    const seed = plan.seed * 100 + this.lives;
    const journal = new MemoryJournal(records, () => commitMs(random));
    const plug = new Plug(this.side.network, {
      leaving: (text) => this.leaving(text),
      left: (text) => this.stages.left(text),
    });
    const desk = new HistoryDesk({
      ...{ run, journal, records, seed, identity: this.identity },
      createVenue: (parts, sinceMs) => this.side.createAdapter(plug, parts, sinceMs, seed),
      fact: (fact) => this.fact(fact),
      frame: (frame) => this.frames.push(copyOf(frame)),
      told: (news) => this.trace.note(`told: ${news}`),
    });
    this.frames = this.frames.filter(({ seq }) => seq < desk.firstSeq);
    this.life = { desk, journal, plug };
    desk.begin().catch((error: unknown) => {
      if (this.life?.desk !== desk) return;
      this.trace.note(`the desk could not begin: ${textOf(error)}`);
      this.end();
    });
  }

  private crash(): void {
    if (this.life === null) return;
    this.crashes += 1;
    this.trace.note('the desk crashed');
    this.end();
  }

  /** Of the process at hand, wherever it stands. Another one is begun a little later. */
  private end(): void {
    const { life, random } = this;
    if (life === null) return;
    this.life = null;
    life.plug.pull();
    life.journal.crash(random.below(2) === 0);
    life.desk.die();
    setTimeout(() => this.begin(), 1 + random.below(LONGEST_DOWN_MS));
  }

  private async stop(): Promise<void> {
    while (!this.life?.desk.hasBegun) await new Promise((resolve) => setTimeout(resolve, LONGEST_DOWN_MS));
    await this.life.desk.stop(() => this.side.isQuiet);
  }

  private leaving(text: string): void {
    this.requests += 1;
    if (this.requests === MAX_REQUESTS) this.faults.push(`${MAX_REQUESTS} requests: somebody repeats himself`);
    this.look();
    this.stages.leaving(text);
  }

  private fact(fact: Fact): void {
    this.look();
    this.trace.fact(fact);
    this.stages.fact(fact);
  }

  /** Follows what has happened at the venue since the last time. */
  private look(): void {
    const { side, trace, stages } = this;
    trace.struck(side.faultsHappened, stages.now());
    while (this.entries < side.log.length) {
      const entry = side.log[this.entries];
      // What follows from it may have this looked at again.
      this.entries += 1;
      this.venue(entry);
    }
  }

  private venue(entry: LogEntry): void {
    const { truth, trace, side, run } = this;
    trace.venue(entry);
    truth.take(entry);
    const openLots = 'orderId' in entry ? truth.openLots(entry.orderId) : 0;
    this.stages.venue(entry, openLots);
    for (const { id, symbol } of run.instruments) {
      const most = maxPositionLots(run, id) + side.foreignLots(symbol);
      const worst = truth.worstLots(id);
      if (worst > most) this.faults.push(`${symbol}: ${worst} lots could be held, at most ${most} may`);
    }
  }

  private reached(stage: Stage): void {
    const count = (this.entered.get(stage) ?? 0) + 1;
    this.entered.set(stage, count);
    for (const placement of this.plan.placements) {
      const { when } = placement;
      if ('stage' in when && when.stage === stage && when.nth === count) this.happen(placement);
    }
  }

  private happen({ fault, rule, when }: Placement): void {
    const leftMs = this.beganAtMs + this.plan.spanMs - Date.now();
    if (leftMs <= 0) return;
    const aimed = 'stage' in when ? [when.stage] : [];
    if (rule === null) {
      this.trace.pair('crash', [...aimed, ...this.stages.now()]);
      this.crash();
    } else {
      this.trace.armed(fault, aimed);
      this.side.addFaults(faultRules([{ ...rule, untilMs: leftMs }]));
      // Nothing else cancels a whole symbol at once.
      if (fault === 'partial-mass-cancel') void this.kill();
    }
  }

  /** What the hardware switch does: the doors are shut, and everything is cancelled on a way that needs nothing of the desk. */
  private async kill(): Promise<void> {
    const { life } = this;
    this.trace.note('the kill switch was pressed');
    life?.desk.operate({ type: 'set-mode', mode: 'emergency' });
    const { proven, survivors, rounds } = await this.side.cancelAll(this.plan.symbols);
    this.look();
    this.trace.note(
      `the kill ${proven ? 'is proven' : 'is not proven'} after ${rounds} rounds, ${survivors.length} left`,
    );
    if (!proven || life === null || life !== this.life || life.desk.core.modes.mode !== 'emergency') return;
    const left = this.truth.open().filter(({ clientOrderId }) => !this.side.isForeign(clientOrderId));
    for (const { clientOrderId } of left) this.faults.push(`order ${clientOrderId} rests after a proven kill`);
  }

  private collected(): Evidence {
    const { run, truth, records, frames, life, side, identity } = this;
    if (life === null) throw new Error('no desk is left to be asked');
    const { core, secondCountLots } = life.desk;
    return {
      ...{ instruments: run.instruments, truth, records, frames, core, secondCountLots, identity },
      log: side.log,
      venueCash: side.cash,
      isForeign: (id) => side.isForeign(id),
    };
  }

  private lastWords(): string[] {
    return this.life?.journal.lastWords.map((words) => `the desk left word: ${words}`) ?? [];
  }

  private result(): HistoryResult {
    const { faults, trace, truth, crashes, requests, records, side, evidence } = this;
    const facts = records.filter(({ kind }) => kind === 'fact').map(({ bytes }) => Buffer.from(bytes).toString('utf8'));
    return {
      faults,
      pairs: trace.pairs,
      hash: hash('sha256', JSON.stringify([side.log, facts])),
      events: trace.events,
      evidence,
      counts: { orders: truth.orders.length, fills: truth.fills.length, crashes, requests },
    };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Of a modelled disk: mostly a few milliseconds, now and then long enough to make every order wait in vain. */
function commitMs(random: Random): number {
  if (random.below(200) === 0) return 500;
  return random.below(20);
}
