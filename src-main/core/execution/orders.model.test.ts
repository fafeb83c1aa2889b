import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Lots, Ticks } from '../../../src-shared/domain/instrument.ts';
import { type ClientOrderId, isTerminal, type OrderStatus, type Side, sign } from '../../../src-shared/domain/order.ts';
import { ExecutionDesk, fillOf } from '../../testing/execution-desk.ts';
import { LINEAR, limitIntent } from '../../testing/fake-views.ts';
import { runs } from '../../testing/runs.ts';
import { canonical } from '../engine/canonical.ts';
import type { OrderReport } from '../engine/input.ts';
import { Orders } from './orders.ts';

/** What must hold whatever is reported: the fills of each order, each id once, and which orders were filled up. */
interface Model {
  readonly orders: {
    readonly id: ClientOrderId;
    readonly side: Side;
    readonly lots: number;
    readonly fills: Map<string, { lots: number; priceTicks: number }>;
    status: OrderStatus;
  }[];
  /** Every report so far, to be repeated out of order. */
  readonly reports: { readonly id: ClientOrderId; readonly report: OrderReport }[];
}

type Command = fc.Command<Model, ExecutionDesk>;

function checkAll(model: Model, desk: ExecutionDesk): void {
  let [position, buyLots, sellLots] = [0, 0, 0];
  for (const order of model.orders) {
    const state = desk.state(order.id);
    let [filled, tickLots] = [0, 0n];
    for (const fill of order.fills.values()) {
      filled += fill.lots;
      tickLots += BigInt(fill.lots) * BigInt(fill.priceTicks);
    }
    position += sign(order.side) * filled;
    expect(state.filledLots).toBe(filled);
    expect(state.filledTickLots).toBe(tickLots);
    if (filled >= order.lots) expect(state.status).toBe('filled');
    else expect(state.status).not.toBe('filled');
    if (isTerminal(order.status) && !isTerminal(state.status)) {
      expect(order.status).not.toBe('filled');
      expect(state.cancelRequested).toBe(true);
    }
    order.status = state.status;
    if (isTerminal(state.status)) continue;
    const rest = Math.max(0, order.lots - filled);
    if (order.side === 'buy') buyLots += rest;
    else sellLots += rest;
    // Whatever is not answered is watched.
    const isAnswered = (state.status === 'acknowledged' || state.status === 'partly-filled') && !state.cancelRequested;
    const timers = desk.turn.snapshot().timers.map(({ key }) => key);
    if (!isAnswered) expect(timers).toContain(order.id);
  }
  expect(desk.positions.lots(LINEAR.id)).toBe(position);
  expect(desk.orders.openLots(LINEAR.id, 'buy')).toBe(buyLots);
  expect(desk.orders.openLots(LINEAR.id, 'sell')).toBe(sellLots);
  const openIds = model.orders.filter(({ status }) => !isTerminal(status)).map(({ id }) => id);
  expect(desk.orders.open(LINEAR.id).map(({ order }) => order.clientOrderId)).toEqual(openIds);
}

class Submit implements Command {
  readonly side: Side;
  readonly lots: number;
  readonly priceTicks: number;
  readonly replaced: number;

  constructor(side: Side, lots: number, priceTicks: number, replaced: number) {
    this.side = side;
    this.lots = lots;
    this.priceTicks = priceTicks;
    this.replaced = replaced;
  }

  check(model: Readonly<Model>): boolean {
    return model.orders.length < 8;
  }

  run(model: Model, desk: ExecutionDesk): void {
    const replaces = model.orders[this.replaced]?.id ?? null;
    const submission = desk.execution.submit(
      limitIntent(this.side, this.lots, this.priceTicks, { replaces }),
      desk.turn,
    );
    if (submission.accepted) {
      const { side, lots } = this;
      model.orders.push({ id: submission.clientOrderId, side, lots, fills: new Map(), status: 'intended' });
    }
    const places = desk.turn.effects.filter(({ kind }) => kind === 'place-order' || kind === 'replace-order');
    expect(places).toHaveLength(model.orders.length);
    checkAll(model, desk);
  }

  toString(): string {
    return `submit ${this.side} ${this.lots} at ${this.priceTicks}, replacing ${this.replaced}`;
  }
}

