import { describe, expect, it } from 'vitest';
import { parseExactJson } from './exact-json.ts';

describe('exact JSON', () => {
  it('keeps what a double would round, and nothing else, as text', () => {
    const text =
      '{"orderId":8389765512345678901,"time":1571110484038,"price":"0.1","rate":0.5,"list":[9007199254740993]}';
    expect(parseExactJson(text)).toEqual({
      orderId: '8389765512345678901',
      time: 1_571_110_484_038,
      price: '0.1',
      rate: 0.5,
      list: ['9007199254740993'],
    });
  });

  it('reads and refuses everything else as JSON does', () => {
    expect(parseExactJson('[1,{"a":null}]')).toEqual([1, { a: null }]);
    expect(() => parseExactJson('{"orderId":12345678901234567890')).toThrow(SyntaxError);
  });
});
