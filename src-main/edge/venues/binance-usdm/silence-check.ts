import type { Fill } from '../../../../src-shared/domain/order.ts';
import { MICROS_PER_MS } from '../../../../src-shared/domain/time.ts';
import { RecentMap } from '../recent-map.ts';
import type { VenueLinkOutput } from '../venue.ts';

/** What the stream of reports may be late with. */
const PATIENCE_MS = 3_000;
/** Fills that are remembered: more than fall between two looks at the account. */
const MAX_FILLS = 20_000;

/**
 * Whether the stream of reports is silent: connected, answering pings, and saying nothing of what happens. It is when the account
 * has a fill, made while the stream was listened to, that it has not told.
 */
export class SilenceCheck {
  private readonly told = new RecentMap<string, true>(MAX_FILLS);
  /** Before the first report there is nothing to go by: the fill may be of a time when nobody listened. */
  private listeningSinceMs = Number.POSITIVE_INFINITY;

  /** The stream is connected, from now on by the venue's clock. */
  listening(sinceMs: number): void {
    this.listeningSinceMs = sinceMs;
  }

  /** The stream of reports said this. */
  reported(input: VenueLinkOutput): void {
    if (input.kind === 'order-report' && input.report.type === 'filled') this.told.set(nameOf(input.report.fill), true);
  }

  /** The account has this. @returns how many ms the stream is behind; null when it is not. */
  missed(input: VenueLinkOutput, nowMs: number): number | null {
    if (input.kind !== 'order-report' || input.report.type !== 'filled') return null;
    const { fill } = input.report;
    const madeMs = fill.exchangeAt / MICROS_PER_MS;
    const isMissing = madeMs > this.listeningSinceMs && nowMs - madeMs > PATIENCE_MS && !this.told.has(nameOf(fill));
    this.told.set(nameOf(fill), true);
    return isMissing ? nowMs - madeMs : null;
  }
}

/** Trades are numbered for each symbol. */
function nameOf({ instrument, fillId }: Fill): string {
  return `${instrument} ${fillId}`;
}
