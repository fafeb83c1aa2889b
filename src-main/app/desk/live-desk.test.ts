import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { afterMs, micros } from '../../../src-shared/domain/time.ts';
import { TURN_ROOM_BYTES } from './desk-journal.ts';
import { LiveBench, START } from './live-bench.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => vi.useRealTimers());

describe('a live desk', () => {
  it('numbers and stamps inputs in the order they came, also those that come from within a turn', () => {
    const bench = LiveBench.trading();
    bench.onFact = (fact) => {
      // In the middle of the turn of the link's fall.
      if (fact.kind !== 'venue-link-changed' || fact.up) return;
      bench.link(true);
      bench.desk.accept({ kind: 'timer', seq: 0, at: micros(0) });
    };
    bench.onInput = (input) => {
      if (input.kind === 'timer') bench.book();
    };
    const from = bench.inputs.length;
    vi.advanceTimersByTime(5);
    bench.link(false);
    expect(bench.inputs.slice(from).map(({ kind }) => kind)).toEqual(['venue-link', 'venue-link', 'timer', 'depth']);
    expect(bench.inputs.map(({ seq }) => seq)).toEqual(bench.inputs.map((_, index) => index + 1));
    expect(bench.inputs.at(-1)?.at).toBe(micros(Date.now() * 1_000));
    expect(bench.client.story().slice(-3)).toEqual([
      'venue-link: venue-link-changed book-quarantined alert-raised',
      'venue-link: venue-link-changed alert-cleared',
      'timer: ',
    ]);
  });

  it('sends market frames to the ticks and everything else to the journal, under one numbering', () => {
    const bench = LiveBench.trading();
    bench.order();
    bench.durable();
    bench.link(false);
    const journaled = bench.client.turns.flat().flatMap(({ isInput, text }) => (isInput ? [JSON.parse(text).seq] : []));
    expect(bench.ticks.length).toBeGreaterThan(2);
    expect([...bench.ticks, ...journaled].sort((a, b) => a - b)).toEqual(bench.inputs.map(({ seq }) => seq));
    expect(journaled).toHaveLength(
      bench.inputs.filter(({ kind }) => kind !== 'depth' && kind !== 'depth-snapshot').length,
    );
  });

  it('lets an order out when its turn is durable, and a cancel at once', () => {
    const bench = LiveBench.trading();
    const resting = bench.resting();
    expect(bench.sent).toEqual(['snapshot', 'place']);
    bench.book((decisions) => decisions.cancel(resting.order.clientOrderId, 'a test'));
    expect(bench.sent).toEqual(['snapshot', 'place', 'cancel']);
    bench.order();
    bench.desk.watermarkMoved();
    bench.book();
    expect(bench.sent).toEqual(['snapshot', 'place', 'cancel']);
    bench.durable();
    expect(bench.sent).toEqual(['snapshot', 'place', 'cancel', 'place']);
    expect(bench.client.story().slice(-3)).toEqual([
      'order-cancel-requested',
      'order-intended',
      'order-report: order-sent',
    ]);
  });

  it('shuts the last door in the turn that tightens the mode: what waited for the journal does not leave', () => {
    const bench = LiveBench.trading();
    bench.order();
    let sentMeanwhile: readonly string[] = ['nothing was told'];
    bench.onFact = ({ kind }) => {
      if (kind !== 'mode-changed') return;
      // Even if the disk is done in the middle of that very turn.
      bench.client.durableSeq = bench.client.appendedSeq;
      bench.desk.outbox.release();
      sentMeanwhile = [...bench.sent];
    };
    const by = { commandId: 'c1', operator: 'ada', reason: 'a test' };
    const command = { type: 'set-mode', mode: 'pause' } as const;
    bench.desk.accept({ kind: 'operator', seq: 0, at: micros(0), ...by, command });
    bench.durable();
    expect(sentMeanwhile).toEqual(['snapshot']);
    expect(bench.sent).toEqual(['snapshot']);
    expect(bench.facts.at(-1)).toMatchObject({
      kind: 'order-rejected',
      reason: 'blocked at the outbox: in pause only reduce-only orders leave',
    });
  });

  it('rings when the core wants to be woken, once', () => {
    const bench = LiveBench.trading();
    const at = afterMs(micros(Date.now() * 1_000), 250);
    bench.book((decisions) => decisions.wakeAt(at, 'key'));
    vi.advanceTimersByTime(249);
    expect(bench.strategy.wokenAt).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(bench.strategy.wokenAt).toEqual([at]);
    expect(bench.inputs.filter(({ kind }) => kind === 'timer')).toEqual([{ kind: 'timer', seq: 5, at }]);
  });

  it('withdraws an order that waits too long for its journal', () => {
    const bench = LiveBench.trading();
    bench.order();
    vi.advanceTimersByTime(999);
    expect(bench.open().map(({ status }) => status)).toEqual(['intended']);
    vi.advanceTimersByTime(2);
    expect(bench.open()).toEqual([]);
    expect(bench.inputs.slice(-2).map(({ kind }) => kind)).toEqual(['depth', 'order-report']);
    bench.durable();
    expect(bench.sent).toEqual(['snapshot']);
  });

  it('takes nothing any more once it has ended', () => {
    const bench = LiveBench.trading();
    bench.book((decisions) => decisions.wakeAt(afterMs(micros(Date.now() * 1_000), 10), 'key'));
    bench.order();
    const { length } = bench.inputs;
    bench.desk.end();
    bench.link(false);
    bench.durable();
    vi.advanceTimersByTime(5_000);
    expect(bench.inputs).toHaveLength(length);
    expect(bench.sent).toEqual(['snapshot']);
  });
});

