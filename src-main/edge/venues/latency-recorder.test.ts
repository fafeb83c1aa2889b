import { describe, expect, it } from 'vitest';
import { LatencyRecorder } from './latency-recorder.ts';

describe('recorded latencies', () => {
  it('are summed up by name, in milliseconds', () => {
    const recorder = new LatencyRecorder();
    for (let ms = 1; ms <= 100; ms += 1) recorder.record('place', ms);
    recorder.record('cancel', 0.25);
    const [place, cancel] = recorder.summary();
    expect(place).toMatchObject({ name: 'place', samples: 100 });
    expect(place?.p50).toBeCloseTo(50, 0);
    expect(place?.p99).toBeCloseTo(99, 0);
    expect(place?.max).toBeCloseTo(100, 0);
    expect(cancel).toEqual({ name: 'cancel', samples: 1, p50: 0.25, p99: 0.25, max: 0.25 });
  });

  it('take whatever was measured: a clock that went back and an answer after hours stop nothing', () => {
    const recorder = new LatencyRecorder();
    recorder.record('query', -3);
    recorder.record('query', 1e9);
    expect(recorder.summary()).toMatchObject([{ samples: 2, max: 60_000 }]);
  });
});
