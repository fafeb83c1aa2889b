import { encodeFrame, type Frame, FrameReader, isProven, tagged } from './frame.ts';
import { BOARD_TYPES, CAUSES, type Cause, HOST_TYPES } from './messages.ts';
import { type SwitchEvent, SwitchSession } from './switch-session.ts';

export const KEY = new Uint8Array(16).fill(7);
export const FIRMWARE_HASH = '1122334455667788';
const MAY_RESET = 2;

const bitsOf = (causes: readonly Cause[]) => causes.reduce((bits, cause) => bits | (1 << CAUSES.indexOf(cause)), 0);

/** The other end of a session, for tests: a board that says what it is told to, and a clock that stands until it is moved. */
export class ScriptedBoard {
  readonly events: SwitchEvent[] = [];
  /** What the desk has sent. */
  readonly sent: Frame[] = [];
  readonly session: SwitchSession;
  nowMs = 1_000;
  challenge = new Uint8Array(8);
  sequence = 0;
  boots = 3;
  key: Uint8Array = KEY;
  private readonly reader = new FrameReader();
  private challenges = 0;

  constructor(key: Uint8Array | null = KEY) {
    this.session = new SwitchSession({
      key,
      firmwareHashes: [FIRMWARE_HASH],
      nowMs: () => this.nowMs,
      write: (bytes) => this.sent.push(...this.reader.take(bytes)),
      randomChallenge: () => {
        this.challenges += 1;
        return new Uint8Array(8).fill(this.challenges);
      },
      onEvent: (event) => this.events.push(event),
    });
  }

  /** Since the last call. */
  takeEvents(): readonly SwitchEvent[] {
    return this.events.splice(0);
  }

  wait(ms: number): void {
    for (let passed = 0; passed < ms; passed += 10) {
      this.nowMs += 10;
      this.session.tick();
    }
  }

  hello({ isPaired = true, hash = FIRMWARE_HASH, protocol = 1, causes = [] as readonly Cause[] } = {}): void {
    const body = new Uint8Array(22);
    const view = new DataView(body.buffer);
    body.set([protocol, 1, 0, 0, ...Buffer.from(hash, 'hex'), 1, 0, isPaired ? 1 : 0, bitsOf(causes)]);
    view.setUint32(16, this.boots, true);
    this.sequence = 0;
    this.send(tagged({ type: BOARD_TYPES.hello, sequence: 1, body }, 'to-host', null));
  }

  status(causes: readonly Cause[] = []): Frame {
    const body = new Uint8Array(20);
    body[0] = causes.length === 0 ? 0 : MAY_RESET;
    body[1] = bitsOf(causes);
    return this.say(BOARD_TYPES.status, body);
  }

  stop(causes: readonly Cause[]): Frame {
    return this.say(BOARD_TYPES.stop, Uint8Array.of(bitsOf(causes)));
  }

  say(type: number, body: Uint8Array): Frame {
    this.sequence += 1;
    const frame = tagged({ type, sequence: this.sequence, body }, 'to-host', {
      key: this.key,
      challenge: this.challenge,
    });
    this.send(frame);
    return frame;
  }

  send(frame: Frame): void {
    this.session.receive(encodeFrame(frame));
  }

  /** Takes the desk's challenge as a board would. @returns whether the desk proved the key. */
  acceptChallenge(): boolean {
    const frame = this.sent.findLast(({ type }) => type === HOST_TYPES.challenge);
    if (frame === undefined) return false;
    this.challenge = frame.body.slice(0, 8);
    return isProven(frame, 'to-board', { key: this.key, challenge: this.challenge });
  }

  goLive(): void {
    this.hello();
    this.acceptChallenge();
    this.status();
    this.takeEvents();
  }
}
