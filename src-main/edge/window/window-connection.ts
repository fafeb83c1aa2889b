import { DeskError, type DeskErrorBody } from '../../../src-shared/contract/errors.ts';
import { type ClientMessage, clientMessageSchema, MAX_MESSAGE_BYTES } from '../../../src-shared/contract/messages.ts';
import { METHODS, type Method } from '../../../src-shared/contract/methods.ts';
import { isLatestTopic, isNumberedTopic, LATEST_TOPICS } from '../../../src-shared/contract/topics.ts';
import { CONTRACT_VERSION } from '../../../src-shared/contract/version.ts';
import type { DeskWindow, ServerParts } from './desk-server.ts';
import type { LatestReader } from './latest-reader.ts';
import type { NumberedLog } from './numbered-log.ts';
import type { Peer, ServerChannel, ServerConnection } from './server-channel.ts';
import { TokenBucket } from './token-bucket.ts';

/** Messages of one window: so many at once, and so many a second. A person and a page that has just loaded need far less. */
const MESSAGE_BURST = 100;
const MESSAGES_PER_SECOND = 50;
/** Cancels of everything are heard even from a window that has used up its messages, so often. */
const EXIT_BURST = 5;
const EXITS_PER_SECOND = 2;
const MAX_SUBSCRIPTIONS = 64;
const MAX_CALLS_UNDER_WAY = 16;
/** Of a numbered topic in one frame: what one turn of the desk's loop can write. */
const MAX_ITEMS_PER_FRAME = 250;
/** An unchanged value is said again so often: its time goes on. */
const REPEAT_MS = 500;
/** A desk that has nothing to say says so: the window would take it for gone. */
const HEARTBEAT_MS = 1_000;
/** A window that holds so much unread is cut off. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
const MAX_DETAIL_CHARS = 300;

/** RFC 6455's codes. */
const POLICY_VIOLATION = 1008;
const INTERNAL = 1011;
const TOO_SLOW = 1013;

interface LatestSubscription {
  readonly reader: LatestReader;
  sentText: string;
  sentMs: number;
}

interface NumberedSubscription {
  readonly log: NumberedLog<unknown>;
  /** The last number that was sent. */
  sent: number;
  /** All that there was at the beginning, and how much of it was sent. */
  snapshot: { readonly items: readonly (() => string)[]; next: number } | null;
}

/**
 * One window's connection: its messages are checked, throttled and answered, and its subscriptions go out in frames. The next
 * frame waits until the window has acknowledged the one before, so that a window that hangs holds nothing here but its place.
 */
export class WindowConnection implements ServerConnection, DeskWindow {
  readonly peer: Peer;
  private readonly channel: ServerChannel;
  private readonly parts: ServerParts;
  private readonly left: (window: WindowConnection) => void;
  private readonly messages: TokenBucket;
  private readonly exits: TokenBucket;
  private readonly latest = new Map<number, LatestSubscription>();
  private readonly numbered = new Map<number, NumberedSubscription>();
  private isGreeted = false;
  private isOpen = true;
  private calls = 0;
  private frame = 0;
  /** Something must be shown as soon as the window can take it. */
  private isUrgent = false;
  private acknowledged = 0;
  private frameMs = 0;

  constructor(channel: ServerChannel, peer: Peer, parts: ServerParts, left: (window: WindowConnection) => void) {
    this.channel = channel;
    this.peer = peer;
    this.parts = parts;
    this.left = left;
    this.messages = new TokenBucket(MESSAGE_BURST, MESSAGES_PER_SECOND, parts.nowMs);
    this.exits = new TokenBucket(EXIT_BURST, EXITS_PER_SECOND, parts.nowMs);
  }

  receive(text: string): void {
    this.guarded(() => this.read(text));
  }

