import { describe, expect, it } from 'vitest';
import { createStopFlag, StopFlag } from './stop-flag.ts';

describe('the stop flag', () => {
  it('is seen by everyone who shares its memory, and stays set', () => {
    const memory = createStopFlag();
    const [one, other] = [new StopFlag(memory), new StopFlag(memory)];
    expect(one.isSet).toBe(false);
    other.set();
    other.set();
    expect(one.isSet).toBe(true);
    expect(new StopFlag(memory).isSet).toBe(true);
    expect(new StopFlag(createStopFlag()).isSet).toBe(false);
  });
});