class Report implements Command {
  readonly order: number;
  readonly make: (id: ClientOrderId, side: Side) => OrderReport;
  readonly twice: boolean;

  constructor(order: number, make: (id: ClientOrderId, side: Side) => OrderReport, twice: boolean) {
    this.order = order;
    this.make = make;
    this.twice = twice;
  }

  check(model: Readonly<Model>): boolean {
    return model.orders.length > 0;
  }

  run(model: Model, desk: ExecutionDesk): void {
    const { id, side } = model.orders[this.order % model.orders.length];
    const report = this.make(id, side);
    model.reports.push({ id, report });
    deliver(model, desk, id, report);
    // Two answers to two queries may be alike, and two releases are two sends: neither repeats the other.
    if (!this.twice || ['not-found', 'open', 'released'].includes(report.type)) return;
    const before = desk.state(id);
    const known = [before.status, before.filledLots, before.venueOrderId, before.fills.length];
    deliver(model, desk, id, report);
    const after = desk.state(id);
    expect([after.status, after.filledLots, after.venueOrderId, after.fills.length]).toEqual(known);
  }

  toString(): string {
    return `report ${this.order}: ${JSON.stringify(this.make('' as ClientOrderId, 'buy'), (_, v) => (typeof v === 'bigint' ? `${v}` : v))}`;
  }
}

function deliver(model: Model, desk: ExecutionDesk, id: ClientOrderId, report: OrderReport): void {
  if (report.type === 'filled') {
    const { fillId, lots, priceTicks } = report.fill;
    const fills = model.orders.find((order) => order.id === id)?.fills;
    if (!fills?.has(fillId)) fills?.set(fillId, { lots, priceTicks });
  }
  desk.report(id, report);
  checkAll(model, desk);
}

class Again implements Command {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }

  check(model: Readonly<Model>): boolean {
    return model.reports.length > 0;
  }

  run(model: Model, desk: ExecutionDesk): void {
    const { id, report } = model.reports[this.index % model.reports.length];
    deliver(model, desk, id, report);
  }

  toString(): string {
    return `again ${this.index}`;
  }
}

class Act implements Command {
  readonly name: string;
  readonly act: (desk: ExecutionDesk, model: Model) => void;

  constructor(name: string, act: (desk: ExecutionDesk, model: Model) => void) {
    this.name = name;
    this.act = act;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, desk: ExecutionDesk): void {
    this.act(desk, model);
    checkAll(model, desk);
  }

  toString(): string {
    return this.name;
  }
}

const reason = 'venue';
const anyReport = fc.oneof(
  ...(['released', 'triggered', 'not-found'] as const).map((type) => fc.constant(() => ({ type }))),
  ...(['blocked', 'rejected', 'cancelled', 'cancel-rejected', 'expired', 'unanswered'] as const).map((type) =>
    fc.constant(() => ({ type, reason })),
  ),
  fc.constant((id: ClientOrderId) => ({ type: 'acknowledged' as const, venueOrderId: `v-${id}` })),
  fc.constant((id: ClientOrderId) => ({ type: 'replaced' as const, by: id })),
  fc.nat(12).map((lots) => (id: ClientOrderId) => {
    return { type: 'open' as const, venueOrderId: `v-${id}`, cumulativeLots: lots as Lots };
  }),
);
const anyFill = fc
  .record({ fillId: fc.constantFrom('a', 'b', 'c', 'd', 'e'), lots: fc.integer({ min: 1, max: 6 }), price: fc.nat(50) })
  .map(({ fillId, lots, price }) => (id: ClientOrderId, side: Side) => {
    return {
      type: 'filled' as const,
      fill: { ...fillOf(id, fillId, lots), side, priceTicks: (9_950 + price) as Ticks },
    };
  });
const commands = [
  fc
    .tuple(
      fc.constantFrom<Side>('buy', 'sell'),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 9_950, max: 10_050 }),
      fc.nat(12),
    )
    .map((all) => new Submit(...all)),
  fc.tuple(fc.nat(8), fc.oneof(anyFill, anyReport), fc.boolean()).map((all) => new Report(...all)),
  fc.tuple(fc.nat(8), fc.oneof(anyFill, anyReport), fc.boolean()).map((all) => new Report(...all)),
  fc.nat(50).map((index) => new Again(index)),
  fc.integer({ min: 1, max: 20_000 }).map((ms) => new Act(`advance ${ms} ms`, (desk) => desk.turn.advance(ms))),
  fc.nat(8).map(
    (index) =>
      new Act(`cancel ${index}`, (desk, model) => {
        const order = model.orders[index];
        if (order) desk.execution.cancel(order.id, 'test', desk.turn);
      }),
  ),
];

