import { crc16 } from '../../src-main/edge/killswitch/crc16.ts';
import { CAUSES, type Cause } from '../../src-main/edge/killswitch/messages.ts';
import { EEPROM_BYTES } from './eeprom-cells.ts';

/** As native/firmware/core/storage.h and latch.c have it. */
const KEY_ADDRESS = 0;
const LATCH = { address: 64, slots: 16, stride: 8 } as const;
const ERASED = 0xff;
const NOTHING_STORED = ERASED & ~(1 << CAUSES.indexOf('storage'));

/** Puts `bytes` and their checksum at `address`. */
function put(eeprom: Uint8Array, address: number, bytes: Uint8Array): void {
  eeprom.set(bytes, address);
  new DataView(eeprom.buffer, eeprom.byteOffset).setUint16(address + bytes.length, crc16(bytes), true);
}

/** The EEPROM of a board that was paired with `key`, reset, and never tripped since. */
export function pairedEeprom(key: Uint8Array): Uint8Array {
  const eeprom = new Uint8Array(EEPROM_BYTES).fill(ERASED);
  put(eeprom, KEY_ADDRESS, key);
  put(eeprom, LATCH.address + 1, Uint8Array.of(1, 0, 0, 0));
  return eeprom;
}

/** What the latch in an EEPROM holds, whatever its board says: the mark of the newest record whose checksum is right. */
export function latchedCauses(eeprom: Uint8Array): readonly Cause[] {
  let newest = { sequence: 0, mark: NOTHING_STORED };
  for (let slot = 0; slot < LATCH.slots; slot += 1) {
    const at = LATCH.address + slot * LATCH.stride;
    const record = new DataView(eeprom.buffer, eeprom.byteOffset + at, LATCH.stride);
    const sequence = record.getUint32(1, true);
    const isWhole = crc16(eeprom.subarray(at + 1, at + 5)) === record.getUint16(5, true);
    if (isWhole && sequence > newest.sequence) newest = { sequence, mark: record.getUint8(0) };
  }
  return CAUSES.filter((_, bit) => ((newest.mark >> bit) & 1) === 0);
}
