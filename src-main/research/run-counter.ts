import type { ClientOrderId } from '../../src-shared/domain/order.ts';
import type { Fact } from '../core/engine/fact.ts';
import { BLOCKED_AT_OUTBOX } from '../core/execution/reports.ts';

/** Counts what a run's facts say of its orders. */
export class RunCounter {
  facts = 0;
  /** Orders that the gate let pass. */
  intended = 0;
  /** Orders that the outbox kept back. */
  blocked = 0;
  /** Orders that left the desk. */
  orders = 0;
  fills = 0;
  /** Fills that left something of their order open. */
  partialFills = 0;
  cancels = 0;
  readonly gateRefusals: Record<string, number> = {};
  private readonly openLots = new Map<ClientOrderId, number>();

  /** Orders of an earlier run, which still trade: what they fill from here on counts, and may be a part of them. */
  begin(open: Iterable<{ readonly clientOrderId: ClientOrderId; readonly remainingLots: number }>): void {
    for (const { clientOrderId, remainingLots } of open) this.openLots.set(clientOrderId, remainingLots);
  }

  fold(fact: Fact): void {
    this.facts += 1;
    switch (fact.kind) {
      case 'order-intended':
        this.intended += 1;
        this.openLots.set(fact.order.clientOrderId, fact.order.lots);
        break;
      case 'order-refused':
        this.gateRefusals[fact.reason] = (this.gateRefusals[fact.reason] ?? 0) + 1;
        break;
      case 'order-sent':
        this.orders += 1;
        break;
      case 'order-filled':
        this.filled(fact.fill.clientOrderId, fact.fill.lots);
        break;
      case 'order-cancelled':
        this.cancels += 1;
        this.openLots.delete(fact.clientOrderId);
        break;
      case 'order-rejected':
        if (fact.reason.startsWith(BLOCKED_AT_OUTBOX)) this.blocked += 1;
        this.openLots.delete(fact.clientOrderId);
        break;
      case 'order-expired':
      case 'order-replaced':
        this.openLots.delete(fact.clientOrderId);
        break;
      default:
        break;
    }
  }

  private filled(id: ClientOrderId, lots: number): void {
    this.fills += 1;
    const open = (this.openLots.get(id) ?? 0) - lots;
    if (open > 0) {
      this.partialFills += 1;
      this.openLots.set(id, open);
    } else this.openLots.delete(id);
  }
}