  private read(text: string): void {
    if (!this.isOpen) return;
    // A text of so many characters has at least as many bytes.
    const bytes = text.length > MAX_MESSAGE_BYTES ? text.length : Buffer.byteLength(text);
    if (bytes > MAX_MESSAGE_BYTES) {
      this.tooLarge(bytes);
      return;
    }
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      this.deny(null, { code: 'malformed', detail: 'not JSON' });
      return;
    }
    this.take(json);
  }

  oversized(bytes: number): void {
    this.guarded(() => this.tooLarge(bytes));
  }

  private tooLarge(bytes: number): void {
    const detail = `a message of ${bytes} bytes, or no text: at most ${MAX_MESSAGE_BYTES} are read`;
    this.deny(null, { code: 'oversized', detail, limitBytes: MAX_MESSAGE_BYTES });
  }

  closed(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.latest.clear();
    this.numbered.clear();
    this.left(this);
  }

  /** Sends what is new, if the window has taken in what was sent before. Called once per frame, for all windows with one time. */
  flush(nowMs: number): void {
    this.guarded(() => this.sendFrame(nowMs));
  }

  private sendFrame(nowMs: number): void {
    if (!this.isGreeted || !this.isOpen) return;
    if (this.channel.bufferedBytes > MAX_BUFFERED_BYTES) {
      this.end(TOO_SLOW, 'this window does not read what it is sent');
      return;
    }
    if (this.acknowledged < this.frame) return;
    const updates: string[] = [];
    for (const [ref, of] of this.latest) this.addLatest(ref, of, nowMs, updates);
    for (const [ref, of] of this.numbered) addNumbered(ref, of, updates);
    if (updates.length === 0 && nowMs - this.frameMs < HEARTBEAT_MS) return;
    this.frame += 1;
    this.frameMs = nowMs;
    this.channel.send(`{"t":"frame","n":${this.frame},"at":${this.parts.now()},"updates":[${updates.join(',')}]}`);
  }

  /** As {@link flush}, at once or with the acknowledgement that is under way. */
  flushSoon(nowMs: number): void {
    this.isUrgent = this.acknowledged < this.frame;
    if (!this.isUrgent) this.flush(nowMs);
  }

  end(code: number, reason: string): void {
    this.channel.close(code, reason);
    this.closed();
  }

  /** Whatever cannot be done or shown, the desk goes on: the window is cut off, and comes back by itself. */
  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.parts.failed(`a window could not be served: ${(error as Error).stack}`);
      this.end(INTERNAL, 'the desk could not say what this window asked for');
    }
  }

  private take(json: unknown): void {
    if (!this.isDueAcknowledgement(json) && !this.messages.take() && !this.mustBeHeard(json)) {
      const retryAfterMs = this.messages.waitMs;
      const detail = `too many messages: at most ${MESSAGES_PER_SECOND} a second`;
      this.deny(refOf(json), { code: 'throttled', detail, retryAfterMs });
      return;
    }
    const parsed = clientMessageSchema.safeParse(json);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const place = issue?.path.join('.') || 'message';
      this.deny(refOf(json), {
        code: 'malformed',
        detail: `${place}: ${issue?.message ?? 'no message of this contract'}`,
      });
      return;
    }
    this.handle(parsed.data);
  }

  /** One for each frame costs nothing. */
  private isDueAcknowledgement(json: unknown): boolean {
    const { t, n } = (json ?? {}) as { t?: unknown; n?: unknown };
    return t === 'ack' && n === this.frame && this.acknowledged < this.frame;
  }

  /** Stopping gets through whatever else this window said. */
  private mustBeHeard(json: unknown): boolean {
    const { t, method, params } = (json ?? {}) as { t?: unknown; method?: unknown; params?: unknown };
    if (t !== 'call' || method !== 'command') return false;
    const urgency = this.parts.urgency(params);
    return urgency === 'tightening' || (urgency === 'exit' && this.exits.take());
  }

  private handle(message: ClientMessage): void {
    if (message.t === 'hello') {
      this.greet(message.version);
      return;
    }
    if (!this.isGreeted) {
      const ref = 'ref' in message ? message.ref : null;
      this.deny(ref, { code: 'malformed', detail: "a window's first message is hello" });
      return;
    }
    switch (message.t) {
      case 'call':
        void this.call(message.ref, message.method, message.params);
        return;
      case 'subscribe':
        this.subscribe(message);
        return;
      case 'unsubscribe':
        this.latest.delete(message.ref);
        this.numbered.delete(message.ref);
        return;
      case 'ack':
        if (message.n <= this.frame) this.acknowledged = Math.max(this.acknowledged, message.n);
        if (this.isUrgent) this.flushSoon(this.parts.nowMs());
        return;
    }
  }

  private greet(version: number): void {
    if (version !== CONTRACT_VERSION) {
      const detail = `this desk speaks version ${CONTRACT_VERSION} of the contract, the window ${version}: load the window again`;
      this.deny(null, { code: 'version', detail, desk: CONTRACT_VERSION });
      this.end(POLICY_VIOLATION, detail);
      return;
    }
    if (!this.isGreeted) this.parts.arrived(this);
    this.isGreeted = true;
    const { epoch, speed, now } = this.parts;
    this.say({ t: 'welcome', version: CONTRACT_VERSION, epoch, at: now(), speed });
  }

  private async call(ref: number, name: string, raw: unknown): Promise<void> {
    if (!Object.hasOwn(METHODS, name)) {
      this.deny(ref, { code: 'malformed', detail: `there is no method '${name.slice(0, MAX_DETAIL_CHARS)}'` });
      return;
    }
    // Commands are carried out at once, and nothing that waits may stand before one.
    if (name !== 'command' && this.calls >= MAX_CALLS_UNDER_WAY) {
      const detail = `${this.calls} calls are under way`;
      this.deny(ref, { code: 'throttled', detail, retryAfterMs: this.messages.waitMs });
      return;
    }
    const method = name as Method;
    const params = METHODS[method].params.safeParse(raw);
    if (!params.success) {
      const [issue] = params.error.issues;
      this.deny(ref, {
        code: 'malformed',
        detail: `${method}: ${issue?.path.join('.')} ${issue?.message}`.slice(0, MAX_DETAIL_CHARS),
      });
      return;
    }
    this.calls += 1;
    try {
      const answer = this.parts.call(method, params.data, this);
      const result = answer instanceof Promise ? await answer : answer;
      if (this.isOpen) this.say({ t: 'result', ref, result });
    } catch (error) {
      if (error instanceof DeskError) this.deny(ref, error.body);
      else {
        this.parts.failed(`${method}: ${(error as Error).message}`);
        this.deny(ref, { code: 'internal', detail: 'the desk could not do it; it says why in its own log' });
      }
    } finally {
      this.calls -= 1;
    }
  }

  private subscribe({ ref, topic, params, after }: Extract<ClientMessage, { t: 'subscribe' }>): void {
    if (this.latest.size + this.numbered.size >= MAX_SUBSCRIPTIONS) {
      this.deny(ref, { code: 'throttled', detail: `at most ${MAX_SUBSCRIPTIONS} subscriptions`, retryAfterMs: 0 });
      return;
    }
    try {
      if (isLatestTopic(topic)) {
        const parsed = LATEST_TOPICS[topic].params.safeParse(params);
        if (!parsed.success)
          throw new DeskError({ code: 'malformed', detail: `${topic}: ${parsed.error.issues[0]?.message}` });
        this.latest.set(ref, { reader: this.parts.reader(topic, parsed.data, this), sentText: '', sentMs: 0 });
      } else if (isNumberedTopic(topic)) {
        this.numbered.set(ref, this.begin(this.parts.log(topic), after));
      } else throw new DeskError({ code: 'not-found', detail: `there is no topic '${topic}'` });
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      this.deny(ref, error.body);
    }
  }

  private begin(log: NumberedLog<unknown>, after: { epoch: string; number: number } | undefined): NumberedSubscription {
    if (after?.epoch === this.parts.epoch && log.canFollow(after.number))
      return { log, sent: after.number, snapshot: null };
    return anew(log);
  }

  private addLatest(ref: number, of: LatestSubscription, nowMs: number, updates: string[]): void {
    const { at, text } = of.reader.read(nowMs);
    if (text === of.sentText && nowMs - of.sentMs < REPEAT_MS) return;
    of.sentText = text;
    of.sentMs = nowMs;
    updates.push(`{"ref":${ref},"at":${at},"value":${text}}`);
  }

  /** The sender is told, the journal too, and nothing else changes. */
  private deny(ref: number | null, error: DeskErrorBody): void {
    const detail = error.detail.slice(0, MAX_DETAIL_CHARS);
    // A refusal on its merits is a fact of the command itself, a wrong PIN one of its own.
    if (error.code !== 'refused' && error.code !== 'sign-in-failed') this.parts.denied(this, error.code, detail);
    this.say({ t: 'error', ref, error: { ...error, detail } });
  }

  private say(message: unknown): void {
    if (this.channel.bufferedBytes > MAX_BUFFERED_BYTES)
      this.end(TOO_SLOW, 'this window does not read what it is sent');
    else this.channel.send(JSON.stringify(message));
  }
}

