/** Proves that each project rule fires on what it forbids and leaves alone what it allows. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '..');
/** Rule, or part of a plugin's message → code that must raise it in a room of the core. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  noRestrictedGlobals: [
    'export const at = Date.now();',
    'export const at = new Date(0);',
    'export type At = Date;',
    'export const at = performance.now();',
    'setTimeout(() => {}, 1);',
    'setInterval(() => {}, 1);',
    'setImmediate(() => {});',
    'queueMicrotask(() => {});',
    'export const env = process.env;',
    'export const later = Promise.resolve(1);',
    'export type Later = Promise<number>;',
    "fetch('http://localhost');",
    "console.log('x');",
    'export const id = crypto.randomUUID();',
    'export const format = new Intl.NumberFormat();',
    'export const ref = new WeakRef({});',
    'export const registry = new FinalizationRegistry(() => {});',
    'export const day = globalThis.Date;',
  ],
  noForIn: ['for (const key in {}) f(key);'],
  'in one turn': [
    'export async function f() {}',
    'export async function* f() {}',
    'export default async function () {}',
    'export const f = async () => 1;',
    'export const f = async function () {};',
    'export class A {\n  async f() {}\n}',
    'export class A {\n  private static async *f() {}\n}',
    'export const o = { async f() {} };',
    'await 1;',
    'for await (const x of []) f(x);',
    "export const late = import('./book.ts');",
  ],
  "the host's locale": [
    "export const o = 'a'.localeCompare('b');",
    "export const o = (a?: string) => a?.localeCompare('b');",
    "export const o = 'a'['localeCompare']('b');",
    'export const s = (1).toLocaleString();',
    "export const s = 'i'.toLocaleUpperCase();",
  ],
  'core/engine/math.ts': [
    ...'exp log log2 log10 log1p expm1 pow sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh cbrt hypot random'
      .split(' ')
      .map((name) => `export const f = Math.${name};`),
    'export const x = Math?.exp(1);',
    "export const x = Math['exp'](1);",
    'export const { exp } = Math;',
    'const M = Math;\nexport const x = M.PI;',
    'export const square = (x: number) => x ** 2;',
    'export let x = 2;\nx **= 3;',
  ],
  noExplicitAny: ['export const f = (x: any): number => x;'],
  noBarrelFile: ["export { book } from './book.ts';"],
  noReExportAll: ["export * from './book.ts';"],
  useImportType: ["import { A } from './a.ts';\nexport type B = A;"],
  noUnusedImports: ["import { a } from './a.ts';\nexport const b = 1;"],
  noUnusedVariables: ['const a = 1;\nexport const b = 1;'],
};

/** The other places where a replay must come out the same. */
const ELSEWHERE = [
  { rule: 'noRestrictedGlobals', code: 'export const at = Date.now();', file: 'src-main/core/core.ts' },
  { rule: 'noRestrictedGlobals', code: 'export const at = Date.now();', file: 'src-main/simulation/sample.ts' },
  { rule: 'in one turn', code: 'export async function f() {}', file: 'src-main/simulation/models/sample.ts' },
  { rule: 'core/engine/math.ts', code: 'export const f = Math.exp;', file: 'src-shared/domain/sample.ts' },
];

const SAMPLES = Object.entries(FORBIDDEN)
  .flatMap(([rule, codes]) => codes.map((code) => ({ rule, code })))
  .map((sample, index) => ({ ...sample, file: `src-main/core/market/sample-${index}.ts` }))
  .concat(ELSEWHERE);

const DETERMINISTIC = `
import type { A } from './a.ts';

export class Book {
  private readonly process = 1; // a word of the rule as somebody's property
  levels(a: A, { Date: day }: { Date: number }): number {
    let sum = Math.abs(day) + Math.sqrt(2) + Math.floor(1.5) + Math.max(1, 2) + Math.PI + this.process;
    for (const x of Object.keys(a)) sum += x.length;
    for (let i = 0; i < 3; i += 1) sum *= i * i;
    return sum;
  }
  *each(): Generator<bigint> {
    yield 10n ** 8n;
  }
  compare(a: string, b: string): number {
    return a === '**=' ? 0 : a < b ? -1 : 1;
  }
}
`;

const HOST = `
export async function now(): Promise<string> {
  await Promise.resolve(Math.random() ** 2);
  return new Date().toLocaleString();
}
`;

/** File → code that must pass. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src-main/core/market/deterministic.ts': DETERMINISTIC,
  'src-main/simulation/deterministic.ts': DETERMINISTIC,
  'src-main/core/engine/math.ts': 'export const { exp } = Math;\nexport const square = (x: number) => x ** 2;\n',
  'src-main/core/market/book.test.ts': HOST,
  'src-main/simulation/matcher.test.ts': HOST,
  'src-main/edge/ticks/store.ts': HOST,
  'src-main/app/cli.ts': HOST,
};

let tree: string;
/** What the linter says of each file, from one run over all of them. */
let said: Map<string, string[]>;

function write(file: string, code: string): void {
  mkdirSync(join(tree, dirname(file)), { recursive: true });
  writeFileSync(join(tree, file), code);
}

function lint(): Map<string, string[]> {
  const options = ['lint', '--reporter=json', '--max-diagnostics=none'];
  const result = spawnSync(join(repository, 'node_modules/.bin/biome'), options, { cwd: tree, encoding: 'utf8' });
  const byFile = new Map<string, string[]>();
  for (const { category, severity, message, location } of JSON.parse(result.stdout).diagnostics) {
    byFile.set(location.path, [...(byFile.get(location.path) ?? []), `${severity} ${category}: ${message}`]);
  }
  return byFile;
}

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'lint-'));
  for (const file of ['biome.json', '.gitignore', 'tools/lint']) {
    cpSync(join(repository, file), join(tree, file), { recursive: true });
  }
  for (const { file, code } of SAMPLES) write(file, `${code}\n`);
  for (const [file, code] of Object.entries(ALLOWED)) write(file, code);
  said = lint();
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe('the lint rules', () => {
  it.each(SAMPLES)('refuses by $rule, in $file: $code', ({ rule, file }) => {
    expect(said.get(file)).toContainEqual(expect.stringMatching(new RegExp(`^error .*${rule}`)));
  });

  it.each(Object.keys(ALLOWED))('lets %s pass', (file) => {
    expect(said.get(file) ?? []).toEqual([]);
  });
});
