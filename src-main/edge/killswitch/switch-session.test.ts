import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { encodeFrame, type Frame, isProven } from './frame.ts';
import { BOARD_TYPES, HOST_TYPES } from './messages.ts';
import { FIRMWARE_HASH, KEY, ScriptedBoard } from './scripted-board.ts';

const liveBoard = () => {
  const board = new ScriptedBoard();
  board.goLive();
  expect(board.session.isFine).toBe(true);
  return board;
};
const types = (board: ScriptedBoard) => board.takeEvents().map(({ type }) => type);
const sentTypes = (board: ScriptedBoard) => board.sent.map(({ type }) => type);

describe('a session with a kill switch', () => {
  it('is live only when the board has proven the key over this challenge', () => {
    const board = new ScriptedBoard();
    expect(board.session.view.link).toBe('silent');
    board.hello();
    expect(board.acceptChallenge()).toBe(true);
    expect(board.session.view.link).toBe('opening');
    expect(board.session.isFine).toBe(false);
    board.status();
    expect(board.session.view.link).toBe('live');
    expect(board.session.isFine).toBe(true);
  });

  it('beats every 100 ms with the mode and with what it has heard, and tells a new mode at once', () => {
    const board = liveBoard();
    board.sent.length = 0;
    for (let beat = 0; beat < 5; beat += 1) {
      board.wait(100);
      board.status();
    }
    expect(sentTypes(board)).toEqual(new Array(5).fill(HOST_TYPES.heartbeat));
    board.session.setMode('emergency');
    const last = board.sent.at(-1);
    expect([...(last?.body ?? [])]).toEqual([3, board.sequence, 0, 0, 0]);
    expect(last !== undefined && isProven(last, 'to-board', { key: KEY, challenge: board.challenge })).toBe(true);
  });

  it('is lost after 500 ms of silence, and not fine from that very moment', () => {
    const board = liveBoard();
    board.nowMs += 499;
    expect(board.session.isFine).toBe(true);
    board.nowMs += 1;
    expect(board.session.isFine).toBe(false);
    board.session.tick();
    expect(board.session.view).toMatchObject({ link: 'lost', why: 'the switch has been silent for 500 ms' });
  });

  it('tells each new cause of a stop once, proven or not', () => {
    const board = liveBoard();
    board.stop(['button']);
    board.stop(['button']);
    board.status(['button']);
    board.status(['button', 'contacts']);
    const stops = board.takeEvents().filter(({ type }) => type === 'stop');
    expect(stops).toEqual([
      { type: 'stop', causes: ['button'], proven: true },
      { type: 'stop', causes: ['button', 'contacts'], proven: true },
    ]);
    expect(board.session.isFine).toBe(false);
  });

  it.each<[string, (board: ScriptedBoard) => void]>([
    ['before anything', () => {}],
    ['while opening', (board) => board.hello()],
    ['while live', (board) => board.goLive()],
    [
      'when lost',
      (board) => {
        board.goLive();
        board.wait(600);
      },
    ],
    ['when refused', (board) => board.hello({ hash: '00'.repeat(8) })],
  ])('acts on a stop without a valid tag: %s', (_, arrange) => {
    const board = new ScriptedBoard();
    arrange(board);
    board.takeEvents();
    board.key = new Uint8Array(16);
    board.stop(['tamper']);
    expect(board.takeEvents()).toContainEqual({ type: 'stop', causes: ['tamper'], proven: false });
  });

  it('takes the causes of a greeting for a stop', () => {
    const board = new ScriptedBoard();
    board.hello({ causes: ['watchdog'] });
    expect(board.takeEvents()).toContainEqual({ type: 'stop', causes: ['watchdog'], proven: false });
  });

  it('does not go on with a recording', () => {
    const board = liveBoard();
    const old = board.status();
    board.takeEvents();
    for (let replay = 0; replay < 5; replay += 1) {
      board.wait(100);
      board.send(old);
    }
    expect(board.session.view.link).toBe('lost');
    expect(board.session.isFine).toBe(false);
    expect(types(board)).toContain('bad-tag');
  });

  it('does not come to life from a recorded session', () => {
    const board = liveBoard();
    const recorded = [board.status(), board.status()];
    board.wait(600);
    board.hello();
    for (const frame of recorded) board.send(frame);
    expect(board.session.view.link).toBe('opening');
  });

  it('refuses a line on which more than five tags were wrong, for good', () => {
    const board = liveBoard();
    board.key = new Uint8Array(16);
    for (let bad = 0; bad < 6; bad += 1) board.status();
    expect(board.session.view).toMatchObject({ link: 'refused', badTags: 6 });
    board.key = KEY;
    board.hello();
    board.acceptChallenge();
    board.status();
    expect(board.session.view.link).toBe('refused');
    expect(board.session.isFine).toBe(false);
  });

  it.each<[string, Parameters<ScriptedBoard['hello']>[0], Uint8Array | null, string]>([
    ['another protocol', { protocol: 2 }, KEY, 'speaks protocol 2, this desk 1'],
    ['another firmware', { hash: 'ff'.repeat(8) }, KEY, 'which is not trusted here'],
    ['a board without a key', { isPaired: false }, KEY, 'pair it with this desk'],
    ['a desk without a key', {}, null, 'this desk has no key'],
  ])('is refused with %s, and never challenged', (_, hello, key, why) => {
    const board = new ScriptedBoard(key);
    board.hello(hello);
    expect(board.session.view.link).toBe('refused');
    expect(board.session.view.why).toContain(why);
    expect(board.sent).toEqual([]);
  });

  it('gives up on a board with another key before that takes it for an attack', () => {
    const board = new ScriptedBoard();
    board.key = new Uint8Array(16);
    for (let greeting = 0; greeting < 10; greeting += 1) {
      board.hello();
      board.wait(250);
    }
    expect(sentTypes(board)).toEqual(new Array(3).fill(HOST_TYPES.challenge));
    expect(board.session.view.link).toBe('refused');
    board.boots += 1;
    board.key = KEY;
    board.goLive();
    expect(board.session.view.link).toBe('live');
  });

  it('answers greetings that waited for it once: they are no sign of another key', () => {
    const board = new ScriptedBoard();
    for (let greeting = 0; greeting < 8; greeting += 1) board.hello();
    expect(sentTypes(board)).toEqual([HOST_TYPES.challenge]);
    board.acceptChallenge();
    board.status();
    expect(board.session.view.link).toBe('live');
  });

  it('uses the same challenge for a greeting that crossed it', () => {
    const board = new ScriptedBoard();
    board.hello();
    board.acceptChallenge();
    board.wait(250);
    board.hello();
    board.status();
    expect(board.session.view.link).toBe('live');
    expect(new Set(board.sent.slice(0, 2).map(({ body }) => body.toString())).size).toBe(1);
  });

  it('tells of a board that started anew, whether the desk had noticed that it was gone or not', () => {
    for (const silenceMs of [0, 3_000]) {
      const board = liveBoard();
      board.wait(silenceMs);
      board.boots += 1;
      board.hello();
      expect(types(board)).toContain('restarted');
      expect(board.session.isFine).toBe(false);
    }
  });

  it('does not tell of one that started anew while connecting', () => {
    const board = new ScriptedBoard();
    board.hello();
    board.boots += 1;
    board.hello();
    expect(types(board)).not.toContain('restarted');
  });

  it('is lost when the board greets as if nobody spoke to it', () => {
    const board = liveBoard();
    board.hello();
    expect(board.takeEvents()).toContainEqual({
      type: 'link',
      link: 'lost',
      why: 'the switch does not hear this desk',
    });
  });

  it('asks for nothing that needs proof while it is not live', () => {
    const board = new ScriptedBoard();
    board.hello();
    board.sent.length = 0;
    expect(board.session.requestReset()).toBe(null);
    expect(board.session.requestAnchor()).toBe(null);
    expect(board.session.storeAnchor({ size: 1n, root: new Uint8Array(16) })).toBe(null);
    expect(board.sent).toEqual([]);
    board.session.stop();
    expect(sentTypes(board)).toEqual([HOST_TYPES.stop]);
  });

  it('reads the anchor that the board remembers', () => {
    const board = liveBoard();
    const root = Uint8Array.from({ length: 32 }, (_, index) => index);
    board.session.storeAnchor({ size: 2n ** 40n, root });
    board.say(BOARD_TYPES.anchor, board.sent.at(-1)?.body ?? new Uint8Array(0));
    expect(board.takeEvents()).toContainEqual({
      type: 'anchor',
      anchor: { size: 2n ** 40n, root: root.slice(0, 16) },
    });
    expect(() => board.session.storeAnchor({ size: 1n, root: new Uint8Array(15) })).toThrow('too short for an anchor');
  });
});

