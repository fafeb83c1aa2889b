import type { Method, Params, Result } from './contract/methods.ts';
import type { LatestTopic, NumberedTopic, TopicItem, TopicParams, TopicValue } from './contract/topics.ts';
import type { Micros } from './domain/time.ts';

/** A latest value, and as of when it is true, by the desk's clock. */
export interface Latest<T> {
  readonly at: Micros;
  readonly value: T;
}

/** Items of a numbered topic, in order and without a gap. With `reset` they begin anew. */
export interface Items<T> {
  readonly reset: boolean;
  readonly items: readonly T[];
}

export type Unsubscribe = () => void;

/** The desk as a window sees it. Electron's message port, the loopback WebSocket and the in-memory one all give exactly this. */
export interface DeskTransport {
  /** @throws DeskError, with code `unavailable` when the link is down or goes down before the answer. */
  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  /** Subscriptions outlive a lost link: they go on when it is back. */
  latest<T extends LatestTopic>(
    topic: T,
    params: TopicParams<T>,
    heard: (latest: Latest<TopicValue<T>>) => void,
  ): Unsubscribe;
  numbered<T extends NumberedTopic>(topic: T, heard: (items: Items<TopicItem<T>>) => void): Unsubscribe;
  /** Hears how the link is, at once and at every change. */
  onLink(heard: (link: LinkState) => void): Unsubscribe;
  /** The desk's clock as this window reckons it; 0 before the first word of the desk. */
  deskNow(): number;
  close(): void;
}

export type LinkState =
  | { readonly state: 'connecting' }
  | { readonly state: 'up' }
  /** `retryInMs`: null when it will not be tried again. */
  | { readonly state: 'down'; readonly reason: string; readonly retryInMs: number | null };

/** A pipe for texts between a window and its desk. One that has closed stays closed. */
export interface Channel {
  send(text: string): void;
  close(): void;
  onText: (text: string) => void;
  onClose: (reason: string) => void;
}

/** Opens a channel. @throws when the desk cannot be reached. */
export type Connect = () => Promise<Channel>;

/** What a message is called that brings an Electron window the port of its pipe to the desk. */
export const DESK_PORT_MESSAGE = 'interlock:desk-port';