it('whatever is reported, doubled and out of order: each fill counts once, and nothing unanswered is forgotten', () => {
  fc.assert(
    fc.property(fc.commands(commands, { maxCommands: 60, size: 'max' }), (history) => {
      const desk = new ExecutionDesk();
      fc.modelRun(() => ({ model: { orders: [], reports: [] }, real: desk }), history);

      const refolded = new Orders(desk.market.instruments.length);
      for (const fact of desk.turn.facts) refolded.fold(fact);
      expect(canonical(refolded.snapshot())).toBe(canonical(desk.orders.snapshot()));
      const restored = new Orders(desk.market.instruments.length);
      restored.restore(structuredClone(desk.orders.snapshot()));
      expect(canonical(restored.snapshot())).toBe(canonical(desk.orders.snapshot()));
      expect(restored.openLots(LINEAR.id, 'buy')).toBe(desk.orders.openLots(LINEAR.id, 'buy'));
      expect(restored.open(LINEAR.id).map(({ order }) => order)).toEqual(
        desk.orders.open(LINEAR.id).map(({ order }) => order),
      );
    }),
    { seed: 42, numRuns: runs(300) },
  );
});

it('a history cut in two by snapshot and restore makes the same facts and effects', () => {
  const anyStep = fc.record({
    kind: fc.constantFrom('submit', 'report', 'report', 'wait', 'cancel'),
    order: fc.nat(8),
    make: fc.oneof(anyFill, anyReport),
    ms: fc.integer({ min: 1, max: 4_000 }),
  });
  type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;
  const perform = (desk: ExecutionDesk, ids: ClientOrderId[], { kind, order, make, ms }: Step): void => {
    const id = ids[order];
    if (kind === 'submit') {
      const intent = limitIntent(order % 2 === 0 ? 'buy' : 'sell', 5, 9_990 + order);
      const submission = desk.execution.submit(intent, desk.turn);
      if (submission.accepted) ids.push(submission.clientOrderId);
    } else if (kind === 'wait') desk.turn.advance(ms);
    else if (id !== undefined && kind === 'cancel') desk.execution.cancel(id, 'test', desk.turn);
    else if (id !== undefined) desk.report(id, make(id, desk.state(id).order.side));
  };
  const limits = {
    maxExecutionsPerWindow: 6,
    maxMessagesPerSecond: 20,
    messagesReservedForCancels: 5,
    duplicateWindowMs: 300,
  };
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60, size: 'max' }), fc.nat(60), (steps, cut) => {
      const whole = new ExecutionDesk({ limits });
      const ids: ClientOrderId[] = [];
      for (const step of steps.slice(0, cut)) perform(whole, ids, step);

      const resumed = new ExecutionDesk({ limits });
      resumed.turn.facts.length = 0;
      resumed.orders.restore(structuredClone(whole.orders.snapshot()));
      resumed.modes.restore(structuredClone(whole.modes.snapshot()));
      resumed.execution.restore(structuredClone(whole.execution.snapshot()));
      resumed.turn.restore(structuredClone(whole.turn.snapshot()));
      for (const [instrument, lots] of whole.positions.held) resumed.positions.held.set(instrument, lots);

      const [facts, effects] = [whole.turn.facts.length, whole.turn.effects.length];
      const resumedIds = [...ids];
      for (const step of steps.slice(cut)) {
        perform(whole, ids, step);
        perform(resumed, resumedIds, step);
      }
      expect(resumed.turn.facts).toEqual(whole.turn.facts.slice(facts));
      expect(resumed.turn.effects).toEqual(whole.turn.effects.slice(effects));
      expect(canonical(resumed.execution.snapshot())).toBe(canonical(whole.execution.snapshot()));
    }),
    { seed: 42, numRuns: runs(150) },
  );
});
