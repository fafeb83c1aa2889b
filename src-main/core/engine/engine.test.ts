import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { OverflowError } from '../../../src-shared/domain/integer.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import { runs } from '../../testing/runs.ts';
import type { Effect } from './effect.ts';
import { Engine, EngineError, type Room, type Turn } from './engine.ts';
import type { Fact, FactBody } from './fact.ts';
import type { Input } from './input.ts';
import type { Probe } from './probe.ts';
import { Random } from './random.ts';

function start(seed = 1, at = 1): Input {
  return { kind: 'start', seq: 1, at: micros(at), seed, identity: '0'.repeat(32) };
}

function timer(seq: number, at: number): Input {
  return { kind: 'timer', seq, at: micros(at) };
}

function proven(updateId: number): FactBody {
  return { kind: 'book-proven', instrument: 0 as InstrumentId, updateId };
}

/** An engine that writes down everything that happens in it, in order. */
function desk(...rooms: readonly Room[]) {
  const facts: Fact[] = [];
  const effects: Effect[] = [];
  const engine = new Engine(rooms, { fact: (fact) => facts.push(fact), effect: (effect) => effects.push(effect) });
  return { engine, facts, effects };
}

describe('sequencing', () => {
  it.each<readonly [string, Input, RegExp]>([
    ['a gap', timer(3, 5), /input 3 \(timer\) arrived where 2 was due/],
    ['a repetition', timer(1, 5), /input 1 \(timer\) arrived where 2 was due/],
    ['a number that is none', timer(Number.NaN, 5), /arrived where 2 was due/],
    ['time going back', timer(2, 4), /stamped 4: not a time/],
    ['a time that is none', { kind: 'timer', seq: 2, at: Number.NaN as never }, /stamped NaN/],
    ['a time without end', { kind: 'timer', seq: 2, at: Number.POSITIVE_INFINITY as never }, /stamped Infinity/],
    ['a fraction of a microsecond', { kind: 'timer', seq: 2, at: 5.5 as never }, /stamped 5.5/],
    ['a second start', { ...start(), seq: 2, at: micros(5) }, /the first input, and no other, is 'start'/],
  ])('refuses %s, and nothing has changed', (_what, wrong, message) => {
    const heard: string[] = [];
    const room: Room = { name: 'room', accept: (input) => heard.push(input.kind), wake: () => heard.push('wake') };
    const { engine, facts } = desk(room);
    engine.accept(start(1, 5));
    engine.schedule(micros(6), room, 'key');
    const before = engine.snapshot();
    expect(() => engine.accept(wrong)).toThrow(EngineError);
    expect(() => engine.accept(wrong)).toThrow(message);
    expect(engine.snapshot()).toEqual(before);
    expect([heard, facts.length]).toEqual([['start'], 1]);
    engine.accept(timer(2, 5));
    expect(heard).toEqual(['start', 'timer']);
  });

  it('begins with start', () => {
    const { engine } = desk();
    expect(() => engine.accept(timer(1, 1))).toThrow(/the first input, and no other, is 'start'/);
    expect(() => engine.accept({ ...start(), seq: 2 })).toThrow(/arrived where 1 was due/);
  });

  it('takes inputs of the same time', () => {
    const { engine } = desk();
    engine.accept(start(1, 5));
    engine.accept(timer(2, 5));
    expect([engine.seq, engine.at]).toEqual([2, 5]);
  });
});

