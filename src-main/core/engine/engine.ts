import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from './effect.ts';
import type { Fact, FactBody } from './fact.ts';
import { type Input, isMarketInput, type StartInput } from './input.ts';
import { NO_PROBE, type Probe, type Stage } from './probe.ts';
import { Random, type RandomState } from './random.ts';
import { Scheduler, type Timer } from './scheduler.ts';

/** A part of the core. It decides in `accept` and `wake`, and changes state that facts stand for only in `fold`. */
export interface Room {
  readonly name: string;
  accept?(input: Input, turn: Turn): void;
  fold?(fact: Fact): void;
  /** A timer that this room scheduled is due. */
  wake?(key: string, turn: Turn): void;
  /** The input has passed every room and its timers have fired: answers facts that other rooms made on the way. */
  settle?(turn: Turn): void;
}

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

export interface EngineSnapshot {
  readonly inputSeq: number;
  readonly factSeq: number;
  readonly at: Micros;
  readonly random: RandomState;
  readonly timers: readonly Timer[];
}

export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/**
 * The sequencer: one input at a time, through the rooms in their fixed order. Deterministic: the same inputs give the same
 * facts and effects, bit for bit.
 */
export class Engine implements Turn {
  at = micros(0);
  seq = 0;
  private factSeq = 0;
  private generator = new Random(0);
  private readonly scheduler = new Scheduler();
  private readonly accepting: readonly Required<Pick<Room, 'accept'>>[];
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
    this.accepting = rooms.filter((room): room is Room & Required<Pick<Room, 'accept'>> => room.accept !== undefined);
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
    this.probe.begin(isMarketInput(input));
    this.seq = input.seq;
    this.at = input.at;
    if (input.kind === 'start') this.start(input);
    for (const room of this.accepting) room.accept(input, this);
    if (this.scheduler.nextAt() <= this.at) this.fireTimers();
    for (const room of this.settling) room.settle(this);
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

  snapshot(): EngineSnapshot {
    return {
      inputSeq: this.seq,
      factSeq: this.factSeq,
      at: this.at,
      random: this.generator.snapshot(),
      timers: this.scheduler.snapshot(),
    };
  }

  restore(snapshot: EngineSnapshot): void {
    this.seq = snapshot.inputSeq;
    this.factSeq = snapshot.factSeq;
    this.at = snapshot.at;
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
    if ((input.kind === 'start') !== (input.seq === 1)) {
      throw new EngineError(`input ${input.seq} is '${input.kind}': the first input, and no other, is 'start'`);
    }
  }

  private start(input: StartInput): void {
    this.generator = new Random(input.seed);
    this.emit({ kind: 'desk-started', seed: input.seed, identity: input.identity });
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
