import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CANONICAL } from '../src-main/app/canonical-codec.ts';
import { PAPER_CONFIG } from '../src-main/app/commands/run-options.ts';
import { loadConfig } from '../src-main/app/config/load.ts';
import { simulatedInstruments } from '../src-main/app/config/simulated-exchange.ts';
import { RESTLESS } from '../src-main/app/desk/fixtures.ts';
import { orderLogFile, readOrderLog } from '../src-main/app/exchange/order-log.ts';
import { localSocket } from '../src-main/app/local-socket.ts';
import { SimulatedExchangeLink } from '../src-main/edge/venues/simulated-exchange-link.ts';
import type { Fill } from '../src-shared/domain/order.ts';
import { DeskProcesses, parseFacts } from './desk-processes.ts';

/** Desks on paper, one process after another, and the exchange that outlives them. */
export class LiveDesks extends DeskProcesses {
  /** The configuration's file. */
  readonly config: string;

  /** @param data elsewhere than in `folder`, where the configuration is. */
  constructor(folder: string, speed: number, data = join(folder, 'data')) {
    const file = join(folder, 'restless.json');
    super(data, ['--speed', String(speed), '--config', file]);
    this.config = file;
    mkdirSync(folder, { recursive: true });
    const config = JSON.parse(readFileSync(PAPER_CONFIG, 'utf8'));
    // An order that a killed exchange never saw is not waited for longer than a stopping desk waits.
    const execution = { ...config.execution, notFoundSpanMs: 2_000, maxQueryBackoffMs: 1_000 };
    writeFileSync(file, JSON.stringify({ ...config, execution, strategies: { marketMaker: RESTLESS } }));
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

  private ordersSent(): number {
    return existsSync(orderLogFile(this.data)) ? readOrderLog(this.data).received.size : 0;
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