describe("an operator's command", () => {
  const command = (seq: number, commandId: string): Input => {
    const by = { commandId, operator: 'ada', reason: 'a test' };
    return { kind: 'operator', seq, at: micros(seq), ...by, command: { type: 'cancel-all', instruments: null } };
  };
  const listening = () => {
    const heard: number[] = [];
    const room: Room = { name: 'room', accept: (input) => heard.push(input.seq) };
    return { heard, room, ...desk(room) };
  };

  it('is heard once under its id, and timers ring whether it is or not', () => {
    const { heard, engine, room } = listening();
    const rung: string[] = [];
    room.wake = (key) => rung.push(key);
    engine.accept(start());
    expect(engine.hasCommand('a')).toBe(false);
    engine.accept(command(2, 'a'));
    engine.schedule(micros(3), room, 'due');
    engine.accept(command(3, 'a'));
    engine.accept(command(4, 'b'));
    expect(heard).toEqual([1, 2, 4]);
    expect(rung).toEqual(['due']);
    expect([engine.hasCommand('a'), engine.hasCommand('c')]).toEqual([true, false]);
  });

  it('is known again after snapshot and restore, a recovery, or when its journal is read', () => {
    const first = listening().engine;
    first.accept(start());
    first.accept(command(2, 'a'));
    const restored = listening();
    restored.engine.restore(structuredClone(first.snapshot()));
    restored.engine.accept(command(3, 'a'));
    const recovered = listening();
    recovered.engine.recover(structuredClone(first.position()));
    recovered.engine.passInput(command(3, 'b'));
    recovered.engine.accept({ kind: 'restart', seq: 4, at: micros(4), seed: 1, crashed: true, lastWords: [] });
    recovered.engine.accept(command(5, 'a'));
    recovered.engine.accept(command(6, 'b'));
    expect([restored.heard, recovered.heard]).toEqual([[], [4]]);
  });
});

describe('dispatch', () => {
  it('passes inputs through the rooms in order, and each fact through all of them before going on', () => {
    const log: string[] = [];
    const room = (name: string): Room => ({
      name,
      accept: (input, turn) => {
        log.push(`${name} accepts ${input.kind}`);
        if (input.kind === 'timer') turn.emit(proven(turn.seq));
      },
      fold: (fact) => log.push(`${name} folds ${fact.kind}`),
    });
    const mute: Room = { name: 'mute' };
    const { engine, facts } = desk(room('a'), mute, room('b'));
    engine.accept(start());
    expect(log.splice(0)).toEqual([
      'a folds desk-started',
      'b folds desk-started',
      'a accepts start',
      'b accepts start',
    ]);
    engine.accept(timer(2, 7));
    expect(log).toEqual([
      'a accepts timer',
      'a folds book-proven',
      'b folds book-proven',
      'b accepts timer',
      'a folds book-proven',
      'b folds book-proven',
    ]);
    expect(facts.map(({ seq, at, cause, kind }) => [seq, at, cause, kind])).toEqual([
      [1, 1, 1, 'desk-started'],
      [2, 7, 2, 'book-proven'],
      [3, 7, 2, 'book-proven'],
    ]);
  });

  it('spares a room the market frames that it does not want to hear', () => {
    const heard: string[] = [];
    const listener: Room = { name: 'listener', accept: ({ kind }) => heard.push(`listener ${kind}`) };
    const deaf: Room = { name: 'deaf', hearsMarket: false, accept: ({ kind }) => heard.push(`deaf ${kind}`) };
    const { engine } = desk(deaf, listener);
    engine.accept(start());
    const what = { instrument: 0 as InstrumentId, exchangeAt: -1, tradeId: 1, priceTicks: 1, lots: 1 };
    engine.accept({ kind: 'trade', seq: 2, at: micros(2), ...what, aggressor: 'buy' });
    expect(heard).toEqual(['deaf start', 'listener start', 'listener trade']);
  });

  it('lets rooms settle, in order, when the input has passed them all and its timers have fired', () => {
    const log: string[] = [];
    const room = (name: string): Room => ({
      name,
      accept: () => log.push(`${name} accepts`),
      wake: (key) => log.push(`${name} wakes ${key}`),
      settle: () => log.push(`${name} settles`),
    });
    const [a, b] = [room('a'), room('b')];
    const { engine } = desk(a, b);
    engine.accept(start());
    engine.schedule(micros(2), a, 'key');
    log.length = 0;
    engine.accept(timer(2, 2));
    expect(log).toEqual(['a accepts', 'b accepts', 'a wakes key', 'a settles', 'b settles']);
  });

  it('states the start as the first fact', () => {
    const { engine, facts } = desk();
    engine.accept(start(99));
    expect(facts).toEqual([
      { kind: 'desk-started', seed: 99, identity: '0'.repeat(32), seq: 1, at: micros(1), cause: 1 },
    ]);
  });

  it('hands effects to the sink, in order with the facts', () => {
    const log: string[] = [];
    const room: Room = {
      name: 'room',
      accept: (_input, turn) => {
        turn.effect({ kind: 'request-snapshot', instrument: 0 as InstrumentId });
        turn.emit(proven(1));
      },
    };
    const engine = new Engine([room], { fact: ({ kind }) => log.push(kind), effect: ({ kind }) => log.push(kind) });
    engine.accept(start());
    expect(log).toEqual(['desk-started', 'request-snapshot', 'book-proven']);
  });

  it('tells the probe when an input begins and what it reached', () => {
    const log: string[] = [];
    const probe: Probe = { begin: () => log.push('begin'), reached: (stage) => log.push(stage) };
    const room: Room = { name: 'room', accept: (_input, turn) => turn.reached('book') };
    const engine = new Engine([room], { fact: () => {}, effect: () => {} }, probe);
    engine.accept(start());
    expect(log).toEqual(['begin', 'book']);
  });
});

