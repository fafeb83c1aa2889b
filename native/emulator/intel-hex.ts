const RECORD = /^:([0-9A-F]{2})([0-9A-F]{4})([0-9A-F]{2})((?:[0-9A-F]{2})*)([0-9A-F]{2})$/i;
const DATA = 0x00;
const END = 0x01;
/** Start addresses: a chip that starts at its reset vector has no use for them. */
const START_ADDRESSES = [0x03, 0x05];

/**
 * The bytes of an Intel HEX text that starts at address 0 and has no gaps.
 * @throws Error that names the line of a record that is damaged, out of its place or of another kind.
 */
export function readIntelHex(text: string): Uint8Array {
  const image: number[] = [];
  for (const [index, line] of text.trimEnd().split(/\r?\n/).entries()) {
    const where = `line ${index + 1} of the Intel HEX text`;
    const [, length = '', address = '', type = '', data = ''] = RECORD.exec(line) ?? [];
    const bytes = [...Buffer.from(line.slice(1), 'hex')];
    if (type === '' || bytes.length !== Number.parseInt(length, 16) + 5) throw new Error(`${where} is not a record`);
    if (bytes.reduce((sum, byte) => sum + byte, 0) % 256 !== 0) throw new Error(`${where} has a wrong checksum`);
    const kind = Number.parseInt(type, 16);
    if (kind === END) return Uint8Array.from(image);
    if (START_ADDRESSES.includes(kind)) continue;
    if (kind !== DATA || Number.parseInt(address, 16) !== image.length) {
      throw new Error(`${where} does not go on where the image ends`);
    }
    image.push(...Buffer.from(data, 'hex'));
  }
  throw new Error('the Intel HEX text has no end');
}
