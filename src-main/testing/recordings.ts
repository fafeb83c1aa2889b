import { describe, it } from 'vitest';
import { hasRecordings, recordingsFolder } from './recordings-folder.ts';

/**
 * A `describe` for tests that read recorded market data. Without recordings the suite is skipped and says so, unless
 * INTERLOCK_REQUIRE_RECORDINGS=1, for a build server that must have them: then it fails. What such a suite proves is also to be covered
 * by generated recordings.
 */
export function describeWithRecordings(name: string, suite: () => void): void {
  if (hasRecordings) {
    describe(name, suite);
    return;
  }
  if (process.env.INTERLOCK_REQUIRE_RECORDINGS === '1') {
    describe(name, () => {
      it('finds the recordings', () => {
        throw new Error(`INTERLOCK_REQUIRE_RECORDINGS is set, but there are no recordings in ${recordingsFolder}`);
      });
    });
    return;
  }
  console.warn(`*** NOT COVERED: ${name}: no recordings in ${recordingsFolder} (set INTERLOCK_RECORDINGS) ***`);
  // Not `describe.skip(name, suite)`: that would still run the suite's body, which may look at the recordings.
  it.skip(`${name}: no recordings`);
}