describe('a live desk that begins', () => {
  /** Knows of an order that rests at the venue. */
  function restarted(): LiveBench {
    const before = LiveBench.trading();
    before.resting();
    const bench = new LiveBench();
    bench.desk.core.recover(before.desk.core.recoverySnapshot());
    bench.desk.begin({ kind: 'restart', seq: 0, at: micros(0), seed: 1, crashed: true, lastWords: [] });
    return bench;
  }

  it('takes nothing after its first input before it is open', () => {
    const bench = new LiveBench();
    bench.desk.begin({ ...START });
    bench.link(false);
    bench.prove();
    vi.advanceTimersByTime(10);
    expect(bench.client.story()).toEqual(['start: desk-started day-began']);
    bench.desk.open();
    expect(bench.inputs.map(({ kind }) => kind)).toEqual(['start', 'venue-link', 'depth-snapshot', 'depth']);
  });

  it('asks for what was open at once, and rings once for all the time until it is open', () => {
    const bench = restarted();
    expect(bench.sent).toEqual(['query', 'cancel']);
    vi.advanceTimersByTime(4_000);
    expect(bench.inputs).toHaveLength(1);
    bench.desk.open();
    vi.advanceTimersByTime(1);
    expect(bench.inputs.map(({ kind }) => kind)).toEqual(['restart', 'timer']);
    expect(bench.sent.length).toBeGreaterThan(2);
  });

  it('halts as soon as it is open when its journal is full by then', () => {
    const bench = restarted();
    bench.client.roomBytes = 0;
    bench.link(false);
    bench.desk.open();
    expect(bench.stopFlag.isSet).toBe(true);
    expect(bench.client.story().slice(1)).toEqual(['halt: mode-changed order-cancel-requested alert-raised']);
  });
});

