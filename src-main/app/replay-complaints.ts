import { instrumentKey } from '../../src-shared/domain/instrument.ts';
import type { Fact } from '../core/engine/fact.ts';
import type { MarketInput } from '../core/engine/input.ts';
import type { Market } from '../core/market/market.ts';
import type { Rejection } from '../core/market/rejections.ts';
import type { Place } from '../edge/recordings/rejections.ts';

/** Told in full per kind; the summary counts them all. */
const TOLD_PER_KIND = 3;

const MEANING: Readonly<Record<Rejection, string>> = {
  'unknown-instrument': 'its instrument is not on the whitelist',
  'bad-timestamp': 'its venue time is no time',
  'timestamp-back': 'its venue time lies before the one of an earlier frame, by more than market.timestampToleranceMs',
  'bad-id': 'an update id is no id, or ends before it begins',
  'bad-count': 'it has no number of levels that could be',
  'bad-price': 'a price is not positive, or beyond the range of a book',
  'bad-quantity': 'a quantity is negative, zero for a trade, or no whole number of lots',
  'bad-side': 'it has no side',
  'bad-rate': 'a funding rate lies beyond ±1, or is no number',
  crossed: 'the best bid is at or above the best ask after it',
  'price-deviation': 'its price lies further from the last mid than market.maxDeviationPercent',
  'book-full': 'the book would hold more levels than market.maxLevelsPerSide',
  'volume-overflow': 'the volume of a bar would no longer be exact',
};

/** Tells a person which frames the core refused, and where a book lost its proof, with file and line. */
export class ReplayComplaints {
  private readonly counts = new Map<string, number>();
  private readonly place: () => Place | null;
  private readonly tell: (text: string) => void;

  /** @param place of the frame that the desk was given last. */
  constructor(place: () => Place | null, tell: (text: string) => void) {
    this.place = place;
    this.tell = tell;
  }

  fact(fact: Fact, market: Market): void {
    if (fact.kind !== 'book-quarantined') return;
    const key = instrumentKey(market.instruments[fact.instrument]);
    this.complain(
      'book-quarantined',
      `${key}: ${fact.reason}: ${fact.detail}; nothing is ordered there until it is proven`,
    );
  }

  input(frame: MarketInput, market: Market): void {
    const { lastSeq, lastReason } = market.lastRejection(frame.instrument);
    if (lastSeq !== frame.seq || lastReason === null) return;
    this.complain(lastReason, `${frame.kind} frame refused: ${MEANING[lastReason]}`);
  }

  /** What is still wrong when the recordings have ended. */
  end(market: Market): void {
    const { instruments } = market.stats();
    for (const instrument of market.instruments) {
      const key = instrumentKey(instrument);
      const { frames, proofs } = instruments[key];
      if (frames === 0 || market.isProven(instrument.id)) continue;
      const why =
        proofs === 0 ? 'no snapshot in the recording fits its updates' : 'no snapshot came after the last break';
      this.tell(`${key}: the book is unproven at the end: ${why}`);
    }
  }

  private complain(kind: string, text: string): void {
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    if (count > TOLD_PER_KIND) return;
    const place = this.place();
    this.tell(place ? `${place.file}:${place.line}: ${kind}: ${text}` : `${kind}: ${text}`);
  }
}
