import { describe, expect, it } from 'vitest';
import { Latencies } from './latencies.ts';
import { SAMPLE_EVERY, StageProbe } from './stage-probe.ts';

function inputs(probe: StageProbe, count: number): void {
  for (let input = 0; input < count; input += 1) {
    probe.begin(true);
    probe.reached('book');
    if (input % 2 === 1) {
      probe.reached('intent');
      probe.reached('gate');
    }
  }
}

describe('the stage probe', () => {
  it('measures one market frame in SAMPLE_EVERY, and only the stages that it reached', () => {
    const probe = new StageProbe();
    inputs(probe, SAMPLE_EVERY * 10);
    const { book, intent, gate } = probe.latencies();
    expect([book?.samples, intent?.samples, gate?.samples]).toEqual([10, 10, 10]);
    expect(book?.max).toBeGreaterThan(0);
    expect(book?.p50).toBeLessThanOrEqual(book?.p999 ?? 0);
  });

  it('measures every input that is no market frame', () => {
    const probe = new StageProbe();
    for (let input = 0; input < 5; input += 1) {
      probe.begin(false);
      probe.reached('intent');
    }
    expect(probe.latencies().intent?.samples).toBe(5);
  });

  it('says nothing of a stage that was never reached', () => {
    const probe = new StageProbe();
    inputs(probe, SAMPLE_EVERY - 1);
    expect(probe.latencies()).toEqual({});
  });

  it("records into the desk's own latencies, beside the stages behind the core", () => {
    const recorded = new Latencies();
    recorded.record('commit', 1);
    inputs(new StageProbe(1, recorded), 2);
    expect(Object.keys(recorded.summary())).toEqual(['book', 'intent', 'gate', 'commit']);
  });
});
