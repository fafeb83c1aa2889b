import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTROL_MODES, type ControlMode, isTighter } from '../../../src-shared/domain/mode.ts';
import { FakeTurn } from '../../testing/fake-turn.ts';
import { runs } from '../../testing/runs.ts';
import { Modes } from './modes.ts';

function start(blockers: string[] = [], initial: ControlMode = 'normal') {
  const modes = new Modes({ blockers: () => blockers, initial });
  const turn = new FakeTurn([modes]);
  let commands = 0;
  const set = (mode: ControlMode, { operator = 'ada', reason = 'a test', commandId = `c${++commands}` } = {}) =>
    turn.send({ kind: 'operator', commandId, operator, reason, command: { type: 'set-mode', mode } });
  return { modes, turn, set };
}

const pairs = CONTROL_MODES.flatMap((from) => CONTROL_MODES.map((to) => [from, to] as const));

describe('modes', () => {
  it('begins as it is told, or in Normal', () => {
    expect(new Modes().mode).toBe('normal');
    expect(start([], 'emergency').modes.mode).toBe('emergency');
  });

  it.each(pairs.filter(([from, to]) => isTighter(to, from)))(
    'tightens from %s to %s, whatever stands against it',
    (from, to) => {
      const { modes, turn, set } = start(['switch not reset'], from);
      set(to, { operator: '', reason: '' });
      expect(modes.mode).toBe(to);
      expect(turn.factsOf('mode-changed')).toMatchObject([{ from, to }]);
    },
  );

  it.each(pairs.filter(([from, to]) => isTighter(from, to)))(
    'loosens from %s to %s for a named person with a reason',
    (from, to) => {
      const { modes, turn, set } = start([], from);
      set(to);
      expect(modes.mode).toBe(to);
      expect(turn.factsOf('mode-changed')).toMatchObject([{ from, to, operator: 'ada', reason: 'a test' }]);
    },
  );

  it('refuses to loosen while something blocks it, and names everything', () => {
    const blockers = ['switch not reset', 'two orders unknown'];
    const { modes, turn, set } = start(blockers, 'emergency');
    set('normal', { operator: ' ', reason: '' });
    expect(modes.mode).toBe('emergency');
    expect(turn.factsOf('mode-refused')).toMatchObject([
      { to: 'normal', blockedBy: [...blockers, 'no operator is named', 'no reason is given'] },
    ]);
    blockers.length = 0;
    set('reduce', { operator: '' });
    expect(turn.factsOf('mode-refused')[1].blockedBy).toEqual(['no operator is named']);
    set('reduce');
    expect(modes.mode).toBe('reduce');
  });

  it('refuses what is no mode', () => {
    const { modes, turn, set } = start();
    set('turbo' as ControlMode);
    expect(modes.mode).toBe('normal');
    expect(turn.factsOf('mode-refused')[0].blockedBy).toEqual(["'turbo' is no mode"]);
  });

  it('says nothing when the mode is the wanted one already, and leaves other commands alone', () => {
    const { turn, set } = start();
    set('normal');
    turn.send({
      kind: 'operator',
      commandId: 'x',
      operator: '',
      reason: '',
      command: { type: 'cancel-all', instruments: null },
    });
    turn.advance(1);
    expect(turn.facts.map(({ kind }) => kind)).toEqual(['desk-started']);
  });

  it('lets a control tighten, and never loosen', () => {
    const { modes, turn } = start();
    modes.tighten('reduce', 'drawdown', '5 % lost', turn);
    modes.tighten('pause', 'drawdown', '3 % lost', turn);
    expect(modes.mode).toBe('reduce');
    expect(turn.factsOf('mode-changed')).toMatchObject([{ operator: 'drawdown', reason: '5 % lost' }]);
  });

  it('is latched: a restart stays in Emergency', () => {
    const { modes, turn, set } = start();
    set('emergency');
    turn.send({ kind: 'restart', seed: 1, crashed: false, lastWords: [] });
    expect(modes.mode).toBe('emergency');
    const restarted = new Modes();
    restarted.restore(structuredClone(modes.snapshot()));
    expect(restarted.mode).toBe('emergency');
  });

  it('tightens to Emergency when the desk halts, and says why', () => {
    const { modes, turn } = start([], 'reduce');
    turn.send({ kind: 'halt', cause: 'journal-full', detail: 'no room for a turn' });
    expect(modes.mode).toBe('emergency');
    turn.send({ kind: 'halt', cause: 'desk-fault', detail: '' });
    expect(turn.factsOf('mode-changed')).toMatchObject([
      { from: 'reduce', to: 'emergency', operator: 'desk', reason: 'journal-full: no room for a turn' },
    ]);
  });

  it('loosens no more once the desk has halted, whoever asks, until it is started again', () => {
    const { modes, turn, set } = start();
    turn.send({ kind: 'halt', cause: 'journal-full', detail: 'no room for a turn' });
    set('normal');
    expect(modes.mode).toBe('emergency');
    expect(turn.factsOf('mode-refused')).toMatchObject([{ blockedBy: [expect.stringContaining('halted')] }]);
    const restarted = new Modes();
    restarted.restore(structuredClone(modes.snapshot()));
    restarted.reset();
    expect(restarted.snapshot()).toMatchObject({ mode: 'emergency', hasHalted: false });
  });

  it('tightens to Emergency at a restart only if the run before left last words, however long they are', () => {
    const { modes, turn } = start();
    turn.send({ kind: 'restart', seed: 1, crashed: true, lastWords: [] });
    expect(modes.mode).toBe('normal');
    turn.send({ kind: 'restart', seed: 1, crashed: true, lastWords: ['the disk was full', 'x'.repeat(1_000)] });
    expect(modes.mode).toBe('emergency');
    const [{ operator, reason }] = turn.factsOf('mode-changed');
    expect([operator, reason]).toEqual(['restart', `the disk was full; ${'x'.repeat(181)}`]);
  });

  it('knows what stands against loosening, where there is anything to loosen', () => {
    const { modes, turn, set } = start(['two orders unknown']);
    expect(modes.blockedBy()).toEqual([]);
    set('pause');
    expect(modes.blockedBy()).toEqual(['two orders unknown']);
    turn.send({ kind: 'halt', cause: 'journal-full', detail: '' });
    expect(modes.blockedBy()).toEqual(['two orders unknown', expect.stringContaining('halted')]);
  });

  it('recalls that the desk has halted, and acts on nothing that it recalls', () => {
    const { modes, turn } = start();
    const stamp = { seq: 2, at: turn.at };
    const by = { operator: 'ada', reason: 'r', commandId: 'c1' };
    modes.recall({ ...stamp, ...by, kind: 'operator', command: { type: 'set-mode', mode: 'pause' } });
    modes.recall({ ...stamp, kind: 'halt', cause: 'desk-fault', detail: '' });
    expect(modes.snapshot()).toEqual({ mode: 'normal', heldBy: '', hasHalted: true });
    modes.recall({ ...stamp, kind: 'restart', seed: 1, crashed: false, lastWords: [] });
    expect(modes.snapshot()).toEqual({ mode: 'normal', heldBy: '', hasHalted: false });
  });

  it('is held by whoever asked for it last: a second person who presses the same is no repetition', () => {
    const { modes, turn, set } = start();
    set('emergency', { operator: 'desk: stopped' });
    set('emergency', { operator: 'desk: stopped' });
    set('emergency', { operator: 'ada' });
    set('emergency', { operator: 'ada' });
    const changes = turn.facts.flatMap((fact) =>
      fact.kind === 'mode-changed' ? [[fact.from, fact.to, fact.operator]] : [],
    );
    expect(changes).toEqual([
      ['normal', 'emergency', 'desk: stopped'],
      ['emergency', 'emergency', 'ada'],
    ]);
    expect(modes.mode).toBe('emergency');
  });

  it('is the fold of its facts', () => {
    const commands = fc.array(fc.tuple(fc.constantFrom(...CONTROL_MODES), fc.constantFrom('', 'ada'), fc.nat(10)), {
      maxLength: 30,
      size: 'max',
    });
    fc.assert(
      fc.property(commands, (history) => {
        const { modes, turn, set } = start();
        for (const [mode, operator, id] of history) set(mode, { operator, commandId: `c${id}` });
        const folded = new Modes();
        for (const fact of turn.facts) folded.fold(fact);
        expect(folded.mode).toBe(modes.mode);
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });
});
