import { CHALLENGE_NONCE_BYTES, type Frame } from './frame.ts';
import { SIPHASH_KEY_BYTES, SIPHASH_TAG_BYTES } from './siphash.ts';

/** The numbers of the protocol; native/README.md says what they mean, native/firmware/core/protocol.h is the board's copy. */
export const PROTOCOL_VERSION = 1;
export const HEARTBEAT_MS = 100;
export const LINK_LOST_MS = 500;
export const MAX_BAD_TAGS = 5;

export const BOARD_TYPES = { hello: 0x01, status: 0x02, stop: 0x03, anchor: 0x04, result: 0x05 } as const;
export const HOST_TYPES = {
  challenge: 0x11,
  heartbeat: 0x12,
  stop: 0x13,
  reset: 0x14,
  pair: 0x15,
  'anchor-write': 0x16,
  'anchor-read': 0x17,
} as const;
export type HostType = keyof typeof HOST_TYPES;

/** Why the board is tripped; the place is the bit. */
export const CAUSES = ['button', 'contacts', 'tamper', 'bad-tags', 'host', 'self-test', 'watchdog', 'storage'] as const;
export type Cause = (typeof CAUSES)[number];
const SELF_TESTS = ['flash', 'ram', 'lamps', 'contacts', 'eeprom'] as const;
export type SelfTest = (typeof SELF_TESTS)[number];
const RESET_CAUSES = ['power', 'external', 'brown-out', 'watchdog'] as const;
export type ResetCause = (typeof RESET_CAUSES)[number];
const INPUTS = ['nc-open', 'no-closed', 'tamper-open', 'reset-pressed'] as const;
export type SwitchInput = (typeof INPUTS)[number];
const LAMPS = ['red', 'yellow', 'green', 'blue'] as const;
export type Lamp = (typeof LAMPS)[number];
/** Tripped; tripped and nothing against a reset; the reset button is waited for. */
const LATCH_STATES = ['clear', 'tripped', 'may-reset', 'reset-armed'] as const;
export type LatchState = (typeof LATCH_STATES)[number];
export const HOST_MODES = ['normal', 'pause', 'reduce', 'emergency'] as const;
export type HostMode = (typeof HOST_MODES)[number];
const OUTCOMES = ['done', 'refused', 'busy', 'nothing', 'unpaired'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How a board introduces itself. Nothing in it is proven. */
export interface Hello {
  readonly type: 'hello';
  readonly protocol: number;
  /** `1.0.0` */
  readonly version: string;
  /** Of its program, hexadecimal. */
  readonly firmwareHash: string;
  readonly resetCauses: readonly ResetCause[];
  readonly failedTests: readonly SelfTest[];
  readonly isPaired: boolean;
  readonly causes: readonly Cause[];
  /** How often it has started, and sessions in this start: they make every session another one. */
  readonly boots: number;
  readonly sessions: number;
}

/** The board's heartbeat. */
export interface Status {
  readonly type: 'status';
  readonly latch: LatchState;
  /** What the latch remembers. */
  readonly causes: readonly Cause[];
  /** What stands against a reset now. */
  readonly standing: readonly Cause[];
  readonly inputs: readonly SwitchInput[];
  /** Lit at this moment. */
  readonly lamps: readonly Lamp[];
  readonly hostMode: HostMode;
  /** The desk's newest frame that the board has taken. */
  readonly received: number;
  readonly uptimeMs: number;
  /** The tamper loop, 0..1023. */
  readonly tamper: number;
  readonly badTags: number;
  readonly badFrames: number;
  readonly failedTests: readonly SelfTest[];
}

export interface Stop {
  readonly type: 'stop';
  readonly causes: readonly Cause[];
}

/** What a board remembers of its desk's journal. */
export interface Anchor {
  /** Records in the journal. */
  readonly size: bigint;
  /** The first {@link ANCHOR_ROOT_BYTES} bytes of its root. */
  readonly root: Uint8Array;
}

export interface Result {
  readonly type: 'result';
  readonly command: HostType;
  /** Of the frame that is answered. */
  readonly sequence: number;
  readonly outcome: Outcome;
}

export type BoardMessage = Hello | Status | Stop | Result | { readonly type: 'anchor'; readonly anchor: Anchor };

export const ANCHOR_ROOT_BYTES = 16;
const ANCHOR_SIZE_BYTES = 8;
const BODY_BYTES = {
  hello: 22,
  status: 20,
  stop: 1,
  anchor: ANCHOR_SIZE_BYTES + ANCHOR_ROOT_BYTES,
  result: 6,
} as const;
const FLAG_PAIRED = 1;

/** The names of the bits that are set; null when one has no name. */
function named<Name>(names: readonly Name[], bits: number): readonly Name[] | null {
  return bits >> names.length === 0 ? names.filter((_, bit) => ((bits >> bit) & 1) === 1) : null;
}

type Fields<Message> = { readonly [Field in keyof Message]: Message[Field] | null | undefined };

/** A message, if none of its fields is missing. */
function whole<Message extends object>(fields: Fields<Message>): Message | null {
  return Object.values(fields).every((value) => value !== null && value !== undefined) ? (fields as Message) : null;
}

function readHello(view: DataView, body: Uint8Array): Hello | null {
  return whole<Hello>({
    type: 'hello',
    protocol: view.getUint8(0),
    version: body.subarray(1, 4).join('.'),
    firmwareHash: Buffer.from(body.subarray(4, 4 + SIPHASH_TAG_BYTES)).toString('hex'),
    resetCauses: named(RESET_CAUSES, view.getUint8(12)),
    failedTests: named(SELF_TESTS, view.getUint8(13)),
    isPaired: (view.getUint8(14) & FLAG_PAIRED) !== 0,
    causes: named(CAUSES, view.getUint8(15)),
    boots: view.getUint32(16, true),
    sessions: view.getUint16(20, true),
  });
}

function readStatus(view: DataView): Status | null {
  return whole<Status>({
    type: 'status',
    latch: LATCH_STATES[view.getUint8(0)],
    causes: named(CAUSES, view.getUint8(1)),
    standing: named(CAUSES, view.getUint8(2)),
    inputs: named(INPUTS, view.getUint8(3)),
    lamps: named(LAMPS, view.getUint8(4)),
    hostMode: HOST_MODES[view.getUint8(5)],
    received: view.getUint32(6, true),
    uptimeMs: view.getUint32(10, true),
    tamper: view.getUint16(14, true),
    badTags: view.getUint8(16),
    badFrames: view.getUint16(17, true),
    failedTests: named(SELF_TESTS, view.getUint8(19)),
  });
}

function readResult(view: DataView): Result | null {
  const type = view.getUint8(0);
  return whole<Result>({
    type: 'result',
    command: (Object.keys(HOST_TYPES) as HostType[]).find((name) => HOST_TYPES[name] === type),
    sequence: view.getUint32(1, true),
    outcome: OUTCOMES[view.getUint8(5)],
  });
}

/**
 * What a frame of a board says; null when it says nothing that this protocol knows. A stop is a stop whatever else is in its frame.
 */
export function readBoardMessage({ type, body }: Frame): BoardMessage | null {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  if (type === BOARD_TYPES.stop) {
    return { type: 'stop', causes: body.length === BODY_BYTES.stop ? (named(CAUSES, view.getUint8(0)) ?? []) : [] };
  }
  if (type === BOARD_TYPES.hello && body.length === BODY_BYTES.hello) return readHello(view, body);
  if (type === BOARD_TYPES.status && body.length === BODY_BYTES.status) return readStatus(view);
  if (type === BOARD_TYPES.result && body.length === BODY_BYTES.result) return readResult(view);
  if (type === BOARD_TYPES.anchor && body.length === BODY_BYTES.anchor) {
    return { type: 'anchor', anchor: { size: view.getBigUint64(0, true), root: body.slice(ANCHOR_SIZE_BYTES) } };
  }
  return null;
}

/** The body of the frame that opens a session with the board of this `hello`. */
export function challengeBody(
  challenge: Uint8Array,
  { boots, sessions }: Pick<Hello, 'boots' | 'sessions'>,
): Uint8Array {
  const body = new Uint8Array(CHALLENGE_NONCE_BYTES + 6);
  const view = new DataView(body.buffer);
  body.set(challenge);
  view.setUint32(CHALLENGE_NONCE_BYTES, boots, true);
  view.setUint16(CHALLENGE_NONCE_BYTES + 4, sessions, true);
  return body;
}

/** @param heard the newest sequence of the board that the desk has taken. */
export function heartbeatBody(mode: HostMode, heard: number): Uint8Array {
  const body = new Uint8Array(5);
  body[0] = HOST_MODES.indexOf(mode);
  new DataView(body.buffer).setUint32(1, heard, true);
  return body;
}

/** @throws RangeError when the root is shorter than {@link ANCHOR_ROOT_BYTES}. */
export function anchorBody({ size, root }: Anchor): Uint8Array {
  if (root.length < ANCHOR_ROOT_BYTES)
    throw new RangeError(`a root of ${root.length} bytes is too short for an anchor`);
  const body = new Uint8Array(ANCHOR_SIZE_BYTES + ANCHOR_ROOT_BYTES);
  new DataView(body.buffer).setBigUint64(0, size, true);
  body.set(root.subarray(0, ANCHOR_ROOT_BYTES), ANCHOR_SIZE_BYTES);
  return body;
}

/** @throws RangeError when the key has not 16 bytes. */
export function pairBody(key: Uint8Array): Uint8Array {
  if (key.length !== SIPHASH_KEY_BYTES) throw new RangeError(`a key has ${SIPHASH_KEY_BYTES} bytes, not ${key.length}`);
  return Uint8Array.from(key);
}
