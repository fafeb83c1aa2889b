import { describe, expect, it } from 'vitest';
import { FAILURE_SLOT_BYTES, FailureSlot } from './failure-slot.ts';

const OFFSET = 8;
const memory = () => new SharedArrayBuffer(OFFSET + FAILURE_SLOT_BYTES);

describe('a slot for a failure', () => {
  it('is empty until something fails, and then keeps the first, for whoever looks', () => {
    const shared = memory();
    const [worker, desk] = [new FailureSlot(shared, OFFSET), new FailureSlot(shared, OFFSET)];
    expect(desk.isSet).toBe(false);
    expect(desk.read()).toBeUndefined();
    expect(worker.set({ code: 'ENOSPC', text: 'the disk is full: “data”' })).toBe(true);
    expect(desk.set({ code: 'WORKER_ENDED', text: 'its thread ended' })).toBe(false);
    expect(desk.isSet).toBe(true);
    expect(desk.read()).toEqual({ code: 'ENOSPC', text: 'the disk is full: “data”' });
  });

  it.each(['x', '\u0001', '€', '𝄞'])('takes any text, if not all of it: %j', (character) => {
    const slot = new FailureSlot(memory(), OFFSET);
    const long = character.repeat(10_000);
    slot.set({ code: long, text: long });
    const { code = '', text = '' } = slot.read() ?? {};
    expect(long.startsWith(code) && code.length).toBe(100);
    expect(long.startsWith(text) && text.length).toBe(500);
  });
});
