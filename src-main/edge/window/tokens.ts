import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
/** Older ones are forgotten: whoever asks for that many has lost the first. */
const MAX_TOKENS = 64;
const MAX_SESSIONS = 256;

/** What became of a token that somebody showed. */
export type Spending = 'spent' | 'used' | 'expired' | 'unknown';

interface Token {
  readonly digest: Buffer;
  readonly expiresAtMs: number;
  isUsed: boolean;
}

/** Tokens that open a session once, and not for long. */
export class OneTimeTokens {
  private readonly nowMs: () => number;
  private readonly tokens: Token[] = [];

  /** @param nowMs any steady clock, in ms. */
  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  /** @returns a new token, base64url. */
  issue(lifeMs: number): string {
    const token = newSecret();
    this.tokens.push({ digest: digestOf(token), expiresAtMs: this.nowMs() + lifeMs, isUsed: false });
    if (this.tokens.length > MAX_TOKENS) this.tokens.shift();
    return token;
  }

  /** Says what the token is worth; after 'spent' it is worth nothing more. */
  spend(token: string): Spending {
    const found = findSecret(this.tokens, token);
    if (found === undefined) return 'unknown';
    if (found.isUsed) return 'used';
    if (this.nowMs() > found.expiresAtMs) return 'expired';
    found.isUsed = true;
    return 'spent';
  }
}

/** Browsers that have shown a token, known by a secret of their own. */
export class Sessions {
  private readonly sessions: { readonly digest: Buffer; readonly id: string }[] = [];

  /** @returns the secret for the browser to keep. */
  open(): string {
    const secret = newSecret();
    this.sessions.push({ digest: digestOf(secret), id: randomUUID() });
    if (this.sessions.length > MAX_SESSIONS) this.sessions.shift();
    return secret;
  }

  /** @returns the session's id, which is no secret; undefined when nobody has this secret. */
  find(secret: string): string | undefined {
    return findSecret(this.sessions, secret)?.id;
  }
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** Compares with every one to its end: the time that it takes tells nothing of what they are. */
function findSecret<T extends { readonly digest: Buffer }>(all: readonly T[], secret: string): T | undefined {
  const digest = digestOf(secret);
  return all.filter((one) => timingSafeEqual(one.digest, digest)).at(0);
}
