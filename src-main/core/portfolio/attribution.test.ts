import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId, Lots } from '../../../src-shared/domain/instrument.ts';
import { type Currency, type Money, money } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId, Fill } from '../../../src-shared/domain/order.ts';
import { runs } from '../../testing/runs.ts';
import { canonical } from '../engine/canonical.ts';
import type { FactBody } from '../engine/fact.ts';
import { Attribution, UNATTRIBUTED } from './attribution.ts';
import { amount, BNB, BTC, factOf, fillOf, INSTRUMENTS, INVERSE, LINEAR, SPOT, USDC, USDT } from './fixtures.ts';
import { InvariantError } from './invariant-error.ts';
import { type Pnl, Portfolio } from './portfolio.ts';
import type { Marks } from './valuation.ts';

/** Orders are named after their origin; what begins with `old` is known no more. */
const ORDERS = {
  get: (id: ClientOrderId) => (id.startsWith('old') ? undefined : { origin: id }),
};
const by = (origin: string, more: Partial<Fill> = {}): Partial<Fill> => ({
  clientOrderId: origin as ClientOrderId,
  ...more,
});
const filled = (fill: Fill): FactBody => ({ kind: 'order-filled', fill });
const funding = (received: Money, currency: Currency, instrument: InstrumentId): FactBody => ({
  ...{ kind: 'funding-booked', instrument, fundingId: `${instrument} ${received}`, amount: received, currency },
});

/** Both folds of the same facts. */
function folded(...bodies: readonly FactBody[]) {
  const portfolio = new Portfolio(INSTRUMENTS);
  const attribution = new Attribution(INSTRUMENTS, ORDERS);
  for (const [index, body] of bodies.entries()) {
    portfolio.fold(factOf(body, index + 1));
    attribution.fold(factOf(body, index + 1));
  }
  return { portfolio, attribution };
}

const plus = (a: bigint | null, b: bigint | null): bigint | null => (a === null || b === null ? null : a + b);

