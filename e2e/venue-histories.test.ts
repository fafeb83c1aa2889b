import { describe, expect, it } from 'vitest';
import { runs } from '../src-main/testing/runs.ts';
import { disagreements, type Evidence } from './venue-histories/checks.ts';
import { runOf } from './venue-histories/desk-config.ts';
import { FAULTS } from './venue-histories/fault-menu.ts';
import { type HistoryResult, playHistory } from './venue-histories/history.ts';
import { STAGES } from './venue-histories/order-stages.ts';
import { planOf } from './venue-histories/plan.ts';
import { VenueTruth } from './venue-histories/venue-truth.ts';

const HISTORIES = runs(100);
/** From so many on every fault is sure to have met an order in every stage. */
const ENOUGH_FOR_ALL_PAIRS = 2_000;
const REPEATED = [0, 1, 2];
const HISTORY_MS = 10_000;

function play(seed: number): Promise<HistoryResult> {
  const plan = planOf(seed);
  return playHistory(plan, runOf(plan));
}

/** What somebody needs who has to find out why. */
function story(seed: number, { faults, events }: HistoryResult): string {
  const again = `VENUE_HISTORY_SEED=${seed} npx vitest run e2e/venue-histories.test.ts`;
  return [`history ${seed}, alone: ${again}`, ...faults, 'its last events:', ...events].join('\n');
}

const only = process.env.VENUE_HISTORY_SEED;

describe.skipIf(only === undefined)('one history', () => {
  it('ends with venue, ledger and journal in agreement', async () => {
    const seed = Number(only);
    const result = await play(seed);
    console.log(story(seed, result));
    expect(result.faults).toEqual([]);
  });
});

describe.skipIf(only !== undefined)('a whole desk at a venue where everything goes wrong', () => {
  const pairs = new Set<string>();

  it(
    `ends ${HISTORIES} histories with venue, ledger and journal in agreement`,
    async () => {
      const sum = { orders: 0, fills: 0, crashes: 0 };
      for (let seed = 0; seed < HISTORIES; seed += 1) {
        const result = await play(seed);
        if (result.faults.length > 0) expect.fail(story(seed, result));
        for (const pair of result.pairs) pairs.add(pair);
        for (const name of ['orders', 'fills', 'crashes'] as const) sum[name] += result.counts[name];
      }
      // Desks that do nothing agree as well.
      expect(sum.orders).toBeGreaterThan(20 * HISTORIES);
      expect(sum.fills).toBeGreaterThan(10 * HISTORIES);
      expect(sum.crashes).toBeGreaterThan(HISTORIES / 4);
    },
    HISTORIES * HISTORY_MS,
  );

  it.runIf(HISTORIES >= ENOUGH_FOR_ALL_PAIRS)('had every fault meet an order in every stage', () => {
    const all = FAULTS.flatMap(({ name }) => STAGES.map((stage) => `${name} × ${stage}`));
    expect(all.filter((pair) => !pairs.has(pair))).toEqual([]);
  });

  it.each(REPEATED)('plays history %i twice the same', async (seed) => {
    const [first, second] = [await play(seed), await play(seed)];
    expect(second.hash).toBe(first.hash);
  });
});

describe.skipIf(only !== undefined)('a history that is told wrongly', () => {
  /** The truth with one entry of the venue's log left out, or doubled. */
  function retold({ instruments, log }: Evidence, place: number, times: 0 | 2): VenueTruth {
    const truth = new VenueTruth(instruments);
    for (const [index, entry] of log.entries()) {
      for (let time = 0; time < (index === place ? times : 1); time += 1) truth.take(entry);
    }
    return truth;
  }

  it.each<[string, (evidence: Evidence) => Partial<Evidence>, RegExp]>([
    ['a fill that was lost', (of) => ({ truth: retold(of, lastFill(of), 2) }), /is lost|was booked|holds/],
    ['a fill that never was', (of) => ({ truth: retold(of, lastFill(of), 0) }), /was booked twice, or never happened/],
    ['an order that was sent twice', (of) => ({ truth: retold(of, firstOrder(of), 2) }), /was accepted twice/],
    ['a position of the last door', () => ({ secondCountLots: [1_000_000, 0] }), /the second check says 1000000/],
    ['money', (of) => ({ venueCash: of.venueCash + 1_000_000n }), /^cash: /],
    ['a frame', (of) => ({ frames: of.frames.slice(50) }), /^replayed, /],
    ['a record', (of) => ({ records: of.records.filter((_, place) => place !== of.records.length - 2) }), /./],
  ])('%s: is noticed', async (_what, change, message) => {
    const { evidence, faults } = await play(0);
    expect(faults).toEqual([]);
    if (evidence === null) throw new Error('the history came to no verdict');
    expect(disagreements({ ...evidence, ...change(evidence) })).toContainEqual(expect.stringMatching(message));
  });
});

function lastFill({ log }: Evidence): number {
  return log.findLastIndex(({ kind }) => kind === 'filled');
}

function firstOrder({ log }: Evidence): number {
  return log.findIndex(({ kind }) => kind === 'accepted');
}
