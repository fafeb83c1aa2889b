import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** `--mode long` (`npm run test:long`) multiplies the property tests' runs: see src-main/testing/runs.ts. */
const LONG_FACTOR = 20;

const TESTS = '{src-shared,src-main,src-renderer,native,tools,e2e,bench}/**/*.test.ts';

/** The others would only do once more what `npm test` does. */
function withMoreCases(): string[] {
  return globSync(TESTS).filter((file) => /testing\/runs\.ts'|LONG_TESTS/.test(readFileSync(file, 'utf8')));
}

export default defineConfig(({ mode }) => {
  const factor = mode === 'long' ? LONG_FACTOR : 1;
  return {
    test: {
      include: mode === 'long' ? withMoreCases() : [TESTS],
      globalSetup: ['tools/test-setup.ts', 'e2e/browser.ts'],
      env: mode === 'long' ? { LONG_TESTS: String(factor) } : {},
      testTimeout: 60_000 * factor,
      hookTimeout: 30_000,
      // The default leaves one core idle, which is half of a two-core machine. In the long run one test only waits, for ten minutes.
      maxWorkers: mode === 'long' ? availableParallelism() + 1 : '100%',
      coverage: {
        include: ['src-main/core/**', 'src-main/simulation/**', 'src-shared/domain/**'],
        exclude: ['**/*.test.ts'],
        reporter: [['text', { skipFull: true }], 'html'],
        thresholds: { 'src-main/core/**': { lines: 95 }, 'src-main/simulation/**': { lines: 95 } },
      },
    },
  };
});
