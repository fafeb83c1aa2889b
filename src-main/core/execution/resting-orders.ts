import type { Instrument, InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { type ControlMode, isTighter, MODE_TABLE } from '../../../src-shared/domain/mode.ts';
import type { Turn } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import type { PositionsView } from '../portfolio/positions-view.ts';
import { openingOrders } from './exposure.ts';
import type { OrderWatch } from './order-watch.ts';
import type { OrdersView } from './orders-view.ts';
import { isStrategys } from './origins.ts';

export interface RestingOrdersParts {
  readonly instruments: readonly Instrument[];
  readonly orders: OrdersView;
  readonly positions: PositionsView;
  readonly modes: { readonly mode: ControlMode };
  readonly watch: OrderWatch;
  /** Whether Pause takes resting opening orders out of the market. */
  readonly cancelOnPause: boolean;
}

/**
 * Resting orders follow the mode and the book, whichever room's fact moved them: Emergency cancels everything at once, Reduce
 * what could enlarge exposure, a quarantined book every strategy's order of its instrument (their prices came from it).
 */
export class RestingOrders {
  private readonly parts: RestingOrdersParts;
  /** What the facts of this turn call for; answered before it ends. */
  private tightened = false;
  private exposureMoved = false;
  private readonly quarantined = new Set<InstrumentId>();

  constructor(parts: RestingOrdersParts) {
    this.parts = parts;
  }

  fold(fact: Fact): void {
    switch (fact.kind) {
      case 'mode-changed':
        this.tightened ||= isTighter(fact.to, fact.from);
        return;
      case 'book-quarantined':
        this.quarantined.add(fact.instrument);
        return;
      case 'order-filled':
      case 'order-unknown':
      case 'order-adopted':
      case 'position-settled':
        this.exposureMoved = true;
        return;
    }
  }

  settle(turn: Turn): void {
    // Nearly every input is a market frame that moved none of it.
    if (!this.tightened && !this.exposureMoved && this.quarantined.size === 0) return;
    if (this.tightened || this.exposureMoved) this.followMode(turn);
    for (const instrument of this.quarantined) {
      for (const state of [...this.parts.orders.open(instrument)]) {
        if (isStrategys(state.origin)) this.parts.watch.cancel(state, 'book quarantined', turn);
      }
    }
    this.reset();
  }

  /** After a restart, which has sent every cancel that is wanted: the mode, even one that was tightened with it, only adds others. */
  restarted(): void {
    this.tightened = false;
    this.exposureMoved = true;
  }

  reset(): void {
    this.tightened = false;
    this.exposureMoved = false;
    this.quarantined.clear();
  }

  /** @param again whether an order whose cancel is under way gets one more. */
  cancelEvery(instrument: InstrumentId, reason: string, turn: Turn, again = false): void {
    const { orders, watch } = this.parts;
    for (const state of [...orders.open(instrument)]) {
      if (again) watch.sendCancel(state, reason, turn);
      else watch.cancel(state, reason, turn);
    }
  }

  private followMode(turn: Turn): void {
    const { instruments, orders, positions, modes, watch, cancelOnPause } = this.parts;
    const { mode } = modes;
    const permits = MODE_TABLE[mode];
    if (permits.restingOpening && !(mode === 'pause' && cancelOnPause)) return;
    for (const { id } of instruments) {
      const open = orders.open(id);
      if (open.length === 0) continue;
      if (!permits.operatorReducing) {
        this.cancelEvery(id, mode, turn, this.tightened);
        continue;
      }
      for (const state of openingOrders(open, positions.lots(id))) watch.cancel(state, mode, turn);
    }
  }
}
