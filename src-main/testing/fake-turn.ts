import { afterMs, MICROS_PER_SECOND, micros } from '../../src-shared/domain/time.ts';
import type { Effect } from '../core/engine/effect.ts';
import { Engine, type Room } from '../core/engine/engine.ts';
import type { Fact } from '../core/engine/fact.ts';
import type { Input } from '../core/engine/input.ts';

type Unstamped<T> = T extends Input ? Omit<T, 'seq' | 'at'> : never;

/** The identity of the journal that a fake turn pretends to write. */
export const TEST_IDENTITY = '000102030405060708090a0b0c0d0e0f';

/**
 * An engine under a test's thumb: it folds into the given rooms, collects their facts and effects, and its clock moves when
 * the test says so. Rooms' methods that want a turn take it directly.
 */
export class FakeTurn extends Engine {
  readonly facts: Fact[];
  readonly effects: Effect[];

  /** Started: the first fact is `desk-started`, and it is one second after the epoch. */
  constructor(rooms: readonly Room[]) {
    const facts: Fact[] = [];
    const effects: Effect[] = [];
    super(rooms, { fact: (fact) => facts.push(fact), effect: (effect) => effects.push(effect) });
    this.facts = facts;
    this.effects = effects;
    this.accept({ kind: 'start', seq: 1, at: micros(MICROS_PER_SECOND), seed: 1, identity: TEST_IDENTITY });
  }

  /** One input, now. */
  send(input: Unstamped<Input>): void {
    this.accept({ ...input, seq: this.seq + 1, at: this.at } as Input);
  }

  /** Lets `ms` pass: every timer that is due on the way rings at its own time. */
  advance(ms: number): void {
    const until = afterMs(this.at, ms);
    while (this.nextTimerAt() <= until) this.timer(this.nextTimerAt());
    if (this.at < until) this.timer(until);
  }

  /** The facts of one kind, in order. */
  factsOf<K extends Fact['kind']>(kind: K): Extract<Fact, { kind: K }>[] {
    return this.facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
  }

  /** The effects since the last time, in order. */
  takeEffects(): Effect[] {
    return this.effects.splice(0);
  }

  private timer(at: number): void {
    this.accept({ kind: 'timer', seq: this.seq + 1, at: micros(at) });
  }
}
