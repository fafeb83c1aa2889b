import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from './effect.ts';
import type { Fact, FactBody } from './fact.ts';
import { type Input, isMarketInput, type RestartInput, type StartInput } from './input.ts';
import { NO_PROBE, type Probe, type Stage } from './probe.ts';
import { Random, type RandomState } from './random.ts';
import { RecentIds } from './recent-ids.ts';
import { Scheduler, type Timer } from './scheduler.ts';
import { shown } from './shown.ts';

/** A part of the core. It decides in `accept` and `wake`, and changes state that facts stand for only in `fold`. */
export interface Room {
  readonly name: string;
  /** False where market frames are nothing to `accept`: they come by the million, and every call counts. */
  readonly hearsMarket?: false;
  accept?(input: Input, turn: Turn): void;
  fold?(fact: Fact): void;
  /** A timer that this room scheduled is due. */
  wake?(key: string, turn: Turn): void;
  /** The input has passed every room and its timers have fired: answers facts that other rooms made on the way. */
  settle?(turn: Turn): void;
  /**
   * An input of an earlier run, which accepted it: takes over what later inputs depend on and no fact holds. Such an input
   * comes before the facts that it caused, which are folded.
   */
  recall?(input: Input): void;
  /** A restart, before its fact: whatever is neither a fold over facts nor recalled is as it was in the beginning. */
  reset?(): void;
}

type AcceptingRoom = Room & Required<Pick<Room, 'accept'>>;

/** What a room may do while one input passes through the core. */
export interface Turn {
  /** Time of the input. */
  readonly at: Micros;
  /** The input's sequence number. */
  readonly seq: number;
  readonly random: Random;
  /** Makes a fact: every room folds it before this returns. */
  emit(fact: FactBody): void;
  effect(effect: Effect): void;
  /** Wakes `room` with `key` at `at`, which lies in the future, or with the first input after; replaces its earlier timer of that key. */
  schedule(at: Micros, room: Room, key: string): void;
  unschedule(room: Room, key: string): void;
  /** For the latency probe only; returns nothing. */
  reached(stage: Stage): void;
}

/** Receives what the core produces, in order. */
export interface Sink {
  fact(fact: Fact): void;
  effect(effect: Effect): void;
}

/** How far a desk has come. */
export interface EnginePosition {
  readonly inputSeq: number;
  readonly factSeq: number;
  readonly at: Micros;
  /** Of operators' commands, oldest first. */
  readonly commandIds: readonly string[];
}

export interface EngineSnapshot extends EnginePosition {
  readonly random: RandomState;
  readonly timers: readonly Timer[];
}

export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** Lines of last words that the fact of a restart repeats; the input holds them all. */
const MAX_LAST_WORDS = 20;
/** A repeated command follows its original closely, across a reconnect or a restart at most. */
const MAX_COMMAND_IDS = 10_000;

/**
 * The sequencer: one input at a time, through the rooms in their fixed order. Deterministic: the same inputs give the same
 * facts and effects, bit for bit. An operator's command passes once: repeated under its id, no room hears of it.
 */
export class Engine implements Turn {
  at = micros(0);
  seq = 0;
  private factSeq = 0;
  /** The one kind that the next input may have; null when it may be anything but a start. */
  private due: 'start' | 'restart' | null = 'start';
  private generator = new Random(0);
  private readonly scheduler = new Scheduler();
  private readonly commandIds = new RecentIds(MAX_COMMAND_IDS);
  private readonly accepting: readonly AcceptingRoom[];
  private readonly hearingMarket: readonly AcceptingRoom[];
  private readonly folding: readonly Required<Pick<Room, 'fold'>>[];
  private readonly settling: readonly Required<Pick<Room, 'settle'>>[];
  private readonly rooms: readonly Room[];
  private readonly sink: Sink;
  private readonly probe: Probe;

  /** @param rooms in the order that every input passes them and every fact is folded. */
  constructor(rooms: readonly Room[], sink: Sink, probe: Probe = NO_PROBE) {
    this.rooms = rooms;
    this.sink = sink;
    this.probe = probe;
    this.accepting = rooms.filter((room): room is AcceptingRoom => room.accept !== undefined);
    this.hearingMarket = this.accepting.filter(({ hearsMarket }) => hearsMarket !== false);
    this.folding = rooms.filter((room): room is Room & Required<Pick<Room, 'fold'>> => room.fold !== undefined);
    this.settling = rooms.filter((room): room is Room & Required<Pick<Room, 'settle'>> => room.settle !== undefined);
  }

  get random(): Random {
    return this.generator;
  }

  /**
   * Takes one input through the core.
   * @throws EngineError when its sequence number is not the next one or its time lies before the last one's. Nothing has
   * changed then; any other error leaves the core half changed, and the desk must stop and restore.
   */
  accept(input: Input): void {
    this.checkOrder(input);
    const isMarket = isMarketInput(input);
    this.probe.begin(isMarket);
    this.seq = input.seq;
    this.at = input.at;
    if (isMarket) {
      for (const room of this.hearingMarket) room.accept(input, this);
    } else if (this.begin(input)) {
      for (const room of this.accepting) room.accept(input, this);
    }
    if (this.scheduler.isDue(this.at)) this.fireTimers();
    for (const room of this.settling) room.settle(this);
  }

