import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../src-shared/domain/instrument.ts';
import { type Micros, micros } from '../../src-shared/domain/time.ts';
import { fillOf } from '../testing/execution-desk.ts';
import { TEST_IDENTITY } from '../testing/fake-turn.ts';
import { LINEAR, limitIntent, WIDE_LIMITS } from '../testing/fake-views.ts';
import { Core } from './core.ts';
import type { Effect } from './engine/effect.ts';
import type { Fact } from './engine/fact.ts';
import type { Input, OperatorCommand, OrderReport } from './engine/input.ts';
import { DEFAULT_EXECUTION_SETTINGS } from './execution/execution-settings.ts';
import type { OrderState } from './execution/orders-view.ts';
import { keepRemainder } from './execution/remainder.ts';
import { depth, depthSnapshot } from './market/fixtures.ts';
import { DEFAULT_MARKET_CONFIG } from './market/market-config.ts';
import type { Decisions, Strategy } from './strategies/strategy.ts';

/** Rests a buy and a sell at its first chance. */
class Quoter implements Strategy {
  readonly name = 'quoter';
  readonly instruments = [LINEAR.id];
  private isDone = false;

  onBook(_instrument: InstrumentId, _at: Micros, decisions: Decisions): void {
    if (this.isDone) return;
    this.isDone = true;
    const { origin: _, ...buy } = limitIntent('buy', 3, 9_990);
    const { origin: __, ...sell } = limitIntent('sell', 3, 10_010);
    decisions.submit(buy);
    decisions.submit(sell);
  }

  snapshot(): boolean {
    return this.isDone;
  }

  restore(isDone: unknown): void {
    this.isDone = isDone === true;
  }
}

/** A core whose venue and operator are the test. */
class Bench {
  readonly facts: Fact[] = [];
  readonly effects: Effect[] = [];
  readonly core: Core;
  at = 0;
  private updateId = 1;
  private commands = 0;

  constructor() {
    const config = {
      instruments: [LINEAR],
      limits: [WIDE_LIMITS],
      market: DEFAULT_MARKET_CONFIG,
      execution: DEFAULT_EXECUTION_SETTINGS,
      remainder: keepRemainder,
      strategies: () => [new Quoter()],
    };
    const fact = (made: Fact) => this.facts.push(made);
    this.core = new Core(config, { fact, effect: (effect) => this.effects.push(effect) });
  }

  /** With two orders that rest at the venue. */
  static quoting(): Bench {
    const bench = new Bench();
    bench.send({ kind: 'start', seed: 1, identity: TEST_IDENTITY });
    bench.prove();
    for (const state of bench.open()) {
      bench.report(state, { type: 'released' });
      bench.report(state, { type: 'acknowledged', venueOrderId: state.order.clientOrderId });
    }
    return bench;
  }

  send(input: object, waitMs = 0): void {
    this.at += 1 + waitMs * 1_000;
    this.core.accept({ ...input, seq: this.core.lastSeq + 1, at: micros(this.at) } as Input);
  }

  prove(): void {
    this.updateId += 2;
    this.send(depthSnapshot(this.updateId, [[9_999, 5]], [[10_001, 5]]));
    this.send(depth([this.updateId + 1, this.updateId + 1], [[9_999, 6]]));
  }

  operator(command: OperatorCommand, commandId = `c${++this.commands}`): void {
    this.send({ kind: 'operator', commandId, operator: 'ada', reason: 'a test', command });
  }

  report({ order }: OrderState, report: OrderReport): void {
    this.send({ kind: 'order-report', clientOrderId: order.clientOrderId, report });
  }

  open(): readonly OrderState[] {
    return [...this.core.orders.open(LINEAR.id)];
  }

