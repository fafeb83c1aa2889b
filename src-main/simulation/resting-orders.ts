import { slotOf } from './matching-book.ts';

/** The plain contents: handles by pool. */
export type RestingOrdersSnapshot = readonly (readonly number[])[];

/** The generated orders that rest in a book, in pools from which any one can be drawn or removed in O(1). */
export class RestingOrders {
  private readonly pools: number[][];
  /** By order slot. */
  private readonly poolOf: number[] = [];
  private readonly placeOf: number[] = [];

  constructor(pools: number) {
    this.pools = Array.from({ length: pools }, () => []);
  }

  count(pool: number): number {
    return this.pools[pool].length;
  }

  at(pool: number, place: number): number {
    return this.pools[pool][place];
  }

  add(pool: number, handle: number): void {
    const slot = slotOf(handle);
    this.poolOf[slot] = pool;
    this.placeOf[slot] = this.pools[pool].length;
    this.pools[pool].push(handle);
  }

  /** Takes out an order that is in a pool: the last one of the pool moves into its place. */
  remove(handle: number): void {
    const slot = slotOf(handle);
    const pool = this.pools[this.poolOf[slot]];
    const place = this.placeOf[slot];
    const last = pool[pool.length - 1];
    pool[place] = last;
    this.placeOf[slotOf(last)] = place;
    pool.pop();
  }

  snapshot(): RestingOrdersSnapshot {
    return this.pools.map((pool) => [...pool]);
  }

  restore(snapshot: RestingOrdersSnapshot): void {
    snapshot.forEach((handles, pool) => {
      this.pools[pool].length = 0;
      for (const handle of handles) this.add(pool, handle);
    });
  }
}
