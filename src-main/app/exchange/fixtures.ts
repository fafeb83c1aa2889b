/** What the exchange's tests share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { Input } from '../../core/engine/input.ts';
import { PAPER_CONFIG } from '../commands/run-options.ts';
import { loadConfig } from '../config/load.ts';
import { simulatedInstruments } from '../config/simulated-exchange.ts';
import { HostedExchange } from './hosted-exchange.ts';
import { OrderLog } from './order-log.ts';

export const CONFIG = loadConfig(PAPER_CONFIG);
export const INSTRUMENTS = simulatedInstruments(CONFIG);
export const T0 = micros(1_800_000_000_000_000);

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'interlock-exchange-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** One report as a short text: `a filled 3`, `a cancelled requested`. */
export function textOf(input: Input): string {
  if (input.kind !== 'order-report') return input.kind;
  const { clientOrderId: id, report } = input;
  if (report.type === 'filled') return `${id} filled ${report.fill.lots}`;
  if (report.type === 'open') return `${id} open ${report.cumulativeLots}`;
  return 'reason' in report ? `${id} ${report.type} ${report.reason}` : `${id} ${report.type}`;
}

/** A hosted exchange in virtual time, with a desk that keeps the reports it hears. */
export class VirtualHost {
  readonly log: OrderLog;
  readonly exchange: HostedExchange;
  readonly reports: Extract<Input, { kind: 'order-report' }>[] = [];
  now: Micros;

  constructor(directory: string, { maxEnded = 100, seed = 1 } = {}) {
    this.log = OrderLog.open(directory, maxEnded);
    this.now = micros(Math.max(T0, this.log.lastAt));
    const options = { config: CONFIG, instruments: INSTRUMENTS, seed, startAt: this.now, log: this.log };
    this.exchange = new HostedExchange(options);
    this.exchange.desk = this;
  }

  deliver(input: Input): void {
    if (input.kind === 'order-report') this.reports.push(input);
  }

  /** Sends, lets `ms` of market go by, and returns what the desk heard of its orders since the last call. */
  run(ms: number, ...effects: Effect[]): string[] {
    for (const effect of effects) this.exchange.send(effect, this.now);
    const until = micros(this.now + ms * 1_000);
    while (this.exchange.nextAt() <= until) this.exchange.step();
    this.now = until;
    return this.reports.splice(0).map(textOf);
  }
}