  last<K extends Fact['kind']>(kind: K): Extract<Fact, { kind: K }> | undefined {
    return this.facts.findLast((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
  }
}

const loosen = { type: 'set-mode', mode: 'normal' } as const;
const emergency = { type: 'set-mode', mode: 'emergency' } as const;

describe('loosening the mode', () => {
  it('out of Emergency waits until every order is proven gone', () => {
    const bench = Bench.quoting();
    expect(bench.core.blockedBy()).toEqual([]);
    bench.operator(emergency);
    expect(bench.core.blockedBy()).toEqual(['2 orders are not proven cancelled yet']);
    bench.operator({ type: 'set-mode', mode: 'reduce' });
    expect(bench.last('mode-refused')).toMatchObject({
      to: 'reduce',
      blockedBy: ['2 orders are not proven cancelled yet'],
    });
    const [buy, sell] = bench.open();
    bench.report(buy, { type: 'cancelled', reason: 'venue' });
    bench.report(sell, { type: 'unanswered', reason: 'timeout' });
    expect(bench.core.blockedBy()).toEqual(['1 order is not proven cancelled yet']);
    bench.report(sell, { type: 'cancelled', reason: 'venue' });
    bench.operator(loosen);
    expect(bench.core.modes.mode).toBe('normal');
  });

  it('waits for the link to each venue, and not for orders outside Emergency', () => {
    const bench = Bench.quoting();
    bench.operator({ type: 'set-mode', mode: 'pause' });
    bench.send({ kind: 'venue-link', venue: 'test', up: false, detail: 'gone' });
    bench.operator(loosen);
    expect(bench.last('mode-refused')).toMatchObject({ blockedBy: ['the link to test is down'] });
    bench.send({ kind: 'venue-link', venue: 'test', up: true, detail: '' });
    bench.operator(loosen);
    expect([bench.core.modes.mode, bench.open().length]).toEqual(['normal', 2]);
  });

  it('after a restart waits for what was open', () => {
    const bench = Bench.quoting();
    bench.operator(emergency);
    bench.send({ kind: 'restart', seed: 2, crashed: true, lastWords: [] });
    bench.operator(loosen);
    expect(bench.core.modes.mode).toBe('emergency');
    for (const state of bench.open()) bench.report(state, { type: 'cancelled', reason: 'venue' });
    bench.operator(loosen);
    expect(bench.core.modes.mode).toBe('normal');
  });
});

describe('a command', () => {
  it('acts once under its id, whichever room it concerns, and the core knows the id', () => {
    const bench = Bench.quoting();
    bench.operator({ type: 'stop-strategy', origin: 'quoter', instrument: LINEAR.id }, 'same');
    expect([bench.core.hasCommand('same'), bench.core.hasCommand('other')]).toEqual([true, false]);
    bench.operator(emergency, 'same');
    expect(bench.core.modes.mode).toBe('normal');
  });
});

describe('a flattening of the whole desk', () => {
  it('stops the strategy, cancels, closes, and says that it is done', () => {
    const bench = Bench.quoting();
    const [buy, sell] = bench.open();
    bench.report(buy, { type: 'filled', fill: fillOf(buy.order.clientOrderId, 'f1', 2, buy) });
    bench.operator({ type: 'flatten', instruments: null });
    expect(bench.core.flattening()).toEqual([LINEAR.id]);
    expect(bench.core.stoppedStrategies()).toEqual([{ origin: 'quoter', instrument: LINEAR.id, cause: 'operator' }]);
    for (const state of [buy, sell]) bench.report(state, { type: 'cancelled', reason: 'venue' });
    const [slice] = bench.open();
    expect(slice.order).toMatchObject({ side: 'sell', lots: 2, type: 'market', reduceOnly: true });
    bench.report(slice, { type: 'filled', fill: fillOf(slice.order.clientOrderId, 'f2', 2, slice) });
    expect(bench.last('flatten-ended')).toMatchObject({ outcome: 'flat' });
    expect([bench.core.flattening(), bench.core.portfolio.lots(LINEAR.id)]).toEqual([[], 0]);
    expect(bench.core.alerts.all()).toEqual([]);
    const origins = bench.core.attribution.pnl(() => 10_000).map(({ origin }) => origin);
    expect(origins).toEqual(['quoter', 'operator']);
  });

  it('that a restart cuts short is not taken up again, and an alert says so', () => {
    const bench = Bench.quoting();
    bench.operator({ type: 'flatten', instruments: null });
    bench.send({ kind: 'restart', seed: 2, crashed: false, lastWords: [] });
    expect(bench.core.flattening()).toEqual([]);
    expect(bench.core.alerts.get('flatten-failed:test:BTCUSDT')).toMatchObject({
      state: 'active',
      priority: 'high',
      cause: 'A flattening ended before the position was closed: the desk restarted',
    });
  });
});

it('shows its windows what they need', () => {
  const bench = Bench.quoting();
  const { core } = bench;
  expect(core.strategyList().map(({ name, instruments }) => [name, instruments])).toEqual([['quoter', [LINEAR.id]]]);
  expect(core.messagesInWindow(LINEAR.id, micros(bench.at))).toBe(2);
  expect(core.market.lastFrameAt(LINEAR.id)).toBeLessThan(bench.at);
  expect(core.tradingDay.since).toBe(1);
  bench.send({ kind: 'venue-link', venue: 'test', up: false, detail: 'gone' });
  expect(core.alerts.all().map(({ id }) => id)).toEqual(['venue-link-down:test']);
  bench.send({ kind: 'access', event: 'turned-away', operator: '', detail: 'no token', count: 7 });
  expect(bench.last('access-recorded')).toMatchObject({ event: 'turned-away', count: 7 });
});
