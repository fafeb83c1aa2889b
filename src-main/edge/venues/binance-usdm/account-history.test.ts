import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FundingPlace, newFunding, newTrades, type TradePlace } from './account-history.ts';
import { answered, ScriptedCalls } from './scripted-calls.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const NOW_MS = 1_700_000_000_000;
const clock = { nowMs: () => NOW_MS };

interface VenueTrade {
  readonly id: number;
  readonly orderId: number;
  readonly time: number;
}

/** Answers like the venue: by id or within a week, oldest first, 1,000 at most. */
function tradesVenue(trades: readonly VenueTrade[]): ScriptedCalls {
  return new ScriptedCalls().on('GET /fapi/v1/userTrades', ({ params: { fromId, startTime, endTime, limit } }) => {
    if (fromId !== undefined && startTime !== undefined) return { kind: 'refused', code: -1128, message: 'both' };
    if (Number(endTime) - Number(startTime) >= WEEK_MS) return { kind: 'refused', code: -4165, message: 'too long' };
    const found = trades.filter(({ id, time }) =>
      fromId === undefined ? time >= Number(startTime) && time <= Number(endTime) : id >= Number(fromId),
    );
    return answered(found.slice(0, Number(limit)));
  });
}

/** One order's executions; every tenth is a trade with oneself, which is listed for both orders. */
function madeTrades(count: number, startMs: number, stepMs: number): VenueTrade[] {
  return Array.from({ length: count }, (_, place) => {
    const trade = { id: 1_000 + place, orderId: 1, time: startMs + place * stepMs };
    return place % 10 === 0 ? [trade, { ...trade, orderId: 2 }] : [trade];
  }).flat();
}

const keys = (rows: readonly unknown[]): string[] =>
  rows.map((row) => `${(row as VenueTrade).id}:${(row as VenueTrade).orderId}`);

describe('the trades of an account', () => {
  it('are all found, once, over weeks and pages, however they fall', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2_500 }),
        fc.integer({ min: 0, max: 2 * WEEK_MS }),
        fc.integer({ min: 0, max: 400_000 }),
        fc.integer({ min: 0, max: 2_500 }),
        async (count, afterMs, stepMs, known) => {
          const sinceMs = NOW_MS - 3 * WEEK_MS;
          const trades = madeTrades(count, sinceMs + afterMs, stepMs).filter(({ time }) => time <= NOW_MS);
          // The first look is just before the first trade that it does not see.
          const then = { nowMs: () => trades[known]?.time ?? NOW_MS };
          const before = await newTrades(tradesVenue(trades.slice(0, known)), 'BTCUSDT', { sinceMs }, then);
          const after = await newTrades(tradesVenue(trades), 'BTCUSDT', before.place, clock);
          const again = await newTrades(tradesVenue(trades), 'BTCUSDT', after.place, clock);
          expect(keys([...before.rows, ...after.rows])).toEqual(keys(trades));
          expect(again.rows).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are asked for in one short question once there is a last one', async () => {
    const calls = tradesVenue(madeTrades(3, NOW_MS - 60_000, 1_000));
    const { place } = await newTrades(calls, 'BTCUSDT', { sinceMs: NOW_MS - 3_600_000 }, clock);
    const before = calls.asked.length;
    await newTrades(calls, 'BTCUSDT', place, clock);
    expect(calls.asked.slice(before).map(({ params }) => params)).toEqual([
      { symbol: 'BTCUSDT', limit: 1_000, fromId: 1_002 },
    ]);
  });

  it('are not guessed: no answer, no list, or more than can be', async () => {
    const place: TradePlace = { sinceMs: NOW_MS - 1_000 };
    const silent = new ScriptedCalls().on('GET /fapi/v1/userTrades', () => ({ kind: 'unknown', reason: 'no answer' }));
    await expect(newTrades(silent, 'X', place, clock)).rejects.toThrow('GET /fapi/v1/userTrades: no answer');
    const odd = new ScriptedCalls().on('GET /fapi/v1/userTrades', () => answered({ code: 200 }));
    await expect(newTrades(odd, 'X', place, clock)).rejects.toThrow(/is not a list/);
    const page = Array.from({ length: 1_000 }, () => ({ id: 1, orderId: 1, time: NOW_MS }));
    const endless = new ScriptedCalls().on('GET /fapi/v1/userTrades', () => answered(page));
    await expect(newTrades(endless, 'X', place, clock)).rejects.toThrow(/more than 100 pages/);
  });
});

interface Payment {
  readonly tranId: number;
  readonly time: number;
}

function fundingVenue(payments: readonly Payment[]): ScriptedCalls {
  return new ScriptedCalls().on('GET /fapi/v1/income', ({ params: { incomeType, startTime, limit } }) => {
    if (incomeType !== 'FUNDING_FEE') return { kind: 'refused', code: -1, message: 'not funding' };
    const sorted = [...payments].sort((left, right) => left.time - right.time);
    return answered(sorted.filter(({ time }) => time >= Number(startTime)).slice(0, Number(limit)));
  });
}

const place: FundingPlace = { sinceMs: NOW_MS - 4 * WEEK_MS, seen: new Set() };

describe('the funding of an account', () => {
  it('is found once, over pages', async () => {
    const payments = Array.from({ length: 2_345 }, (_, tranId) => ({
      tranId,
      time: place.sinceMs + Math.floor(tranId / 3) * 600_000,
    }));
    const first = await newFunding(fundingVenue(payments.slice(0, 1_500)), place);
    const second = await newFunding(fundingVenue(payments), first.place);
    expect([...first.rows, ...second.rows].map(({ tranId }) => tranId)).toEqual(payments.map(({ tranId }) => tranId));
    expect((await newFunding(fundingVenue(payments), second.place)).rows).toEqual([]);
  });

  it('is found when it is booked after a later one', async () => {
    const [early, late] = [
      { tranId: 8, time: NOW_MS - 1_000 },
      { tranId: 9, time: NOW_MS },
    ];
    const first = await newFunding(fundingVenue([late]), place);
    const second = await newFunding(fundingVenue([early, late]), first.place);
    expect(second.rows.map(({ tranId }) => tranId)).toEqual([8]);
  });

  it('is refused where a page cannot be left behind', async () => {
    const crowd = Array.from({ length: 1_000 }, (_, tranId) => ({ tranId, time: place.sinceMs }));
    await expect(newFunding(fundingVenue(crowd), place)).rejects.toThrow(/more than 1000 payments of one moment/);
  });
});
