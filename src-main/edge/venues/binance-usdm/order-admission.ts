import type { Order } from '../../../../src-shared/domain/order.ts';
import type { VenueIncident } from '../../../core/engine/input.ts';
import { breaksRule, CLOCK_CODE, MARGIN_CODE, refusesAccess } from './classify.ts';
import type { Outcome } from './outcome.ts';

const FIRST_WAIT_MS = 200;
const MAX_WAIT_MS = 3_200;
/** So many refusals for one cause in a row are more than an accident. */
const STREAK = 3;

export interface AdmissionHandlers {
  /** Told once, until an order is accepted again. */
  incident(incident: VenueIncident, detail: string): void;
  /** The venue finds the time in a request wrong. */
  clockRefused(): void;
}

/**
 * Whether the venue takes orders at present, as far as its answers show. An order that is known to be turned away is not sent:
 * after a refused key until the venue accepts a request or a person resumes, and for a growing while after each order that it had no time for.
 */
export class OrderAdmission {
  private readonly nowMs: () => number;
  private readonly handlers: AdmissionHandlers;
  private readonly told = new Set<VenueIncident>();
  private accessFault: string | null = null;
  private untilMs = 0;
  private waitMs = FIRST_WAIT_MS;
  private turnedAway = 0;
  private clockRefusals = 0;
  private brokenRules = 0;

  /** @param nowMs any clock that does not go back, ms. */
  constructor(nowMs: () => number, handlers: AdmissionHandlers) {
    this.nowMs = nowMs;
    this.handlers = handlers;
  }

  /** Why `order` would be turned away; null when there is hope. The venue serves what reduces even when it is overloaded. */
  refusal({ reduceOnly }: Order): string | null {
    if (this.accessFault !== null)
      return `the venue refuses this desk, ${this.accessFault}: mend that, and let the desk trade again`;
    if (!reduceOnly && this.nowMs() < this.untilMs)
      return 'the venue turned away the order before: it is given a moment';
    return null;
  }

  /** Whether the venue turned away order after order, and has accepted none since. */
  get isTurnedAway(): boolean {
    return this.turnedAway >= STREAK;
  }

  /** A person has mended what stood against orders, and wants it tried. */
  resumed(): void {
    this.accessFault = null;
    this.brokenRules = 0;
    this.told.clear();
  }

  /** What became of a place or a cancel. */
  heard(kind: 'place' | 'cancel', outcome: Outcome): void {
    switch (outcome.kind) {
      case 'answered':
        this.accepted(kind);
        break;
      case 'refused':
        this.refused(outcome.code, outcome.message);
        break;
      case 'not-accepted':
        if (kind === 'place') this.away(outcome.reason);
        break;
      case 'unknown':
        break;
    }
  }

  private accepted(kind: 'place' | 'cancel'): void {
    this.accessFault = null;
    this.clockRefusals = 0;
    if (kind === 'cancel') return;
    this.untilMs = 0;
    this.waitMs = FIRST_WAIT_MS;
    this.turnedAway = 0;
    this.brokenRules = 0;
    this.told.clear();
  }

  private refused(code: number, message: string): void {
    if (code === CLOCK_CODE) {
      this.clockRefusals += 1;
      this.handlers.clockRefused();
      if (this.clockRefusals >= STREAK)
        this.tell('refused-access', `the venue refuses this machine's clock: ${message}`);
    } else if (refusesAccess(code)) {
      this.accessFault = `${code}: ${message}`;
      this.tell('refused-access', `the venue refuses the API key, ${this.accessFault}`);
    } else {
      this.accessFault = null;
      if (code === MARGIN_CODE) this.tell('refused-access', `the venue finds too little margin: ${message}`);
      if (breaksRule(code)) this.ruleBroken(`${code}: ${message}`);
    }
  }

  /** A strategy that is set up wrongly would send such orders for ever. */
  private ruleBroken(reason: string): void {
    this.brokenRules += 1;
    if (this.brokenRules >= STREAK)
      this.tell('refused-access', `order after order breaks a rule of its symbol, ${reason}`);
  }

  private away(reason: string): void {
    this.turnedAway += 1;
    this.untilMs = this.nowMs() + this.waitMs;
    this.waitMs = Math.min(2 * this.waitMs, MAX_WAIT_MS);
    if (this.isTurnedAway) this.tell('maintenance', `the venue turns orders away: ${reason}`);
  }

  private tell(incident: VenueIncident, detail: string): void {
    if (this.told.has(incident)) return;
    this.told.add(incident);
    this.handlers.incident(incident, detail);
  }
}