function anew(log: NumberedLog<unknown>): NumberedSubscription {
  const { first, items } = log.snapshot();
  return { log, sent: first - 1, snapshot: { items, next: 0 } };
}

function addNumbered(ref: number, of: NumberedSubscription, updates: string[]): void {
  const { log } = of;
  if (of.snapshot === null && !log.canFollow(of.sent)) Object.assign(of, anew(log));
  const { snapshot } = of;
  if (snapshot !== null) {
    const texts = snapshot.items.slice(snapshot.next, snapshot.next + MAX_ITEMS_PER_FRAME).map((text) => text());
    const isFirst = snapshot.next === 0;
    snapshot.next += texts.length;
    updates.push(itemsUpdate(ref, of.sent + 1, texts, isFirst, snapshot.next < snapshot.items.length));
    of.sent += texts.length;
    if (snapshot.next >= snapshot.items.length) of.snapshot = null;
    return;
  }
  if (log.last === of.sent) return;
  const { first, texts } = log.after(of.sent, MAX_ITEMS_PER_FRAME);
  updates.push(itemsUpdate(ref, first, texts, false, false));
  of.sent += texts.length;
}

function itemsUpdate(ref: number, first: number, texts: readonly string[], reset: boolean, more: boolean): string {
  return `{"ref":${ref},"first":${first},"items":[${texts.join(',')}],"reset":${reset},"more":${more}}`;
}

function refOf(json: unknown): number | null {
  const { ref } = (json ?? {}) as { ref?: unknown };
  return Number.isSafeInteger(ref) ? (ref as number) : null;
}
