import { describe, expect, it } from 'vitest';
import { counterVerdict, heapVerdict, loopVerdict, queueVerdict, stageVerdict, utilisationVerdict } from './verdict.ts';

const stage = (name: string, p99: number) => ({ name, samples: 1, p50: 1, p99, p999: p99, max: 1e6 });
const loop = (p99Ms: number, utilisation = 0) => ({ p50Ms: 0, p99Ms, maxMs: 500, utilisation });

describe('what asks for a look', () => {
  it('is a queue that is more than half full, and one that is full is worse', () => {
    expect(queueVerdict({ used: 500, capacity: 1_000 })).toBe('normal');
    expect(queueVerdict({ used: 501, capacity: 1_000 })).toBe('high');
    expect(queueVerdict({ used: 1_000, capacity: 1_000 })).toBe('full');
    expect(queueVerdict({ used: 1_001, capacity: 1_000 })).toBe('full');
    expect(queueVerdict({ used: 0, capacity: 0 })).toBe('normal');
  });

  it('is a heap above 80 % of its limit', () => {
    const heap = (heapUsedBytes: number) => ({ residentBytes: 1, heapUsedBytes, heapLimitBytes: 1_000 });
    expect(heapVerdict(heap(800))).toBe('normal');
    expect(heapVerdict(heap(801))).toBe('high');
  });

  it('is a stage whose p99 is above what is usual for it, whatever its maximum', () => {
    expect(stageVerdict(stage('gate', 100))).toBe('normal');
    expect(stageVerdict(stage('gate', 101))).toBe('high');
    expect(stageVerdict(stage('durable', 101))).toBe('normal');
    expect(stageVerdict(stage('durable', 1_001))).toBe('high');
    expect(stageVerdict(stage('commit', 10_000))).toBe('normal');
    expect(stageVerdict(stage('a newer stage', 1e6))).toBe('normal');
  });

  it('is a loop that is late or that has no reserve', () => {
    expect(loopVerdict(loop(5))).toBe('normal');
    expect(loopVerdict(loop(5.1))).toBe('high');
    expect(utilisationVerdict(loop(0, 0.7))).toBe('normal');
    expect(utilisationVerdict(loop(0, 0.71))).toBe('high');
  });

  it('is a counter of losses that is not 0', () => {
    expect(counterVerdict({ name: 'ticks dropped', value: 0 })).toBe('normal');
    expect(counterVerdict({ name: 'ticks dropped', value: 1 })).toBe('high');
    expect(counterVerdict({ name: 'fills', value: 1_000 })).toBe('normal');
  });
});
