/** Who listens to streams. */
export interface Subscriber {
  /** Whether it wants each frame with the name of its stream around it. */
  readonly isCombined: boolean;
  /** Whether it wants this kind of event; of market streams it wants all. */
  accepts(event: string): boolean;
  send(text: string): void;
}

/** Brings each frame of a stream to everybody who listens, as one text for all of them. */
export class StreamHub {
  private readonly subscribers = new Map<string, Set<Subscriber>>();

  isWanted(stream: string): boolean {
    return this.subscribers.has(stream);
  }

  add(stream: string, subscriber: Subscriber): void {
    const those = this.subscribers.get(stream);
    if (those === undefined) this.subscribers.set(stream, new Set([subscriber]));
    else those.add(subscriber);
  }

  remove(stream: string, subscriber: Subscriber): void {
    const those = this.subscribers.get(stream);
    those?.delete(subscriber);
    if (those?.size === 0) this.subscribers.delete(stream);
  }

  /** @param data the frame's JSON. @param event its kind, where listeners may choose. */
  publish(stream: string, data: string, event: string | null = null): void {
    const those = this.subscribers.get(stream);
    if (those === undefined) return;
    let combined: string | null = null;
    for (const subscriber of those) {
      if (event !== null && !subscriber.accepts(event)) continue;
      if (subscriber.isCombined) {
        combined ??= `{"stream":"${stream}","data":${data}}`;
        subscriber.send(combined);
      } else {
        subscriber.send(data);
      }
    }
  }
}
