import type { SyncCounts } from './depth-sync.ts';
import { REJECTIONS, type RejectedByReason, type Rejection } from './rejections.ts';
import type { TickerComparison } from './ticker-check.ts';

/** What happened to market frames since the desk's start. */
export interface InstrumentStats extends SyncCounts {
  readonly frames: number;
  readonly rejected: RejectedByReason;
  /** The sequence number of the last refused frame; 0 when none was. */
  readonly lastRejectedSeq: number;
  /** How often a stream's venue time was set back, because frame after frame went back behind one that was ahead. */
  readonly timeResets: number;
  /** Proofs after the first. */
  readonly resyncs: number;
  readonly tickerCheck: TickerComparison;
  /** Trades that came after the one-second bar of their time had closed. */
  readonly lateTrades: number;
  /** Trades without a venue time, which belong to no bar. */
  readonly undatedTrades: number;
}

export interface MarketStats {
  /** By `venue:symbol`. */
  readonly instruments: Readonly<Record<string, InstrumentStats>>;
  /** The sum over instruments, and frames of instruments that are not on the whitelist. */
  readonly total: InstrumentStats;
}

export function sumStats(parts: readonly InstrumentStats[]): InstrumentStats {
  const sum = (pick: (stats: InstrumentStats) => number): number =>
    parts.reduce((total, part) => total + pick(part), 0);
  const rejected: Partial<Record<Rejection, number>> = {};
  for (const reason of REJECTIONS) {
    const count = sum((stats) => stats.rejected[reason] ?? 0);
    if (count > 0) rejected[reason] = count;
  }
  return {
    frames: sum((stats) => stats.frames),
    rejected,
    lastRejectedSeq: parts.reduce((latest, part) => Math.max(latest, part.lastRejectedSeq), 0),
    timeResets: sum((stats) => stats.timeResets),
    gaps: sum((stats) => stats.gaps),
    proofs: sum((stats) => stats.proofs),
    resyncs: sum((stats) => stats.resyncs),
    quarantines: sum((stats) => stats.quarantines),
    discarded: sum((stats) => stats.discarded),
    bufferOverflows: sum((stats) => stats.bufferOverflows),
    snapshotRequests: sum((stats) => stats.snapshotRequests),
    staleSnapshots: sum((stats) => stats.staleSnapshots),
    redundantSnapshots: sum((stats) => stats.redundantSnapshots),
    tickerCheck: {
      compared: sum((stats) => stats.tickerCheck.compared),
      matched: sum((stats) => stats.tickerCheck.matched),
      mismatched: sum((stats) => stats.tickerCheck.mismatched),
    },
    lateTrades: sum((stats) => stats.lateTrades),
    undatedTrades: sum((stats) => stats.undatedTrades),
  };
}
