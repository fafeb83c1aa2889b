import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createInstrument, type Instrument } from '../../src-shared/domain/instrument.ts';
import { micros } from '../../src-shared/domain/time.ts';
import { TEST_IDENTITY } from '../testing/fake-turn.ts';
import { INVERSE, LINEAR, limitIntent, WIDE_LIMITS } from '../testing/fake-views.ts';
import { runs } from '../testing/runs.ts';
import { Core } from './core.ts';
import { canonical } from './engine/canonical.ts';
import type { Effect } from './engine/effect.ts';
import type { Fact } from './engine/fact.ts';
import type { Input } from './engine/input.ts';
import { clientOrderId } from './execution/client-order-id.ts';
import { DEFAULT_EXECUTION_SETTINGS } from './execution/execution-settings.ts';
import { keepRemainder } from './execution/remainder.ts';
import { depth, depthSnapshot } from './market/fixtures.ts';
import { DEFAULT_MARKET_CONFIG } from './market/market-config.ts';
import type { Decisions, Strategy } from './strategies/strategy.ts';

const { venue, base, quote, tickSize, lotSize } = LINEAR;
const SPOT = createInstrument(
  { venue, symbol: 'SPOT', kind: 'spot', base, quote, settle: quote, tickSize, lotSize, multiplier: '1' },
  2,
);
const INSTRUMENTS: readonly Instrument[] = [LINEAR, INVERSE, SPOT];
const ORDERS = 6;

/** Rests one order a side and instrument at its first chance (a sell of spot is refused), and leaves them to the venue. */
class Rester implements Strategy {
  readonly name = 'rester';
  readonly instruments = INSTRUMENTS.map(({ id }) => id);
  private isDone = false;

  onBook(_instrument: number, _at: number, decisions: Decisions): void {
    if (this.isDone) return;
    this.isDone = true;
    for (const instrument of this.instruments) {
      const { origin: _, ...buy } = limitIntent('buy', 3, 9_990, { instrument });
      const { origin: __, ...sell } = limitIntent('sell', 3, 10_010, { instrument });
      decisions.submit(buy);
      decisions.submit(sell);
    }
  }

  snapshot(): boolean {
    return this.isDone;
  }

  restore(isDone: unknown): void {
    this.isDone = isDone === true;
  }
}

/** A real core with orders at a venue that may say anything. */
class Bench {
  readonly facts: Fact[] = [];
  readonly effects: Effect[] = [];
  readonly core: Core;
  private at = 0;

  constructor() {
    const config = {
      instruments: INSTRUMENTS,
      limits: INSTRUMENTS.map(() => WIDE_LIMITS),
      market: DEFAULT_MARKET_CONFIG,
      execution: { ...DEFAULT_EXECUTION_SETTINGS, durability: 'reserved-ids', reconcileEveryMs: 5_000 } as const,
      remainder: keepRemainder,
      strategies: () => [new Rester()],
    };
    const fact = (made: Fact) => this.facts.push(made);
    this.core = new Core(config, { fact, effect: (effect) => this.effects.push(effect) });
    this.send({ kind: 'start', seed: 1, identity: TEST_IDENTITY });
    for (const { id: instrument } of INSTRUMENTS) {
      this.send({ ...depthSnapshot(1, [[9_999, 5]], [[10_001, 5]]), instrument });
      this.send({ ...depth([2, 2], [[9_999, 6]]), instrument });
    }
  }

  send(input: object, waitMs = 0): void {
    this.at += 1 + waitMs * 1_000;
    this.core.accept({ ...input, seq: this.core.lastSeq + 1, at: micros(this.at) } as Input);
  }
}

/** A measured time, or none. */
function figure(): fc.Arbitrary<number | null> {
  return fc.option(fc.double({ min: 0, max: 60_000, noNaN: true }));
}

/** `sound` more often than not, so that what is wrong is usually one field and not all of them. */
function mostly<T>(sound: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  const numbers = [Number.NaN, Infinity, -Infinity, 0, -1, 1.5, 1e308, 2 ** 53, Number.MAX_SAFE_INTEGER];
  const others = [undefined, null, '', 'x', {}, [], true, 10n ** 36n, -(10n ** 40n)];
  const odd = fc.constantFrom<unknown>(...numbers, ...others);
  return fc.oneof({ arbitrary: sound, weight: 12 }, { arbitrary: odd, weight: 1 });
}

const instrument = fc.constantFrom(...INSTRUMENTS.map(({ id }) => id));
const orderId = fc.integer({ min: 1, max: ORDERS }).map((index) => clientOrderId(TEST_IDENTITY, index));
const text = fc.constantFrom('a', 'b', 'c', 'd');
const types = fc.constantFrom(
  ...['seen', 'seen'],
  ...['released', 'blocked', 'acknowledged', 'rejected', 'filled', 'filled', 'filled', 'cancelled', 'cancel-rejected'],
  ...['expired', 'replaced', 'triggered', 'unanswered', 'open', 'not-found', 'absent', 'garbled', 'toString'],
);
const ticks = fc.constantFrom(9_990, 10_010, 1);
const currency = fc.constantFrom('USDT', 'BTC');
const fill = (clientOrderId: string) =>
  fc.record({
    clientOrderId: mostly(fc.constant(clientOrderId)),
    fillId: mostly(fc.string({ minLength: 1 })),
    instrument: mostly(instrument),
    side: mostly(fc.constantFrom('buy', 'sell')),
    priceTicks: mostly(ticks),
    lots: mostly(fc.integer({ min: 1, max: 3 })),
    fee: mostly(fc.bigInt({ min: -100n, max: 100n })),
    feeCurrency: mostly(currency),
    liquidity: mostly(fc.constantFrom('maker', 'taker')),
    exchangeAt: mostly(fc.constant(1)),
    more: fc.constant(Number.NaN),
  });
