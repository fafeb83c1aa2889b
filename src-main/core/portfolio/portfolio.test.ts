import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId, Lots } from '../../../src-shared/domain/instrument.ts';
import { type Currency, currency, type Money, money } from '../../../src-shared/domain/money.ts';
import type { Fill } from '../../../src-shared/domain/order.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import { runs } from '../../testing/runs.ts';
import { canonical } from '../engine/canonical.ts';
import { Engine } from '../engine/engine.ts';
import type { Fact, FactBody } from '../engine/fact.ts';
import type { Input } from '../engine/input.ts';
import {
  amount,
  BNB,
  BTC,
  CROSS,
  ETH,
  factOf,
  fillOf,
  INSTRUMENTS,
  INVERSE,
  LINEAR,
  OPTION,
  SPOT,
  USDC,
  USDT,
} from './fixtures.ts';
import { InvariantError } from './invariant-error.ts';
import { Portfolio, type PortfolioSnapshot } from './portfolio.ts';
import { inReporting } from './valuation.ts';
import { worth } from './worth.ts';

const UNMARKED = () => Number.NaN;

function folded(...bodies: readonly FactBody[]): Portfolio {
  const portfolio = new Portfolio(INSTRUMENTS);
  bodies.forEach((body, index) => {
    portfolio.fold(factOf(body, index + 1));
  });
  return portfolio;
}

function filled(fill: Fill): FactBody {
  return { kind: 'order-filled', fill };
}

function funding(fundingId: string, received: Money, of: Currency = USDT, instrument = LINEAR.id): FactBody {
  return { kind: 'funding-booked', instrument, fundingId, amount: received, currency: of };
}

function settled(settlementId: string, instrument: InstrumentId, lots: number, priceTicks: number): FactBody {
  return { kind: 'position-settled', instrument, settlementId, priceTicks, lots: lots as Lots };
}

/** Balances other than zero as `account currency` → decimal text. */
function balances(portfolio: Portfolio): Record<string, string> {
  const open = portfolio.trialBalance().filter(({ balance }) => balance !== 0n);
  return Object.fromEntries(open.map(({ account, currency, balance }) => [`${account} ${currency}`, `${balance}`]));
}

describe('bookkeeping by kind', () => {
  it('spot: the wallet holds the base, the position its cost', () => {
    const portfolio = folded(
      filled(fillOf(SPOT.id, 100_000, 5_000_000, { fee: amount('0.001', BTC), feeCurrency: BTC })),
      filled(fillOf(SPOT.id, -50_000, 6_000_000, { fee: amount('30', USDT) })),
    );
    expect(balances(portfolio)).toEqual({
      'fees BTC': '100000',
      'fees USDT': '3000000000',
      'position:test:BTCUSDT BTC': '-50000000',
      'position:test:BTCUSDT USDT': '2500000000000',
      'realised:test:BTCUSDT USDT': '-500000000000',
      'wallet:test BTC': '49900000',
      'wallet:test USDT': '-2003000000000',
    });
    expect(portfolio.lots(SPOT.id)).toBe(50_000);
  });

  it('linear: no cash for the notional, only profit and fees reach the wallet', () => {
    const portfolio = folded(filled(fillOf(LINEAR.id, 100_000, 10_000, { fee: amount('0.4', USDT) })));
    expect(balances(portfolio)).toEqual({
      'clearing:test:BTCUSDT-PERP USDT': '-100000000000',
      'fees USDT': '40000000',
      'position:test:BTCUSDT-PERP USDT': '100000000000',
      'wallet:test USDT': '-40000000',
    });
    portfolio.fold(factOf(filled(fillOf(LINEAR.id, -100_000, 10_500))));
    expect(balances(portfolio)).toEqual({
      'fees USDT': '40000000',
      'realised:test:BTCUSDT-PERP USDT': '-5000000000',
      'wallet:test USDT': '4960000000',
    });
  });

  it('inverse: profit in the base currency', () => {
    const portfolio = folded(filled(fillOf(INVERSE.id, 10_000, 16_000)), filled(fillOf(INVERSE.id, -10_000, 25_000)));
    expect(balances(portfolio)).toEqual({
      'realised:test:BTCUSD-PERP BTC': '-45000000',
      'wallet:test BTC': '45000000',
    });
  });

  it('option: the premium is paid at once, the payoff at expiry', () => {
    const portfolio = folded(filled(fillOf(OPTION.id, 20, 300)));
    expect(balances(portfolio)).toEqual({
      'position:test:BTC-60000-C USDC': '300000000000',
      'wallet:test USDC': '-300000000000',
    });
    portfolio.fold(factOf(settled('expiry', OPTION.id, 20, 800)));
    expect(portfolio.lots(OPTION.id)).toBe(0);
    expect(balances(portfolio)).toEqual({
      'realised:test:BTC-60000-C USDC': '-500000000000',
      'wallet:test USDC': '500000000000',
    });
  });
});

