import { DeskError, type DeskErrorBody } from './contract/errors.ts';
import { type ClientMessage, type DeskMessage, deskMessageSchema, type Update } from './contract/messages.ts';
import type { Method, Params, Result } from './contract/methods.ts';
import {
  isNumberedTopic,
  type LatestTopic,
  type NumberedTopic,
  type Topic,
  type TopicItem,
  type TopicParams,
  type TopicValue,
} from './contract/topics.ts';
import { CONTRACT_VERSION } from './contract/version.ts';
import type { Channel, Connect, DeskTransport, Items, Latest, LinkState, Unsubscribe } from './transport.ts';

export interface DeskClientOptions {
  readonly connect: Connect;
  /** Any steady clock, in ms. */
  readonly nowMs?: () => number;
  /** Waits between attempts to connect: doubled from the first to the second. */
  readonly retryMs?: readonly [first: number, most: number];
  /** A desk that says nothing for so long is taken for gone: its frames come at least every second. */
  readonly silenceMs?: number;
}

const RETRY_MS = [250, 4_000] as const;
const SILENCE_MS = 3_000;
const MICROS_PER_MS = 1_000;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: DeskError) => void;
}

interface Subscription {
  readonly topic: Topic;
  readonly params: unknown;
  readonly latest: ((latest: Latest<unknown>) => void) | null;
  readonly numbered: ((items: Items<unknown>) => void) | null;
  /** Of a numbered topic: the last number that was taken in, and the epoch that it counts in. */
  last: number;
  epoch: string;
  /** Whether all of the beginning has come, so that it can go on from `last`. */
  isWhole: boolean;
}

/**
 * The window's end of the contract, over any channel: connects and connects again, asks again for what a lost link or a gap has
 * taken, and acknowledges each frame once it was taken in.
 */
export class DeskClient implements DeskTransport {
  private readonly connect: Connect;
  private readonly nowMs: () => number;
  private readonly retryMs: readonly [number, number];
  private readonly silenceMs: number;
  private readonly pending = new Map<number, Pending>();
  private readonly subscriptions = new Map<number, Subscription>();
  private readonly linkListeners = new Set<(link: LinkState) => void>();
  private link: LinkState = { state: 'connecting' };
  private channel: Channel | null = null;
  private ref = 0;
  private epoch = '';
  private waitMs: number;
  private isClosed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private clock = { deskAt: 0, atMs: 0, speed: 1 };

