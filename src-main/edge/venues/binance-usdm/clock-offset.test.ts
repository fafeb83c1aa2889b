import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runs } from '../../../testing/runs.ts';
import { ClockOffset } from './clock-offset.ts';
import type { Outcome } from './outcome.ts';

const EPOCH_MS = 1_800_000_000_000;

/** A venue whose clock is `offsetMs` ahead of the machine's, and whose answers take their time. */
function world() {
  const state = { nowMs: EPOCH_MS, offsetMs: 0, thereMs: 5, backMs: 5, outcome: null as Outcome | null };
  const told: string[] = [];
  let calls = 0;
  const clock = new ClockOffset({
    machineMs: () => state.nowMs,
    told: (news) => told.push(news),
    calls: {
      call: async (call) => {
        calls += 1;
        expect(call).toMatchObject({ method: 'GET', path: '/fapi/v1/time', security: 'none' });
        state.nowMs += state.thereMs;
        const serverTime = Math.floor(state.nowMs + state.offsetMs);
        state.nowMs += state.backMs;
        return state.outcome ?? { kind: 'answered', json: { serverTime } };
      },
    },
  });
  return { state, told, clock, calls: () => calls };
}

describe("the venue's clock", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is this machine's until it was measured", () => {
    const { clock, state } = world();
    state.nowMs = EPOCH_MS + 0.75;
    expect(clock.nowMs()).toBe(EPOCH_MS);
    expect(clock.estimate).toBeNull();
  });

  it('is measured three times at first, and every half minute from then on', async () => {
    const { clock, calls } = world();
    expect(await clock.start()).toBe(true);
    expect(calls()).toBe(3);
    await vi.advanceTimersByTimeAsync(90_000);
    expect(calls()).toBe(6);
    clock.close();
    await vi.advanceTimersByTimeAsync(90_000);
    expect(calls()).toBe(6);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lies within the stated uncertainty, whatever the ways there and back take', async () => {
    const ms = fc.double({ min: 0, max: 500, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: -3_600_000, max: 3_600_000, noNaN: true }),
        fc.array(fc.record({ thereMs: ms, backMs: ms, laterMs: fc.nat({ max: 60_000 }) }), {
          minLength: 1,
          maxLength: 20,
        }),
        async (offsetMs, ways) => {
          const { clock, state, told } = world();
          state.offsetMs = offsetMs;
          for (const { thereMs, backMs, laterMs } of ways) {
            Object.assign(state, { thereMs, backMs });
            await clock.measureNow();
            state.nowMs += laterMs;
            const { offsetMs: estimated, uncertaintyMs } = clock.estimate ?? { offsetMs: Number.NaN, uncertaintyMs: 0 };
            // A millisecond of this epoch is exact to some 10⁻⁴ ms in a double.
            expect(Math.abs(estimated - offsetMs)).toBeLessThanOrEqual(uncertaintyMs + 0.001);
            const errorMs = clock.nowMs() - (state.nowMs + offsetMs);
            expect(Math.abs(errorMs)).toBeLessThanOrEqual(uncertaintyMs + 1.001);
          }
          const best = Math.min(...ways.map(({ thereMs, backMs }) => thereMs + backMs));
          const age = ways.reduce((sum, { thereMs, backMs, laterMs }) => sum + thereMs + backMs + laterMs, 0);
          expect(clock.estimate?.uncertaintyMs).toBeLessThanOrEqual((best + 1) / 2 + age * 1e-4 + 0.001);
          expect(told).toEqual([]);
          clock.close();
        },
      ),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('is found anew when either clock was set', async () => {
    const { clock, state, told } = world();
    await clock.start();
    for (const offsetMs of [3_600_000, -250]) {
      state.offsetMs = offsetMs;
      await clock.measureNow();
      expect(clock.estimate?.offsetMs).toBeCloseTo(offsetMs, -1);
      expect(Math.abs(clock.nowMs() - state.nowMs - offsetMs)).toBeLessThanOrEqual(6);
    }
    expect(told).toHaveLength(2);
    expect(told[0]).toContain('was set');
    clock.close();
  });

  it('follows a slow drift without taking it for a step', async () => {
    const { clock, state, told } = world();
    await clock.start();
    for (let measured = 0; measured < 100; measured += 1) {
      state.nowMs += 30_000;
      state.offsetMs += 30_000 * 0.5e-4;
      await clock.measureNow();
      const { offsetMs, uncertaintyMs } = clock.estimate ?? { offsetMs: 0, uncertaintyMs: 0 };
      expect(Math.abs(offsetMs - state.offsetMs)).toBeLessThanOrEqual(uncertaintyMs);
    }
    expect(told).toEqual([]);
    clock.close();
  });

  it('gets less certain while the venue does not tell it, is asked for sooner, and keeps its estimate', async () => {
    const { clock, state, told, calls } = world();
    await clock.start();
    const before = clock.estimate;
    state.outcome = { kind: 'unknown', reason: 'timed out' };
    await vi.advanceTimersByTimeAsync(30_000);
    expect(calls()).toBe(4);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(calls()).toBe(6);
    state.nowMs += 100_000;
    expect(clock.estimate?.offsetMs).toBeCloseTo(before?.offsetMs ?? 0, 6);
    expect(clock.estimate?.uncertaintyMs).toBeGreaterThan((before?.uncertaintyMs ?? 0) + 9);
    expect(told).toEqual(["the venue's clock could not be read: timed out"]);
    state.outcome = null;
    await vi.advanceTimersByTimeAsync(2_000);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(calls()).toBe(7);
    clock.close();
  });

  it.each<[string, Outcome]>([
    ['nothing', { kind: 'answered', json: null }],
    ['no time', { kind: 'answered', json: { serverTime: 'soon' } }],
    ['a refusal', { kind: 'refused', code: -1003, message: 'Too many requests' }],
  ])('is not known by %s', async (_what, outcome) => {
    const { clock, state, told } = world();
    state.outcome = outcome;
    expect(await clock.start()).toBe(false);
    expect(clock.estimate).toBeNull();
    expect(told).toHaveLength(1);
    clock.close();
  });

  it('is asked for once when two ask at the same time', async () => {
    const { clock, calls } = world();
    await Promise.all([clock.measureNow(), clock.measureNow()]);
    expect(calls()).toBe(1);
    expect(vi.getTimerCount()).toBe(1);
    clock.close();
  });
});
