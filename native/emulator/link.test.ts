import { beforeAll, describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader, tagged } from '../../src-main/edge/killswitch/frame.ts';
import { BOARD_TYPES, HOST_TYPES, type HostMode } from '../../src-main/edge/killswitch/messages.ts';
import type { Lamps } from './board.ts';
import { KEY, liveBench, readyEeprom, SwitchBench } from './fixtures.ts';

const LAMP_CYCLE_US = 1_024_000;
const LAMP_STEP_US = 64_000;

/** What the lamps show in one cycle: a text for each lamp, from its first change to dark on. */
function patternOf(bench: SwitchBench): string {
  const steps: Lamps[] = [];
  for (let us = 0; us < LAMP_CYCLE_US; us += LAMP_STEP_US) {
    bench.run(LAMP_STEP_US / 1_000);
    steps.push(bench.board.lamps);
  }
  const lamps = ['red', 'yellow', 'green', 'blue'] as const;
  return lamps
    .map((lamp) => {
      const text = steps.map((step) => (step[lamp] ? '#' : '.')).join('');
      const turns = Array.from(text, (_, index) => text.slice(index) + text.slice(0, index)).sort();
      return turns[0]?.includes('#') ? `${lamp} ${turns[0]}` : '';
    })
    .filter((text) => text !== '')
    .join(', ');
}

const typesSaid = (bench: SwitchBench, fromUs: number) => {
  const reader = new FrameReader();
  return bench.heard
    .filter(({ atUs }) => atUs >= fromUs)
    .flatMap(({ bytes }) => reader.take(bytes).map(({ type }) => type));
};

