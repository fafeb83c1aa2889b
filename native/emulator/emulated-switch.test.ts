import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type SwitchEvent, SwitchSession } from '../../src-main/edge/killswitch/switch-session.ts';
import { pairedEeprom } from './eeprom-layout.ts';
import { EmulatedSwitch } from './emulated-switch.ts';
import { FIRMWARE, KEY, readyEeprom } from './fixtures.ts';

const WAIT = { timeout: 20_000, interval: 5 };
const open: { end(): void }[] = [];

function emulatedDesk() {
  const device = new EmulatedSwitch({ hex: FIRMWARE.hex, eeprom: pairedEeprom(KEY) });
  const events: SwitchEvent[] = [];
  const closed: string[] = [];
  const port = device.open({ onBytes: (bytes) => session.receive(bytes), onClosed: (why) => closed.push(why) });
  const session: SwitchSession = new SwitchSession({
    key: KEY,
    firmwareHashes: [FIRMWARE.hash],
    nowMs: () => performance.now(),
    write: (bytes) => port.write(bytes),
    randomChallenge: () => randomBytes(8),
    onEvent: (event) => events.push(event),
  });
  const ticks = setInterval(() => session.tick(), 20);
  open.push(device, { end: () => clearInterval(ticks) });
  return { device, session, events, closed, port };
}

afterEach(() => {
  for (const one of open.splice(0)) one.end();
});

describe('the emulated switch, in real time', () => {
  it('is live soon after it was opened, and tells of its button', async () => {
    const { device, session, events } = emulatedDesk();
    await vi.waitFor(() => expect(session.isFine).toBe(true), WAIT);
    device.board.press();
    await vi.waitFor(() => expect(events).toContainEqual({ type: 'stop', causes: ['button'], proven: true }), WAIT);
  });

  it('is held by one desk at a time', async () => {
    const { device, port } = emulatedDesk();
    const handlers = { onBytes: () => {}, onClosed: () => {} };
    expect(() => device.open(handlers)).toThrow('is held by another desk');
    await port.close();
    expect(device.open(handlers).name).toBe('the emulated switch');
  });

  it('tells when it is unplugged, and stays tripped over that', async () => {
    const { device, session, closed } = emulatedDesk();
    await vi.waitFor(() => expect(session.isFine).toBe(true), WAIT);
    device.board.press();
    await vi.waitFor(() => expect(session.view.status?.latch).toBe('tripped'), WAIT);
    device.unplug();
    expect(closed).toEqual(['the emulated switch was unplugged']);
    expect(() => device.open({ onBytes: () => {}, onClosed: () => {} })).toThrow('plug it in');
    device.board.release();
    device.plug();
    device.open({ onBytes: (bytes) => session.receive(bytes), onClosed: () => {} });
    await vi.waitFor(() => expect(session.view.hello).toMatchObject({ boots: 2, causes: ['button'] }), WAIT);
  });
});

describe('the EEPROM that an emulated switch starts with', () => {
  it('has the key and the latch where the firmware writes them', () => {
    const [made, written] = [pairedEeprom(KEY), readyEeprom()];
    const latchSlot = 64;
    expect([...made.subarray(0, 18)]).toEqual([...written.subarray(0, 18)]);
    expect([...made.subarray(latchSlot, latchSlot + 7)]).toEqual([...written.subarray(latchSlot, latchSlot + 7)]);
  });
});
