import { randomBytes } from 'node:crypto';
import { EmulatedBoard } from '../../../native/emulator/board.ts';
import type { Firmware } from '../../../native/emulator/firmware.ts';
import { CHALLENGE_NONCE_BYTES } from '../../edge/killswitch/frame.ts';
import { SwitchSession } from '../../edge/killswitch/switch-session.ts';

/** Of the board's own time; it passes some ten times faster than the wall's. */
const STEP_LIMIT_MS = 5_000;
const US_PER_MS = 1_000;

/**
 * Unpacks an emulated switch: it comes tripped and without a key, is paired with `key`, and reset.
 * @returns its EEPROM. @throws Error when the firmware does not do that.
 */
export function newBoard(firmware: Firmware, key: Uint8Array): Uint8Array {
  const board = new EmulatedBoard({ hex: firmware.hex });
  let hasAnswered = false;
  const session = (ofKey: Uint8Array | null): SwitchSession =>
    new SwitchSession({
      key: ofKey,
      firmwareHashes: [firmware.hash],
      nowMs: () => board.timeUs / US_PER_MS,
      write: (bytes) => board.send(bytes),
      randomChallenge: () => randomBytes(CHALLENGE_NONCE_BYTES),
      onEvent: ({ type }) => {
        hasAnswered ||= type === 'result';
      },
    });
  let desk = session(null);
  board.onBytes = (bytes) => desk.receive(bytes);
  const waitFor = (what: string, isSo: () => boolean): void => {
    for (let passed = 0; passed < STEP_LIMIT_MS && !isSo(); passed += 1) {
      board.run(US_PER_MS);
      desk.tick();
    }
    if (!isSo()) throw new Error(`an emulated kill switch could not be made ready: it is not ${what}`);
  };
  const latch = () => desk.view.status?.latch;
  board.powerOn();
  waitFor('greeting', () => desk.view.hello !== null);
  desk.pair(key);
  waitFor('paired', () => hasAnswered);
  desk = session(key);
  waitFor('ready for its reset', () => latch() === 'may-reset');
  desk.requestReset();
  waitFor('armed for its reset', () => latch() === 'reset-armed');
  board.holdReset();
  waitFor('reset', () => latch() === 'clear');
  return board.eeprom.bytes.slice();
}
