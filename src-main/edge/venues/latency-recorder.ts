import * as hdr from 'hdr-histogram-js';
import { MICROS_PER_MS } from '../../../src-shared/domain/time.ts';
import type { VenueStatus } from './venue.ts';

/** What took longer counts as this long. */
const HIGHEST_MICROS = 60_000 * MICROS_PER_MS;
const SIGNIFICANT_DIGITS = 3;

/** How long a venue lets one wait, by what is waited for: one HDR histogram each, from 1 µs to a minute, in constant memory. */
export class LatencyRecorder {
  private readonly histograms = new Map<string, hdr.Histogram>();

  record(name: string, ms: number): void {
    const micros = Math.round(ms * MICROS_PER_MS);
    this.histogramOf(name).recordValue(Math.min(Math.max(1, micros), HIGHEST_MICROS));
  }

  /** In ms, in the order in which the names were first recorded. */
  summary(): VenueStatus['latencies'] {
    return [...this.histograms].map(([name, histogram]) => {
      // A histogram answers with the upper end of a bucket, which may lie beyond the largest value.
      const ms = (percentile: number): number =>
        Math.min(histogram.getValueAtPercentile(percentile), histogram.maxValue) / MICROS_PER_MS;
      return {
        name,
        samples: histogram.totalCount,
        p50: ms(50),
        p99: ms(99),
        max: Math.min(histogram.maxValue, HIGHEST_MICROS) / MICROS_PER_MS,
      };
    });
  }

  private histogramOf(name: string): hdr.Histogram {
    const known = this.histograms.get(name);
    if (known !== undefined) return known;
    const histogram = hdr.build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: HIGHEST_MICROS,
      numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
      bitBucketSize: 32,
      useWebAssembly: false,
    });
    this.histograms.set(name, histogram);
    return histogram;
  }
}
