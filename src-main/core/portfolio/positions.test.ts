import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { OverflowError } from '../../../src-shared/domain/integer.ts';
import { formatMoney, type Money, money } from '../../../src-shared/domain/money.ts';
import { runs } from '../../testing/runs.ts';
import { INSTRUMENTS, INVERSE, LINEAR, OPTION, SPOT } from './fixtures.ts';
import { FLAT, MAX_FIFO_LOTS, type Position, trade } from './positions.ts';
import { unrealised } from './valuation.ts';
import { worth } from './worth.ts';

interface Trade {
  readonly lots: number;
  readonly priceTicks: number;
}

const LONG = { seed: 42, numRuns: runs(300) };

/** Few prices and small sizes, so that closing, crossing zero and meeting an equal price all happen often. */
const trades = fc.array(
  fc.record({
    lots: fc.integer({ min: -6, max: 6 }).filter((lots) => lots !== 0),
    priceTicks: fc.integer({ min: 95, max: 105 }),
  }),
  { maxLength: 40 },
);
const anyTrades = fc.array(
  fc.record({
    lots: fc.integer({ min: -1_000_000, max: 1_000_000 }).filter((lots) => lots !== 0),
    priceTicks: fc.integer({ min: 1, max: 10_000_000 }),
  }),
  { maxLength: 30 },
);

function tradeAll(of: Instrument, all: readonly Trade[]): Position {
  return all.reduce((position, { lots, priceTicks }) => trade(of, position, lots, priceTicks), FLAT);
}

function inSettle(of: Instrument, amount: Money): string {
  return formatMoney(amount, of.settle);
}

describe('a linear position', () => {
  // 1,000 lots are 0.01 BTC; a tick is 0.1 USDT: 100,000 lots at 10,000 ticks are 1 BTC at 1,000 USDT.
  const BITCOIN = 100_000;

  it('averages two entries, and closes by average cost and by first in, first out', () => {
    const held = tradeAll(LINEAR, [
      { lots: BITCOIN, priceTicks: 10_000 },
      { lots: BITCOIN, priceTicks: 11_000 },
    ]);
    expect(inSettle(LINEAR, held.cost)).toBe('2100.00000000');
    expect(held.fifo.map(({ lots, priceTicks }) => [lots, priceTicks])).toEqual([
      [BITCOIN, 10_000],
      [BITCOIN, 11_000],
    ]);

    const left = trade(LINEAR, held, -BITCOIN / 2, 12_000);
    expect(left.lots).toBe(1.5 * BITCOIN);
    expect(inSettle(LINEAR, left.realised)).toBe('75.00000000');
    expect(inSettle(LINEAR, left.fifoRealised)).toBe('100.00000000');
    expect(inSettle(LINEAR, left.cost)).toBe('1575.00000000');

    const flat = trade(LINEAR, left, -1.5 * BITCOIN, 12_000);
    expect(flat).toEqual({ ...FLAT, realised: flat.realised, fifoRealised: flat.realised });
    expect(inSettle(LINEAR, flat.realised)).toBe('300.00000000');
  });

  it('earns on a short when the price falls', () => {
    const short = trade(LINEAR, FLAT, -BITCOIN, 10_000);
    expect(inSettle(LINEAR, short.cost)).toBe('-1000.00000000');
    const flat = trade(LINEAR, short, BITCOIN, 9_000);
    expect(inSettle(LINEAR, flat.realised)).toBe('100.00000000');
    expect(flat.lots).toBe(0);
  });

  it('crosses zero in one fill: closes the long, opens the short at the fill price', () => {
    const long = trade(LINEAR, FLAT, BITCOIN, 10_000);
    const short = trade(LINEAR, long, -3 * BITCOIN, 10_500);
    expect(short.lots).toBe(-2 * BITCOIN);
    expect(inSettle(LINEAR, short.realised)).toBe('50.00000000');
    expect(inSettle(LINEAR, short.cost)).toBe('-2100.00000000');
    expect(short.fifo).toEqual([{ lots: -2 * BITCOIN, priceTicks: 10_500, cost: short.cost }]);
  });
});

