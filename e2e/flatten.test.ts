import { describe, expect, it } from 'vitest';
import { simulatedInstruments } from '../src-main/app/config/simulated-exchange.ts';
import { RESTLESS } from '../src-main/app/desk/fixtures.ts';
import { createPaperDesk } from '../src-main/app/paper-desk.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import type { OperatorCommand } from '../src-main/core/engine/input.ts';
import { runIdentity } from '../src-main/research/run-identity.ts';
import { runs } from '../src-main/testing/runs.ts';
import { afterMs, MICROS_PER_SECOND, micros } from '../src-shared/domain/time.ts';
import { PAPER } from './paper-run.ts';

const START_AT = micros(1_700_000_000 * MICROS_PER_SECOND);
const INSTRUMENTS = simulatedInstruments(PAPER);
const TRADED = INSTRUMENTS[0].id;

/** A desk that trades a generated market, and an operator. */
function trading(seed: number) {
  const facts: Fact[] = [];
  const config = { ...PAPER, strategies: { marketMaker: RESTLESS } };
  const market = { kind: 'closed', seed, startAt: START_AT } as const;
  const observer = { fact: (fact: Fact) => void facts.push(fact) };
  const desk = createPaperDesk({ config, instruments: INSTRUMENTS, strategy: 'market-maker', market, observer });
  desk.start(START_AT, seed, runIdentity(seed));
  const operate = (command: OperatorCommand, commandId: string): void => {
    const by = { commandId, operator: 'ada', reason: 'a test' };
    desk.deliver({ kind: 'operator', seq: 0, at: desk.now, ...by, command });
  };
  const run = (ms: number): void => desk.runUntil(afterMs(desk.now, ms));
  return { desk, facts, operate, run };
}

describe('a desk that trades is flattened', () => {
  it('through both doors, in whatever mode allows it, and nothing opens again', () => {
    let closed = 0;
    for (let seed = 1; seed <= runs(6); seed += 1) {
      const { desk, facts, operate, run } = trading(seed);
      const { core } = desk;
      run(20_000);
      while (core.portfolio.lots(TRADED) === 0 && core.lastSeq < 1_000_000) run(100);
      if (seed % 2 === 0) operate({ type: 'set-mode', mode: 'pause' }, 'pause');
      const from = facts.length;
      operate({ type: 'flatten', instruments: null }, 'flatten');
      run(5_000);
      const made = facts.slice(from);
      const ends = made.filter((fact) => fact.kind === 'flatten-ended');
      expect(ends).toMatchObject([{ outcome: 'flat', instrument: TRADED }]);
      expect([core.portfolio.lots(TRADED), core.orders.open(TRADED).length]).toEqual([0, 0]);
      const intended = made.flatMap((fact) => (fact.kind === 'order-intended' ? [fact] : []));
      expect(intended.map(({ origin, order }) => [origin, order.reduceOnly])).toEqual(
        intended.map(() => ['operator', true]),
      );
      // A quote that was under way may still be refused: it is the exits that may not.
      const exits = new Set(intended.map(({ order }) => order.clientOrderId));
      const rejected = made.filter((fact) => fact.kind === 'order-rejected' && exits.has(fact.clientOrderId));
      expect(rejected).toEqual([]);
      closed += intended.length;
      run(30_000);
      expect(core.portfolio.lots(TRADED)).toBe(0);
      expect(core.portfolio.ledgerBalanced()).toBe(true);
    }
    expect(closed).toBeGreaterThanOrEqual(runs(6) - 1);
  });
});