describe('profit and loss', () => {
  it('is per currency, realised before fees, total = realised + unrealised − fees + funding', () => {
    const portfolio = folded(
      filled(fillOf(LINEAR.id, 100_000, 10_000, { fee: amount('0.4', USDT) })),
      filled(fillOf(LINEAR.id, -50_000, 11_000, { fee: amount('-0.1', USDT) })),
      filled(fillOf(SPOT.id, 100_000, 5_000_000, { fee: amount('0.02', BNB), feeCurrency: BNB })),
      filled(fillOf(INVERSE.id, 10_000, 16_000)),
      funding('one', amount('-3', USDT)),
    );
    const marks: Record<number, number> = { [LINEAR.id]: 12_000.5, [SPOT.id]: 4_900_000, [INVERSE.id]: 25_000 };
    const pnl = portfolio.pnl((id) => marks[id] ?? Number.NaN);
    expect([...pnl.keys()]).toEqual(['BNB', 'BTC', 'USDT']);
    expect(pnl.get(USDT)).toEqual({
      realised: amount('50', USDT),
      unrealised: amount('-899.975', USDT),
      fees: amount('0.3', USDT),
      funding: amount('-3', USDT),
      total: amount('-853.275', USDT),
    });
    expect(pnl.get(BTC)?.total).toBe(amount('0.45', BTC));
    expect(pnl.get(BNB)?.total).toBe(amount('-0.02', BNB));
    expect(portfolio.feesPaid(BNB)).toBe(amount('0.02', BNB));
    expect(portfolio.fundingReceived(USDT)).toBe(amount('-3', USDT));
    expect(portfolio.wallet(BTC)).toBe(amount('1', BTC));
  });

  it('is unknown without a mark for an open position, and only in that currency', () => {
    const portfolio = folded(
      filled(fillOf(LINEAR.id, 10, 100)),
      filled(fillOf(OPTION.id, 10, 100)),
      filled(fillOf(OPTION.id, -10, 110)),
    );
    const pnl = portfolio.pnl(UNMARKED);
    expect([pnl.get(USDT)?.unrealised, pnl.get(USDT)?.total, pnl.get(USDT)?.realised]).toEqual([null, null, 0n]);
    expect(pnl.get(USDC)?.total).toBe(amount('50', USDC));
    expect(portfolio.equity(UNMARKED)).toEqual(
      new Map<Currency, Money | null>([
        [USDC, amount('50', USDC)],
        [USDT, null],
      ]),
    );
  });

  it('of a closed market with nothing traded is empty', () => {
    expect(folded().pnl(UNMARKED).size).toBe(0);
    expect(folded().lots(LINEAR.id)).toBe(0);
    expect(folded().ledgerBalanced()).toBe(true);
  });

  it('in several currencies equals equity, at rates that agree with the marks', () => {
    // Buy ether with bitcoin that was bought with dollars.
    const portfolio = folded(
      filled(fillOf(SPOT.id, 100_000, 5_000_000)),
      filled(fillOf(CROSS.id, 100_000, 5_000)),
      filled(fillOf(CROSS.id, -40_000, 6_000, { fee: amount('0.004', ETH), feeCurrency: ETH })),
    );
    expect(portfolio.wallet(ETH)).toBe(amount('5.996', ETH));
    const marks = (id: InstrumentId) => (id === SPOT.id ? 5_500_000 : 5_500);
    const rates = (of: Currency) => ({ USDT: 1, BTC: 55_000, ETH: 0.055 * 55_000 })[of as string] ?? Number.NaN;
    const total = [...portfolio.pnl(marks)].map(([of, pnl]) => [of, pnl.total] as const);
    const equity = inReporting(portfolio.equity(marks), rates);
    expect(inReporting(total, rates)).toBeCloseTo(equity, 6);
    // 1 BTC rose by 5,000; in BTC: 4 ETH sold at +0.01, 6 ETH marked at +0.005; fee of 0.004 ETH.
    expect(equity).toBeCloseTo(5_000 + 0.07 * 55_000 - 0.004 * 0.055 * 55_000, 6);
  });
});

