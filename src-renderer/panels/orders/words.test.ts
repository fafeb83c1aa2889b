import { describe, expect, it } from 'vitest';
import { ORDER_VIEW_STATUSES } from '../../../src-shared/contract/topics.ts';
import { compareDecimals, readable, statusText, statusTone } from './words.ts';

describe('the words of orders', () => {
  it('gives what went wrong a tone and a shape that no regular end has', () => {
    const marksOf = (tones: readonly string[]): string[] =>
      ORDER_VIEW_STATUSES.filter((status) => tones.includes(statusTone(status))).map((status) =>
        statusText(status).slice(0, 1),
      );
    const wrong = marksOf(['warning', 'danger']);
    // A venue that rejects is a nuisance, one that does not answer leaves a risk that nobody knows.
    expect(ORDER_VIEW_STATUSES.filter((status) => statusTone(status) === 'danger')).toEqual(['unknown']);
    expect(wrong.length).toBe(3);
    for (const mark of marksOf(['quiet', 'plain'])) expect(wrong).not.toContain(mark);
    expect(new Set(wrong).size).toBe(wrong.length);
  });

  it('makes a reason readable without touching its numbers', () => {
    expect(readable('max-position-lots: projected -412, limit 400')).toBe(
      'max position lots: projected -412, limit 400',
    );
  });

  it('sorts decimals by value and what is unknown first', () => {
    expect(['10', '9.5', null, '-1', null, '100'].sort(compareDecimals)).toEqual([
      null,
      null,
      '-1',
      '9.5',
      '10',
      '100',
    ]);
  });
});
