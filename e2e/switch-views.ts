import type { SwitchTopic } from '../src-shared/contract/switch.ts';
import { micros } from '../src-shared/domain/time.ts';

/** No switch, where somebody had to accept that. */
export const WAIVED_SWITCH: SwitchTopic = {
  ...{ kind: 'none', waiver: { operator: 'ann', reason: 'it is being mended' } },
  ...{ state: 'none', isShut: false, board: null, trips: [] },
  drill: { phase: 'none', pressWithinMs: null, past: [] },
};

/** A real switch with all that can be wrong with one, in the middle of its reset. As of `now`, µs. */
export function trippedSwitch(now: number): SwitchTopic {
  const ago = (seconds: number) => micros(Math.round(now) - seconds * 1_000_000);
  return {
    ...{ kind: 'real', waiver: null, state: 'tripped', isShut: true },
    board: {
      port: '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0',
      ...{ link: 'lost', why: 'the switch has been silent for 512 ms', heartbeatAgeMs: null },
      lamps: [
        { colour: 'red', pattern: 'double' },
        { colour: 'yellow', pattern: 'fast' },
        { colour: 'green', pattern: 'dark' },
        { colour: 'blue', pattern: 'dark' },
      ],
      latch: 'tripped',
      causes: ['button', 'tamper'],
      standing: ['button', 'tamper'],
      firmware: { version: '1.0.0', hash: '9eaa0b9bbff4d1ae' },
      selfTest: { failed: ['lamps', 'eeprom'], resetCauses: ['brown-out'] },
      counters: [
        { name: 'frames sent', value: 1_842_113 },
        { name: 'frames received', value: 1_842_099 },
        { name: 'bad frames', value: 3 },
        { name: 'bad tags', value: 1 },
        { name: 'starts', value: 41 },
      ],
      answer: 'reset: refused',
    },
    trips: [
      {
        ...{ at: ago(9), trip: 3, cause: 'button, tamper', isDrill: false },
        detail: 'the switch says that it is tripped: button, tamper',
      },
      {
        ...{ at: ago(4_000), trip: 2, cause: 'unplugged', isDrill: false },
        detail: 'the port was closed: the device was disconnected',
      },
      {
        ...{ at: ago(200_000), trip: 1, cause: 'button', isDrill: true },
        detail: 'the switch says that it is tripped: button',
      },
    ],
    drill: {
      ...{ phase: 'none', pressWithinMs: null },
      past: [
        { at: ago(4_100), outcome: 'not-pressed', from: 'frame', shutMs: null, cancelledMs: null, provenMs: null },
        { at: ago(90_000), outcome: 'not-proven', from: 'frame', shutMs: 0.4, cancelledMs: 61.3, provenMs: null },
        { at: ago(200_000), outcome: 'measured', from: 'edge', shutMs: 8.2, cancelledMs: 44.9, provenMs: 1_204.5 },
      ],
    },
  };
}
