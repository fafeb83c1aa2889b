import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRow } from './rows.ts';

/** Each measurement has a process of its own, so that none runs on code that another has warmed or spoiled. */
const BENCHES: Readonly<Record<string, readonly string[]>> = {
  engine: ['engine.ts', 'allocation.ts', 'replay.ts', 'memory.ts', 'matching.ts'],
  journal: ['journal.ts', 'live.ts', 'telemetry.ts'],
  window: ['window.ts', 'screen.ts'],
  venue: ['venue.ts', 'venue-rate.ts', 'venue-wire.ts', 'venue-orders.ts', 'venue-reconnect.ts', 'venue-memory.ts'],
  killswitch: ['killswitch.ts'],
};

const NODE_FLAGS = ['--expose-gc'];
/** So that nothing is collected while it is counted. */
const ALLOCATION_FLAGS = ['--min-semi-space-size=128', '--max-semi-space-size=128'];

function main(): void {
  const args = process.argv.slice(2);
  const json = args.includes('--json');
  const names = args.filter((arg) => arg !== '--json');
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    console.error(`bench: there is no '${unknown}'; there are: ${Object.keys(BENCHES).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const rows = (names.length > 0 ? names : Object.keys(BENCHES)).flatMap((name) =>
    (BENCHES[name] ?? []).flatMap((file) => measure(file)),
  );
  writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(rows, null, 2)}\n`);
  console.log(json ? JSON.stringify(rows) : table(rows));
}

function measure(file: string): BenchRow[] {
  process.stderr.write(`measuring ${file} …\n`);
  const flags = file === 'allocation.ts' ? [...NODE_FLAGS, ...ALLOCATION_FLAGS] : NODE_FLAGS;
  const child = spawnSync(process.execPath, [...flags, join(import.meta.dirname, 'child.ts'), file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 16 * 1024 * 1024,
  });
  if (child.status !== 0) throw new Error(`bench/${file} ended with ${child.status ?? child.signal}`);
  return JSON.parse(child.stdout) as BenchRow[];
}

function table(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [
    row.target === '' ? '' : row.ok ? 'ok' : 'MISS',
    row.bench,
    row.name,
    `${Number(row.value.toPrecision(4))} ${row.unit}`,
    row.target,
    row.peer ?? '',
  ]);
  const all = [['', 'bench', 'name', 'value', 'target', 'peer'], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((cell) => cell[column].length)));
  return all
    .map((cell) =>
      cell
        .map((text, column) => text.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

main();
