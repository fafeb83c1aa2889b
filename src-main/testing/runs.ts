/**
 * How many runs a property test makes: `sample` in `npm test`, LONG_TESTS times as many in `npm run test:long`. Seeds are fixed in
 * both, so that a failure can be seen again.
 */
export function runs(sample: number): number {
  const factor = Number(process.env.LONG_TESTS ?? '1');
  return Math.max(1, Math.round(sample * factor));
}

/** As {@link runs}, for cases that take seconds each: the long run makes at most five times as many. */
export function slowRuns(sample: number): number {
  return Math.min(runs(sample), 5 * sample);
}
