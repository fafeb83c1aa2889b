import { describe, expect, it } from 'vitest';
import { readIntelHex } from './intel-hex.ts';

const END = ':00000001FF';

describe('Intel HEX', () => {
  it('is read, with either end of line', () => {
    expect([...readIntelHex(`:0300000001020AF0\r\n:01000300FFFD\r\n${END}\r\n`)]).toEqual([1, 2, 10, 255]);
  });

  it.each([
    [`:0300000001020AF1\n${END}`, 'line 1 of the Intel HEX text has a wrong checksum'],
    [`:0300000001020AF0\n:01000400FFFC\n${END}`, 'line 2 of the Intel HEX text does not go on where the image ends'],
    [`:0200000001020AF0\n${END}`, 'line 1 of the Intel HEX text is not a record'],
    ['hello', 'line 1 of the Intel HEX text is not a record'],
    [':0300000001020AF0', 'the Intel HEX text has no end'],
  ])('is refused when damaged: %j', (text, why) => {
    expect(() => readIntelHex(text)).toThrow(why);
  });
});
