/** Runs one measurement in this process and prints its rows as JSON: `node bench/child.ts engine.ts`. */
import type { BenchRow } from './rows.ts';

const [file = ''] = process.argv.slice(2);
const { measure } = (await import(`./${file}`)) as { measure: () => Promise<readonly BenchRow[]> };
console.log(JSON.stringify(await measure()));
