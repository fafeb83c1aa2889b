/** Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999), for frames that need one code byte. */
export const COBS_MAX_RAW = 253;

/** @returns `raw` without zeros, one byte longer. @throws RangeError for more than {@link COBS_MAX_RAW} bytes. */
export function cobsEncode(raw: Uint8Array): Uint8Array {
  if (raw.length > COBS_MAX_RAW) throw new RangeError(`${raw.length} bytes need more than one code byte`);
  const encoded = new Uint8Array(raw.length + 1);
  let codeAt = 0;
  for (const [index, byte] of raw.entries()) {
    encoded[index + 1] = byte;
    if (byte !== 0) continue;
    encoded[codeAt] = index + 1 - codeAt;
    codeAt = index + 1;
  }
  encoded[codeAt] = encoded.length - codeAt;
  return encoded;
}

/** @returns what was encoded, or null when `encoded` (without the zero at its end) is no such encoding. */
export function cobsDecode(encoded: Uint8Array): Uint8Array | null {
  const raw = Uint8Array.from(encoded.subarray(1));
  let codeAt = 0;
  while (codeAt < encoded.length) {
    const code = encoded[codeAt] ?? 0;
    const next = codeAt + code;
    if (code === 0 || next > encoded.length || encoded.subarray(codeAt + 1, next).includes(0)) return null;
    if (next < encoded.length) raw[next - 1] = 0;
    codeAt = next;
  }
  return encoded.length === 0 ? null : raw;
}
