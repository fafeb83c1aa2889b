import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { PaperRunSummary } from '../src-main/app/desk/paper-run.ts';
import { parseCanonical } from '../src-main/core/engine/canonical.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import { closeJournal, openReadable } from '../src-main/edge/journal/open.ts';
import { readRecords } from '../src-main/edge/journal/read.ts';

const ROOT = join(import.meta.dirname, '..');

type DeskChild = ChildProcessByStdio<null, Readable, Readable>;

/** `desk run` on a folder of its own: one process after another. */
export class DeskProcesses {
  /** Journal, ticks, snapshots, and what the venue keeps there. */
  readonly data: string;
  /** What the last process told on stderr. */
  told = '';
  private readonly flags: readonly string[];
  private out = '';
  private child: DeskChild | null = null;

  /** @param flags of every process, besides its folder. */
  constructor(data: string, flags: readonly string[]) {
    this.data = data;
    this.flags = flags;
  }

  /** A new process; the one before has ended. */
  start(...flags: readonly string[]): void {
    const args = ['run', '--data', this.data, ...this.flags, ...flags];
    const child = spawn(process.execPath, ['src-main/app/cli.ts', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.out = '';
    this.told = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.told += text;
    });
    this.child = child;
  }

  /** Resolves once `holds` does. @throws what it told, when it ended instead. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const { child } = this;
    while (!(await holds())) {
      if (child === null || child.exitCode !== null)
        throw new Error(`the desk ended with ${child?.exitCode}: ${this.told}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.ended();
  }

  /** As Ctrl-C does. @returns exit code. */
  async interrupt(): Promise<number | null> {
    this.child?.kill('SIGINT');
    return this.ended();
  }

  /** A process from its start to its end. @returns exit code. */
  async run(...flags: readonly string[]): Promise<number | null> {
    this.start(...flags);
    return this.ended();
  }

  /** @returns exit code; null when it was killed. */
  async ended(): Promise<number | null> {
    const { child } = this;
    if (child === null) return null;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    return child.exitCode;
  }

  /** What a process started with `--json` printed. */
  summary(): PaperRunSummary {
    return JSON.parse(this.out) as PaperRunSummary;
  }

  /** Canonical texts of the journal's facts. */
  factTexts(): string[] {
    const journal = openReadable(this.data);
    try {
      const texts: string[] = [];
      for (const { kind, bytes } of readRecords(journal)) {
        if (kind === 'fact') texts.push(Buffer.from(bytes).toString('utf8'));
      }
      return texts;
    } finally {
      closeJournal(journal);
    }
  }
}

export function parseFacts(texts: readonly string[]): Fact[] {
  return texts.map((text) => parseCanonical(text) as unknown as Fact);
}
