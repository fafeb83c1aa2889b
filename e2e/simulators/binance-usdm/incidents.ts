import type { TimedRule } from './fault-rules.ts';
import type { Venue } from './venue.ts';

/** What goes wrong at the venue as a whole, at its time, whoever asks. */
export class Incidents {
  private readonly venue: Venue;
  private downUntilMs = 0;
  private unreachableUntilMs = 0;

  constructor(venue: Venue) {
    this.venue = venue;
  }

  /** Whether everything is answered 503 and nothing connects. */
  get isDown(): boolean {
    return this.venue.clock.nowMs() < this.downUntilMs;
  }

  /** Whether nothing gets through to the venue at all. */
  get isUnreachable(): boolean {
    return this.venue.clock.nowMs() < this.unreachableUntilMs;
  }

  strike(rule: TimedRule): void {
    const { clock, connections, userStream } = this.venue;
    const untilMs = clock.nowMs() + rule.forMs;
    switch (rule.fault) {
      case 'clock-skew':
        clock.skewMs = rule.skewMs;
        break;
      case 'expire-listen-key':
        userStream.expire();
        break;
      case 'disconnect':
        for (const connection of connections.of(rule.connections)) connection.close(1000, 'disconnected');
        break;
      case 'cut':
        for (const connection of connections.of(rule.connections)) connection.cut();
        break;
      case 'half-open':
        for (const connection of connections.of(rule.connections)) connection.halfOpen();
        break;
      case 'refuse-connections':
        this.unreachableUntilMs = untilMs;
        break;
      case 'maintenance':
        this.downUntilMs = untilMs;
        this.beginMaintenance(rule.cancelsOrders);
        break;
      case 'dead-man-fires':
        this.fireDeadMen(rule.symbol);
        break;
    }
  }

  private beginMaintenance(cancelsOrders: boolean): void {
    const { venue } = this;
    for (const connection of venue.connections.of('all')) connection.close(1001, 'maintenance');
    if (!cancelsOrders) return;
    for (const order of venue.orders.open(null)) venue.cancel(order, 'maintenance');
  }

  /** Countdowns run out before their time. */
  private fireDeadMen(symbol: string | undefined): void {
    const { venue } = this;
    for (const armed of venue.deadMan.armed(symbol)) {
      venue.deadMan.set(armed, 0, venue.clock.nowMs());
      venue.fireDeadMan(armed);
    }
  }
}