describe('a live desk whose journal ends', () => {
  const LAST_TURN = 'halt: mode-changed order-cancel-requested order-cancel-requested alert-raised';

  /** One order rests at the venue, another one waits for the journal. */
  function busy(): LiveBench {
    const bench = LiveBench.trading();
    bench.resting();
    bench.order();
    bench.sent.length = 0;
    return bench;
  }

  /** What it wants from here on, and what goes on in the world, leads to no order and to no record. */
  function expectStopped(bench: LiveBench, cause: string): void {
    expect(bench.stopFlag.isSet).toBe(true);
    expect(bench.desk.isHalted).toBe(true);
    expect(bench.halts).toEqual([{ cause, detail: expect.any(String) }]);
    expect(bench.desk.core.modes.mode).toBe('emergency');
    expect(bench.sent.slice(0, 1)).toEqual(['cancel']);
    const { length } = bench.client.turns;
    bench.client.roomBytes = 8 * 1024 * 1024;
    bench.order();
    bench.durable();
    bench.link(false);
    bench.link(true);
    bench.prove();
    bench.order();
    vi.advanceTimersByTime(10_000);
    bench.client.durableSeq = 1_000_000;
    bench.desk.watermarkMoved();
    expect(new Set(bench.sent)).toEqual(new Set(['cancel', 'query', 'snapshot']));
    expect(bench.client.turns, 'what was recorded after the last turn').toHaveLength(length);
    expect(bench.client.isStaging).toBe(false);
    expect(bench.halts).toHaveLength(1);
  }

  it('nearly full: stops before the next turn, and says so in the room that is kept for it', () => {
    const bench = busy();
    bench.client.roomBytes = TURN_ROOM_BYTES - 1;
    let wasSetFirst: boolean | null = null;
    bench.onFact = () => {
      wasSetFirst ??= bench.stopFlag.isSet;
    };
    bench.book();
    expect(wasSetFirst, 'the flag is set before anything else happens').toBe(true);
    expect(bench.inputs.slice(-3).map(({ kind }) => kind)).toEqual(['halt', 'depth', 'order-report']);
    expect(bench.client.story().at(-1)).toBe(LAST_TURN);
    const last = bench.client.turns.at(-1) ?? [];
    expect(last.map(({ isReserved }) => isReserved)).toEqual(last.map(() => true));
    expect(last[0]?.text).toMatch(
      /"cause":"journal-full","detail":"0 bytes wait for the disk, and only 262143 are free"/,
    );
    expect(bench.client.lastWords).toEqual([]);
    expectStopped(bench, 'journal-full');
  });

  it('full: the last turn still has its own room', () => {
    const bench = busy();
    bench.client.roomBytes = 0;
    bench.link(false);
    expect(bench.client.story().at(-1)).toBe(LAST_TURN);
    expect(bench.client.lastWords).toEqual([]);
    expectStopped(bench, 'journal-full');
  });

  it('too full for the last turn: its words go to the side file', () => {
    const bench = busy();
    const { length } = bench.client.turns;
    bench.client.roomBytes = 0;
    bench.client.reservedBytes = 300;
    bench.book();
    expect(bench.client.turns).toHaveLength(length);
    expect(bench.client.lastWords).toEqual([
      expect.stringMatching(/^the journal did not take: .*"kind":"mode-changed"/),
    ]);
    expectStopped(bench, 'journal-full');
  });

  it('a turn does not fit: all of it is lost, no order of it leaves, and its words go to the side file', () => {
    const bench = busy();
    const { length } = bench.client.turns;
    bench.client.refuses = (text) => text.includes('book-quarantined');
    let sentBefore: readonly string[] = [];
    bench.client.onWords = () => {
      sentBefore = [...bench.sent];
    };
    bench.link(false);
    expect(sentBefore, 'what did not wait for the disk that takes the words').toContain('cancel');
    expect(bench.client.turns).toHaveLength(length);
    expect(bench.client.lastWords).toEqual([
      expect.stringMatching(/^the journal did not take: .*"kind":"book-quarantined"/),
    ]);
    expectStopped(bench, 'journal-full');
  });

  it('an intent does not fit: neither that order leaves, nor one that is durable and was about to', () => {
    const bench = busy();
    bench.client.durableSeq = bench.client.appendedSeq;
    bench.client.refuses = (text) => text.includes('order-intended');
    bench.order();
    expect(bench.client.lastWords).toHaveLength(1);
    expectStopped(bench, 'journal-full');
  });

  it('and no file takes its words: they are said where a person may see them', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const bench = busy();
    bench.client.takesWords = false;
    bench.client.refuses = () => true;
    bench.link(false);
    expect(said.mock.calls.map(([line]) => line)).toEqual([
      expect.stringMatching(/^the journal did not take: .*venue-link.*\(and no file takes these words: no space left/),
    ]);
    said.mockRestore();
    expectStopped(bench, 'journal-full');
  });

  it('the disk fails: stops as soon as that is known, whatever else happens', () => {
    const bench = busy();
    bench.client.fail('SQLITE_FULL: Free space');
    bench.desk.watermarkMoved();
    expect(bench.client.story().at(-1)).toBe(LAST_TURN);
    expect(bench.client.turns.at(-1)?.[0]?.text).toMatch(/"cause":"journal-failed","detail":"SQLITE_FULL: Free space"/);
    expectStopped(bench, 'journal-failed');
  });

  it('is told so from outside, and again', () => {
    const bench = busy();
    bench.desk.halt({ cause: 'desk-fault', detail: 'a test' });
    bench.desk.halt({ cause: 'desk-fault', detail: 'another test' });
    expect(bench.client.story().at(-1)).toBe(LAST_TURN);
    expectStopped(bench, 'desk-fault');
  });

  it('within the turn of another input: that one is still whole, and the halt is next', () => {
    const bench = busy();
    bench.onFact = ({ kind }) => {
      if (kind === 'venue-link-changed') bench.client.fail('gone');
    };
    bench.link(false);
    expect(bench.client.story().slice(-2)).toEqual([
      'venue-link: venue-link-changed book-quarantined order-cancel-requested order-cancel-requested alert-raised',
      LAST_TURN,
    ]);
    expectStopped(bench, 'journal-failed');
  });
});