describe('a restart', () => {
  const restart = (seq: number, lastWords: readonly string[] = []): Input => {
    return { kind: 'restart', seq, at: micros(seq), seed: 7, crashed: true, lastWords };
  };

  it('is never the first input', () => {
    expect(() => desk().engine.accept(restart(1))).toThrow(/the first input, and no other, is 'start'/);
  });

  it('empties the timers, seeds the generator and resets every room, states it, and passes the rooms', () => {
    const log: string[] = [];
    const room: Room = {
      name: 'room',
      accept: (input) => log.push(`accepts ${input.kind}`),
      fold: ({ kind }) => log.push(`folds ${kind}`),
      reset: () => log.push('resets'),
    };
    const { engine, facts } = desk(room, { name: 'mute' });
    engine.accept(start());
    engine.schedule(micros(2), room, 'key');
    engine.random.uint32();
    log.length = 0;
    engine.accept(restart(2));
    expect(log).toEqual(['resets', 'folds desk-restarted', 'accepts restart']);
    expect(engine.nextTimerAt()).toBe(Number.POSITIVE_INFINITY);
    expect(engine.random.snapshot()).toEqual(new Random(7).snapshot());
    expect(facts.at(-1)).toEqual({
      ...{ kind: 'desk-restarted', seed: 7, crashed: true, lastWords: [] },
      ...{ seq: 2, at: micros(2), cause: 2 },
    });
    engine.accept(restart(3));
    engine.accept(timer(4, 4));
    expect(engine.seq).toBe(4);
  });

  it('repeats last words, but no book of them', () => {
    const { engine, facts } = desk();
    engine.accept(start());
    engine.accept(restart(2, ['x'.repeat(1_000), ...Array.from({ length: 100 }, (_, line) => `${line}`)]));
    const words = facts.flatMap((fact) => (fact.kind === 'desk-restarted' ? fact.lastWords : []));
    expect([words.length, words[0], words[1]]).toEqual([20, 'x'.repeat(200), '0']);
  });
});