describe('the session, on the board', () => {
  it('beats every 100 ms, and stays for as long as the desk beats', () => {
    const bench = liveBench();
    const beats = bench.session.view.framesReceived;
    bench.run(10_000);
    expect(bench.session.isFine).toBe(true);
    expect(bench.session.view.framesReceived - beats).toBeGreaterThanOrEqual(95);
    expect(bench.session.view).toMatchObject({ badTags: 0, badFrames: 0, unknownFrames: 0 });
    expect(bench.session.view.status).toMatchObject({ badTags: 0, badFrames: 0 });
  });

  it('ends 500 ms after the last heartbeat of the desk: the board greets again and trips nothing', () => {
    const bench = liveBench();
    bench.isDeskDead = true;
    const fromUs = bench.board.timeUs;
    bench.run(450);
    expect(typesSaid(bench, fromUs)).not.toContain(BOARD_TYPES.hello);
    bench.run(450);
    expect(typesSaid(bench, fromUs)).toContain(BOARD_TYPES.hello);
    expect(bench.board.lamps.green).toBe(false);
    bench.isDeskDead = false;
    bench.newSession();
    bench.runUntilFine();
  });

  it('ends when the desk speaks but does not hear', () => {
    const bench = liveBench();
    bench.board.onBytes = (bytes) => bench.heard.push({ atUs: bench.board.timeUs, bytes });
    // The desk's own clock stands: it goes on to beat as if it had heard.
    let sequence = 1_000;
    const fromUs = bench.board.timeUs;
    const proof = { key: KEY, challenge: Uint8Array.from({ length: 8 }, (_, index) => 31 + index) };
    for (let beat = 0; beat < 40; beat += 1) {
      sequence += 1;
      const body = Uint8Array.of(0, 1, 0, 0, 0);
      bench.board.send(encodeFrame(tagged({ type: HOST_TYPES.heartbeat, sequence, body }, 'to-board', proof)));
      bench.board.run(100_000);
    }
    expect(typesSaid(bench, fromUs)).toContain(BOARD_TYPES.hello);
  });

  it('is lost for the desk when the board stalls, and comes back with it', () => {
    const bench = liveBench();
    bench.board.isStalled = true;
    bench.run(600);
    expect(bench.session.view.link).toBe('lost');
    bench.board.isStalled = false;
    bench.runUntilFine();
  });

  it('survives a noisy line: what is damaged is dropped, what is lost is said again', () => {
    const bench = liveBench();
    let byte = 0;
    bench.board.noise = (value) => {
      byte += 1;
      if (byte % 97 === 0) return value ^ 0x10;
      return byte % 211 === 0 ? undefined : value;
    };
    bench.run(5_000);
    bench.board.noise = (value) => value;
    bench.runUntilFine();
    expect(bench.session.view.badFrames).toBeGreaterThan(5);
    expect(bench.session.view.status?.causes).toEqual([]);
  });

  it('trips as tampered when more than five tags were wrong, and not before', () => {
    const bench = liveBench();
    const wrong = (sequence: number) =>
      bench.board.send(
        encodeFrame({ type: HOST_TYPES.heartbeat, sequence, body: new Uint8Array(5), tag: new Uint8Array(8) }),
      );
    for (let bad = 0; bad < 5; bad += 1) wrong(1_000 + bad);
    bench.run(200);
    expect(bench.session.isFine).toBe(true);
    expect(bench.session.view.status?.badTags).toBe(5);
    wrong(2_000);
    bench.run(200);
    expect(bench.causes).toEqual(['bad-tags']);
  });

  it('is not kept alive by a heartbeat that was there before', () => {
    const bench = liveBench();
    const sent: Uint8Array[] = [];
    const send = bench.board.send.bind(bench.board);
    bench.board.send = (bytes) => {
      sent.push(bytes);
      send(bytes);
    };
    bench.run(150);
    bench.isDeskDead = true;
    const fromUs = bench.board.timeUs;
    for (let beat = 0; beat < 9; beat += 1) {
      send(sent.at(-1) ?? new Uint8Array(0));
      bench.run(100);
    }
    expect(typesSaid(bench, fromUs)).toContain(BOARD_TYPES.hello);
  });

  it('does not take a recorded session again, in this start or another', () => {
    const recorded: Uint8Array[] = [];
    const bench = new SwitchBench({ eeprom: readyEeprom() });
    const send = bench.board.send.bind(bench.board);
    bench.board.send = (bytes) => {
      recorded.push(bytes);
      send(bytes);
    };
    bench.runUntilFine();
    bench.run(1_000);
    bench.isDeskDead = true;
    bench.run(1_000);
    for (const start of ['same', 'next']) {
      if (start === 'next') {
        bench.board.powerCut();
        bench.board.powerOn();
        bench.run(600);
      }
      const fromUs = bench.board.timeUs;
      for (const bytes of recorded.slice(0, 4)) {
        send(bytes);
        bench.run(50);
      }
      bench.run(500);
      expect(typesSaid(bench, fromUs)).not.toContain(BOARD_TYPES.status);
    }
  });
});

