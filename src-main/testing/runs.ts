/**
 * How many runs a property test makes: `sample` in `npm test`, `sample × LONG_TESTS` in `npm run test:long`.
 * The seed stays fixed in the first and moves in the second, so that the long run looks at new cases.
 */
export function runs(sample: number): number {
  const factor = Number(process.env.LONG_TESTS ?? '1');
  return Math.max(1, Math.round(sample * factor));
}