describe('bytes from the line', () => {
  /** Deterministic, as a fuzzer has to be. */
  const random = (seed: number) => {
    let state = seed;
    return (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  };

  it('of no kind bring a session to life or keep it there: random, mutated and replayed frames', () => {
    const pick = random(7);
    // Of another session with the same key: its challenge is not the one that the others get.
    const donor = liveBoard();
    donor.wait(600);
    donor.boots += 1;
    donor.goLive();
    const genuine: Frame[] = [donor.status(), donor.stop(['button']), donor.status(['button'])];
    const mutated = (): Uint8Array => {
      const kind = pick(4);
      if (kind === 0) return Uint8Array.from({ length: pick(50) }, () => pick(256));
      const frame = genuine[pick(genuine.length)] as Frame;
      if (kind === 1) {
        const wire = Uint8Array.from(encodeFrame(frame));
        wire[pick(wire.length)] = pick(256);
        return wire;
      }
      // Right in form: only the tag can tell.
      const body = frame.body.map((byte) => (pick(8) === 0 ? pick(256) : byte));
      return encodeFrame({ ...frame, type: pick(8) === 0 ? pick(256) : frame.type, sequence: pick(2 ** 31), body });
    };
    let board = new ScriptedBoard();
    for (let frame = 0; frame < Math.min(runs(100_000), 1_000_000); frame += 1) {
      if (frame % 500 === 0) {
        board = new ScriptedBoard();
        if (frame % 1_000 === 0) board.hello();
        else board.goLive();
        board.nowMs += 500;
      }
      board.session.receive(mutated());
      if (board.session.isFine) throw new Error(`frame ${frame} made it fine`);
    }
    expect(board.session.view.framesReceived).toBeGreaterThan(0);
  });

  it('survive any cut and any garbage between genuine frames', () => {
    const board = new ScriptedBoard();
    board.session.receive(new Uint8Array(1_000).fill(0xaa));
    board.session.receive(Uint8Array.of(0, 0, 0));
    board.goLive();
    expect(board.session.isFine).toBe(true);
    expect(board.session.view.badFrames).toBe(1);
    expect(board.session.view.hello?.firmwareHash).toBe(FIRMWARE_HASH);
  });
});