const order = (clientOrderId: string) =>
  fc.record({
    clientOrderId: mostly(fc.constant(clientOrderId)),
    instrument: mostly(instrument),
    side: mostly(fc.constantFrom('buy', 'sell')),
    type: mostly(fc.constantFrom('limit', 'market')),
    timeInForce: mostly(fc.constantFrom('gtc', 'ioc')),
    priceTicks: mostly(fc.option(ticks)),
    stopTicks: mostly(fc.constant(null)),
    lots: mostly(fc.integer({ min: 1, max: 5 })),
    postOnly: mostly(fc.boolean()),
    reduceOnly: mostly(fc.boolean()),
    more: fc.constant(Number.NaN),
  });
const report = (id: string) =>
  fc.record({
    order: mostly(order(id)),
    type: mostly(types),
    reason: mostly(text),
    venueOrderId: mostly(text),
    cumulativeLots: mostly(fc.nat(3)),
    by: mostly(orderId),
    fill: mostly(fill(id)),
  });
const anyOrderId = fc.oneof({ arbitrary: orderId, weight: 4 }, fc.constantFrom('web1', 'web2'));
const listed = anyOrderId.chain((id) =>
  fc.record({ order: mostly(order(id)), venueOrderId: mostly(text), cumulativeLots: mostly(fc.nat(3)) }),
);
const position = fc.record({ instrument: mostly(instrument), lots: mostly(fc.integer({ min: -3, max: 3 })) });
const accountReport = fc.record({
  kind: fc.constant('account-report'),
  venue: mostly(fc.constant(venue)),
  askedAt: mostly(fc.nat(1_000_000)),
  positions: mostly(
    fc.oneof(fc.array(position), fc.constant(INSTRUMENTS.map(({ id }) => ({ instrument: id, lots: 3 })))),
  ),
  otherPositions: mostly(fc.array(mostly(text))),
  balances: mostly(
    fc.array(fc.record({ currency: mostly(currency), wallet: mostly(fc.bigInt({ min: -100n, max: 100n })) })),
  ),
  openOrders: mostly(fc.array(mostly(listed), { maxLength: 3 })),
});
const incident = fc.record({
  kind: fc.constant('venue-incident'),
  venue: mostly(fc.constant(venue)),
  incident: fc.constantFrom(
    'dead-man-fired',
    'rate-limited',
    'maintenance',
    'refused-access',
    'silent-reports',
    'account-unanswered',
  ),
  detail: mostly(text),
});
const killSwitch = fc.record({
  kind: fc.constant('kill-switch'),
  event: fc.constantFrom('guarded', 'waived', 'armed', 'armed', 'fault', 'tripped', 'cancelled', 'drilled'),
  switchKind: fc.constantFrom('real', 'emulated'),
  operator: mostly(text),
  reason: mostly(text),
  fault: fc.constantFrom('heartbeat-lost', 'unplugged', 'garbage', 'guard-failed'),
  mode: fc.constantFrom('pause', 'reduce', 'emergency'),
  trip: fc.nat(5),
  cause: mostly(text),
  detail: mostly(text),
  isDrill: fc.boolean(),
  venue: mostly(fc.constant(venue)),
  isProven: fc.boolean(),
  survivors: fc.array(mostly(text), { maxLength: 30 }),
  outcome: fc.constantFrom('measured', 'not-pressed', 'not-proven'),
  from: fc.constantFrom('edge', 'frame'),
  ...{ shutMs: figure(), cancelledMs: figure(), provenMs: figure() },
});
const orderReport = anyOrderId.chain((id) =>
  fc.record({
    kind: fc.constant('order-report'),
    clientOrderId: mostly(fc.constant(id)),
    report: mostly(report(id)),
  }),
);
const funding = fc.record({
  kind: fc.constant('funding'),
  instrument: mostly(instrument),
  fundingId: mostly(text),
  amount: mostly(fc.bigInt({ min: -100n, max: 100n })),
  currency: mostly(currency),
});
const settlement = fc.record({
  kind: fc.constant('settlement'),
  instrument: mostly(instrument),
  settlementId: mostly(text),
  priceTicks: mostly(ticks),
});
const step = fc.record({
  input: fc.oneof(
    { arbitrary: orderReport, weight: 8 },
    { arbitrary: accountReport, weight: 4 },
    { arbitrary: killSwitch, weight: 2 },
    incident,
    funding,
    settlement,
  ),
  waitMs: fc.constantFrom(0, 0, 1_000, 10_000),
});

it('survives whatever a venue and the guard of the kill switch say: the ledger balances, and every fact can be written down', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const bench = new Bench();
      for (const { input, waitMs } of steps) bench.send(input, waitMs);
      const { core, facts, effects } = bench;
      expect(core.portfolio.ledgerBalanced()).toBe(true);
      for (const fact of facts) {
        seen.add(fact.kind);
        canonical(fact);
      }
      for (const effect of effects) canonical(effect);
    }),
    { seed: 42, numRuns: runs(200) },
  );
  expect([...seen]).toEqual(
    expect.arrayContaining([
      ...['order-filled', 'order-anomaly', 'order-unknown', 'funding-booked', 'portfolio-anomaly', 'order-adopted'],
      ...['order-fill-unclaimed', 'account-reconciled', 'reconciliation-difference', 'venue-incident'],
    ]),
  );
  expect([...seen]).toEqual(
    expect.arrayContaining([
      ...['position-settled', 'switch-guarded', 'switch-waived', 'switch-armed', 'switch-fault', 'switch-tripped'],
      ...['switch-cancelled', 'switch-drill', 'mode-changed'],
    ]),
  );
});
