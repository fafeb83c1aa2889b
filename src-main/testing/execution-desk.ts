import type { Ticks } from '../../src-shared/domain/instrument.ts';
import { currency, ZERO_MONEY } from '../../src-shared/domain/money.ts';
import type { ClientOrderId, Fill, OrderIntent } from '../../src-shared/domain/order.ts';
import { micros } from '../../src-shared/domain/time.ts';
import type { Room } from '../core/engine/engine.ts';
import type { OperatorCommand, OrderReport } from '../core/engine/input.ts';
import { DEFAULT_EXECUTION_SETTINGS, type ExecutionSettings } from '../core/execution/execution-settings.ts';
import { Flatten } from '../core/execution/flatten.ts';
import type { InstrumentLimits } from '../core/execution/limits.ts';
import type { RunningStrategy } from '../core/execution/operator-commands.ts';
import { Execution } from '../core/execution/order-entry.ts';
import { Orders } from '../core/execution/orders.ts';
import type { OrderState } from '../core/execution/orders-view.ts';
import type { RemainderPolicy } from '../core/execution/remainder.ts';
import { Modes } from '../core/safety/modes.ts';
import { FakeTurn } from './fake-turn.ts';
import { FakeMarket, FakePositions, LINEAR, WIDE_LIMITS } from './fake-views.ts';

export interface ExecutionDeskParts {
  readonly market?: FakeMarket;
  /** Of LINEAR, over the wide ones. The other instruments have none. */
  readonly limits?: InstrumentLimits;
  readonly settings?: Partial<ExecutionSettings>;
  readonly remainder?: RemainderPolicy;
  /** `maker` in both instruments, unless the test says otherwise. */
  readonly strategies?: readonly RunningStrategy[];
  /** Rooms behind the execution room. */
  readonly rooms?: readonly Room[];
}

/** The rooms of execution between real orders and modes, with a fake market and fake positions: the venue is the test. */
export class ExecutionDesk {
  readonly market: FakeMarket;
  readonly positions = new FakePositions();
  readonly orders: Orders;
  readonly modes = new Modes();
  readonly execution: Execution;
  readonly flatten: Flatten;
  readonly turn: FakeTurn;
  private commands = 0;

  constructor(parts: ExecutionDeskParts = {}) {
    const { market = new FakeMarket(), limits = {}, settings = {}, remainder, strategies, rooms = [] } = parts;
    const { positions, modes } = this;
    const { instruments } = market;
    const orders = new Orders(instruments.length);
    this.market = market;
    this.orders = orders;
    this.execution = new Execution({
      ...{ market, positions, orders, modes },
      limits: [{ ...WIDE_LIMITS, ...limits }],
      settings: { ...DEFAULT_EXECUTION_SETTINGS, ...settings },
      ...(remainder ? { remainder } : {}),
      strategies: strategies ?? [{ name: 'maker', instruments: instruments.map(({ id }) => id) }],
    });
    this.flatten = new Flatten({ instruments, positions, orders, modes, execution: this.execution });
    this.turn = new FakeTurn([orders, positions, modes, this.execution, this.flatten, ...rooms]);
  }

  /** The accepted order's id. @throws when the gate refused. */
  submit(intent: OrderIntent): ClientOrderId {
    const submission = this.execution.submit(intent, this.turn);
    if (!submission.accepted) throw new Error(`refused: ${submission.reason}`);
    return submission.clientOrderId;
  }

  /** An order that the venue has acknowledged. */
  work(intent: OrderIntent): ClientOrderId {
    const id = this.submit(intent);
    this.report(id, { type: 'released' });
    this.report(id, { type: 'acknowledged', venueOrderId: `v-${id}` });
    return id;
  }

  report(clientOrderId: ClientOrderId, report: OrderReport): void {
    this.turn.send({ kind: 'order-report', clientOrderId, report });
  }

  fill(id: ClientOrderId, fillId: string, lots: number, more: Partial<Fill> = {}): void {
    this.report(id, { type: 'filled', fill: { ...fillOf(id, fillId, lots, this.orders.get(id)), ...more } });
  }

  operator(
    command: OperatorCommand,
    { operator = 'ada', reason = 'a test', commandId = `c${++this.commands}` } = {},
  ): void {
    this.turn.send({ kind: 'operator', commandId, operator, reason, command });
  }

  restart(lastWords: readonly string[] = []): void {
    this.turn.send({ kind: 'restart', seed: 1, crashed: true, lastWords });
  }

  /** The link to the venue of LINEAR and INVERSE goes, or comes back. */
  link(up: boolean): void {
    const { venue } = LINEAR;
    for (const { id } of this.market.instruments) {
      if (up) this.market.disconnected.delete(id);
      else this.market.disconnected.add(id);
    }
    this.turn.emit({ kind: 'venue-link-changed', venue, up, detail: 'a test' });
    this.turn.send({ kind: 'venue-link', venue, up, detail: 'a test' });
  }

  state(id: ClientOrderId): OrderState {
    const state = this.orders.get(id);
    if (state === undefined) throw new Error(`no order ${id}`);
    return state;
  }

  /** Kinds and orders of the effects since the last time. */
  effects(): string[] {
    return this.turn.takeEffects().map((effect) => {
      return 'clientOrderId' in effect ? `${effect.kind} ${effect.clientOrderId}` : effect.kind;
    });
  }
}

/** A fill at the order's own price, or at 10,000 ticks. */
export function fillOf(clientOrderId: ClientOrderId, fillId: string, lots: number, state?: OrderState): Fill {
  return {
    clientOrderId,
    fillId,
    instrument: state?.order.instrument ?? LINEAR.id,
    side: state?.order.side ?? 'buy',
    priceTicks: state?.order.priceTicks ?? (10_000 as Ticks),
    lots: lots as Fill['lots'],
    fee: ZERO_MONEY,
    feeCurrency: currency('USDT'),
    liquidity: 'maker',
    exchangeAt: micros(1),
  };
}
