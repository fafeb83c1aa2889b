import type { HostMode } from '../../src-main/edge/killswitch/messages.ts';
import { type SwitchEvent, SwitchSession } from '../../src-main/edge/killswitch/switch-session.ts';
import { type BoardOptions, EmulatedBoard } from './board.ts';
import { readFirmware } from './firmware.ts';

export const FIRMWARE = readFirmware();
export const KEY = Uint8Array.from({ length: 16 }, (_, index) => 0xa0 + index);

/** An emulated board and a desk's session with it, both in the board's virtual time. */
export class SwitchBench {
  readonly board: EmulatedBoard;
  session: SwitchSession;
  readonly events: SwitchEvent[] = [];
  /** Every byte that came from the board, in chunks with their time. */
  readonly heard: { readonly atUs: number; readonly bytes: Uint8Array }[] = [];
  /** The desk does nothing any more. */
  isDeskDead = false;
  private challenges = 0;

  /** @param options by default a board as it comes, with an empty EEPROM, and a desk that has a key. */
  constructor(options: Partial<BoardOptions> & { readonly key?: Uint8Array | null } = {}) {
    const { key = KEY, ...ofBoard } = options;
    this.board = new EmulatedBoard({ hex: FIRMWARE.hex, ...ofBoard });
    this.session = this.newSession(key);
    this.board.onBytes = (bytes) => {
      this.heard.push({ atUs: this.board.timeUs, bytes });
      if (!this.isDeskDead) this.session.receive(bytes);
    };
    this.board.powerOn();
  }

  /** A desk that has just started. */
  newSession(key: Uint8Array | null = KEY): SwitchSession {
    this.session = new SwitchSession({
      key,
      firmwareHashes: [FIRMWARE.hash],
      nowMs: () => this.board.timeUs / 1_000,
      write: (bytes) => this.board.send(bytes),
      randomChallenge: () => {
        this.challenges += 1;
        return Uint8Array.from({ length: 8 }, (_, index) => this.challenges * 31 + index);
      },
      onEvent: (event) => this.events.push(event),
    });
    return this.session;
  }

  run(ms: number): void {
    for (let passed = 0; passed < ms; passed += 1) {
      this.board.run(Math.min(1, ms - passed) * 1_000);
      if (!this.isDeskDead) this.session.tick();
    }
  }

  /** @throws Error with `what` when it has not become so within `limitMs`. */
  runUntil(what: string, isSo: () => boolean, limitMs = 2_000): void {
    for (let passed = 0; passed < limitMs && !isSo(); passed += 1) this.run(1);
    if (!isSo()) throw new Error(`not ${what} within ${limitMs} ms: ${JSON.stringify(this.session.view)}`);
  }

  runUntilLive(limitMs = 2_000): void {
    this.runUntil('live', () => this.session.view.link === 'live', limitMs);
  }

  runUntilFine(limitMs = 2_000): void {
    this.runUntil('fine', () => this.session.isFine, limitMs);
  }

  /** Those of the newest proven status. */
  get causes(): readonly string[] {
    return this.session.view.status?.causes ?? [];
  }

  /** The two acts of a reset. */
  reset(): void {
    this.runUntil('resettable', () => this.session.view.status?.latch === 'may-reset');
    this.session.requestReset();
    this.runUntil('armed', () => this.session.view.status?.latch === 'reset-armed');
    this.board.holdReset();
    this.runUntil('clear', () => this.session.view.status?.latch === 'clear');
    this.board.letGoReset();
    this.run(60);
  }

  setMode(mode: HostMode): void {
    this.session.setMode(mode);
    this.run(150);
  }
}

let eepromOfReady: Uint8Array | undefined;

/** The EEPROM of a board that is paired with {@link KEY} and not tripped. */
export function readyEeprom(): Uint8Array {
  if (eepromOfReady === undefined) {
    const bench = new SwitchBench({ key: null });
    bench.runUntil('greeted', () => bench.session.view.hello !== null);
    bench.session.pair(KEY);
    bench.runUntil('paired', () => bench.events.some(({ type }) => type === 'result'));
    bench.newSession(KEY);
    bench.runUntilLive();
    bench.reset();
    eepromOfReady = bench.board.eeprom.bytes.slice();
  }
  return eepromOfReady.slice();
}

/** A bench whose board is paired, clear and live. */
export function liveBench(seed = 1): SwitchBench {
  const bench = new SwitchBench({ eeprom: readyEeprom(), seed });
  bench.runUntilFine();
  bench.setMode('normal');
  return bench;
}
