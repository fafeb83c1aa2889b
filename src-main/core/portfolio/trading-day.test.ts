import { describe, expect, it } from 'vitest';
import { MICROS_PER_SECOND, micros } from '../../../src-shared/domain/time.ts';
import { FakeTurn } from '../../testing/fake-turn.ts';
import type { FactBody } from '../engine/fact.ts';
import { amount, BNB, fillOf, INSTRUMENTS, LINEAR, USDT } from './fixtures.ts';
import { Portfolio } from './portfolio.ts';
import { TradingDay } from './trading-day.ts';

const HOUR_MS = 3_600_000;
const DAY_MICROS = 24 * 3_600 * MICROS_PER_SECOND;

/** A desk that has been running since one second after the epoch. */
function running() {
  const marked = { ticks: Number.NaN };
  const portfolio = new Portfolio(INSTRUMENTS);
  const marks = () => marked.ticks;
  const day = new TradingDay(portfolio, marks);
  const turn = new FakeTurn([portfolio, day]);
  let fills = 0;
  const trade = (lots: number, priceTicks: number, fee = '0'): void => {
    fills += 1;
    const fill = fillOf(LINEAR.id, lots, priceTicks, { fillId: `f${fills}`, fee: amount(fee, USDT) });
    const fact: FactBody = { kind: 'order-filled', fill };
    turn.emit(fact);
  };
  const today = () => day.today(portfolio.pnl(marks)).get(USDT);
  return { marked, portfolio, day, turn, trade, today, marks };
}

describe('the trading day', () => {
  it("begins with the desk's first start, and then at each midnight", () => {
    const { day, turn, marked, trade, today } = running();
    expect(day.since).toBe(MICROS_PER_SECOND);
    marked.ticks = 10_000;
    trade(100_000, 10_000, '1');
    marked.ticks = 10_100;
    expect(today()).toEqual({
      realised: 0n,
      unrealised: amount('10', USDT),
      fees: amount('1', USDT),
      funding: 0n,
      total: amount('9', USDT),
    });
    turn.advance(24 * HOUR_MS);
    expect(day.since).toBe(DAY_MICROS);
    expect(turn.factsOf('day-began').map(({ at, baseline }) => [at, baseline.length])).toEqual([
      [MICROS_PER_SECOND, 0],
      [DAY_MICROS, 1],
    ]);
    expect(today()?.total).toBe(0n);
    trade(-50_000, 10_200, '2');
    turn.emit({
      ...{ kind: 'funding-booked', instrument: LINEAR.id, fundingId: 'p' },
      ...{ amount: amount('0.5', USDT), currency: USDT },
    });
    marked.ticks = 10_200;
    expect(today()).toEqual({
      realised: amount('10', USDT),
      unrealised: amount('0', USDT),
      fees: amount('2', USDT),
      funding: amount('0.5', USDT),
      total: amount('8.5', USDT),
    });
    turn.advance(24 * HOUR_MS);
    expect(day.since).toBe(2 * DAY_MICROS);
  });

  it('begins later where the mark of an open position is missing, and not without it', () => {
    const { day, turn, marked, trade, today } = running();
    trade(1, 10_000);
    turn.advance(24 * HOUR_MS + 4_500);
    expect(day.since).toBe(MICROS_PER_SECOND);
    marked.ticks = 10_001;
    turn.advance(1_000);
    expect(day.since).toBe(DAY_MICROS + 6 * MICROS_PER_SECOND);
    marked.ticks = Number.NaN;
    expect(today()).toMatchObject({ unrealised: null, total: null });
  });

  it('goes on across a restart of the same day, and begins anew after one of another', () => {
    const { day, turn, marked, trade } = running();
    marked.ticks = 10_000;
    trade(1, 10_000);
    const restart = () => turn.send({ kind: 'restart', seed: 1, crashed: true, lastWords: [] });
    turn.advance(HOUR_MS);
    restart();
    expect(turn.factsOf('day-began')).toHaveLength(1);
    turn.advance(23 * HOUR_MS);
    expect(day.since).toBe(DAY_MICROS);
    marked.ticks = Number.NaN;
    turn.advance(26 * HOUR_MS);
    restart();
    expect(day.since).toBe(DAY_MICROS);
    marked.ticks = 10_000;
    turn.advance(1_000);
    expect(turn.factsOf('day-began')).toHaveLength(3);
  });

  it('is the fold of its facts, and goes on from a snapshot', () => {
    const { day, turn, marked, trade, portfolio, marks } = running();
    marked.ticks = 10_010;
    trade(1_000, 10_000, '3');
    turn.advance(24 * HOUR_MS);
    const folded = new TradingDay(portfolio, marks);
    for (const fact of turn.facts) folded.fold(fact);
    expect(folded.snapshot()).toEqual(day.snapshot());
    const restored = new TradingDay(portfolio, marks);
    restored.restore(structuredClone(day.snapshot()));
    const overall = portfolio.pnl(marks);
    expect(restored.today(overall)).toEqual(day.today(overall));
    expect(restored.since).toBe(micros(DAY_MICROS));
  });

  it('takes all of a currency that was not there when the day began', () => {
    const { day } = running();
    const pnl = {
      realised: amount('1', BNB),
      unrealised: null,
      fees: amount('0', BNB),
      funding: amount('0', BNB),
      total: null,
    };
    expect(day.today(new Map([[BNB, pnl]])).get(BNB)).toEqual(pnl);
  });
});
