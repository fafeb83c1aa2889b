import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import { MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../../../src-shared/domain/time.ts';
import type { Fact, StopCause } from '../engine/fact.ts';
import type { CompleteLimits, LimitName } from './limits.ts';
import type { OrderState, OrdersView } from './orders-view.ts';
import { RecentTimes, type RecentTimesSnapshot } from './recent-times.ts';

/** What the gate reads of the recent past. */
export interface CountersView {
  /** Whether a new order would exceed the message rate, the reserve for cancels kept free. */
  messagesExhausted(instrument: InstrumentId, at: Micros): boolean;
  /** Why the strategy may not trade the instrument until a person re-enables it; undefined when it may. */
  stopCause(origin: string, instrument: InstrumentId): StopCause | undefined;
}

/** A strategy that may not trade an instrument until a person re-enables it. */
export interface StoppedStrategy {
  readonly origin: string;
  readonly instrument: InstrumentId;
  readonly cause: StopCause;
}

export interface CountersSnapshot {
  /** By instrument id. */
  readonly messages: readonly RecentTimesSnapshot[];
  readonly executions: readonly {
    readonly instrument: number;
    readonly origin: string;
    readonly times: RecentTimesSnapshot;
  }[];
  readonly stopped: readonly StoppedStrategy[];
}

interface PerInstrument {
  readonly limits: CompleteLimits | null;
  readonly messages: RecentTimes;
  /** By origin: the desk's strategies, so there are few. */
  readonly executions: Map<string, RecentTimes>;
  readonly stopped: Map<string, StopCause>;
}

/** Message rate, executions and stopped strategies, folded from facts alone. */
export class Counters implements CountersView {
  private readonly instruments: readonly PerInstrument[];
  private readonly orders: OrdersView;

  /**
   * @param limits by instrument id; where one is absent the gate refuses every order, and nothing needs counting.
   * @param orders must have folded a fact before it comes here.
   */
  constructor(limits: readonly (CompleteLimits | LimitName)[], orders: OrdersView) {
    this.orders = orders;
    this.instruments = limits.map((of) => {
      const complete = typeof of === 'string' ? null : of;
      return {
        limits: complete,
        messages: new RecentTimes(complete?.orderMessagesPerSecond ?? 0),
        executions: new Map(),
        stopped: new Map(),
      };
    });
  }

  messagesExhausted(instrument: InstrumentId, at: Micros): boolean {
    return this.instruments[instrument].messages.isFull(at, MICROS_PER_SECOND);
  }

  stopCause(origin: string, instrument: InstrumentId): StopCause | undefined {
    return this.instruments[instrument]?.stopped.get(origin);
  }

  /** Orders and cancels of the last second, as far as they count against the rate of orders. */
  messagesInWindow(instrument: InstrumentId, at: Micros): number {
    return this.instruments[instrument]?.messages.countWithin(at, MICROS_PER_SECOND) ?? 0;
  }

  /** By instrument, then in the order they were stopped. */
  stoppedStrategies(): readonly StoppedStrategy[] {
    return this.instruments.flatMap(({ stopped }, instrument) =>
      Array.from(stopped, ([origin, cause]) => ({ origin, instrument: instrument as InstrumentId, cause })),
    );
  }

  /** Whether the order's origin has just had as many executions within the window as stop it. */
  executionsExhausted({ order, origin }: OrderState, at: Micros): boolean {
    const { limits, executions } = this.instruments[order.instrument];
    const windowMicros = (limits?.executionWindowMs ?? 0) * MICROS_PER_MS;
    return executions.get(origin)?.isFull(at, windowMicros) ?? false;
  }

  fold(fact: Fact): void {
    switch (fact.kind) {
      case 'order-intended':
        this.instruments[fact.order.instrument].messages.add(fact.at);
        return;
      case 'order-cancel-requested': {
        const state = this.orders.get(fact.clientOrderId);
        if (state) this.instruments[state.order.instrument].messages.add(fact.at);
        return;
      }
      case 'order-filled': {
        const state = this.orders.get(fact.fill.clientOrderId);
        if (state) this.addExecution(state, fact.at);
        return;
      }
      case 'strategy-stopped':
        this.instruments[fact.instrument].stopped.set(fact.origin, fact.stopCause);
        return;
      case 'strategy-re-enabled':
        this.instruments[fact.instrument].stopped.delete(fact.origin);
        this.instruments[fact.instrument].executions.delete(fact.origin);
        return;
    }
  }

  snapshot(): CountersSnapshot {
    return {
      messages: this.instruments.map(({ messages }) => messages.snapshot()),
      executions: this.instruments.flatMap(({ executions }, instrument) =>
        Array.from(executions, ([origin, times]) => ({ instrument, origin, times: times.snapshot() })),
      ),
      stopped: this.stoppedStrategies(),
    };
  }

  restore(snapshot: CountersSnapshot): void {
    for (const [instrument, of] of this.instruments.entries()) {
      of.messages.restore(snapshot.messages[instrument]);
      of.executions.clear();
      of.stopped.clear();
    }
    for (const { instrument, origin, times } of snapshot.executions) {
      this.executionsOf(instrument, origin).restore(times);
    }
    for (const { instrument, origin, cause } of snapshot.stopped)
      this.instruments[instrument].stopped.set(origin, cause);
  }

  private addExecution({ order, origin }: OrderState, at: Micros): void {
    this.executionsOf(order.instrument, origin).add(at);
  }

  private executionsOf(instrument: number, origin: string): RecentTimes {
    const { executions, limits } = this.instruments[instrument];
    let times = executions.get(origin);
    if (!times) {
      times = new RecentTimes(limits?.maxExecutionsPerWindow ?? 1);
      executions.set(origin, times);
    }
    return times;
  }
}
