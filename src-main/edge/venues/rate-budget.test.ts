import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { type BudgetLimit, type BudgetUse, RateBudget, type Rest } from './rate-budget.ts';

const WEIGHT: BudgetLimit = { name: 'weight', counts: 'weight', limit: 100, intervalMs: 60_000, reserved: 20 };
const ORDERS: BudgetLimit = { name: 'orders', counts: 'orders', limit: 5, intervalMs: 10_000, reserved: 0 };

function budgetAt(limits: readonly BudgetLimit[] = [WEIGHT, ORDERS]) {
  const clock = { ms: 1_000_000 };
  const rests: Rest[] = [];
  const budget = new RateBudget(
    limits,
    () => clock.ms,
    (rest) => rests.push(rest),
  );
  return { budget, clock, rests, used: (name: string) => budget.status().find((limit) => limit.name === name)?.used };
}

test('keeps the reserve for cancels, and half of it from questions', () => {
  const { budget } = budgetAt([WEIGHT]);
  expect(budget.take('data', 80)).toBeNull();
  expect(budget.take('data', 1)).toBe('weight: 80 of 100 are used, and the last 20 are kept for what is more urgent');
  expect(budget.take('question', 10)).toBeNull();
  expect(budget.take('question', 1)).toContain('90 of 100 are used');
  expect(budget.take('cancel', 10)).toBeNull();
});

test('never refuses a cancel below a ban, and counts what goes beyond the limit', () => {
  const { budget, clock, used } = budgetAt([WEIGHT]);
  budget.take('cancel', 100);
  expect(budget.take('cancel', 1)).toBeNull();
  expect([budget.overdraft, used('weight')]).toEqual([1, 101]);
  budget.close({ untilMs: clock.ms + 5_000, banned: false, reason: 'too much' });
  expect(budget.take('order', 0)).toBe('too much: nothing is sent for another 5 s');
  expect(budget.take('cancel', 1)).toBeNull();
  budget.close({ untilMs: clock.ms + 9_000, banned: true, reason: 'banned' });
  expect(budget.take('cancel', 1)).toContain('banned');
  clock.ms += 9_000;
  expect(budget.resting()).toBeNull();
});

test('counts orders, and forgets them when the window has slid over them', () => {
  const { budget, clock, used } = budgetAt();
  for (let order = 0; order < 5; order += 1) expect(budget.take('order', 0)).toBeNull();
  expect(budget.take('order', 0)).toContain('orders: 5 of 5');
  clock.ms += 10_000;
  expect(used('orders')).toBe(5);
  clock.ms += 200;
  expect(used('orders')).toBe(0);
  expect(budget.take('order', 0)).toBeNull();
});

test("believes the venue's count, but for what was sent since", () => {
  const { budget, clock, used } = budgetAt([WEIGHT]);
  budget.take('data', 30);
  clock.ms += 5_000;
  budget.take('data', 10);
  const sentAtMs = clock.ms;
  clock.ms += 3_000;
  budget.take('data', 7);
  // Somebody else spends from the same address.
  budget.heard([{ name: 'weight', count: 60 }], sentAtMs);
  expect(used('weight')).toBe(60);
  // The venue's own window began anew.
  budget.heard([{ name: 'weight', count: 10 }], sentAtMs);
  expect(used('weight')).toBe(40);
  budget.heard([{ name: 'nothing of ours', count: 99 }], sentAtMs);
  expect(used('weight')).toBe(40);
});

test('tells of each rest once, and keeps the longer one', () => {
  const { budget, clock, rests } = budgetAt();
  budget.close({ untilMs: clock.ms + 9_000, banned: false, reason: 'long' });
  budget.close({ untilMs: clock.ms + 5_000, banned: false, reason: 'short' });
  expect([budget.resting()?.reason, rests.length]).toEqual(['long', 1]);
});

test('takes over what is used when the limits become known', () => {
  const { budget, used } = budgetAt([WEIGHT]);
  budget.take('data', 50);
  budget.setLimits([{ ...WEIGHT, limit: 60, reserved: 0 }, ORDERS]);
  expect([used('weight'), used('orders')]).toEqual([50, 0]);
  expect(budget.take('data', 11)).toContain('50 of 60');
});

type Step =
  | { readonly take: BudgetUse; readonly weight: number }
  | { readonly pass: number }
  | { readonly count: number; readonly ago: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    take: fc.constantFrom<BudgetUse[]>('order', 'cancel', 'question', 'data'),
    weight: fc.integer({ min: 0, max: 40 }),
  }),
  fc.record({ pass: fc.integer({ min: 0, max: 70_000 }) }),
  fc.record({ count: fc.integer({ min: 0, max: 150 }), ago: fc.integer({ min: 0, max: 70_000 }) }),
);

test('an order never takes the reserve, what is used is never negative, and no window forgets early', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { budget, clock, used } = budgetAt();
      let own: { readonly atMs: number; readonly weight: number }[] = [];
      let hasHeard = false;
      for (const step of steps) {
        if ('pass' in step) clock.ms += step.pass;
        else if ('count' in step) {
          hasHeard = true;
          budget.heard([{ name: 'weight', count: step.count }], clock.ms - step.ago);
          expect(used('weight')).toBeGreaterThanOrEqual(step.count);
        } else {
          const before = used('weight') ?? Number.NaN;
          const refusal = budget.take(step.take, step.weight);
          if (step.take === 'cancel') expect(refusal).toBeNull();
          if (refusal !== null) {
            expect(used('weight')).toBe(before);
            continue;
          }
          own.push({ atMs: clock.ms, weight: step.weight });
          const most = { order: 80, data: 80, question: 90, cancel: Number.POSITIVE_INFINITY }[step.take];
          if (step.weight > 0) expect(used('weight')).toBeLessThanOrEqual(most);
        }
        own = own.filter(({ atMs }) => atMs > clock.ms - WEIGHT.intervalMs);
        const within = own.reduce((sum, { weight }) => sum + weight, 0);
        expect(used('weight')).toBeGreaterThanOrEqual(hasHeard ? 0 : within);
      }
      clock.ms += 2 * WEIGHT.intervalMs;
      expect(used('weight')).toBe(0);
    }),
    { seed: 42, numRuns: runs(300) },
  );
});
