import type { Instrument, InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { Sent, Venue, VenueStatus } from '../../edge/venues/venue.ts';

/** Every venue of a desk: what the core asks for goes to the one that it concerns. */
export class Venues {
  private readonly byName: ReadonlyMap<string, Venue>;
  private readonly venueOf: readonly Venue[];

  /** @param create makes the venue of a name; called once for each name of `instruments`. */
  constructor(instruments: readonly Instrument[], create: (name: string, instruments: readonly Instrument[]) => Venue) {
    const names = [...new Set(instruments.map(({ venue }) => venue))];
    const made = new Map(
      names.map((name) => [
        name,
        create(
          name,
          instruments.filter(({ venue }) => venue === name),
        ),
      ]),
    );
    this.byName = made;
    this.venueOf = instruments.map(({ venue }) => made.get(venue) as Venue);
  }

  /** @returns their clocks, where they told them. @throws what the first one throws that cannot be used. */
  async connect(): Promise<readonly Micros[]> {
    const clocks = await Promise.all([...this.byName.values()].map((venue) => venue.connect()));
    return clocks.filter((clock) => clock !== null);
  }

  begin(): void {
    for (const venue of this.byName.values()) venue.begin();
  }

  /** @throws as {@link Venue.send} does. */
  send(effect: Effect): Sent {
    const venue = this.concernedBy(effect);
    return venue?.send(effect) ?? { ok: false, reason: 'no venue of this desk is concerned' };
  }

  links(): Readonly<Record<string, boolean>> {
    return Object.fromEntries(Array.from(this.byName, ([name, venue]) => [name, venue.isUp]));
  }

  statuses(): readonly VenueStatus[] {
    return Array.from(this.byName.values(), (venue) => venue.status());
  }

  resumed(): void {
    for (const venue of this.byName.values()) venue.resumed();
  }

  async end(): Promise<void> {
    await Promise.all(Array.from(this.byName.values(), (venue) => venue.end()));
  }

  close(): void {
    for (const venue of this.byName.values()) venue.close();
  }

  private concernedBy(effect: Effect): Venue | undefined {
    if ('venue' in effect) return this.byName.get(effect.venue);
    return this.venueOf[instrumentOf(effect)];
  }
}

function instrumentOf(effect: Exclude<Effect, { readonly venue: string }>): InstrumentId {
  return 'order' in effect ? effect.order.instrument : effect.instrument;
}
