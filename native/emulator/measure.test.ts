import { describe, expect, it } from 'vitest';
import { slowRuns } from '../../src-main/testing/runs.ts';
import { measureSwitch } from './measure.ts';

describe('the firmware', () => {
  it('keeps to its budget of flash, memory and time', () => {
    const figures = measureSwitch(slowRuns(20));
    expect(figures.flashBytes).toBeLessThan(16 * 1024);
    expect(figures.staticRamBytes).toBeLessThan(1024);
    expect(figures.staticRamBytes + figures.stackBytes).toBeLessThan(2048 - 512);
    expect(figures.longestLoopUs).toBeLessThan(2_000);
    // 5 ms still, 0.5 ms to the next sample, 1 ms for the tag, 2 ms on the line, and a heartbeat that may be in its way.
    expect(Math.max(...figures.edgeToStopUs)).toBeLessThan(13_000);
    expect(Math.min(...figures.edgeToStopUs)).toBeGreaterThan(5_000);
  });
});
