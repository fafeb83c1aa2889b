import { Random } from '../../../src-main/core/engine/random.ts';
import { amountText } from './texts.ts';

/** What longs pay shorts at `nextMs`, as a share of the position's value at the mark price. */
export interface FundingTerms {
  readonly rate: string;
  readonly nextMs: number;
}

export interface FundingRate extends FundingTerms {
  /** In units of 10^−8. */
  readonly units: bigint;
}

/** Most basis points times ten; rates are drawn evenly between it and its opposite. */
const MOST = 30;
const UNITS = 1_000;
const MAX_PAST = 1_000;

/** The funding rates of one symbol, one per interval. */
export class Funding {
  /** Past rates, oldest first. */
  readonly past: FundingRate[] = [];
  private readonly random: Random;
  private readonly intervalMs: number;
  private terms: FundingRate;

  constructor(seed: number, intervalMs: number, startMs: number) {
    this.random = new Random(seed);
    this.intervalMs = intervalMs;
    this.terms = this.draw((Math.floor(startMs / intervalMs) + 1) * intervalMs);
  }

  get next(): FundingRate {
    return this.terms;
  }

  /** The terms that are due by now, and from here on the next ones; null while none are. */
  take(nowMs: number): FundingRate | null {
    if (nowMs < this.terms.nextMs) return null;
    const due = this.terms;
    this.past.push(due);
    if (this.past.length > MAX_PAST) this.past.shift();
    this.terms = this.draw(due.nextMs + this.intervalMs);
    return due;
  }

  private draw(nextMs: number): FundingRate {
    const units = BigInt((this.random.below(2 * MOST + 1) - MOST) * UNITS);
    return { units, rate: amountText(units), nextMs };
  }
}
