import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import type { Fact } from '../../core/engine/fact.ts';
import { clientOrderId } from '../../core/execution/client-order-id.ts';
import { ReservedIds } from '../../edge/outbox/reserved-ids.ts';

/** Where a desk's turns become durable. */
export interface DurableTurns {
  readonly appendedSeq: number;
  durableSeq(): number;
}

/** The orders that may leave before their own records are on disk: those whose ids an earlier turn has reserved, once that is. */
export class EarlyOrders {
  private readonly identity: string;
  private readonly turns: DurableTurns;
  private readonly reserved: ReservedIds;
  /** Of the turn that is under way. */
  private reserving: ClientOrderId[] = [];

  /** @param identity the journal's: ids derive from it. */
  constructor(identity: string, turns: DurableTurns) {
    this.identity = identity;
    this.turns = turns;
    this.reserved = new ReservedIds(() => turns.durableSeq());
  }

  heard(fact: Fact): void {
    if (fact.kind !== 'order-ids-reserved') return;
    for (let number = fact.from; number <= fact.upTo; number += 1) {
      this.reserving.push(clientOrderId(this.identity, number));
    }
  }

  /** The turn is recorded: whatever it reserved may be used once its last record is on disk. */
  turnEnded(): void {
    if (this.reserving.length === 0) return;
    this.reserved.reserved(this.reserving, this.turns.appendedSeq);
    this.reserving = [];
  }

  mayLeave(id: ClientOrderId): boolean {
    return this.reserved.mayLeaveEarly(id);
  }
}
