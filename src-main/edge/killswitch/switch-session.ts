import { encodeFrame, type Frame, FrameReader, isProven, type Proof, tagged } from './frame.ts';
import {
  type Anchor,
  anchorBody,
  type BoardMessage,
  type Cause,
  challengeBody,
  HEARTBEAT_MS,
  type Hello,
  HOST_TYPES,
  type HostMode,
  type HostType,
  heartbeatBody,
  LINK_LOST_MS,
  MAX_BAD_TAGS,
  pairBody,
  type Result,
  readBoardMessage,
  type Status,
} from './messages.ts';
import { whyUnfit } from './unfit.ts';

/**
 * `silent`: nothing has greeted yet. `opening`: a board was challenged. `live`: it has proven itself, and goes on to. `lost`: it was
 * live and is not any more. `refused`: what greets is not to be trusted.
 */
export type SwitchLink = 'silent' | 'opening' | 'live' | 'lost' | 'refused';

export type SwitchEvent =
  | { readonly type: 'link'; readonly link: SwitchLink; readonly why: string }
  | { readonly type: 'hello'; readonly hello: Hello }
  /** A board has started anew while it was live. Until it is live again the link is lost. */
  | { readonly type: 'restarted'; readonly hello: Hello }
  /** The board is tripped. It acts whether it is proven or not; told again when there is another cause. */
  | { readonly type: 'stop'; readonly causes: readonly Cause[]; readonly proven: boolean }
  /** Proven. */
  | { readonly type: 'status'; readonly status: Status }
  /** A frame of this session whose tag is wrong, or that was there before. */
  | { readonly type: 'bad-tag'; readonly count: number }
  /** `proven` is false only for the answer to a pairing and for `unpaired`. */
  | { readonly type: 'result'; readonly result: Result; readonly proven: boolean }
  | { readonly type: 'anchor'; readonly anchor: Anchor };

export interface SwitchSessionParts {
  /** Null when the board is still to be paired. */
  readonly key: Uint8Array | null;
  /** Hashes of the firmware that is trusted, hexadecimal. */
  readonly firmwareHashes: readonly string[];
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  /** Hands bytes to the line. */
  readonly write: (bytes: Uint8Array) => void;
  /** Eight bytes that nobody can foretell, others at every call. */
  readonly randomChallenge: () => Uint8Array;
  readonly onEvent: (event: SwitchEvent) => void;
}

export interface SwitchView {
  readonly link: SwitchLink;
  readonly why: string;
  /** Of the board that greeted last. */
  readonly hello: Hello | null;
  /** The newest one that was proven, of this session or the last. */
  readonly status: Status | null;
  /** Since the board's last proof of life in this session; null outside of one. */
  readonly heartbeatAgeMs: number | null;
  readonly framesSent: number;
  readonly framesReceived: number;
  readonly badFrames: number;
  readonly badTags: number;
  /** Frames that are right in form, and that the protocol does not know. */
  readonly unknownFrames: number;
}

/** Of one start of the board: more would make it believe in an attack. */
const MAX_CHALLENGES = 3;
/** Boards greet every 250 ms: greetings that come closer have waited while nobody read them, and say nothing new. */
const CHALLENGE_EVERY_MS = 200;

/**
 * The desk's side of the conversation with its kill switch: pure logic over bytes and a clock. Nothing makes it `live` but frames that
 * prove the key over this session's challenge, each newer than the last; everything doubtful only ever tightens.
 */
export class SwitchSession {
  private readonly parts: SwitchSessionParts;
  private readonly reader = new FrameReader();
  private link: SwitchLink = 'silent';
  private why = 'no kill switch has greeted yet';
  private hello: Hello | null = null;
  private status: Status | null = null;
  private proof: Proof | null = null;
  private mode: HostMode = 'pause';
  private sequence = 0;
  private heard = 0;
  private heardAtMs = 0;
  private beatAtMs = 0;
  private toldCauses: readonly Cause[] = [];
  private framesSent = 0;
  private framesReceived = 0;
  private unknownFrames = 0;
  private badTags = 0;
  private isTampered = false;
  private wasLive = false;
  private challenged: Hello | null = null;
  private challenges = 0;
  private challengedAtMs = 0;

  constructor(parts: SwitchSessionParts) {
    this.parts = parts;
  }

