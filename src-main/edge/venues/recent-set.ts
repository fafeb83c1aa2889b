/** The latest so many values that were added. */
export class RecentSet<T> {
  private readonly capacity: number;
  private readonly values = new Set<T>();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  has(value: T): boolean {
    return this.values.has(value);
  }

  add(value: T): void {
    this.values.delete(value);
    this.values.add(value);
    if (this.values.size <= this.capacity) return;
    for (const oldest of this.values) {
      this.values.delete(oldest);
      return;
    }
  }
}