describe('pairing', () => {
  it('writes the key once: another one is refused', () => {
    const bench = new SwitchBench({ eeprom: readyEeprom(), key: null });
    bench.runUntil('greeted', () => bench.session.view.hello !== null);
    bench.session.pair(new Uint8Array(16).fill(9));
    bench.runUntil('answered', () => bench.events.some(({ type }) => type === 'result'));
    expect(bench.events.find(({ type }) => type === 'result')).toMatchObject({ result: { outcome: 'refused' } });
    bench.newSession(KEY);
    bench.runUntilFine();
  });

  it('writes a new one at the bench: case open, reset button held', () => {
    const key = new Uint8Array(16).fill(9);
    const bench = new SwitchBench({ eeprom: readyEeprom(), key: null });
    bench.board.openCase();
    bench.board.holdReset();
    bench.runUntil('greeted', () => bench.session.view.hello !== null);
    bench.run(200);
    bench.session.pair(key);
    bench.runUntil('answered', () => bench.events.some(({ type }) => type === 'result'));
    expect(bench.events.find(({ type }) => type === 'result')).toMatchObject({ result: { outcome: 'done' } });
    bench.board.closeCase();
    bench.board.letGoReset();
    bench.newSession(key);
    bench.runUntilLive();
    bench.run(150);
    expect(bench.causes).toEqual(['tamper']);
    bench.reset();
    expect(bench.session.isFine).toBe(true);
  });

  it('half done by a loss of power leaves a board without a key', () => {
    const bench = new SwitchBench({ key: null });
    bench.runUntil('greeted', () => bench.session.view.hello !== null);
    bench.session.pair(KEY);
    bench.board.run(30_000);
    bench.board.powerCut();
    bench.board.powerOn();
    bench.run(600);
    expect(bench.session.view.hello?.isPaired).toBe(false);
  });

  it('with another key than the desk has ends before the board trips', () => {
    const bench = new SwitchBench({ eeprom: readyEeprom(), key: new Uint8Array(16) });
    bench.run(3_000);
    expect(bench.session.view.link).toBe('refused');
    expect(bench.session.view.hello?.causes).toEqual([]);
  });
});

describe('the lamps', () => {
  const inMode = (mode: HostMode) => () => {
    const bench = liveBench();
    bench.setMode(mode);
    return bench;
  };
  const tripped = (trip: (bench: SwitchBench) => void) => () => {
    const bench = liveBench();
    trip(bench);
    bench.run(300);
    return bench;
  };
  const SITUATIONS: Record<string, () => SwitchBench> = {
    'no key': () => new SwitchBench({ key: null }),
    'no desk yet': () => new SwitchBench({ eeprom: readyEeprom(), key: null }),
    normal: inMode('normal'),
    pause: inMode('pause'),
    reduce: inMode('reduce'),
    emergency: inMode('emergency'),
    'link lost': () => {
      const bench = liveBench();
      bench.isDeskDead = true;
      bench.run(600);
      return bench;
    },
    pressed: tripped((bench) => bench.board.press()),
    released: tripped((bench) => bench.session.stop()),
    'reset armed': tripped((bench) => {
      bench.session.stop();
      bench.runUntil('resettable', () => bench.session.view.status?.latch === 'may-reset');
      bench.session.requestReset();
    }),
    'contacts disagree': tripped((bench) => bench.board.breakWire('normally-closed')),
    tampered: tripped((bench) => bench.board.openCase()),
    'self-test failed': tripped((bench) => {
      bench.board.jamConverter();
      bench.runUntil('restarted', () => bench.events.some(({ type }) => type === 'restarted'));
      bench.runUntilLive();
    }),
  };

  let shown: (readonly [string, string])[];
  beforeAll(() => {
    shown = Object.entries(SITUATIONS).map(([name, arrange]) => {
      const bench = arrange();
      bench.run(1_300); // past the lamp test
      return [name, patternOf(bench)] as const;
    });
  });

  it('show each situation in a way of its own', () => {
    expect(Object.fromEntries(shown)).toEqual({
      'no key': 'red ##..##..##..##.., blue #.#.............',
      'no desk yet': 'blue #...............',
      normal: 'green ###############.',
      pause: 'yellow ########........',
      reduce: 'yellow #.#.............',
      emergency: 'red ########........',
      'link lost': 'yellow ##..##..##..##..',
      pressed: 'red ################',
      released: 'red ################, blue ########........',
      'reset armed': 'red ################, blue ##..##..##..##..',
      'contacts disagree': 'red #.#.#...........',
      tampered: 'red #.#.............',
      'self-test failed': 'red ##..##..##..##.., blue ########........',
    });
    expect(new Set(shown.map(([, pattern]) => pattern)).size).toBe(shown.length);
  });

  it('are green only in a session, in mode normal, with a clear latch', () => {
    expect(shown.filter(([, pattern]) => pattern.includes('green')).map(([name]) => name)).toEqual(['normal']);
  });
});
