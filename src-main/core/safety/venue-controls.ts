import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import type { Input, VenueIncident } from '../engine/input.ts';
import { shown } from '../engine/shown.ts';

/** What these controls change. */
export interface TightenedModes {
  tighten(to: ControlMode, by: string, reason: string, turn: Turn): void;
}

export interface VenueControlsSnapshot {
  readonly trips: readonly { readonly control: string; readonly count: number }[];
}

interface Trip {
  /** As whom the control changes the mode: no person can have such a name. */
  readonly control: string;
  readonly reason: string;
  /** Whether a second time within the run is an emergency. */
  readonly escalates: boolean;
}

/**
 * Tightens the mode when a venue shows something that the desk cannot have caused: positions that differ, fills of orders that
 * nobody intended, orders of another hand, a dead man's switch that fired, a refused key, an account that it does not tell. A person loosens it again. Stands before
 * the rooms whose orders follow the mode.
 */
export class VenueControls implements Room {
  readonly name = 'venue-controls';
  readonly hearsMarket = false;
  private readonly modes: TightenedModes;
  /** What the facts of this turn call for, by control; answered before it ends. */
  private readonly pending = new Map<string, Trip>();
  /** How often each control acted in this run. */
  private trips = new Map<string, number>();

  constructor(modes: TightenedModes) {
    this.modes = modes;
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind !== 'venue-incident') return;
    const { venue, incident, detail } = input;
    turn.emit({ kind: 'venue-incident', venue: shown(venue), incident, detail: shown(detail) });
  }

  fold(fact: Fact): void {
    const trip = tripOf(fact);
    if (trip !== null && !this.pending.has(trip.control)) this.pending.set(trip.control, trip);
  }

  settle(turn: Turn): void {
    if (this.pending.size === 0) return;
    for (const { control, reason, escalates } of this.pending.values()) {
      const count = (this.trips.get(control) ?? 0) + 1;
      this.trips.set(control, count);
      this.modes.tighten(escalates && count > 1 ? 'emergency' : 'pause', control, reason, turn);
    }
    this.pending.clear();
  }

  reset(): void {
    this.pending.clear();
    this.trips.clear();
  }

  snapshot(): VenueControlsSnapshot {
    return { trips: Array.from(this.trips, ([control, count]) => ({ control, count })) };
  }

  restore({ trips }: VenueControlsSnapshot): void {
    this.trips = new Map(trips.map(({ control, count }) => [control, count]));
  }
}

const PAUSING: readonly VenueIncident[] = ['dead-man-fired', 'refused-access', 'account-unanswered'];

function tripOf(fact: Fact): Trip | null {
  switch (fact.kind) {
    case 'reconciliation-difference': {
      if (fact.subject !== 'position') return null;
      const { venue, what, ours, theirs } = fact;
      const reason = `${venue} holds ${theirs} of ${what}, and the books ${ours}`;
      return { control: 'desk: reconciliation', reason, escalates: true };
    }
    case 'order-fill-unclaimed': {
      const reason = `fill ${fact.fillId} of order ${fact.clientOrderId}, which nobody intended`;
      return { control: 'desk: fills without orders', reason, escalates: true };
    }
    case 'order-adopted': {
      if (fact.handling !== 'alarm') return null;
      const reason = `order ${fact.order.clientOrderId} was sent by another hand`;
      return { control: 'desk: foreign orders', reason, escalates: false };
    }
    case 'venue-incident':
      if (!PAUSING.includes(fact.incident)) return null;
      return { control: `desk: ${fact.incident}`, reason: `${fact.venue}: ${fact.detail}`, escalates: false };
    default:
      return null;
  }
}