/** Sums per currency, in the alphabetical order of the portfolio's. */
function summed(attribution: Attribution, marks: Marks): [Currency, Record<keyof Pnl, bigint | null>][] {
  const sums = new Map<Currency, Record<keyof Pnl, bigint | null>>();
  for (const { pnl } of attribution.pnl(marks)) {
    for (const [currency, part] of pnl) {
      const sum = sums.get(currency) ?? { realised: 0n, unrealised: 0n, fees: 0n, funding: 0n, total: 0n };
      for (const key of Object.keys(sum) as (keyof Pnl)[]) sum[key] = plus(sum[key], part[key]);
      sums.set(currency, sum);
    }
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('attribution', () => {
  it('tells origins apart, with the fees of each in their own currency', () => {
    const { attribution } = folded(
      filled(fillOf(LINEAR.id, 100_000, 10_000, by('a', { fee: amount('0.4', USDT) }))),
      filled(fillOf(LINEAR.id, -50_000, 11_000, by('a', { fee: amount('0.1', USDT) }))),
      filled(fillOf(LINEAR.id, -20_000, 11_000, by('b', { fee: amount('0.02', BNB), feeCurrency: BNB }))),
      filled(fillOf(SPOT.id, 100_000, 5_000_000, by('a'))),
    );
    const marks: Record<number, number> = { [LINEAR.id]: 12_000, [SPOT.id]: 5_000_001 };
    const shares = attribution.pnl((id) => marks[id]);
    expect(shares.map(({ origin, instrument }) => [origin, instrument])).toEqual([
      ['a', SPOT.id],
      ['a', LINEAR.id],
      ['b', LINEAR.id],
    ]);
    const [, a, b] = shares;
    expect(a.pnl).toEqual(
      new Map([
        [
          USDT,
          {
            realised: amount('50', USDT),
            unrealised: amount('100', USDT),
            fees: amount('0.5', USDT),
            funding: 0n,
            total: amount('149.5', USDT),
          },
        ],
      ]),
    );
    expect([...b.pnl.keys()]).toEqual([BNB, USDT]);
    expect([b.pnl.get(USDT)?.total, b.pnl.get(BNB)?.total]).toEqual([amount('-20', USDT), amount('-0.02', BNB)]);
    expect(attribution.fees(LINEAR.id, USDT)).toBe(amount('0.5', USDT));
    expect(attribution.fees(LINEAR.id, USDC)).toBe(0n);
  });

  it('gives nobody what belongs to no known order, and all funding', () => {
    const { attribution } = folded(
      filled(fillOf(LINEAR.id, 1_000, 10_000, by('old one'))),
      funding(amount('-3', USDT), USDT, LINEAR.id),
      funding(amount('1', USDC), USDC, INVERSE.id),
    );
    const shares = attribution.pnl(() => 10_000);
    expect(shares.map(({ origin, instrument }) => [origin, instrument])).toEqual([
      [UNATTRIBUTED, LINEAR.id],
      [UNATTRIBUTED, INVERSE.id],
    ]);
    expect(shares.map(({ pnl }) => [...pnl.keys()])).toEqual([[USDT], [USDC]]);
    expect(shares[0].pnl.get(USDT)).toMatchObject({ unrealised: 0n, funding: amount('-3', USDT) });
  });

  it('does not know what depends on a mark that is missing', () => {
    const { attribution } = folded(
      filled(fillOf(LINEAR.id, 1, 10_000, by('a', { fee: amount('1', BTC), feeCurrency: BTC }))),
    );
    const [{ pnl }] = attribution.pnl(() => Number.NaN);
    expect(pnl.get(USDT)).toMatchObject({ realised: 0n, unrealised: null, total: null });
    expect(pnl.get(BTC)?.total).toBe(amount('-1', BTC));
  });

  it('leaves out what no share can hold, and goes on', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const { attribution } = folded(
      filled(fillOf(SPOT.id, most, 1, by('a'))),
      filled(fillOf(SPOT.id, -most, 1, by('b', { fillId: 'f2' }))),
      filled(fillOf(SPOT.id, 5, 1, by('a', { fillId: 'f3' }))),
      filled(fillOf(SPOT.id, 3, 1, by('c', { fillId: 'f4' }))),
    );
    expect(attribution.snapshot().shares.map(({ position }) => position?.lots)).toEqual([most, -most, 3]);
  });

  it('refuses a snapshot of an instrument that is not in the whitelist, and stays as it was', () => {
    const { attribution } = folded(filled(fillOf(LINEAR.id, 1, 10_000, by('a'))));
    const before = attribution.snapshot();
    const [share] = before.shares;
    expect(() => attribution.restore({ shares: [{ ...share, instrument: 'test:GONE' }] })).toThrow(InvariantError);
    expect(attribution.snapshot()).toEqual(before);
  });
});

const lots = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: -50, max: -1 }));
const marked = fc.constantFrom(9_000, 10_000.5, 12_345.25);

/** Fills, funding and settlements, of which each instrument's fills are by one of `originsOf` it. */
function anyFacts(ids: readonly InstrumentId[], originsOf: (id: InstrumentId) => readonly string[]) {
  const anyId = fc.constantFrom(...ids);
  const fill = anyId.chain((id) =>
    fc.record({
      kind: fc.constant('fill' as const),
      id: fc.constant(id),
      origin: fc.constantFrom(...originsOf(id)),
      lots,
      priceTicks: fc.integer({ min: 9_000, max: 11_000 }),
      fee: fc.bigInt({ min: -9n, max: 9n }),
      feeCurrency: fc.constantFrom(USDT, BNB),
    }),
  );
  const funds = fc.record({
    kind: fc.constant('funding' as const),
    id: anyId,
    amount: fc.bigInt({ min: -9n, max: 9n }),
    currency: fc.constantFrom(USDT, USDC),
  });
  const settles = fc.record({ kind: fc.constant('settle' as const), id: anyId, priceTicks: fc.constant(10_100) });
  return fc.array(fc.oneof({ weight: 8, arbitrary: fill }, funds, settles), { maxLength: 40, size: 'max' });
}
type Made = ReturnType<typeof anyFacts> extends fc.Arbitrary<infer T> ? T : never;

