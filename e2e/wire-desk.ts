import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CONFIG_OF } from '../src-main/app/commands/run-options.ts';
import type { ConfigFile } from '../src-main/app/config/schema.ts';
import { RESTLESS } from '../src-main/app/desk/fixtures.ts';
import { simulatorFolder } from '../src-main/app/venues/binance-simulator.ts';
import { createInstrument, formatLots, formatTicks } from '../src-shared/domain/instrument.ts';
import { formatMoney } from '../src-shared/domain/money.ts';
import { DeskProcesses, parseFacts } from './desk-processes.ts';
import type { Entry, LogEntry } from './simulators/binance-usdm/log.ts';

export const WIRE_VENUE = 'binance-usdm-sim';

/** What `GET /simulator/state` says, as far as it is compared. */
interface VenueState {
  readonly positions: Readonly<Record<string, string>>;
  readonly openOrders: readonly { readonly clientOrderId: string }[];
}

/** The configuration of a desk at the simulated Binance USD-M that quotes all the time. */
export function restlessConfig(execution: Partial<ConfigFile['execution']> = {}): ConfigFile {
  const config = JSON.parse(readFileSync(CONFIG_OF[WIRE_VENUE] ?? '', 'utf8')) as ConfigFile;
  const patience = { notFoundSpanMs: 2_000, maxQueryBackoffMs: 1_000, reconcileEveryMs: 2_000 };
  return {
    ...config,
    execution: { ...config.execution, ...patience, ...execution },
    strategies: { marketMaker: RESTLESS },
  };
}

/** Desks at the simulated Binance USD-M, one process after another, and the venue that outlives them. */
export class WireDesks extends DeskProcesses {
  constructor(folder: string, execution: Partial<ConfigFile['execution']>) {
    const file = join(folder, 'restless.json');
    super(join(folder, 'data'), ['--venue', WIRE_VENUE, '--config', file, '--seed', '11']);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, JSON.stringify(restlessConfig(execution)));
  }

  /** Everything that truly happened at the venue; empty before it was started. */
  async log(): Promise<readonly LogEntry[]> {
    const answer = await this.ask<{ readonly entries: readonly LogEntry[] }>('log');
    return answer?.entries ?? [];
  }

  async state(): Promise<VenueState> {
    const state = await this.ask<VenueState>('state');
    if (state === null) throw new Error('the simulated venue is gone');
    return state;
  }

  /** Resolves once the venue has accepted so many more orders. @throws what the desk told, when it ended instead. */
  async ordering(more: number): Promise<void> {
    const before = accepted(await this.log()).length;
    await this.until(async () => accepted(await this.log()).length >= before + more);
  }

  private async ask<T>(what: 'log' | 'state'): Promise<T | null> {
    const file = join(simulatorFolder(this.data), 'address.json');
    if (!existsSync(file)) return null;
    const { rest } = JSON.parse(readFileSync(file, 'utf8')) as { readonly rest: string };
    const response = await fetch(`${rest}/simulator/${what}`);
    return (await response.json()) as T;
  }
}

export function accepted(log: readonly LogEntry[]): readonly Entry<'accepted'>[] {
  return log.filter((entry): entry is Entry<'accepted'> => entry.kind === 'accepted');
}

/** The venue's log and the desk's journal tell the same story. @returns how many fills it has. */
export function expectWireAgreement(log: readonly LogEntry[], texts: readonly string[], state: VenueState): number {
  const facts = parseFacts(texts);
  const instruments = restlessConfig().instruments.map((spec, id) => createInstrument(spec, id));
  const booked = new Map<string, string>();
  const authorised = new Set<string>();
  const positions = instruments.map(() => 0);
  for (const fact of facts) {
    if (fact.kind === 'order-intended' || fact.kind === 'order-adopted') authorised.add(fact.order.clientOrderId);
    if (fact.kind !== 'order-filled') continue;
    const { fill } = fact;
    const of = instruments[fill.instrument];
    if (of === undefined) throw new Error(`a fill of instrument ${fill.instrument}`);
    const id = `${of.symbol} ${fill.fillId}`;
    expect(booked.has(id), `fill ${id} is booked twice`).toBe(false);
    const fee = formatMoney(fill.fee, fill.feeCurrency);
    const price = Number(formatTicks(of, fill.priceTicks));
    booked.set(id, `${fill.clientOrderId} ${price} ${formatLots(of, fill.lots)} ${fee}`);
    positions[fill.instrument] = (positions[fill.instrument] ?? 0) + (fill.side === 'buy' ? fill.lots : -fill.lots);
  }
  const made = log.flatMap((entry) => (entry.kind === 'filled' ? [entry] : []));
  const truth = made.map(({ symbol, tradeId, clientOrderId, price, quantity, commission }): [string, string] => [
    `${symbol} ${tradeId}`,
    `${clientOrderId} ${Number(price)} ${quantity} ${commission}`,
  ]);
  expect(new Map([...booked].sort())).toEqual(new Map(truth.sort()));
  for (const [place, of] of instruments.entries()) {
    expect(formatLots(of, positions[place] ?? 0), `position in ${of.symbol}`).toBe(state.positions[of.symbol]);
  }
  const ids = accepted(log).map(({ clientOrderId }) => clientOrderId);
  expect(new Set(ids).size, 'orders that the venue accepted twice').toBe(ids.length);
  for (const id of ids) expect(authorised.has(id), `order ${id} was authorised`).toBe(true);
  return truth.length;
}
