import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import { afterMs } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import type { Input, OrderReport } from '../engine/input.ts';
import { type Doubt, Doubts } from './doubts.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import type { IntentNumbers } from './intent-numbers.ts';
import type { Reconciliation } from './reconciliation.ts';

export interface IdReservationsParts {
  readonly instruments: readonly Instrument[];
  /** Folded before this room folds, and by another. */
  readonly numbers: IntentNumbers;
  readonly reconciliation: Reconciliation;
  readonly settings: ExecutionSettings;
}

export interface IdReservationsSnapshot {
  readonly waiting: readonly Waiting[];
  readonly doubts: readonly Doubt[];
}

/** An id of which the venues have not said enough yet. */
interface Waiting {
  readonly id: ClientOrderId;
  /** Not-found answers since it was last asked for. */
  readonly answers: number;
}

/**
 * Reserves blocks of order ids, so that an order may leave before its record is on disk; and settles after a crash what became of
 * those that were reserved and are in no record. Each is asked for in every instrument, again and again: an answer counts when as
 * many came as were asked for, since none says for which instrument it is. Nothing new is ordered meanwhile: an order of which
 * nothing is known cannot count against any limit.
 */
export class IdReservations implements Room {
  readonly name = 'id-reservations';
  readonly hearsMarket = false;
  private readonly parts: IdReservationsParts;
  private readonly doubts: Doubts;
  private waiting = new Map<ClientOrderId, number>();

  constructor(parts: IdReservationsParts) {
    this.parts = parts;
    this.doubts = new Doubts(parts.settings);
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind === 'restart') this.askForAll(turn);
    else if (input.kind === 'order-report' && this.waiting.has(input.clientOrderId)) {
      this.hear(input.clientOrderId, input.report, turn);
    }
  }

  fold(fact: Fact): void {
    if (fact.kind === 'order-adopted') this.settled(fact.order.clientOrderId);
  }

  wake(key: string, turn: Turn): void {
    const id = key as ClientOrderId;
    if (this.waiting.has(id)) this.ask(id, turn);
  }

  settle(turn: Turn): void {
    const { numbers, settings } = this.parts;
    if (numbers.hasUnproven) {
      if (this.waiting.size === 0) turn.emit({ kind: 'order-ids-settled', upTo: numbers.reservedUpTo });
      else return;
    }
    if (settings.durability !== 'reserved-ids' || numbers.left * 2 > settings.reservedIds) return;
    const from = Math.max(numbers.reservedUpTo, numbers.lastNumber) + 1;
    turn.emit({ kind: 'order-ids-reserved', from, upTo: numbers.lastNumber + settings.reservedIds });
  }

  reset(): void {
    this.waiting.clear();
    this.doubts.restore([]);
  }

  snapshot(): IdReservationsSnapshot {
    return {
      waiting: Array.from(this.waiting, ([id, answers]) => ({ id, answers })),
      doubts: this.doubts.snapshot(),
    };
  }

  restore({ waiting, doubts }: IdReservationsSnapshot): void {
    this.waiting = new Map(waiting.map(({ id, answers }) => [id, answers]));
    this.doubts.restore(doubts);
  }

  private askForAll(turn: Turn): void {
    const { numbers, reconciliation, instruments } = this.parts;
    for (const id of numbers.unprovenIds()) {
      for (const { venue } of instruments) reconciliation.expect(id, venue);
      this.ask(id, turn);
    }
  }

  private ask(id: ClientOrderId, turn: Turn): void {
    this.waiting.set(id, 0);
    for (const { id: instrument } of this.parts.instruments) {
      turn.effect({ kind: 'query-order', clientOrderId: id, instrument });
    }
    turn.schedule(afterMs(turn.at, this.doubts.queried(id)), this, id);
  }

  private hear(id: ClientOrderId, report: OrderReport, turn: Turn): void {
    switch (report?.type) {
      case 'not-found': {
        const answers = (this.waiting.get(id) ?? 0) + 1;
        this.waiting.set(id, answers);
        if (answers === this.parts.instruments.length && this.doubts.notFound(id, turn.at)) this.settled(id);
        return;
      }
      // It came to its end, and whatever was filled of it was reported before.
      case 'rejected':
      case 'cancelled':
      case 'expired':
        this.settled(id);
        return;
      case 'unanswered':
        return;
      default:
        this.doubts.heard(id);
    }
  }

  private settled(id: ClientOrderId): void {
    if (!this.waiting.delete(id)) return;
    this.doubts.ended(id);
    this.parts.reconciliation.answered(id);
  }
}
