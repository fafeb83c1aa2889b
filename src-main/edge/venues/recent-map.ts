/** A map that remembers the latest so many keys that were set; setting one again makes it the latest. */
export class RecentMap<K, T> {
  private readonly capacity: number;
  /** Oldest first. */
  private readonly values = new Map<K, T>();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  has(key: K): boolean {
    return this.values.has(key);
  }

  get(key: K): T | undefined {
    return this.values.get(key);
  }

  set(key: K, value: T): void {
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size <= this.capacity) return;
    for (const oldest of this.values.keys()) {
      this.values.delete(oldest);
      return;
    }
  }
}