  constructor({ connect, nowMs, retryMs = RETRY_MS, silenceMs = SILENCE_MS }: DeskClientOptions) {
    this.connect = connect;
    this.nowMs = nowMs ?? (() => performance.now());
    this.retryMs = retryMs;
    this.silenceMs = silenceMs;
    this.waitMs = retryMs[0];
    void this.open();
  }

  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.link.state !== 'up') return Promise.reject(new DeskError(UNREACHED));
    const ref = this.nextRef();
    return new Promise<unknown>((resolve, reject) => {
      this.pending.set(ref, { resolve, reject });
      this.send({ t: 'call', ref, method, params });
    }) as Promise<Result<M>>;
  }

  latest<T extends LatestTopic>(
    topic: T,
    params: TopicParams<T>,
    heard: (latest: Latest<TopicValue<T>>) => void,
  ): Unsubscribe {
    return this.subscribe(topic, params, heard as (latest: Latest<unknown>) => void, null);
  }

  numbered<T extends NumberedTopic>(topic: T, heard: (items: Items<TopicItem<T>>) => void): Unsubscribe {
    return this.subscribe(topic, {}, null, heard as (items: Items<unknown>) => void);
  }

  onLink(heard: (link: LinkState) => void): Unsubscribe {
    this.linkListeners.add(heard);
    heard(this.link);
    return () => this.linkListeners.delete(heard);
  }

  deskNow(): number {
    const { deskAt, atMs, speed } = this.clock;
    return deskAt === 0 ? 0 : deskAt + (this.nowMs() - atMs) * speed * MICROS_PER_MS;
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.lose('closed');
  }

  private async open(): Promise<void> {
    try {
      const channel = await this.connect();
      if (this.isClosed) {
        channel.close();
        return;
      }
      this.channel = channel;
      channel.onText = (text) => this.heard(text);
      channel.onClose = (reason) => this.lose(reason);
      this.listenForSilence();
      this.send({ t: 'hello', version: CONTRACT_VERSION });
    } catch (error) {
      this.lose(error instanceof Error ? error.message : String(error));
    }
  }

  /** Everything that waits for an answer is told that none will come; subscriptions wait for the next link. */
  private lose(reason: string): void {
    const { channel } = this;
    this.channel = null;
    clearTimeout(this.silence);
    if (channel) {
      channel.onText = () => {};
      channel.onClose = () => {};
      channel.close();
    }
    for (const { reject } of this.pending.values()) reject(new DeskError(UNREACHED));
    this.pending.clear();
    if (this.isClosed) {
      this.tell({ state: 'down', reason, retryInMs: null });
      return;
    }
    const retryInMs = this.waitMs;
    this.waitMs = Math.min(this.waitMs * 2, this.retryMs[1]);
    this.tell({ state: 'down', reason, retryInMs });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.open(), retryInMs);
  }

  private listenForSilence(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lose('the desk says nothing any more'), this.silenceMs);
  }

  private heard(text: string): void {
    this.listenForSilence();
    let message: DeskMessage;
    try {
      message = deskMessageSchema.parse(JSON.parse(text));
    } catch (error) {
      this.lose(`the desk said something that makes no sense: ${(error as Error).message.slice(0, 200)}`);
      return;
    }
    switch (message.t) {
      case 'welcome':
        this.welcomed(message);
        return;
      case 'result':
        this.settle(message.ref)?.resolve(message.result);
        return;
      case 'error':
        this.refused(message.ref, message.error);
        return;
      case 'frame':
        this.setClock(message.at);
        for (const update of message.updates) this.update(update);
        this.send({ t: 'ack', n: message.n });
        return;
    }
  }

  private welcomed({ epoch, at, speed }: Extract<DeskMessage, { t: 'welcome' }>): void {
    this.epoch = epoch;
    this.clock.speed = speed;
    this.setClock(at);
    this.waitMs = this.retryMs[0];
    for (const ref of this.subscriptions.keys()) this.ask(ref);
    this.tell({ state: 'up' });
  }

  private refused(ref: number | null, error: DeskErrorBody): void {
    const pending = ref === null ? undefined : this.settle(ref);
    if (pending) pending.reject(new DeskError(error));
    else if (ref !== null && this.subscriptions.has(ref)) this.askLater(ref, error);
    // Before the welcome nothing else can be meant: it will not be another answer the next time at once, but the desk may be replaced.
    else if (this.link.state !== 'up') this.lose(error.detail);
  }

  /** A subscription that came with too many others; one that makes no sense is not asked for again. */
  private askLater(ref: number, error: DeskErrorBody): void {
    if (error.code !== 'throttled') return;
    const link = this.channel;
    setTimeout(() => this.channel === link && this.ask(ref), Math.max(error.retryAfterMs, this.retryMs[0]));
  }

  private update(update: Update): void {
    const of = this.subscriptions.get(update.ref);
    if (of === undefined) return;
    if ('value' in update) {
      of.latest?.({ at: update.at, value: update.value });
      return;
    }
    const { first, items, reset, more } = update;
    if (!reset && (first !== of.last + 1 || of.epoch !== this.epoch)) {
      this.send({ t: 'unsubscribe', ref: update.ref });
      this.ask(update.ref);
      return;
    }
    of.last = first + items.length - 1;
    of.epoch = this.epoch;
    of.isWhole = !more;
    of.numbered?.({ reset, items });
  }

  private subscribe(
    topic: Topic,
    params: unknown,
    latest: Subscription['latest'],
    numbered: Subscription['numbered'],
  ): Unsubscribe {
    const ref = this.nextRef();
    this.subscriptions.set(ref, { topic, params, latest, numbered, last: 0, epoch: '', isWhole: false });
    if (this.link.state === 'up') this.ask(ref);
    return () => {
      if (this.subscriptions.delete(ref) && this.link.state === 'up') this.send({ t: 'unsubscribe', ref });
    };
  }

  private ask(ref: number): void {
    const of = this.subscriptions.get(ref);
    if (of === undefined) return;
    const { topic, params, last, epoch, isWhole } = of;
    const after = isNumberedTopic(topic) && isWhole && epoch === this.epoch ? { after: { epoch, number: last } } : {};
    this.send({ t: 'subscribe', ref, topic, params, ...after });
  }

  private send(message: ClientMessage): void {
    this.channel?.send(JSON.stringify(message));
  }

  private settle(ref: number): Pending | undefined {
    const pending = this.pending.get(ref);
    this.pending.delete(ref);
    return pending;
  }

  private nextRef(): number {
    this.ref += 1;
    return this.ref;
  }

  private setClock(deskAt: number): void {
    this.clock.deskAt = deskAt;
    this.clock.atMs = this.nowMs();
  }

  private tell(link: LinkState): void {
    this.link = link;
    for (const heard of this.linkListeners) heard(link);
  }
}

const UNREACHED: DeskErrorBody = {
  code: 'unavailable',
  detail: 'the desk does not answer: whether it heard is not known. The same command may be sent again, it acts once',
};