describe('an inverse position', () => {
  it("matches Bybit's published example: 10,000 contracts from 8,000 to 12,500 earn 0.45 BTC", () => {
    const flat = tradeAll(INVERSE, [
      { lots: 10_000, priceTicks: 16_000 },
      { lots: -10_000, priceTicks: 25_000 },
    ]);
    expect(inSettle(INVERSE, flat.realised)).toBe('0.45000000');
  });

  it("matches BitMEX's published example: 100,000 contracts from 10,000 to 10,500 earn 0.4762 XBT", () => {
    const long = trade(INVERSE, FLAT, 100_000, 20_000);
    expect(inSettle(INVERSE, unrealised(INVERSE, long, 21_000) as Money)).toBe('0.47619048');
    const flat = trade(INVERSE, long, -100_000, 21_000);
    expect(inSettle(INVERSE, flat.realised)).toBe('0.47619048');
    expect(flat.cost).toBe(0n);
  });

  it('earns the mirror image on a short', () => {
    const flat = tradeAll(INVERSE, [
      { lots: -16_000, priceTicks: 16_000 },
      { lots: 16_000, priceTicks: 10_000 },
    ]);
    expect(inSettle(INVERSE, flat.realised)).toBe('1.20000000');
  });

  it('refuses a price of zero, at which it has no value', () => {
    expect(() => trade(INVERSE, FLAT, 1, 0)).toThrow(/test:BTCUSD-PERP: an inverse has no value at 0 ticks/);
  });
});

describe('an option position', () => {
  it('costs its premium, and expires at its intrinsic value or worthless', () => {
    // Two calls at a premium of 1,500.
    const long = trade(OPTION, FLAT, 20, 300);
    expect(inSettle(OPTION, long.cost)).toBe('3000.00000000');
    expect(inSettle(OPTION, trade(OPTION, long, -20, 800).realised)).toBe('5000.00000000');
    expect(inSettle(OPTION, trade(OPTION, long, -20, 0).realised)).toBe('-3000.00000000');
    const written = trade(OPTION, FLAT, -20, 300);
    expect(inSettle(OPTION, trade(OPTION, written, 20, 0).realised)).toBe('3000.00000000');
  });
});

describe('rounding', () => {
  it('never leaks: closing lot by lot ends at cost zero and at the profit of closing at once', () => {
    // 100,000,000 smallest units over 3 lots: thirds do not come out even.
    const held = trade(INVERSE, FLAT, 3, 14_000);
    const steps = [1, 2, 3].reduce((position) => trade(INVERSE, position, -1, 14_001), held);
    expect(steps.cost).toBe(0n);
    expect(steps.realised).toBe(steps.fifoRealised);
    expect(steps.realised).toBe(3n * worth(INVERSE, 14_001, 1) - held.cost);
  });

  it.each(INSTRUMENTS.map((of) => [of.symbol, of] as const))(
    '%s: realised + unrealised equals cash flow + worth, to the unit, by both methods',
    (_symbol, of) => {
      fc.assert(
        fc.property(anyTrades, fc.integer({ min: 1, max: 10_000_000 }), (all, markTicks) => {
          const position = tradeAll(of, all);
          const cash = -all.reduce((sum, { lots, priceTicks }) => sum + worth(of, priceTicks, lots), 0n);
          const value = worth(of, markTicks, position.lots);
          expect(position.realised + (value - position.cost)).toBe(cash + value);
          const fifoCost = position.fifo.reduce((sum, { cost }) => sum + cost, 0n);
          expect(position.fifoRealised + (value - fifoCost)).toBe(cash + value);
          if (position.lots === 0) {
            expect(position.fifoRealised).toBe(position.realised);
            expect([position.cost, position.fifo.length]).toEqual([0n, 0]);
          }
        }),
        LONG,
      );
    },
  );

  it('of an inverse stays within half a unit per fill, and half for the mark', () => {
    fc.assert(
      fc.property(anyTrades, fc.integer({ min: 1, max: 10_000_000 }), (all, markTicks) => {
        const position = tradeAll(INVERSE, all);
        const found = position.realised + (unrealised(INVERSE, position, markTicks) as Money);
        // Exact profit as a fraction: the sum over all fills of lots · value · (1 / price − 1 / mark).
        const { numerator: units, denominator } = INVERSE.value;
        const [top, bottom] = all.reduce(
          ([n, d], { lots, priceTicks }) => {
            const price = BigInt(priceTicks) * denominator;
            const mark = BigInt(markTicks) * denominator;
            const gain = BigInt(lots) * units * (mark - price);
            return [n * price * mark + gain * d, d * price * mark];
          },
          [0n, 1n],
        );
        const error = found * bottom - top;
        const twice = 2n * (error < 0n ? -error : error);
        expect(twice <= BigInt(all.length + 1) * bottom).toBe(true);
      }),
      { ...LONG, numRuns: runs(100) },
    );
  });
});

