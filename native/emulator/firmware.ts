import { readFileSync } from 'node:fs';
import { readIntelHex } from './intel-hex.ts';

const BUILD = new URL('../firmware/build/', import.meta.url);
const SEAL_BYTES = 8;

export interface Firmware {
  readonly hex: string;
  /** The program without its seal. */
  readonly image: Uint8Array;
  /** What a board with this program reports as its firmware's hash, hexadecimal. */
  readonly hash: string;
  /** As the build measured it. */
  readonly flashBytes: number;
  readonly staticRamBytes: number;
  readonly compiler: string;
}

/** The firmware that belongs to this desk. @throws Error when its files are missing or do not fit each other. */
export function readFirmware(): Firmware {
  const hex = readFileSync(new URL('killswitch.hex', BUILD), 'utf8');
  const sealed = readIntelHex(hex);
  const toolchain = readFileSync(new URL('toolchain.txt', BUILD), 'utf8');
  const [compiler, flash, ram] = [/^(.+)\n/, /^flash (\d+) bytes$/m, /^static ram (\d+) bytes$/m].map(
    (pattern) => pattern.exec(toolchain)?.[1],
  );
  if (compiler === undefined || Number(flash) !== sealed.length || ram === undefined) {
    throw new Error(
      'native/firmware/build/toolchain.txt does not describe killswitch.hex: run make in native/firmware',
    );
  }
  return {
    hex,
    image: sealed.slice(0, -SEAL_BYTES),
    hash: Buffer.from(sealed.slice(-SEAL_BYTES)).toString('hex'),
    flashBytes: sealed.length,
    staticRamBytes: Number(ram),
    compiler,
  };
}