describe('timers', () => {
  function sleeper(
    name: string,
    log: string[],
    onWake: (key: string, turn: Turn, self: Room) => void = () => {},
  ): Room {
    const room: Room = {
      name,
      accept: (input) => log.push(`${name} accepts ${input.kind}`),
      wake: (key, turn) => {
        log.push(`${name} wakes ${key}@${turn.at}`);
        onWake(key, turn, room);
      },
    };
    return room;
  }

  it('fire after the input that reached their time, in order of time, then of asking', () => {
    const log: string[] = [];
    const [a, b] = [sleeper('a', log), sleeper('b', log)];
    const { engine } = desk(a, b);
    engine.accept(start());
    log.length = 0;
    engine.schedule(micros(20), a, 'late');
    engine.schedule(micros(10), b, 'first');
    engine.schedule(micros(10), a, 'second');
    expect(engine.nextTimerAt()).toBe(10);
    engine.accept(timer(2, 9));
    expect(log.splice(0)).toEqual(['a accepts timer', 'b accepts timer']);
    engine.accept(timer(3, 12));
    expect(log).toEqual(['a accepts timer', 'b accepts timer', 'b wakes first@12', 'a wakes second@12']);
    expect(engine.nextTimerAt()).toBe(20);
  });

  it('are moved by asking again, and gone when cancelled', () => {
    const log: string[] = [];
    const a = sleeper('a', log);
    const { engine } = desk(a);
    engine.accept(start());
    engine.schedule(micros(10), a, 'moved');
    engine.schedule(micros(30), a, 'moved');
    engine.schedule(micros(10), a, 'gone');
    engine.unschedule(a, 'gone');
    expect(engine.nextTimerAt()).toBe(30);
    engine.accept(timer(2, 40));
    expect(log).toEqual(['a accepts start', 'a accepts timer', 'a wakes moved@40']);
    expect(engine.nextTimerAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([0, 1, -5, Number.NaN])('lie in the future: %s is refused', (at) => {
    const a = sleeper('a', []);
    const { engine } = desk(a);
    engine.accept(start());
    expect(() => engine.schedule(at as never, a, 'key')).toThrow(/a schedules 'key' at .* not after 1/);
    expect(engine.nextTimerAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('may ask to be woken again, once per input', () => {
    const log: string[] = [];
    const a = sleeper('a', log, (key, turn, self) => turn.schedule(micros(turn.at + 1), self, key));
    const { engine } = desk(a);
    engine.accept(start());
    engine.schedule(micros(2), a, 'again');
    engine.accept(timer(2, 10));
    engine.accept(timer(3, 11));
    expect(log.filter((line) => line.includes('wakes'))).toEqual(['a wakes again@10', 'a wakes again@11']);
  });

  it('of a room that is not there stop the desk', () => {
    const { engine } = desk();
    engine.accept(start());
    engine.restore({ ...engine.snapshot(), timers: [{ at: micros(2), room: 'gone', key: 'key' }] });
    expect(() => engine.accept(timer(2, 2))).toThrow(/a timer wakes 'gone', and no room has that name/);
  });
});

describe('snapshot and restore', () => {
  /** A room that uses everything the engine remembers: sequence, time, random draws and timers. */
  function gambler(): Room {
    const room: Room = {
      name: 'gambler',
      accept: (input, turn) => {
        turn.emit(proven(turn.random.below(1_000)));
        if (input.kind === 'timer' && turn.random.below(2) === 0) {
          turn.schedule(micros(turn.at + 1 + turn.random.below(5)), room, `${turn.random.below(3)}`);
        }
      },
      wake: (key, turn) => turn.emit(proven(1_000 + Number(key) + turn.random.uint32())),
    };
    return room;
  }

  it('go on exactly as if nothing had happened', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.maxSafeInteger(), steps, fc.nat(40), (seed, pauses, cut) => {
        const inputs = [start(seed)];
        for (const pause of pauses) inputs.push(timer(inputs.length + 1, (inputs.at(-1)?.at ?? 0) + pause));
        const [whole, first, second] = [desk(gambler()), desk(gambler()), desk(gambler())];
        for (const input of inputs) whole.engine.accept(input);
        for (const input of inputs.slice(0, cut)) first.engine.accept(input);
        second.engine.restore(structuredClone(first.engine.snapshot()));
        for (const input of inputs.slice(cut)) second.engine.accept(input);
        expect([...first.facts, ...second.facts]).toEqual(whole.facts);
        expect(second.engine.snapshot()).toEqual(whole.engine.snapshot());
        expect(second.engine.nextTimerAt()).toBe(whole.engine.nextTimerAt());
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('give the same facts to the same seed, and others to another', () => {
    const factsOf = (seed: number) => {
      const { engine, facts } = desk(gambler());
      engine.accept(start(seed));
      for (let seq = 2; seq < 30; seq++) engine.accept(timer(seq, seq));
      return facts.slice(1);
    };
    expect(factsOf(5)).toEqual(factsOf(5));
    expect(factsOf(5)).not.toEqual(factsOf(6));
  });

  it('number facts without a gap, across inputs and a restore', () => {
    const { engine, facts } = desk(gambler());
    engine.accept(start());
    for (let seq = 2; seq < 20; seq++) {
      engine.accept(timer(seq, seq));
      engine.restore(engine.snapshot());
    }
    expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1));
    expect(facts.every(({ cause, at }) => cause === at)).toBe(true);
  });
});

it('passes on the errors of a room', () => {
  const room: Room = {
    name: 'room',
    accept: () => {
      throw new OverflowError('too much');
    },
  };
  expect(() => desk(room).engine.accept(start())).toThrow(OverflowError);
});