  get view(): SwitchView {
    return {
      link: this.link,
      why: this.why,
      hello: this.hello,
      status: this.status,
      heartbeatAgeMs: this.link === 'live' ? this.parts.nowMs() - this.heardAtMs : null,
      framesSent: this.framesSent,
      framesReceived: this.framesReceived,
      badFrames: this.reader.badFrames,
      badTags: this.badTags,
      unknownFrames: this.unknownFrames,
    };
  }

  /** Whether the board proves at this moment that it works and is not tripped: the only thing that may be called fine. */
  get isFine(): boolean {
    const { status } = this;
    if (this.link !== 'live' || status === null || this.parts.nowMs() - this.heardAtMs >= LINK_LOST_MS) return false;
    return (
      status.latch === 'clear' &&
      [status.causes, status.standing, status.failedTests].every((list) => list.length === 0)
    );
  }

  /** Bytes from the line. */
  receive(bytes: Uint8Array): void {
    for (const frame of this.reader.take(bytes)) this.take(frame);
  }

  /** To be called every 20 ms or so: sends heartbeats, and notices silence. */
  tick(): void {
    if (this.link !== 'live') return;
    const nowMs = this.parts.nowMs();
    if (nowMs - this.heardAtMs >= LINK_LOST_MS)
      this.lose(`the switch has been silent for ${Math.round(nowMs - this.heardAtMs)} ms`);
    else if (nowMs - this.beatAtMs >= HEARTBEAT_MS) this.beat();
  }

  /** The desk's mode, for the lamps. The board hears of it at once. */
  setMode(mode: HostMode): void {
    if (mode === this.mode) return;
    this.mode = mode;
    if (this.link === 'live') this.beat();
  }

  /** Trips the board, whatever the state of the link. */
  stop(): void {
    this.send('stop', new Uint8Array(0));
  }

  /**
   * Asks the board to wait for its reset button. A `result` event answers, and a status whose latch is clear when it was pressed.
   * @returns the frame's sequence, or null when the link is not live.
   */
  requestReset(): number | null {
    return this.sendLive('reset', new Uint8Array(0));
  }

  /** Lets the board remember the journal's newest anchor. @returns as {@link requestReset}. */
  storeAnchor(anchor: Anchor): number | null {
    return this.sendLive('anchor-write', anchorBody(anchor));
  }

  /** An `anchor` event answers, or a `result` of `nothing`. @returns as {@link requestReset}. */
  requestAnchor(): number | null {
    return this.sendLive('anchor-read', new Uint8Array(0));
  }

  /** Gives a board that has greeted its key; a `result` event answers. What proves it is a session with that key. */
  pair(key: Uint8Array): void {
    this.send('pair', pairBody(key));
  }

  private take(frame: Frame): void {
    this.framesReceived += 1;
    const message = readBoardMessage(frame);
    if (message === null) this.unknownFrames += 1;
    else if (message.type === 'stop') this.takeStop(frame, message.causes);
    else if (message.type === 'hello') this.takeHello(message);
    else if (this.proof !== null && (this.link === 'opening' || this.link === 'live'))
      this.takeProven(frame, message, this.proof);
    else if (message.type === 'result') this.parts.onEvent({ type: 'result', result: message, proven: false });
  }

  private takeHello(hello: Hello): void {
    const last = this.hello;
    this.hello = hello;
    this.parts.onEvent({ type: 'hello', hello });
    const hasRestarted = this.wasLive && hello.boots !== last?.boots;
    if (hasRestarted) this.parts.onEvent({ type: 'restarted', hello });
    if (this.link === 'live') {
      this.lose(
        hasRestarted ? `the switch has restarted (${hello.resetCauses})` : 'the switch does not hear this desk',
      );
    }
    if (hello.causes.length > 0) this.tellStop(hello.causes, false);
    if (this.isTampered) return;
    const { key, firmwareHashes } = this.parts;
    const unfit = whyUnfit(hello, firmwareHashes, key !== null);
    if (unfit !== null) this.refuse(unfit);
    else if (key !== null) this.open(hello, key);
  }

