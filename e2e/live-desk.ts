import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect } from 'vitest';
import { CANONICAL } from '../src-main/app/canonical-codec.ts';
import { PAPER_CONFIG } from '../src-main/app/commands/run-options.ts';
import { loadConfig } from '../src-main/app/config/load.ts';
import { simulatedInstruments } from '../src-main/app/config/simulated-exchange.ts';
import { RESTLESS } from '../src-main/app/desk/fixtures.ts';
import type { PaperRunSummary } from '../src-main/app/desk/paper-run.ts';
import { orderLogFile, readOrderLog } from '../src-main/app/exchange/order-log.ts';
import { localSocket } from '../src-main/app/local-socket.ts';
import { parseCanonical } from '../src-main/core/engine/canonical.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import { closeJournal, openReadable } from '../src-main/edge/journal/open.ts';
import { readRecords } from '../src-main/edge/journal/read.ts';
import { SimulatedExchangeLink } from '../src-main/edge/venues/simulated-exchange-link.ts';
import type { Fill } from '../src-shared/domain/order.ts';

const ROOT = join(import.meta.dirname, '..');

type DeskChild = ChildProcessByStdio<null, Readable, Readable>;

/** `desk run` on a folder of its own: one process after another, and the exchange that outlives them. */
export class LiveDesks {
  /** Journal, ticks, snapshots, the exchange's log. */
  readonly data: string;
  /** The configuration's file. */
  readonly config: string;
  /** What the last process told on stderr. */
  told = '';
  private readonly speed: number;
  private out = '';
  private child: DeskChild | null = null;

  /** @param data elsewhere than in `folder`, where the configuration is. */
  constructor(folder: string, speed: number, data = join(folder, 'data')) {
    this.data = data;
    this.config = join(folder, 'restless.json');
    this.speed = speed;
    mkdirSync(folder, { recursive: true });
    const config = JSON.parse(readFileSync(PAPER_CONFIG, 'utf8'));
    // An order that a killed exchange never saw is not waited for longer than a stopping desk waits.
    const execution = { ...config.execution, notFoundSpanMs: 2_000, maxQueryBackoffMs: 1_000 };
    writeFileSync(this.config, JSON.stringify({ ...config, execution, strategies: { marketMaker: RESTLESS } }));
  }

  /** A new process; the one before has ended. */
  start(...flags: readonly string[]): void {
    const { data, config, speed } = this;
    const args = ['run', '--data', data, '--speed', String(speed), '--config', config, ...flags];
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

  /** Resolves once it has sent an order to the exchange. @throws what it told, when it ended instead. */
  async ordering(): Promise<void> {
    const sentBefore = this.ordersSent();
    await this.until(() => this.ordersSent() > sentBefore);
  }

  /** Resolves once any order of this folder was filled: what is compared then is not two empty lists. */
  async filled(): Promise<void> {
    await this.until(() => existsSync(orderLogFile(this.data)) && readOrderLog(this.data).fills.size > 0);
  }

  /** Resolves once `holds` does. @throws what it told, when it ended instead. */
  async until(holds: () => boolean): Promise<void> {
    const { child } = this;
    while (!holds()) {
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

  private ordersSent(): number {
    return existsSync(orderLogFile(this.data)) ? readOrderLog(this.data).received.size : 0;
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

  /** Ends exchange and desk, whatever became of a test. */
  async end(): Promise<void> {
    await this.kill();
    await endExchange(this.data, this.config);
  }
}

/** Ends the exchange of a data folder, where there is one. */
export async function endExchange(data: string, configPath: string): Promise<void> {
  const link = await SimulatedExchangeLink.connect({
    path: localSocket(data, 'exchange'),
    codec: CANONICAL,
    instruments: simulatedInstruments(loadConfig(configPath)),
    onInput() {},
    onLink() {},
  }).catch(() => null);
  await link?.endExchange();
}

export function parseFacts(texts: readonly string[]): Fact[] {
  return texts.map((text) => parseCanonical(text) as unknown as Fact);
}

/** The exchange's own log and the desk's ledger tell the same story, and nothing rests any more. @returns the fills' ids. */
export function expectAgreement(desks: LiveDesks): readonly string[] {
  const log = readOrderLog(desks.data);
  const booked = new Map<string, Fill>();
  let lots = 0;
  for (const fact of parseFacts(desks.factTexts())) {
    if (fact.kind !== 'order-filled') continue;
    expect(booked.has(fact.fill.fillId), `fill ${fact.fill.fillId} is booked twice`).toBe(false);
    booked.set(fact.fill.fillId, fact.fill);
    lots += fact.fill.side === 'buy' ? fact.fill.lots : -fact.fill.lots;
  }
  expect(booked.size).toBeGreaterThan(0);
  expect(new Map([...booked].sort())).toEqual(new Map([...log.fills].sort()));
  expect(lots).toBe(log.positionLots(0 as Fill['instrument']));
  expect([...log.received.keys()].filter((id) => !log.ends.has(id))).toEqual([]);
  for (const [id, times] of log.received) expect(times, `times that order ${id} was sent`).toBe(1);
  return [...booked.keys()];
}
