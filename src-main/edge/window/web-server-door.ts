import type { IncomingMessage } from 'node:http';
import type { TurnedAway, TurnedAwayReason } from './server-channel.ts';
import { OneTimeTokens, Sessions, type Spending } from './tokens.ts';

const LOOPBACK = '127.0.0.1';
/** The first token waits for a person who reads it in a terminal or a log. */
const FIRST_LIFE_MS = 24 * 3_600_000;
const LIFE_MS = 5 * 60_000;
/** Of what a stranger sent, what is told. */
const MAX_TOLD_CHARS = 100;

const WAY_IN = 'Open the address that the desk printed when it started: it lets a browser in once.';

/** Whoever asks may not; the text says why, in one line. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly text: string;
}

export interface DoorOptions {
  readonly port: number;
  readonly nowMs: () => number;
  readonly turnedAway: TurnedAway;
}

/** Who may ask the desk's web server for anything. Each one that it refuses is told to `turnedAway` once. */
export class Door {
  private readonly tokens: OneTimeTokens;
  private readonly sessions = new Sessions();
  private readonly hosts: readonly string[];
  private readonly turnedAway: TurnedAway;
  private readonly cookieName: string;
  private hasIssued = false;

  constructor({ port, nowMs, turnedAway }: DoorOptions) {
    this.tokens = new OneTimeTokens(nowMs);
    this.turnedAway = turnedAway;
    this.hosts = [`${LOOPBACK}:${port}`, `localhost:${port}`];
    // Browsers keep one cookie jar for all ports of a host: two desks must not take each other's.
    this.cookieName = `interlock-${port}`;
  }

  /** @returns `token=…`, good once. */
  newQuery(): string {
    const life = this.hasIssued ? LIFE_MS : FIRST_LIFE_MS;
    this.hasIssued = true;
    return `token=${this.tokens.issue(life)}`;
  }

  /** Any other name was pointed at this machine by somebody else, so that a page may read what it should not (DNS rebinding). */
  checkHost({ headers: { host = '' } }: IncomingMessage): Refusal | null {
    if (this.hosts.includes(host.toLowerCase())) return null;
    return this.refuse(403, 'wrong-host', `this desk is ${this.hosts.join(' or ')}`, told(host));
  }

  /** A browser always says which page opens a WebSocket; what is no browser says nothing. */
  checkOrigin({ headers: { origin } }: IncomingMessage): Refusal | null {
    if (origin === undefined || this.hosts.some((host) => origin === `http://${host}`)) return null;
    return this.refuse(403, 'wrong-origin', "only the desk's own page may open its WebSocket", told(origin));
  }

  /** @returns the id of the browser's session, or undefined when it has none. */
  session({ headers: { cookie = '' } }: IncomingMessage): string | undefined {
    const secret = this.cookieOf(cookie);
    return secret === undefined ? undefined : this.sessions.find(secret);
  }

  /** @returns the `Set-Cookie` that gives the browser a session for as long as this server lives. */
  newSession(): string {
    return `${this.cookieName}=${this.sessions.open()}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** See OneTimeTokens. */
  spend(token: string): Spending {
    return this.tokens.spend(token);
  }

  /** @param path where it was shown. */
  refuseToken(outcome: Exclude<Spending, 'spent'>, path: string): Refusal {
    const why = { used: 'was used already', expired: 'is too old', unknown: 'is none of this desk' }[outcome];
    const reason = outcome === 'used' ? 'used-token' : 'wrong-token';
    return this.refuse(401, reason, `This token ${why}. ${WAY_IN}`, `${path}: the token ${why}`);
  }

  /** For a request without token and without session. */
  refuseStranger({ headers: { cookie = '' }, url = '' }: IncomingMessage): Refusal {
    const [path] = url.split('?');
    const isStale = this.cookieOf(cookie) !== undefined;
    const detail = `${told(path ?? '')}: ${isStale ? 'a session that this desk did not open' : 'no session and no token'}`;
    return this.refuse(401, isStale ? 'wrong-token' : 'no-token', WAY_IN, detail);
  }

  private cookieOf(cookies: string): string | undefined {
    const prefix = `${this.cookieName}=`;
    const found = cookies.split(';').find((cookie) => cookie.trimStart().startsWith(prefix));
    return found?.trim().slice(prefix.length);
  }

  private refuse(status: Refusal['status'], reason: TurnedAwayReason, text: string, detail: string): Refusal {
    this.turnedAway(reason, detail);
    return { status, text };
  }
}

/** Quoted and cut: it is a stranger's text. */
function told(text: string): string {
  return JSON.stringify(text.slice(0, MAX_TOLD_CHARS));
}