describe('any sequence of facts', () => {
  const signedLots = fc.integer({ min: -1_000, max: 1_000 }).filter((lots) => lots !== 0);
  const fills = fc
    .record({
      instrument: fc.integer({ min: 0, max: INSTRUMENTS.length - 1 }),
      lots: signedLots,
      priceTicks: fc.integer({ min: 1, max: 1_000_000 }),
      fee: fc.bigInt({ min: -1_000_000n, max: 1_000_000n }).map(money),
      feeCurrency: fc.constantFrom(BTC, ETH, USDT, BNB),
    })
    .map(({ instrument, lots, priceTicks, fee, feeCurrency }) =>
      filled(fillOf(instrument, lots, priceTicks, { fee, feeCurrency })),
    );
  const events = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fills },
      {
        weight: 1,
        arbitrary: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }).map((received) => funding('', money(received))),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(LINEAR, INVERSE, OPTION).map((of) => settled('', of.id, 0, 5_000)),
      },
    ),
    { maxLength: 40 },
  );
  /** Gives payments their ids, and settlements the lots that the position has by then. */
  function facts(bodies: readonly FactBody[]): Fact[] {
    const held = new Map<number, number>();
    return bodies.map((body, index) => {
      if (body.kind === 'order-filled') {
        const { instrument, side, lots } = body.fill;
        held.set(instrument, (held.get(instrument) ?? 0) + (side === 'buy' ? lots : -lots));
      }
      if (body.kind === 'funding-booked') return factOf({ ...body, fundingId: `id${index}` }, index + 1);
      if (body.kind !== 'position-settled') return factOf(body, index + 1);
      const lots = held.get(body.instrument) ?? 0;
      held.set(body.instrument, 0);
      return factOf({ ...body, settlementId: `id${index}`, lots: lots as Lots }, index + 1);
    });
  }
  const marks = (id: InstrumentId) => 3_000.5 + id;

  it('keeps the ledger balanced, and total = equity with spot inventory at its mark', () => {
    fc.assert(
      fc.property(events, (bodies) => {
        const portfolio = new Portfolio(INSTRUMENTS);
        for (const fact of facts(bodies)) {
          portfolio.fold(fact);
          expect(portfolio.ledgerBalanced()).toBe(true);
        }
        // Equity leaves the base currency in the wallet; profit marks it in the quote: move it across at the mark.
        const expected = portfolio.equity(marks);
        for (const of of INSTRUMENTS.filter(({ kind }) => kind === 'spot')) {
          const lots = portfolio.lots(of.id);
          const base = money(
            -(
              portfolio
                .trialBalance()
                .find(({ account, currency }) => account === `position:test:${of.symbol}` && currency === of.base)
                ?.balance ?? 0n
            ),
          );
          expected.set(of.base, money((expected.get(of.base) ?? 0n) - base));
          expected.set(of.settle, money((expected.get(of.settle) ?? 0n) + worth(of, marks(of.id), lots)));
        }
        const pnl = portfolio.pnl(marks);
        for (const [of, equity] of expected) expect(pnl.get(of)?.total ?? 0n).toBe(equity);
      }),
      { seed: 42, numRuns: runs(150) },
    );
  });

  it('gives the same state when folded in one go, and with snapshot and restore anywhere between', () => {
    fc.assert(
      fc.property(events, fc.nat(40), (bodies, cut) => {
        const all = facts(bodies);
        const whole = new Portfolio(INSTRUMENTS);
        const first = new Portfolio(INSTRUMENTS);
        const second = new Portfolio(INSTRUMENTS);
        for (const fact of all) whole.fold(fact);
        for (const fact of all.slice(0, cut)) first.fold(fact);
        const snapshot = structuredClone(first.snapshot());
        second.restore(snapshot);
        for (const fact of all.slice(cut)) second.fold(fact);
        expect(second.snapshot()).toEqual(whole.snapshot());
        expect(second.pnl(marks)).toEqual(whole.pnl(marks));
        // What followed has not reached back into the snapshot.
        expect(snapshot).toEqual(first.snapshot());
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('ends with the same position, total, fees and wallet in whatever order the fills came', () => {
    fc.assert(
      fc.property(fc.array(fills, { maxLength: 25 }), fc.integer(), (bodies, seed) => {
        const shuffled = [...bodies].sort((a, b) => hash(a, seed) - hash(b, seed));
        const [one, other] = [folded(...bodies), folded(...shuffled)];
        for (const { id } of INSTRUMENTS) {
          expect(other.lots(id)).toBe(one.lots(id));
          if (one.lots(id) === 0) expect(other.position(id).realised).toBe(one.position(id).realised);
        }
        for (const [of, { total, fees }] of one.pnl(marks)) {
          expect(other.pnl(marks).get(of)).toMatchObject({ total, fees });
        }
        for (const of of [SPOT.base, ETH, BNB]) expect(other.equity(marks).get(of)).toBe(one.equity(marks).get(of));
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  function hash(body: FactBody, seed: number): number {
    if (body.kind !== 'order-filled') return 0;
    return Math.imul(body.fill.priceTicks ^ seed, 0x9e3779b1) ^ body.fill.lots;
  }
});

describe('a fill that cannot be', () => {
  it.each([
    [
      'an unknown instrument',
      { instrument: 99 as InstrumentId },
      InvariantError,
      /instrument 99 is not in the whitelist/,
    ],
    ['zero lots', { lots: 0 as Lots }, InvariantError, /test:BTCUSDT-PERP: fill f1 of 0 lots/],
    ['negative lots', { lots: -1 as Lots }, InvariantError, /of -1 lots/],
    ['a fraction of a lot', { lots: 0.5 as Lots }, InvariantError, /of 0.5 lots/],
    ['NaN lots', { lots: Number.NaN as Lots }, InvariantError, /of NaN lots/],
    ['a fraction of a tick', { priceTicks: 0.5 as Fill['priceTicks'] }, RangeError, /a fill price in ticks/],
    ['a fee out of range', { fee: (10n ** 37n) as Money }, RangeError, /out of range/],
  ])('with %s is refused, and nothing has changed', (_what, wrong, type, message) => {
    const portfolio = folded(filled(fillOf(LINEAR.id, 10, 100)));
    const before = portfolio.snapshot();
    const fold = () => portfolio.fold(factOf(filled(fillOf(LINEAR.id, 1, 100, wrong)), 2));
    expect(fold).toThrow(type);
    expect(fold).toThrow(message);
    expect(portfolio.snapshot()).toEqual(before);
  });

  it('because positions would leave their range is refused, and nothing has changed', () => {
    const portfolio = folded(filled(fillOf(LINEAR.id, Number.MAX_SAFE_INTEGER, 1)));
    const before = portfolio.snapshot();
    expect(() => portfolio.fold(factOf(filled(fillOf(LINEAR.id, 1, 1)), 2))).toThrow(/a position in lots/);
    expect(portfolio.snapshot()).toEqual(before);
  });
});

describe('funding and settlement', () => {
  function desk() {
    const portfolio = new Portfolio(INSTRUMENTS);
    const facts: Fact[] = [];
    const engine = new Engine([portfolio], { fact: (fact) => facts.push(fact), effect: () => {} });
    let seq = 0;
    const send = (input: Record<string, unknown>) => {
      seq += 1;
      engine.accept({ seq, at: micros(seq), ...input } as unknown as Input);
    };
    send({ kind: 'start', seed: 1, identity: '0'.repeat(32) });
    return { portfolio, facts, engine, send };
  }
  const payment = (fundingId: string, more = {}) => ({
    kind: 'funding',
    instrument: LINEAR.id,
    fundingId,
    amount: amount('1.5', USDT),
    currency: USDT,
    ...more,
  });
  const expiry = (settlementId: string, more = {}) => ({
    kind: 'settlement',
    instrument: OPTION.id,
    settlementId,
    priceTicks: 800,
    ...more,
  });

  it('book the same id once, and the same id of another instrument apart', () => {
    const { portfolio, facts, send } = desk();
    for (const id of ['a', 'a', 'b', 'a']) send(payment(id));
    send(payment('a', { instrument: INVERSE.id, currency: BTC, amount: money(-5n) }));
    expect(facts.filter(({ kind }) => kind === 'funding-booked').length).toBe(3);
    expect(portfolio.fundingReceived(USDT)).toBe(amount('3', USDT));
    expect(portfolio.fundingReceived(BTC)).toBe(-5n);
    expect(portfolio.wallet(USDT)).toBe(amount('3', USDT));
  });

  it('settle the whole position at the price, once', () => {
    const { portfolio, facts, engine, send } = desk();
    engine.emit(filled(fillOf(OPTION.id, -20, 300)));
    send(expiry('x'));
    engine.emit(filled(fillOf(OPTION.id, 7, 300)));
    send(expiry('x'));
    expect(facts.filter(({ kind }) => kind === 'position-settled')).toMatchObject([{ lots: -20, priceTicks: 800 }]);
    expect(portfolio.lots(OPTION.id)).toBe(7);
    expect(portfolio.position(OPTION.id).realised).toBe(amount('-5000', USDC));
  });

  it('know the id of a settlement that found nothing to settle', () => {
    const { portfolio, engine, send } = desk();
    send(expiry('x'));
    expect(portfolio.snapshot().holdings).toEqual([]);
    engine.emit(filled(fillOf(OPTION.id, 7, 300)));
    send(expiry('x'));
    expect(portfolio.lots(OPTION.id)).toBe(7);
  });

  it('still know an id after a restore', () => {
    const { portfolio } = desk();
    portfolio.fold(factOf(funding('a', money(1n))));
    const other = desk();
    other.portfolio.restore(portfolio.snapshot());
    other.send(payment('a'));
    expect(other.facts.some(({ kind }) => kind === 'funding-booked')).toBe(false);
  });

  it('remember a bounded number of ids', () => {
    const portfolio = folded();
    for (let index = 0; index < 10_001; index++) portfolio.fold(factOf(funding(`id${index}`, money(1n))));
    const { fundingIds } = portfolio.snapshot();
    expect(fundingIds.length).toBe(10_000);
    expect(fundingIds[0]).toBe(`test:BTCUSDT-PERP id1`);
    expect(() => portfolio.fold(factOf(funding('id1', money(1n))))).toThrow(/booked already/);
  });

  it.each([
    ['funding of an unknown instrument', payment('a', { instrument: 99 }), /instrument 99/],
    ['funding without an id', payment('', {}), /no id/],
    ['funding of no money', payment('a', { amount: 1.5 }), /no amount of money: 1.5/],
    ['funding of too much money', payment('a', { amount: 10n ** 37n }), /out of range/],
    ['funding in no currency', payment('a', { currency: 'dollars' }), /not a currency code/],
    ['funding in a currency that is no text', payment('a', { currency: undefined }), /no currency/],
    ['settlement of an unknown instrument', expiry('a', { instrument: -1 }), /instrument -1/],
    ['settlement without an id', expiry('a', { settlementId: undefined }), /no id/],
    ['settlement of spot', expiry('a', { instrument: SPOT.id }), /a spot position of test:BTCUSDT never settles/],
    ['settlement of a flat position at NaN', expiry('a', { priceTicks: Number.NaN }), /a price of NaN ticks/],
    ['settlement of an inverse for nothing', expiry('a', { instrument: INVERSE.id, priceTicks: 0 }), /price of 0/],
  ])('state %s, and book nothing', (_what, input, message) => {
    const { facts, portfolio, send } = desk();
    const before = portfolio.snapshot();
    send(input);
    expect(facts.slice(1)).toMatchObject([{ kind: 'portfolio-anomaly', detail: expect.stringMatching(message) }]);
    expect(() => canonical(facts)).not.toThrow();
    expect(portfolio.snapshot()).toEqual(before);
  });

  it('state a settlement whose money is out of range', () => {
    const { facts, portfolio, engine, send } = desk();
    engine.emit(filled(fillOf(OPTION.id, Number.MAX_SAFE_INTEGER, 1)));
    send(expiry('a', { priceTicks: Number.MAX_SAFE_INTEGER }));
    expect(facts.at(-1)).toMatchObject({ kind: 'portfolio-anomaly', report: 'settlement' });
    expect(portfolio.lots(OPTION.id)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('tell before a fill is a fact whether it can be booked', () => {
    const { portfolio } = desk();
    expect(portfolio.fillFault(fillOf(INVERSE.id, 1, 100))).toBeNull();
    expect(portfolio.fillFault(fillOf(INVERSE.id, 1, 0))).toMatch(/no value at 0 ticks/);
    expect(portfolio.fillFault(fillOf(LINEAR.id, 1, 1, { fee: (10n ** 37n) as Money }))).toMatch(/out of range/);
    expect(portfolio.fillFault(fillOf(LINEAR.id, 1, 1, { feeCurrency: 'x' as Currency }))).toMatch(/currency code/);
    portfolio.fold(factOf(filled(fillOf(LINEAR.id, Number.MAX_SAFE_INTEGER, 1))));
    expect(portfolio.fillFault(fillOf(LINEAR.id, 1, 1))).toMatch(/position in lots/);
  });

  it('fold strictly: an id twice or the wrong number of lots throws, and nothing has changed', () => {
    const portfolio = folded(
      filled(fillOf(OPTION.id, 20, 300)),
      funding('a', money(1n)),
      settled('x', LINEAR.id, 0, 100),
    );
    const before = portfolio.snapshot();
    expect(() => portfolio.fold(factOf(funding('a', money(1n))))).toThrow(InvariantError);
    expect(() => portfolio.fold(factOf(settled('x', LINEAR.id, 0, 100)))).toThrow(InvariantError);
    expect(() => portfolio.fold(factOf(settled('y', OPTION.id, 19, 100)))).toThrow(/ends 19 lots, and 20 are held/);
    expect(portfolio.snapshot()).toEqual(before);
  });
});

describe('a falsified state', () => {
  const honest = () => folded(filled(fillOf(SPOT.id, 10, 100)), filled(fillOf(LINEAR.id, 10, 100))).snapshot();
  type Holding = PortfolioSnapshot['holdings'][number];
  const withSpot = (change: (holding: Holding) => Holding): PortfolioSnapshot => {
    const snapshot = honest();
    return {
      ...snapshot,
      holdings: snapshot.holdings.map((holding) => (holding.instrument === 'test:BTCUSDT' ? change(holding) : holding)),
    };
  };
  const falsifications: readonly (readonly [string, () => PortfolioSnapshot, RegExp])[] = [
    [
      'lots that are not the sum of fills',
      () => withSpot((holding) => ({ ...holding, position: { ...holding.position, lots: 11 } })),
      /position in lots is 11, and should be 10/,
    ],
    [
      'open lots that do not add up',
      () => withSpot((holding) => ({ ...holding, position: { ...holding.position, fifo: [] } })),
      /sum of open lots is 0, and should be 10/,
    ],
    [
      'another cost',
      () => withSpot((holding) => ({ ...holding, position: { ...holding.position, cost: money(1n) } })),
      /cost less profit is 1, and should be 10000/,
    ],
    [
      'another profit by first in, first out',
      () => withSpot((holding) => ({ ...holding, position: { ...holding.position, fifoRealised: money(7n) } })),
      /first in first out is 9993, and should be 10000/,
    ],
    [
      'cost and profit shifted alike, against the ledger',
      () =>
        withSpot((holding) => ({
          ...holding,
          position: { ...holding.position, cost: money(10_005n), realised: money(5n) },
        })),
      /cost in the ledger is 10000, and should be 10005/,
    ],
    [
      'a ledger with another inventory',
      () => ({
        ...honest(),
        ledger: {
          ...honest().ledger,
          balances: honest().ledger.balances.map((line) =>
            line.currency === BTC ? { ...line, balance: money(line.balance + (line.balance < 0n ? -1n : 1n)) } : line,
          ),
        },
      }),
      /inventory in the ledger is 10001, and should be 10000/,
    ],
    [
      'a position missing',
      () => ({ ...honest(), holdings: honest().holdings.slice(1) }),
      /ledger has position:test:BTCUSDT/,
    ],
    [
      'an instrument that is not whitelisted',
      () => withSpot((holding) => ({ ...holding, instrument: 'other:X' })),
      /holds other:X, which is not in the whitelist/,
    ],
  ];

  it.each(falsifications)('with %s is not restored, and nothing has changed', (_what, falsified, message) => {
    const portfolio = folded(filled(fillOf(OPTION.id, 20, 300)), funding('a', money(1n)));
    const before = portfolio.snapshot();
    expect(() => portfolio.restore(falsified())).toThrow(InvariantError);
    expect(() => portfolio.restore(falsified())).toThrow(message);
    expect(portfolio.snapshot()).toEqual(before);
  });

  it('is found by the next fill, with nothing posted', () => {
    const portfolio = folded(filled(fillOf(LINEAR.id, 10, 100)));
    const holdings: Map<number, Holding> = Reflect.get(portfolio, 'holdings');
    const holding = holdings.get(LINEAR.id) as Holding;
    holdings.set(LINEAR.id, { ...holding, position: { ...holding.position, lots: 12 } });
    const before = portfolio.trialBalance();
    expect(() => portfolio.fold(factOf(filled(fillOf(LINEAR.id, 1, 100))))).toThrow(InvariantError);
    expect(portfolio.trialBalance()).toEqual(before);
  });

  it('of the ledger is found by the next fill', () => {
    const portfolio = folded(filled(fillOf(LINEAR.id, 10, 100)));
    const other = folded(filled(fillOf(LINEAR.id, 10, 101)));
    Reflect.set(portfolio, 'ledger', Reflect.get(other, 'ledger'));
    expect(() => portfolio.fold(factOf(filled(fillOf(LINEAR.id, 1, 100))))).toThrow(/cost in the ledger/);
  });
});

it('takes a whitelist that grows', () => {
  const instruments = INSTRUMENTS.slice(0, 1);
  const portfolio = new Portfolio(instruments);
  const fact = factOf(filled(fillOf(LINEAR.id, 1, 100, { feeCurrency: currency('BNB') })));
  expect(() => portfolio.fold(fact)).toThrow(InvariantError);
  instruments.push(LINEAR);
  portfolio.fold(fact);
  expect(portfolio.lots(LINEAR.id)).toBe(1);
});
