import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { PAPER_CONFIG } from '../src-main/app/commands/run-options.ts';
import { RESTLESS } from '../src-main/app/desk/fixtures.ts';
import { parseCanonical } from '../src-main/core/engine/canonical.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import { closeJournal, openReadable } from '../src-main/edge/journal/open.ts';
import { readRecords } from '../src-main/edge/journal/read.ts';
import { endExchange } from './live-desk.ts';

const ROOT = join(import.meta.dirname, '..');
const START_PATIENCE_MS = 60_000;

type DeskChild = ChildProcessByStdio<null, Readable, Readable>;

/** `desk start --headless` on a folder of its own: one process after another. */
export class WindowDesk {
  /** Journal, ticks, snapshots, the exchange's log. */
  readonly data: string;
  /** What the last process told on stderr. */
  told = '';
  /** Where a browser gets in, once. */
  address = '';
  private readonly config: string;
  private readonly speed: number;
  private child: DeskChild | null = null;
  private out = '';

  /**
   * @param speed how much faster than the wall's clock it lives.
   * @param marketMaker its settings; a restless one, where a test does not say.
   */
  constructor(folder: string, speed: number, marketMaker: object = RESTLESS) {
    this.data = join(folder, 'data');
    this.config = join(folder, 'restless.json');
    this.speed = speed;
    mkdirSync(folder, { recursive: true });
    const config = JSON.parse(readFileSync(PAPER_CONFIG, 'utf8'));
    writeFileSync(this.config, JSON.stringify({ ...config, strategies: { marketMaker } }));
  }

  /** A new process; the one before has ended. Resolves with the address, the first line that it printed. */
  async start(...flags: readonly string[]): Promise<string> {
    const { data, config, speed } = this;
    const args = ['start', '--headless', '--port', '0', '--data', data, '--config', config, '--speed', String(speed)];
    const child = spawn(process.execPath, ['src-main/app/cli.ts', ...args, '--seed', '7', ...flags], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.told = '';
    this.out = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.told += text;
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
    });
    const giveUpMs = performance.now() + START_PATIENCE_MS;
    while (!this.out.includes('\n')) {
      if (child.exitCode !== null) throw new Error(`the desk ended with ${child.exitCode}: ${this.told}`);
      if (performance.now() > giveUpMs) throw new Error(`the desk printed no address: ${this.told}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.address = this.out.slice(0, this.out.indexOf('\n'));
    return this.address;
  }

  /** Every one that the running process has printed. */
  addresses(): readonly string[] {
    return this.out.split('\n').filter((line) => line.startsWith('http://'));
  }

  /** Those that are on disk by now. */
  facts(): Fact[] {
    const journal = openReadable(this.data);
    try {
      return [...readRecords(journal)]
        .filter(({ kind }) => kind === 'fact')
        .map(({ bytes }) => parseCanonical(Buffer.from(bytes).toString('utf8')) as unknown as Fact);
    } finally {
      closeJournal(journal);
    }
  }

  /** Of the running process. */
  get processId(): number {
    return this.child?.pid ?? 0;
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.ended();
  }

  /** As Ctrl-C does. @returns exit code. */
  async stop(): Promise<number | null> {
    this.child?.kill('SIGINT');
    return this.ended();
  }

  /** Ends exchange and desk, whatever became of a test. */
  async end(): Promise<void> {
    await this.kill();
    await endExchange(this.data, this.config);
  }

  private async ended(): Promise<number | null> {
    const { child } = this;
    if (child === null) return null;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    return child.exitCode;
  }
}
