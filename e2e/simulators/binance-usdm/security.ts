import { createHmac, timingSafeEqual } from 'node:crypto';
import { optionalInteger, type Params, required, requiredInteger } from './params.ts';
import { Refusal } from './refusal.ts';

/** What the account's owner signs with. */
export interface ApiKeyPair {
  readonly key: string;
  readonly secret: string;
}

/** How a request proves who sent it. */
export interface Proof {
  /** Null where there is none. */
  readonly apiKey: string | null;
  /** What was signed: every parameter but the signature. */
  readonly payload: string;
}

const USUAL_WINDOW_MS = 5_000;
const LONGEST_WINDOW_MS = 60_000;
/** A request may be ahead of the venue's clock by less than this. */
const AHEAD_MS = 1_000;

/** @throws Refusal −2014 or −2015. */
export function checkKey({ apiKey }: Proof, { key }: ApiKeyPair): void {
  if (apiKey === null || apiKey === '') throw new Refusal(-2014, 'API-key format invalid.', 401);
  if (apiKey !== key) throw new Refusal(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
}

/** @throws Refusal −1102, −1131, −1021, −1022 for what is wrong first. @param nowMs as the client is told. */
export function checkSignature(params: Params, { payload }: Proof, { secret }: ApiKeyPair, nowMs: number): void {
  const sentAt = requiredInteger(params, 'timestamp');
  const window = optionalInteger(params, 'recvWindow') ?? USUAL_WINDOW_MS;
  if (window > LONGEST_WINDOW_MS) throw new Refusal(-1131, 'recvWindow must be less than 60000');
  const signature = required(params, 'signature');
  if (sentAt >= nowMs + AHEAD_MS) {
    throw new Refusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  }
  if (nowMs - sentAt > window) {
    throw new Refusal(-1021, 'Timestamp for this request is outside of the recvWindow.');
  }
  const expected = createHmac('sha256', secret).update(payload).digest();
  const actual = Buffer.from(signature, 'hex');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
    throw new Refusal(-1022, 'Signature for this request is not valid.');
  }
}