function factsOf(made: Made): FactBody[] {
  const held = new Map<InstrumentId, number>();
  return made.map((one, index): FactBody => {
    const before = held.get(one.id) ?? 0;
    if (one.kind === 'fill') {
      held.set(one.id, before + one.lots);
      const { fee, feeCurrency } = one;
      const more = by(one.origin, { fillId: `f${index}`, fee: money(fee), feeCurrency });
      return filled(fillOf(one.id, one.lots, one.priceTicks, more));
    }
    if (one.kind === 'funding') {
      const { id: instrument, currency } = one;
      return { kind: 'funding-booked', instrument, fundingId: `p${index}`, amount: money(one.amount), currency };
    }
    held.set(one.id, 0);
    const { id: instrument, priceTicks } = one;
    return { kind: 'position-settled', instrument, settlementId: `s${index}`, priceTicks, lots: before as Lots };
  });
}

describe('the sums of attribution', () => {
  it("are the portfolio's, to the unit, where each instrument has one origin", () => {
    let holdings = 0;
    const facts = anyFacts([LINEAR.id, INVERSE.id], (id) => [`only ${id}`]);
    fc.assert(
      fc.property(facts, marked, fc.boolean(), (made, mark, isKnown) => {
        const marks = (id: InstrumentId) => (id === LINEAR.id || isKnown ? mark : Number.NaN);
        const { portfolio, attribution } = folded(...factsOf(made));
        expect(summed(attribution, marks)).toEqual([...portfolio.pnl(marks)]);
        holdings += attribution.pnl(marks).length;
      }),
      { seed: 42, numRuns: runs(200) },
    );
    expect(holdings).toBeGreaterThan(200);
  });

  it('are the same profit where several origins trade one instrument, long and short against each other', () => {
    let netted = 0;
    const facts = anyFacts([LINEAR.id], () => ['a', 'b', 'old']);
    fc.assert(
      fc.property(facts, marked, (made, mark) => {
        // Every tick of every lot is worth whole units, and so is a quarter of one: nothing is rounded.
        const { portfolio, attribution } = folded(...factsOf(made));
        const whole = [...portfolio.pnl(() => mark)];
        const sums = summed(attribution, () => mark);
        const profit = ({ realised, unrealised }: Record<keyof Pnl, bigint | null>) => plus(realised, unrealised);
        const amounts = ([currency, of]: [Currency, Record<keyof Pnl, bigint | null>]) => [
          ...[currency, profit(of), of.fees, of.funding, of.total],
        ];
        expect(sums.map(amounts)).toEqual(whole.map(amounts));
        netted += Number(sums.some(([, { realised }], index) => realised !== whole[index][1].realised));
      }),
      { seed: 43, numRuns: runs(200) },
    );
    expect(netted).toBeGreaterThan(50);
  });

  it('go on from a snapshot', () => {
    const facts = anyFacts([LINEAR.id, SPOT.id], () => ['a', 'b']);
    fc.assert(
      fc.property(facts, fc.nat(40), (made, cut) => {
        const bodies = factsOf(made.filter(({ id, kind }) => id !== SPOT.id || kind !== 'settle'));
        const { attribution: whole } = folded(...bodies);
        const resumed = new Attribution(INSTRUMENTS, ORDERS);
        resumed.restore(structuredClone(folded(...bodies.slice(0, cut)).attribution.snapshot()));
        for (const body of bodies.slice(cut)) resumed.fold(factOf(body));
        expect(canonical(resumed.snapshot())).toBe(canonical(whole.snapshot()));
      }),
      { seed: 44, numRuns: runs(60) },
    );
  });
});
