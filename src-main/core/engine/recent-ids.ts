/** The latest ids that were seen, up to a bound: enough to know a repetition, which follows its original closely. */
export class RecentIds {
  /** Oldest first. */
  private ids = new Set<string>();
  private readonly limit: number;

  /** @param limit how many ids are remembered; the oldest is forgotten first. */
  constructor(limit: number) {
    this.limit = limit;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Remembers `id`. False when it was remembered already; it then keeps its place. */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > this.limit) {
      const [oldest] = this.ids;
      this.ids.delete(oldest);
    }
    return true;
  }

  snapshot(): readonly string[] {
    return [...this.ids];
  }

  restore(ids: readonly string[]): void {
    this.ids = new Set(ids);
  }
}
