import { useSyncExternalStore } from 'react';
import {
  LATEST_TOPICS,
  type LatestTopic,
  NUMBERED_TOPICS,
  type NumberedTopic,
  type TopicItem,
  type TopicParams,
  type TopicValue,
} from '../../src-shared/contract/topics.ts';
import { MICROS_PER_MS } from '../../src-shared/domain/time.ts';
import type { Unsubscribe } from '../../src-shared/transport.ts';
import { desk, useDesk } from './desk.ts';

/** A topic's latest value, and how far it can be trusted. */
export interface Reading<T> {
  /** Null before the first one. */
  readonly value: T | null;
  /** How old it is by the desk's clock, ms; null before the first one. */
  readonly ageMs: number | null;
  /** Older than its topic allows, or the link is down. */
  readonly isStale: boolean;
  readonly source: string;
}

/** One subscription at the desk for all who look at the same thing. */
class Shared<T> {
  current: T;
  private readonly listeners = new Set<() => void>();
  private readonly start: (set: (value: T) => void) => Unsubscribe;
  private stop: Unsubscribe | null = null;

  constructor(initial: T, start: (set: (value: T) => void) => Unsubscribe) {
    this.current = initial;
    this.start = start;
  }

  readonly subscribe = (listener: () => void): Unsubscribe => {
    this.listeners.add(listener);
    this.stop ??= this.start((value) => {
      this.current = value;
      for (const heard of this.listeners) heard();
    });
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.stop?.();
      this.stop = null;
    };
  };

  readonly get = (): T => this.current;
}

interface Seen<T> {
  readonly value: T;
  readonly at: number;
}

const latestTopics = new Map<string, Shared<Seen<unknown> | null>>();
const numberedTopics = new Map<NumberedTopic, Shared<readonly unknown[]>>();

/** The latest value of a topic; asks the desk for it as long as somebody looks. */
export function useLatest<T extends LatestTopic>(topic: T, params: TopicParams<T>): Reading<TopicValue<T>> {
  const shared = latestOf(topic, params);
  const seen = useSyncExternalStore(shared.subscribe, shared.get) as Seen<TopicValue<T>> | null;
  const isDown = useDesk(({ link }) => link.state !== 'up');
  // Looked at again at every tick of the window's clock.
  useDesk(({ nowMs }) => nowMs);
  const speed = useDesk(({ description }) => description?.speed ?? 1);
  const { source, staleMs } = LATEST_TOPICS[topic];
  // A person's time: a desk that lives ten times as fast is not late ten times as soon.
  const ageMs = seen === null ? null : Math.max(0, (desk().deskNow() - seen.at) / MICROS_PER_MS / speed);
  return { value: seen?.value ?? null, ageMs, isStale: isDown || ageMs === null || ageMs > staleMs, source };
}

/** All items of a numbered topic that the desk keeps, oldest first; of `orders` and `alerts` the latest of each id. */
export function useNumbered<T extends NumberedTopic>(topic: T): readonly TopicItem<T>[] {
  const shared = numberedOf(topic);
  return useSyncExternalStore(shared.subscribe, shared.get) as readonly TopicItem<T>[];
}

function latestOf<T extends LatestTopic>(topic: T, params: TopicParams<T>): Shared<Seen<unknown> | null> {
  const key = `${topic} ${JSON.stringify(params)}`;
  let shared = latestTopics.get(key);
  if (shared === undefined) {
    shared = new Shared<Seen<unknown> | null>(null, (set) => desk().latest(topic, params, set));
    latestTopics.set(key, shared);
  }
  return shared;
}

/** Topics whose newer items take the place of older ones with the same id. */
const REPLACING: readonly NumberedTopic[] = ['orders', 'alerts'];

function numberedOf(topic: NumberedTopic): Shared<readonly unknown[]> {
  let shared = numberedTopics.get(topic);
  if (shared === undefined) {
    const { capacity } = NUMBERED_TOPICS[topic];
    const byId = new Map<string, unknown>();
    let list: unknown[] = [];
    shared = new Shared<readonly unknown[]>([], (set) =>
      desk().numbered(topic, ({ reset, items }) => {
        if (REPLACING.includes(topic)) {
          if (reset) byId.clear();
          for (const item of items as readonly { readonly id: string }[]) byId.set(item.id, item);
          for (const id of byId.keys()) {
            if (byId.size <= capacity) break;
            byId.delete(id);
          }
          set([...byId.values()]);
          return;
        }
        list = [...(reset ? [] : list), ...items].slice(-capacity);
        set(list);
      }),
    );
    numberedTopics.set(topic, shared);
  }
  return shared;
}
