import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry } from './simulators/binance-usdm/log.ts';
import { accepted, restlessConfig, WIRE_VENUE } from './wire-desk.ts';

const ROOT = join(import.meta.dirname, '..');
const KEY = 'keyThatOpensAnAccount7f3a9c';
const SECRET = 'secretThatNobodyMaySeec41d08';
const PASSPHRASE = 'a passphrase of some length 5b2e';
const HIDDEN = [KEY, SECRET, PASSPHRASE];
const TIMEOUT_MS = 90_000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

let folder: string;
const children: Child[] = [];
/** Everything that any desk said. */
let said = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** @param lines what is typed. */
function run(args: readonly string[], lines: readonly string[] = []): Child {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8');
  if (lines.length > 0) child.stdin.end(`${lines.join('\n')}\n`);
  children.push(child);
  return child;
}

function desk(args: readonly string[], lines: readonly string[]): Child {
  const child = run(['src-main/app/cli.ts', ...args], lines);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: string) => {
      said += text;
    });
  }
  return child;
}

/** The simulated venue of this account. @returns where it listens. */
async function simulator(): Promise<{ readonly rest: string; readonly streams: string; readonly orders: string }> {
  const keyFile = join(mkdtempSync(join(tmpdir(), 'venue-key-')), 'key.json');
  writeFileSync(keyFile, JSON.stringify({ key: KEY, secret: SECRET }), { mode: 0o600 });
  const child = run(['e2e/simulators/main.ts', 'binance-usdm', '--key-file', keyFile, '--seed', '3']);
  const [line] = (await once(child.stdout, 'data')) as [string];
  rmSync(keyFile);
  const { rest, streams, orders } = JSON.parse(line);
  return { rest, streams, orders };
}

function filesUnder(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('the key of a venue', () => {
  it('opens the account, and stands in nothing that a desk writes, says or hands to its children', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const endpoints = await simulator();
    const credentials = join(folder, 'credentials');
    const stored = desk(['credentials', 'set', WIRE_VENUE, '--file', credentials], [PASSPHRASE, KEY, SECRET]);
    expect((await once(stored, 'exit'))[0]).toBe(0);

    const config = join(folder, 'config.json');
    const venues = { [WIRE_VENUE]: { adapter: 'binance-usdm', endpoints } };
    writeFileSync(config, JSON.stringify({ ...restlessConfig(), venues }));
    const data = join(folder, 'data');
    const flags = ['--venue', WIRE_VENUE, '--config', config, '--data', data, '--credentials', credentials];
    const trading = desk(['run', ...flags], [PASSPHRASE]);
    const orders = async (): Promise<number> => {
      const response = await fetch(`${endpoints.rest}/simulator/log`);
      return accepted(((await response.json()) as { entries: LogEntry[] }).entries).length;
    };
    while ((await orders()) < 4) {
      expect(trading.exitCode, said).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const environment = `/proc/${trading.pid}/environ`;
    if (existsSync(environment))
      for (const hidden of HIDDEN) expect(readFileSync(environment, 'utf8')).not.toContain(hidden);
    trading.kill('SIGINT');
    expect((await once(trading, 'exit'))[0], said).toBe(0);

    const files = filesUnder(folder);
    expect(files.length).toBeGreaterThan(5);
    for (const hidden of HIDDEN) {
      expect(said.includes(hidden), 'in what was said').toBe(false);
      for (const file of files) expect(readFileSync(file).includes(hidden), file).toBe(false);
    }
  });

  it('is not told by a wrong passphrase, and lets no desk start', { timeout: TIMEOUT_MS }, async () => {
    const [config, credentials] = [join(folder, 'config.json'), join(folder, 'credentials')];
    const flags = ['--venue', WIRE_VENUE, '--config', config, '--data', join(folder, 'other')];
    const refused = desk(['run', ...flags, '--credentials', credentials], [`${PASSPHRASE}x`]);
    expect((await once(refused, 'exit'))[0]).toBe(1);
    expect(said).toContain('the passphrase is wrong');
    expect(existsSync(join(folder, 'other', 'journal.db'))).toBe(false);
  });
});
