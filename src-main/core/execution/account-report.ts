import { type Instrument, type InstrumentId, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import { currency, money } from '../../../src-shared/domain/money.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { AccountReportInput } from '../engine/input.ts';
import { shown } from '../engine/shown.ts';

/**
 * What in `report` makes no sense, null when nothing does. Its orders are looked at when they are adopted.
 * @param instruments the whitelist, each at the index of its id.
 * @param at the time of the report.
 */
export function accountReportFault(
  report: AccountReportInput,
  instruments: readonly Instrument[],
  at: Micros,
): string | null {
  const { venue, askedAt, positions, otherPositions, balances, openOrders } = report;
  const own = instruments.filter((of) => of.venue === venue);
  if (own.length === 0) return `no instrument of the desk is at ${shown(venue)}`;
  if (!Number.isSafeInteger(askedAt) || askedAt > at) return `it was asked for at ${shown(askedAt)}, and came at ${at}`;
  if (![positions, otherPositions, balances, openOrders].every(Array.isArray)) return 'a part of it is no list';
  for (const position of positions) {
    const of = own.find(({ id }) => id === position?.instrument);
    if (of === undefined) return `a position in instrument ${shown(position?.instrument)}`;
    if (!Number.isSafeInteger(position.lots))
      return `a position of ${shown(position.lots)} lots of ${instrumentKey(of)}`;
  }
  const missing = own.find((of) => of.kind !== 'spot' && !hasOne(positions, of.id));
  if (missing !== undefined) return `it does not say what is held of ${instrumentKey(missing)}, or says it twice`;
  if (!otherPositions.every((symbol) => typeof symbol === 'string')) return 'another position has no symbol';
  for (const balance of balances) {
    if (!isBalance(balance)) return `a balance of ${shown(balance?.wallet)} ${shown(balance?.currency)}`;
  }
  return openOrders.every((listed) => typeof listed?.order === 'object' && listed.order !== null)
    ? null
    : 'it lists an open order without its terms';
}

/** A wallet is the base that later payments are added to: it has to be so far below the most that money may be. */
const HEADROOM = 1_000_000n;

function hasOne(positions: AccountReportInput['positions'], instrument: InstrumentId): boolean {
  return positions.filter((position) => position.instrument === instrument).length === 1;
}

function isBalance(balance: AccountReportInput['balances'][number] | null): boolean {
  try {
    return (
      typeof balance?.wallet === 'bigint' &&
      money(balance.wallet * HEADROOM) === balance.wallet * HEADROOM &&
      currency(balance.currency) !== ''
    );
  } catch {
    return false;
  }
}
