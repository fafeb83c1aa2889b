import type { Usage } from '../../src-shared/contract/topics.ts';
import { number } from './format.ts';

/** From this share of a limit on it is a warning. */
const HIGH_SHARE = 0.8;
const MOST_DIGITS = 8;
/** So many digits of a limit's own size are shown. */
const DIGITS = 4;

export interface UsageView {
  /** 0 to 1 and beyond; null where it is not known, or there is no limit. */
  readonly share: number | null;
  readonly level: 'normal' | 'high' | 'over';
  /** `0.012 / 0.4 BTC`. */
  readonly text: string;
}

/** One limit and how much of it is used, for a person. A limit of zero is used up by anything. */
export function usageView({ used, limit, unit }: Usage): UsageView {
  const share = used === null || limit === null ? null : limit > 0 ? used / limit : used > 0 ? 1 : 0;
  const digits = digitsOf(limit ?? used ?? 0);
  const shownLimit = limit === null ? 'no limit' : short(limit, digits);
  const text = `${used === null ? 'unknown' : short(used, digits)} / ${shownLimit} ${unit}`;
  const level = share === null || share < HIGH_SHARE ? 'normal' : share < 1 ? 'high' : 'over';
  return { share, level, text: text.trim() };
}

function digitsOf(size: number): number {
  const before = size > 0 ? Math.floor(Math.log10(size)) + 1 : 1;
  return Math.min(MOST_DIGITS, Math.max(0, DIGITS - before));
}

/** Without zeros at the end that say nothing. */
function short(value: number, digits: number): string {
  const text = number(value, digits) ?? '';
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
