import { decimalPlaces, divideHalfEven, formatDecimal, parseDecimal } from '../../src-shared/domain/decimal.ts';
import { formatMicros, MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../../src-shared/domain/time.ts';

/** Numbers as a person reads them: groups of three, a real minus sign, the unit last. Nothing here computes with money. */

export type Sense = 'up' | 'down' | 'neutral';

const MINUS = '−';
/** Narrow, and no place to break a line. */
const GROUP = '\u202f';

const MS_PER_SECOND = 1_000;
const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;
const SECONDS_PER_DAY = 86_400;
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/**
 * An exact decimal text, rounded half to even: `-1234.565` → `−1 234.56`. Null stays null.
 * @throws DecimalError when `text` is no plain decimal.
 */
export function money(text: string | null, digits = 2): string | null {
  if (text === null) return null;
  const decimals = Math.max(decimalPlaces(text), digits);
  const rounded = divideHalfEven(parseDecimal(text, decimals), 10n ** BigInt(decimals - digits));
  return grouped(formatDecimal(rounded, digits));
}

/** An exact quantity, every digit of it. */
export function quantity(text: string | null): string | null {
  return text === null ? null : grouped(text);
}

/** An exact price, every digit of it. */
export function price(text: string | null): string | null {
  return text === null ? null : grouped(text);
}

/** An estimate with `digits` decimals; null where it is not known or no number. */
export function number(value: number | null, digits: number): string | null {
  if (value === null || !Number.isFinite(value)) return null;
  const fixed = value.toFixed(digits);
  return grouped(/[1-9]/.test(fixed) ? fixed : fixed.replace('-', ''));
}

/** How old something is: `0.3 s`, `12 s`, `4 min`, `3 h`, `2 d`. Rounded down: nothing looks older than it is. */
export function age(ms: number | null): string {
  if (ms === null) return 'unknown';
  const seconds = ms / MS_PER_SECOND;
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  if (seconds < SECONDS_PER_MINUTE) return `${Math.floor(seconds)} s`;
  if (seconds < SECONDS_PER_HOUR) return `${Math.floor(seconds / SECONDS_PER_MINUTE)} min`;
  if (seconds < SECONDS_PER_DAY) return `${Math.floor(seconds / SECONDS_PER_HOUR)} h`;
  return `${Math.floor(seconds / SECONDS_PER_DAY)} d`;
}

/** A measured time, µs, with three digits: `850 µs`, `1.24 ms`, `2.50 s`. */
export function duration(us: number): string {
  if (us < MICROS_PER_MS) return `${threeDigits(us)} µs`;
  if (us < MICROS_PER_SECOND) return `${threeDigits(us / MICROS_PER_MS)} ms`;
  return `${threeDigits(us / MICROS_PER_SECOND)} s`;
}

/** `512 B`, `1.50 MiB`. */
export function bytes(n: number): string {
  let value = n;
  let unit = 0;
  while (value >= 1_024 && unit < BYTE_UNITS.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : threeDigits(value)} ${BYTE_UNITS[unit]}`;
}

/** `HH:MM:SS.mmm`, UTC. */
export function clock(at: Micros): string {
  return formatMicros(at).slice(11, 23);
}

/** `HH:MM:SS`, UTC. */
export function clockSeconds(at: Micros): string {
  return clock(at).slice(0, 8);
}

/** Where a number points. Zero and unknown point nowhere. */
export function senseOf(value: string | number | null): Sense {
  if (value === null) return 'neutral';
  if (typeof value === 'number') return value > 0 ? 'up' : value < 0 ? 'down' : 'neutral';
  if (!/[1-9]/.test(value)) return 'neutral';
  return value.startsWith('-') || value.startsWith(MINUS) ? 'down' : 'up';
}

/** Its sign in front, for a number that means up or down: colour alone says nothing to many eyes. */
export function signed(text: string, sense: Sense): string {
  if (sense === 'up' && !text.startsWith('+')) return `+${text}`;
  if (sense === 'down' && !text.startsWith(MINUS)) return `▼${text}`;
  return text;
}

function grouped(decimal: string): string {
  const [whole = '', fraction] = decimal.replace('-', '').split('.');
  const sign = decimal.startsWith('-') ? MINUS : '';
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, GROUP);
  return `${sign}${groups}${fraction === undefined ? '' : `.${fraction}`}`;
}

function threeDigits(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toFixed(digits);
}
