import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzyFilter, fuzzyScore } from './fuzzy.ts';

describe('fuzzyScore', () => {
  it('finds letters in order, whatever their case, and nothing else', () => {
    expect(fuzzyScore('CNCL', 'Cancel all orders')).not.toBeNull();
    expect(fuzzyScore('lcnc', 'Cancel')).toBeNull();
    expect(fuzzyScore('cancelx', 'Cancel')).toBeNull();
    expect(fuzzyScore('', 'anything')).not.toBeNull();
  });

  it('finds any letters that were picked from a text in order', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ]{1,30}$/), fc.array(fc.boolean()), (text, picks) => {
        const query = [...text].filter((_, place) => picks[place] === true).join('');
        expect(fuzzyScore(query, text)).not.toBeNull();
      }),
    );
  });
});

describe('fuzzyFilter', () => {
  const texts = ['Show Orders & fills', 'Go to Reduce', 'Cancel all open orders', 'Flatten everything'];

  it('puts beginnings of words first', () => {
    expect(fuzzyFilter('re', texts, String)[0]).toBe('Go to Reduce');
    expect(fuzzyFilter('cao', texts, String)).toEqual(['Cancel all open orders']);
  });

  it('prefers letters that follow each other', () => {
    expect(fuzzyFilter('flat', ['fxlxaxt', 'xxxflat'], String)[0]).toBe('xxxflat');
  });

  it('keeps the order where nothing is asked', () => {
    expect(fuzzyFilter(' ', ['a long one', 'b', 'a'], String)).toEqual(['a long one', 'b', 'a']);
  });
});