describe('against models that keep every single lot', () => {
  /** Profit in units per tick and lot, exact on {@link LINEAR}. */
  function fifoModel(all: readonly Trade[]): { lots: number; profitTicks: number; open: number[] } {
    const open: number[] = [];
    let side = 1;
    let profitTicks = 0;
    for (const { lots, priceTicks } of all) {
      for (let lot = 0; lot < Math.abs(lots); lot++) {
        if (open.length > 0 && side !== Math.sign(lots)) profitTicks += side * (priceTicks - (open.shift() ?? 0));
        else {
          side = Math.sign(lots);
          open.push(priceTicks);
        }
      }
    }
    return { lots: side * open.length, profitTicks, open };
  }

  it('first in, first out is exact', () => {
    const unit = worth(LINEAR, 1, 1);
    fc.assert(
      fc.property(trades, (all) => {
        const model = fifoModel(all);
        const position = tradeAll(LINEAR, all);
        expect(position.lots + 0).toBe(model.lots + 0);
        expect(position.fifoRealised).toBe(BigInt(model.profitTicks) * unit);
        const open = position.fifo.flatMap(({ lots, priceTicks }) => Array(Math.abs(lots)).fill(priceTicks));
        expect(open).toEqual(model.open);
      }),
      LONG,
    );
  });

  it('average cost is within half a unit per closing fill of the exact average', () => {
    const unit = Number(worth(LINEAR, 1, 1));
    fc.assert(
      fc.property(trades, (all) => {
        let [held, averageTicks, profitTicks] = [0, 0, 0];
        for (const { lots, priceTicks } of all) {
          const closed = Math.sign(held) === -Math.sign(lots) ? Math.min(Math.abs(held), Math.abs(lots)) : 0;
          profitTicks += Math.sign(held) * closed * (priceTicks - averageTicks);
          const opened = Math.abs(lots) - closed;
          const kept = Math.abs(held) - closed;
          if (opened > 0) averageTicks = (kept * averageTicks + opened * priceTicks) / (kept + opened);
          held += lots;
        }
        const position = tradeAll(LINEAR, all);
        expect(Math.abs(Number(position.realised) - profitTicks * unit)).toBeLessThanOrEqual(all.length / 2 + 0.001);
      }),
      LONG,
    );
  });
});

describe('the queue of open lots', () => {
  it('keeps neighbours of one price as one entry', () => {
    const position = tradeAll(LINEAR, [
      { lots: 1, priceTicks: 100 },
      { lots: 2, priceTicks: 100 },
      { lots: 1, priceTicks: 101 },
      { lots: 1, priceTicks: 100 },
    ]);
    expect(position.fifo.map(({ lots }) => lots)).toEqual([3, 1, 1]);
  });

  it('is bounded, and stays exact in money beyond the bound', () => {
    let position = FLAT;
    for (let priceTicks = 1; priceTicks <= MAX_FIFO_LOTS + 100; priceTicks++)
      position = trade(LINEAR, position, 1, priceTicks);
    expect(position.fifo.length).toBe(MAX_FIFO_LOTS);
    expect(position.fifo.at(-1)?.lots).toBe(101);
    expect(position.fifo.reduce((sum, { cost }) => sum + cost, 0n)).toBe(position.cost);
    const flat = trade(LINEAR, position, -position.lots, 5_000);
    expect(flat.fifoRealised).toBe(flat.realised);
  });
});

describe('a trade out of range', () => {
  it.each([
    ['a fraction of a lot', 0.5, 100],
    ['a fraction of a tick', 1, 100.5],
    ['lots beyond 2^53', 2 ** 53, 100],
    ['NaN lots', Number.NaN, 100],
  ])('%s is refused', (_what, lots, priceTicks) => {
    expect(() => trade(LINEAR, FLAT, lots, priceTicks)).toThrow(OverflowError);
  });

  it('refuses a position beyond 2^53 lots, and money beyond its range', () => {
    const most = trade(LINEAR, FLAT, Number.MAX_SAFE_INTEGER, 1);
    expect(() => trade(LINEAR, most, 1, 1)).toThrow(/a position in lots/);
    const rich: Position = { ...trade(SPOT, FLAT, 1, 1), realised: money(10n ** 36n) };
    expect(() => trade(SPOT, rich, -1, 2)).toThrow(OverflowError);
    expect(() => trade(SPOT, FLAT, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).not.toThrow();
  });
});
