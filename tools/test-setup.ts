/** Runs once before all tests. */
import { readFileSync } from 'node:fs';

export function setup(): void {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const pinned: string = manifest.devDependencies.node;
  if (process.versions.node === pinned) return;
  throw new Error(
    `The tests run on Node ${pinned}, not ${process.versions.node}: use \`npm test\`, or put node_modules/.bin first on your PATH.`,
  );
}