  /**
   * Moves on to an input of an earlier run, as its journal has it.
   * @throws EngineError when a later one, or a fact of a later one, was passed before.
   */
  passInput(input: Input): void {
    const { seq, at } = input;
    if (!(seq > this.seq)) throw new EngineError(`input ${seq} follows ${this.seq} in the journal: check it`);
    this.moveOn(seq, at);
    if (input.kind === 'operator') this.commandIds.add(input.commandId);
  }

  /**
   * Moves on to a fact of an earlier run, as its journal has it.
   * @throws EngineError when it is not the one after the last, or of an earlier input than that.
   */
  passFact({ seq, at, cause }: Fact): void {
    if (seq !== this.factSeq + 1 || cause < this.seq) {
      throw new EngineError(
        `fact ${seq} of input ${cause} follows fact ${this.factSeq} of input ${this.seq} in the journal: check it`,
      );
    }
    this.moveOn(cause, at);
    this.factSeq = seq;
  }

  /** Whether an operator's command of this id was here before, in an earlier run too. */
  hasCommand(commandId: string): boolean {
    return this.commandIds.has(commandId);
  }

  /** When a timer input is wanted; Infinity when none is. */
  nextTimerAt(): number {
    return this.scheduler.nextAt();
  }

  emit(body: FactBody): void {
    this.factSeq += 1;
    const fact: Fact = { ...body, seq: this.factSeq, at: this.at, cause: this.seq };
    for (const room of this.folding) room.fold(fact);
    this.sink.fact(fact);
  }

  effect(effect: Effect): void {
    this.sink.effect(effect);
  }

  schedule(at: Micros, room: Room, key: string): void {
    if (!(at > this.at))
      throw new EngineError(`${room.name} schedules '${key}' at ${at}, which is not after ${this.at}`);
    this.scheduler.schedule(at, room.name, key);
  }

  unschedule(room: Room, key: string): void {
    this.scheduler.cancel(room.name, key);
  }

  reached(stage: Stage): void {
    this.probe.reached(stage);
  }

  position(): EnginePosition {
    return { inputSeq: this.seq, factSeq: this.factSeq, at: this.at, commandIds: this.commandIds.snapshot() };
  }

  /** Takes over where an earlier run stood; the next input has to be the restart, if there was one at all. */
  recover({ inputSeq, factSeq, at, commandIds }: EnginePosition): void {
    this.seq = inputSeq;
    this.factSeq = factSeq;
    this.at = at;
    this.commandIds.restore(commandIds);
    this.due = inputSeq === 0 ? 'start' : 'restart';
  }

  snapshot(): EngineSnapshot {
    return {
      ...this.position(),
      random: this.generator.snapshot(),
      timers: this.scheduler.snapshot(),
    };
  }

  restore(snapshot: EngineSnapshot): void {
    this.recover(snapshot);
    if (this.due === 'restart') this.due = null;
    this.generator.restore(snapshot.random);
    this.scheduler.restore(snapshot.timers);
  }

  private checkOrder(input: Input): void {
    if (input.seq !== this.seq + 1) {
      throw new EngineError(
        `input ${input.seq} (${input.kind}) arrived where ${this.seq + 1} was due: one was lost or doubled`,
      );
    }
    if (!Number.isSafeInteger(input.at) || input.at < this.at) {
      throw new EngineError(
        `input ${input.seq} (${input.kind}) is stamped ${input.at}: not a time in microseconds at or after the last one's ${this.at}`,
      );
    }
    if (this.due === null ? input.kind === 'start' : input.kind !== this.due) {
      const rule =
        this.due === 'restart'
          ? "after the facts of an earlier run comes 'restart'"
          : "the first input, and no other, is 'start'";
      throw new EngineError(`input ${input.seq} is '${input.kind}': ${rule}`);
    }
  }

  private moveOn(seq: number, at: Micros): void {
    if (!(at >= this.at))
      throw new EngineError(`input ${seq} in the journal is stamped ${at}, after ${this.at}: check it`);
    this.seq = seq;
    this.at = at;
    this.due = 'restart';
  }

  /** False when no room may hear of it. */
  private begin(input: Input): boolean {
    if (input.kind === 'operator') return this.commandIds.add(input.commandId);
    if (input.kind === 'start') this.start(input);
    else if (input.kind === 'restart') this.restart(input);
    return true;
  }

  private start({ seed, identity }: StartInput): void {
    this.due = null;
    this.generator = new Random(seed);
    this.emit({ kind: 'desk-started', seed, identity });
  }

  private restart({ seed, crashed, lastWords }: RestartInput): void {
    this.due = null;
    this.generator = new Random(seed);
    this.scheduler.restore([]);
    for (const room of this.rooms) room.reset?.();
    const words = lastWords.slice(0, MAX_LAST_WORDS).map((line) => shown(line));
    this.emit({ kind: 'desk-restarted', seed, crashed, lastWords: words });
  }

  private fireTimers(): void {
    for (let timer = this.scheduler.takeDue(this.at); timer; timer = this.scheduler.takeDue(this.at)) {
      this.roomNamed(timer.room).wake?.(timer.key, this);
    }
  }

  private roomNamed(name: string): Room {
    const room = this.rooms.find((candidate) => candidate.name === name);
    if (!room) throw new EngineError(`a timer wakes '${name}', and no room has that name`);
    return room;
  }
}