  private open(hello: Hello, key: Uint8Array): void {
    // A greeting that crossed the challenge asks for the same session once more.
    const isAgain = hello.boots === this.challenged?.boots && hello.sessions === this.challenged.sessions;
    const nowMs = this.parts.nowMs();
    let { proof } = this;
    if (proof !== null && isAgain && nowMs - this.challengedAtMs < CHALLENGE_EVERY_MS) return;
    if (proof === null || !isAgain) {
      proof = { key, challenge: this.parts.randomChallenge() };
      this.proof = proof;
      this.challenged = hello;
      this.challenges = 0;
      this.sequence = 0;
      this.heard = 0;
      this.badTags = 0;
    }
    if (this.challenges === MAX_CHALLENGES) {
      // Before the board takes the next one for an attack, and trips.
      this.move(
        'refused',
        "the switch does not accept this desk's key: pair them, or restore the key, and plug it in again",
      );
      return;
    }
    this.challenges += 1;
    this.challengedAtMs = nowMs;
    this.send('challenge', challengeBody(proof.challenge, hello));
    this.move('opening', 'the switch was challenged');
  }

  private takeProven(frame: Frame, message: BoardMessage, proof: Proof): void {
    const isUnproven = frame.sequence <= this.heard || !isProven(frame, 'to-host', proof);
    if (isUnproven && message.type === 'result' && this.link === 'opening') {
      this.parts.onEvent({ type: 'result', result: message, proven: false });
      return;
    }
    if (isUnproven) {
      this.countBadTag();
      return;
    }
    this.heard = frame.sequence;
    this.heardAtMs = this.parts.nowMs();
    if (this.link === 'opening') {
      this.toldCauses = [];
      this.wasLive = true;
      this.move('live', 'the switch has proven itself');
      this.beat();
    }
    if (message.type === 'status') this.takeStatus(message);
    else if (message.type === 'result') this.parts.onEvent({ type: 'result', result: message, proven: true });
    else if (message.type === 'anchor') this.parts.onEvent({ type: 'anchor', anchor: message.anchor });
  }

  private takeStatus(status: Status): void {
    this.status = status;
    this.parts.onEvent({ type: 'status', status });
    if (status.latch === 'clear') this.toldCauses = [];
    else this.tellStop(status.causes, true);
  }

  private takeStop(frame: Frame, causes: readonly Cause[]): void {
    // What the board said of itself before is over: only its next status may call it fine.
    this.status = null;
    const isOfSession = this.link === 'live' && this.proof !== null && frame.sequence > this.heard;
    const proven = isOfSession && this.proof !== null && isProven(frame, 'to-host', this.proof);
    if (proven) {
      this.heard = frame.sequence;
      this.heardAtMs = this.parts.nowMs();
    }
    this.tellStop(causes, proven);
    if (this.link === 'live' && !proven) this.countBadTag();
  }

  /** A stop without a cause is told every time; one with causes only when one of them is new. */
  private tellStop(causes: readonly Cause[], proven: boolean): void {
    if (causes.length > 0 && causes.every((cause) => this.toldCauses.includes(cause))) return;
    this.toldCauses = causes;
    this.parts.onEvent({ type: 'stop', causes, proven });
  }

  private countBadTag(): void {
    this.badTags += 1;
    this.parts.onEvent({ type: 'bad-tag', count: this.badTags });
    if (this.badTags <= MAX_BAD_TAGS) return;
    this.isTampered = true;
    this.refuse('somebody else speaks on its line: too many frames with a wrong tag');
  }

  private beat(): void {
    this.beatAtMs = this.parts.nowMs();
    this.send('heartbeat', heartbeatBody(this.mode, this.heard));
  }

  private sendLive(type: HostType, body: Uint8Array): number | null {
    return this.link === 'live' ? this.send(type, body) : null;
  }

  private send(type: HostType, body: Uint8Array): number {
    this.sequence += 1;
    this.framesSent += 1;
    const frame = { type: HOST_TYPES[type], sequence: this.sequence, body };
    this.parts.write(encodeFrame(tagged(frame, 'to-board', this.proof)));
    return this.sequence;
  }

  private refuse(why: string): void {
    this.proof = null;
    this.move('refused', why);
  }

  private lose(why: string): void {
    this.proof = null;
    this.move('lost', why);
  }

  private move(link: SwitchLink, why: string): void {
    if (link === this.link && why === this.why) return;
    this.link = link;
    this.why = why;
    this.parts.onEvent({ type: 'link', link, why });
  }
}
