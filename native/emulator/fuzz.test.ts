import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader } from '../../src-main/edge/killswitch/frame.ts';
import { BOARD_TYPES, HOST_TYPES } from '../../src-main/edge/killswitch/messages.ts';
import { runs } from '../../src-main/testing/runs.ts';
import { readyEeprom, SwitchBench } from './fixtures.ts';

const SEEDS = [1, 2];
/** For each seed and each of four states: 100,000 in all, a million in a long run. */
const FRAMES = Math.min(runs(12_500), 125_000);
/** As fast as the board takes them without losing most. */
const LINE_SPEED = 4;
/** With more waiting than this the line would only get longer. */
const LINE_BYTES = 400;
const TYPES = Object.values(HOST_TYPES);

/** Deterministic, as a fuzzer has to be. */
function randomSource(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Random bytes, damaged frames, frames right in form with wrong contents, frames of a session that was. */
function badFrames(seed: number, recorded: readonly Uint8Array[]): () => Uint8Array {
  const pick = randomSource(seed);
  const bytes = (length: number) => Uint8Array.from({ length }, () => pick(256));
  return () => {
    const kind = pick(8);
    if (kind === 0) return bytes(pick(45));
    const original = recorded[pick(recorded.length)] ?? bytes(20);
    if (kind <= 3) {
      const wire = Uint8Array.from(original);
      wire[pick(wire.length)] = pick(256);
      return wire;
    }
    if (kind === 4) return original;
    const isKnown = pick(4) !== 0;
    const type = isKnown ? (TYPES[pick(TYPES.length)] ?? 0) : pick(256);
    // A stop, or a key for a board that has none, is what it says without any tag.
    const acts = type === HOST_TYPES.stop || type === HOST_TYPES.pair;
    const length = isKnown && !acts ? ([14, 5, 0, 24][pick(4)] ?? 0) : pick(15);
    return encodeFrame({
      type: type === HOST_TYPES.stop ? 0 : type,
      sequence: pick(2 ** 16),
      body: bytes(length),
      tag: bytes(8),
    });
  };
}

/** What a desk said to a board in a session, which is over. */
function recordedSession(): readonly Uint8Array[] {
  const recorded: Uint8Array[] = [];
  const bench = new SwitchBench({ eeprom: readyEeprom() });
  // Another start than that of the boards below.
  bench.runUntilFine();
  bench.board.powerCut();
  bench.board.powerOn();
  const send = bench.board.send.bind(bench.board);
  bench.board.send = (bytes) => {
    recorded.push(bytes);
    send(bytes);
  };
  bench.run(1_500);
  bench.run(500);
  bench.session.requestAnchor();
  bench.session.requestReset();
  return recorded;
}

/** Sends bad frames until they have all arrived, and looks at the board again and again. */
function flood(bench: SwitchBench, seed: number, check: () => void): void {
  const next = badFrames(seed, recordedSession());
  bench.board.lineSpeed = LINE_SPEED;
  for (let frame = 0; frame < FRAMES; frame += 1) {
    bench.board.send(next());
    bench.board.send(Uint8Array.of(0));
    if (bench.board.unsent < LINE_BYTES && frame !== FRAMES - 1) continue;
    while (bench.board.unsent > 0) bench.board.run(5_000);
    check();
  }
}

describe.each(SEEDS)('bad frames to the board, seed %d', (seed) => {
  it.each<[string, () => SwitchBench]>([
    ['one that is idle', () => new SwitchBench({ eeprom: readyEeprom() })],
    ['one that has no key', () => new SwitchBench({ key: null })],
    [
      'one whose session is over',
      () => {
        const bench = new SwitchBench({ eeprom: readyEeprom() });
        bench.runUntilFine();
        return bench;
      },
    ],
    [
      'one that is tripped and could be reset',
      () => {
        const bench = new SwitchBench({ eeprom: readyEeprom() });
        bench.runUntilFine();
        bench.session.stop();
        bench.runUntil('resettable', () => bench.session.view.status?.latch === 'may-reset');
        return bench;
      },
    ],
  ])('never bring to life, reset, or hang %s', (_, arrange) => {
    const bench = arrange();
    bench.isDeskDead = true;
    bench.run(1_300); // past the lamp test
    // Only the board's own words count from here on; the button is held, as one that helps an attacker would.
    const reader = new FrameReader();
    const said = new Map<number, number>();
    let causes = 0;
    let boots: number | undefined;
    bench.board.onBytes = (bytes) => {
      for (const { type, body } of reader.take(bytes)) {
        said.set(type, (said.get(type) ?? 0) + 1);
        if (type !== BOARD_TYPES.hello) continue;
        const view = new DataView(body.buffer, body.byteOffset);
        boots ??= view.getUint32(16, true);
        expect(view.getUint32(16, true)).toBe(boots);
        expect(view.getUint8(15) & causes).toBe(causes);
        causes = view.getUint8(15);
      }
    };
    bench.board.holdReset();
    flood(bench, seed, () => {
      expect(said.get(BOARD_TYPES.status)).toBe(undefined);
      expect(bench.board.lamps.green).toBe(false);
    });
    const hellos = said.get(BOARD_TYPES.hello) ?? 0;
    bench.board.run(1_000_000);
    expect(said.get(BOARD_TYPES.hello)).toBeGreaterThanOrEqual(hellos + 3);
    expect(bench.board.extremes.longestLoopUs).toBeLessThan(2_000);
  });

  it('into a live session trip it, and never untrip it', () => {
    const bench = new SwitchBench({ eeprom: readyEeprom() });
    bench.runUntilFine();
    bench.board.holdReset();
    const next = badFrames(seed, recordedSession());
    for (let frame = 0; frame < FRAMES / 25; frame += 1) {
      bench.board.send(next());
      bench.board.send(Uint8Array.of(0));
      bench.run(5);
      if (frame > 100) expect(bench.session.isFine).toBe(false);
    }
    expect(bench.session.view.hello?.boots).toBe(2);
    expect(bench.session.view.status?.causes).toContain('bad-tags');
    expect(bench.board.extremes.longestLoopUs).toBeLessThan(2_000);
  });
});
