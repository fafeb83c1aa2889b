/** Items with the numbers `first`, `first` + 1, … as JSON texts. */
export interface Batch {
  readonly first: number;
  readonly texts: readonly string[];
}

interface Entry<T> {
  readonly item: T;
  /** Made when it is first sent, and shared by all windows. */
  text: string | null;
}

/** How many of the newest items can be told one by one to a window that has fallen behind; one further behind begins anew. */
export const MAX_FOLLOWED = 4_000;

/** What happened in one numbered topic, up to a bound. */
export class NumberedLog<T> {
  private readonly capacity: number;
  private readonly idOf: ((item: T) => string) | null;
  /** The newest items, oldest first: at most twice what is kept, so that forgetting costs little each time. */
  private recent: Entry<T>[] = [];
  /** The latest item of each id, in the order in which the ids appeared: rows keep their place. */
  private readonly latest = new Map<string, Entry<T>>();
  /** The number of the newest item; 0 before the first. */
  private newest = 0;

  /** @param idOf of topics whose newer item of an id takes the place of the older one. */
  constructor(capacity: number, idOf: ((item: T) => string) | null = null) {
    this.capacity = capacity;
    this.idOf = idOf;
  }

  get last(): number {
    return this.newest;
  }

  add(item: T): void {
    const entry = { item, text: null };
    this.newest += 1;
    this.recent.push(entry);
    const kept = this.idOf === null ? this.capacity : Math.min(this.capacity, MAX_FOLLOWED);
    if (this.recent.length >= kept * 2) this.recent = this.recent.slice(-kept);
    if (this.idOf === null) return;
    this.latest.set(this.idOf(item), entry);
    if (this.latest.size <= this.capacity) return;
    const [oldest] = this.latest.keys();
    this.latest.delete(oldest);
  }

  /** Whether the items after `number` can still be told one by one. */
  canFollow(number: number): boolean {
    return number <= this.newest && number >= this.newest - Math.min(this.recent.length, MAX_FOLLOWED);
  }

  /** At most `most` items after `number`, which {@link canFollow}. */
  after(number: number, most: number): Batch {
    const from = this.recent.length - (this.newest - number);
    return { first: number + 1, texts: this.recent.slice(from, from + most).map(textOf) };
  }

  /** All that a new window has to know, as items whose numbers end with the newest. */
  snapshot(): { readonly first: number; readonly items: readonly (() => string)[] } {
    const kept = this.idOf === null ? this.recent.slice(-this.capacity) : [...this.latest.values()];
    return { first: this.newest - kept.length + 1, items: kept.map((entry) => () => textOf(entry)) };
  }
}

function textOf<T>(entry: Entry<T>): string {
  entry.text ??= JSON.stringify(entry.item);
  return entry.text;
}
