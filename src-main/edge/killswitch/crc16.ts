const START = 0xffff;
const POLYNOMIAL = 0x1021;
const TOP_BIT = 0x8000;
const MASK = 0xffff;

/** CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, nothing reflected, nothing inverted. */
export function crc16(bytes: Uint8Array): number {
  let crc = START;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ ((crc & TOP_BIT) === 0 ? 0 : POLYNOMIAL)) & MASK;
  }
  return crc;
}