describe('a live desk whose core throws', () => {
  function broken(): LiveBench {
    const bench = LiveBench.trading();
    bench.resting();
    bench.order();
    bench.book((decisions, at) => decisions.wakeAt(afterMs(at, 100), 'key'));
    bench.sent.length = 0;
    bench.strategy.onBook = () => {
      throw new Error('a bug');
    };
    return bench;
  }

  it('stops itself with its words beside the journal, and discards the turn', () => {
    const bench = broken();
    const { length } = bench.client.turns;
    bench.onFact = ({ kind }) => {
      if (kind === 'book-quarantined') throw new Error('a bug');
    };
    expect(() => bench.link(false)).toThrow('a bug');
    expect(bench.stopFlag.isSet).toBe(true);
    expect(bench.client.turns).toHaveLength(length);
    expect(bench.client.isStaging).toBe(false);
    expect(bench.client.lastWords).toEqual(['the desk stopped itself: a bug']);
  });

  it('cancels what rests at the venue, and nothing else leaves', () => {
    const bench = broken();
    bench.durable();
    bench.sent.length = 0;
    expect(() => bench.book()).toThrow('a bug');
    expect(bench.sent).toEqual(bench.open().map(() => 'cancel'));
    expect(bench.sent).toHaveLength(2);
  });

  it('is not used again, neither by what waits, nor by the clock, nor by the journal', () => {
    const bench = broken();
    bench.link(false);
    bench.onFact = ({ kind }) => {
      if (kind !== 'venue-link-changed') return;
      bench.prove();
      bench.link(true);
    };
    expect(() => bench.link(true)).toThrow('a bug');
    const [inputs, turns, { lastSeq }] = [bench.inputs.length, bench.client.turns.length, bench.desk.core];
    bench.desk.open();
    bench.link(false);
    vi.advanceTimersByTime(10_000);
    bench.durable();
    expect([bench.inputs.length, bench.client.turns.length, bench.desk.core.lastSeq]).toEqual([inputs, turns, lastSeq]);
    expect(bench.sent).not.toContain('place');
  });
});
