export interface QueuedEvent<T> {
  readonly at: number;
  /** The place in the order of pushing: equal times leave in that order. */
  readonly sequence: number;
  readonly item: T;
}

export interface EventQueueSnapshot<T> {
  readonly sequence: number;
  /** In heap order. */
  readonly events: readonly QueuedEvent<T>[];
}

/** More events than an exchange ever has under way: reaching it is a leak. */
const MAX_EVENTS = 1_000_000;

/** What is to happen, earliest first: a binary heap by (time, order of pushing). */
export class EventQueue<T> {
  private heap: QueuedEvent<T>[] = [];
  private sequence = 0;

  get size(): number {
    return this.heap.length;
  }

  /** Time of the earliest event; Infinity when there is none. */
  nextAt(): number {
    return this.heap.length === 0 ? Number.POSITIVE_INFINITY : this.heap[0].at;
  }

  /** @throws RangeError for a time that is not a number, or when the queue is full. */
  push(at: number, item: T): void {
    if (Number.isNaN(at)) throw new RangeError('an event needs a time');
    if (this.heap.length >= MAX_EVENTS) throw new RangeError(`more than ${MAX_EVENTS} events are under way`);
    this.sequence += 1;
    const event = { at, sequence: this.sequence, item };
    let child = this.heap.length;
    this.heap.push(event);
    while (child > 0) {
      const parent = (child - 1) >>> 1;
      if (!isBefore(event, this.heap[parent])) break;
      this.heap[child] = this.heap[parent];
      child = parent;
    }
    this.heap[child] = event;
  }

  /** Removes and returns the earliest event. @throws RangeError when there is none. */
  pop(): QueuedEvent<T> {
    const last = this.heap.pop();
    if (last === undefined) throw new RangeError('no event is under way');
    if (this.heap.length === 0) return last;
    const first = this.heap[0];
    this.sinkFromRoot(last);
    return first;
  }

  /** The items are shared with the queue: whoever changes them after they leave copies them here. */
  snapshot(): EventQueueSnapshot<T> {
    return { sequence: this.sequence, events: [...this.heap] };
  }

  restore(snapshot: EventQueueSnapshot<T>): void {
    this.sequence = snapshot.sequence;
    this.heap = [...snapshot.events];
  }

  private sinkFromRoot(event: QueuedEvent<T>): void {
    const { heap } = this;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1;
      if (!isBefore(heap[child], event)) break;
      heap[parent] = heap[child];
      parent = child;
    }
    heap[parent] = event;
  }
}

function isBefore(a: QueuedEvent<unknown>, b: QueuedEvent<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
