import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import type { Fact } from '../engine/fact.ts';
import { clientOrderId } from './client-order-id.ts';

export interface IntentNumbersSnapshot {
  readonly identity: string;
  readonly last: number;
  readonly reservedUpTo: number;
  /** In ascending order. */
  readonly unproven: readonly number[];
}

/**
 * The numbers that client order ids are made of, folded from facts: one for each intent, and none twice. A crash may have
 * swallowed orders of reserved numbers that had left already: those numbers are skipped, and unproven until it is settled what
 * became of them.
 */
export class IntentNumbers {
  private identity = '';
  /** The last one that is used or skipped. */
  private last = 0;
  private reserved = 0;
  private readonly unproven = new Map<ClientOrderId, number>();

  get reservedUpTo(): number {
    return this.reserved;
  }

  /** How many are reserved and not used. */
  get left(): number {
    return Math.max(0, this.reserved - this.last);
  }

  get lastNumber(): number {
    return this.last;
  }

  get hasUnproven(): boolean {
    return this.unproven.size > 0;
  }

  /** The id of the next intent. @throws RangeError before the journal's identity is known. */
  nextId(): ClientOrderId {
    return clientOrderId(this.identity, this.last + 1);
  }

  /** Whether an order of this id may be at a venue although the books have none. */
  isUnproven(id: ClientOrderId): boolean {
    return this.unproven.has(id);
  }

  unprovenIds(): readonly ClientOrderId[] {
    return [...this.unproven.keys()];
  }

  fold(fact: Fact): void {
    switch (fact.kind) {
      case 'desk-started':
        this.identity = fact.identity;
        return;
      case 'order-intended':
        this.last += 1;
        return;
      case 'order-ids-reserved':
        this.reserved = fact.upTo;
        return;
      case 'desk-restarted':
        // After a proper stop the journal has every order that left.
        if (fact.crashed || fact.lastWords.length > 0) this.doubt(this.last + 1, this.reserved);
        this.last = Math.max(this.last, this.reserved);
        return;
      case 'order-adopted':
        this.unproven.delete(fact.order.clientOrderId);
        return;
      case 'order-ids-settled':
        this.unproven.clear();
        return;
    }
  }

  snapshot(): IntentNumbersSnapshot {
    const { identity, last, reserved: reservedUpTo } = this;
    return { identity, last, reservedUpTo, unproven: [...this.unproven.values()] };
  }

  restore({ identity, last, reservedUpTo, unproven }: IntentNumbersSnapshot): void {
    this.identity = identity;
    this.last = last;
    this.reserved = reservedUpTo;
    this.unproven.clear();
    for (const number of unproven) this.doubt(number, number);
  }

  private doubt(from: number, upTo: number): void {
    for (let number = from; number <= upTo; number += 1) {
      this.unproven.set(clientOrderId(this.identity, number), number);
    }
  }
}
