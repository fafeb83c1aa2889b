import type { Fact } from '../../src-main/core/engine/fact.ts';
import type { LogEntry } from '../simulators/binance-usdm/log.ts';

/** How far an order has come, for somebody who looks into desk and venue at once. */
export const STAGES = [
  'intended',
  /** Its text is made, and not handed over yet. */
  'signed',
  /** On its way to the venue. */
  'sent',
  /** The venue has it, and the desk does not know. */
  'accepted',
  'acknowledged',
  /** At the venue, and not in the books yet. */
  'part-filled',
  'filled',
  /** All that is filled of it is in the books. */
  'booked',
] as const;
export type Stage = (typeof STAGES)[number];

interface Progress {
  stage: Stage;
  /** Fills that the venue made and the desk has not booked. */
  unbooked: number;
  isWhole: boolean;
}

const ID = /[0-9a-f]{32}/g;

/** Follows every order of a desk through its stages. */
export class OrderStages {
  private readonly orders = new Map<string, Progress>();
  private readonly reached: (stage: Stage) => void;

  /** @param reached hears whenever an order enters a stage, in the middle of whatever brought it there. */
  constructor(reached: (stage: Stage) => void) {
    this.reached = reached;
  }

  /** Those of every order that is not over. */
  now(): Stage[] {
    return Array.from(this.orders.values(), ({ stage }) => stage);
  }

  /** @param text that is about to be handed to the network. */
  leaving(text: string): void {
    for (const [id] of text.matchAll(ID)) this.forward(id, 'signed');
  }

  left(text: string): void {
    for (const [id] of text.matchAll(ID)) this.forward(id, 'sent');
  }

  fact(fact: Fact): void {
    switch (fact.kind) {
      case 'order-intended':
        this.orders.set(fact.order.clientOrderId, { stage: 'intended', unbooked: 0, isWhole: false });
        this.reached('intended');
        break;
      case 'order-acknowledged':
        this.forward(fact.clientOrderId, 'acknowledged');
        break;
      case 'order-filled':
        this.booked(fact.fill.clientOrderId);
        break;
      case 'order-cancelled':
      case 'order-rejected':
      case 'order-expired':
        this.orders.delete(fact.clientOrderId);
        break;
    }
  }

  /** @param openLots of the entry's order, after it; 0 where it is of none. */
  venue(entry: LogEntry, openLots: number): void {
    if (entry.kind === 'accepted') this.forward(entry.clientOrderId, 'accepted');
    if (entry.kind !== 'filled') return;
    const order = this.orders.get(entry.clientOrderId);
    if (order === undefined) return;
    order.unbooked += 1;
    order.isWhole = openLots === 0;
    this.enter(order, order.isWhole ? 'filled' : 'part-filled');
  }

  private booked(id: string): void {
    const order = this.orders.get(id);
    if (order === undefined) return;
    order.unbooked -= 1;
    if (order.unbooked > 0) return;
    this.enter(order, 'booked');
    if (order.isWhole) this.orders.delete(id);
  }

  /** News of an earlier stage is no news. */
  private forward(id: string, stage: Stage): void {
    const order = this.orders.get(id);
    if (order !== undefined && STAGES.indexOf(stage) > STAGES.indexOf(order.stage)) this.enter(order, stage);
  }

  private enter(order: Progress, stage: Stage): void {
    order.stage = stage;
    this.reached(stage);
  }
}
