import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_LIFE_MS, type Command, type CommandEnvelope } from '../../src-shared/contract/commands.ts';
import { DeskError, type DeskErrorBody } from '../../src-shared/contract/errors.ts';
import { METHODS } from '../../src-shared/contract/methods.ts';
import {
  LATEST_TOPICS,
  type LatestTopic,
  NUMBERED_TOPICS,
  type NumberedTopic,
  type TopicValue,
} from '../../src-shared/contract/topics.ts';
import { DeskClient } from '../../src-shared/desk-client.ts';
import { micros } from '../../src-shared/domain/time.ts';
import { parseCanonical } from '../core/engine/canonical.ts';
import type { Fact } from '../core/engine/fact.ts';
import { closeJournal, openReadable } from '../edge/journal/open.ts';
import { readRecords } from '../edge/journal/read.ts';
import { OperatorsError } from '../edge/operators/registry.ts';
import { memoryPipe } from '../edge/window/memory-channel.ts';
import { PAPER_CONFIG } from './commands/run-options.ts';
import { CONFIG, TRADED } from './desk/fixtures.ts';
import { ServedDesk } from './served-desk.ts';

const SPEED = 10;
const KEY = 'simulated:BTCUSDT';
const ALL = { kind: 'all' } as const;

let folder: string;
let desk: ServedDesk;
const told: string[] = [];
let clients: DeskClient[] = [];

function startDesk(directory = folder): Promise<ServedDesk> {
  return ServedDesk.start({
    ...{ directory, config: CONFIG, configPath: PAPER_CONFIG, strategy: 'market-maker', instruments: [TRADED] },
    ...{ seed: 7, speed: SPEED, metricsPort: null, operator: 'ann', resume: null },
    killSwitch: { kind: 'none' },
    told: (news) => told.push(news),
    painted: () => told.push('painted'),
  });
}

/** A window of this person, on the desk that runs now. */
async function window(sessionId = 'ann’s browser'): Promise<DeskClient> {
  const client = new DeskClient({
    connect: async () => memoryPipe(desk.accept, { sessionId, address: 'a test' }).channel,
    retryMs: [10, 50],
  });
  clients.push(client);
  await new Promise<void>((resolve) => client.onLink(({ state }) => state === 'up' && resolve()));
  return client;
}

async function closeWindows(): Promise<void> {
  for (const client of clients) client.close();
  clients = [];
  // Until the desk has noticed: whoever comes next finds nobody in control.
  await sleep(20);
}

function envelope(client: DeskClient, command: Command, changes: Partial<CommandEnvelope> = {}): CommandEnvelope {
  const issuedAt = micros(Math.round(client.deskNow()));
  const expiresAt = micros(issuedAt + COMMAND_LIFE_MS * 1_000 * SPEED);
  return { ...{ commandId: randomUUID(), operator: 'ann', reason: '' }, issuedAt, expiresAt, command, ...changes };
}

async function refusal(attempt: Promise<unknown>): Promise<DeskErrorBody | string> {
  try {
    return `answered ${JSON.stringify(await attempt)}`;
  } catch (error) {
    if (error instanceof DeskError) return error.body;
    throw error;
  }
}

/** The next value of a topic for which `holds`. */
function latestOf<T extends LatestTopic>(
  client: DeskClient,
  topic: T,
  params: never,
  holds: (value: TopicValue<T>) => boolean = () => true,
): Promise<TopicValue<T>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no such ${topic} within 20 s`)), 20_000);
    const stop = client.latest(topic, params, ({ value }) => {
      if (!holds(value)) return;
      clearTimeout(timer);
      setImmediate(() => stop());
      resolve(value);
    });
  });
}

const NONE = {} as never;

function facts(): Fact[] {
  const journal = openReadable(folder);
  try {
    return [...readRecords(journal)]
      .filter(({ kind }) => kind === 'fact')
      .map(({ bytes }) => parseCanonical(Buffer.from(bytes).toString('utf8')) as unknown as Fact);
  } finally {
    closeJournal(journal);
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'served-'));
  desk = await startDesk();
});
afterEach(closeWindows);
afterAll(async () => {
  await desk.stop('the tests are over');
  rmSync(folder, { recursive: true });
});

/** Each test goes on where the one before ended. */
describe('a served desk', () => {
  it('says what it is, and that nobody has a PIN', async () => {
    const ann = await window();
    const description = await ann.call('describe', {});
    expect(METHODS.describe.result.parse(description)).toMatchObject({
      ...{ kind: 'paper', speed: SPEED, reportingCurrency: 'USDT' },
      instruments: [{ key: KEY, priceDecimals: 1, quantityDecimals: 3 }],
      strategies: [{ instruments: [KEY] }],
      session: { operator: { name: 'ann', role: 'trader' }, hasControl: true, isProtected: false },
    });
    expect(told.join('\n')).toMatch(/no PIN is set: anyone at this machine can act as ann/);
  });

  it('trades, and every topic and method says what its schema promises', async () => {
    const ann = await window();
    const pnl = await latestOf(ann, 'pnl', NONE, ({ today }) => Number(today[0]?.fees ?? 0) > 0);
    expect(pnl.byStrategy[0]?.strategy).toMatch(/^market-maker/);
    for (const topic of Object.keys(LATEST_TOPICS) as LatestTopic[]) {
      const params =
        topic === 'depth' ? { instrument: KEY } : topic === 'bar' ? { instrument: KEY, interval: '1s' } : {};
      LATEST_TOPICS[topic].value.parse(await latestOf(ann, topic, params as never));
    }
    for (const topic of Object.keys(NUMBERED_TOPICS) as NumberedTopic[]) {
      const items: unknown[] = [];
      const stop = ann.numbered(topic, (heard) => items.push(...heard.items));
      await sleep(100);
      stop();
      for (const item of items) NUMBERED_TOPICS[topic].item.parse(item);
      if (topic === 'fills' || topic === 'orders') expect(items.length).toBeGreaterThan(0);
    }
    const bars = await ann.call('bars', { instrument: KEY, interval: '1s', limit: 100 });
    expect(METHODS.bars.result.parse(bars).bars.length).toBeGreaterThan(3);
    await sleep(1_100);
    expect(METHODS.equity.result.parse(await ann.call('equity', { limit: 50 })).points.length).toBeGreaterThan(0);
    expect(await refusal(ann.call('bars', { instrument: 'no:where', interval: '1s', limit: 1 }))).toMatchObject({
      code: 'not-found',
    });
  });

  it('adds up: instruments, strategies and all of it are the same money', async () => {
    const ann = await window();
    const { overall, byInstrument, byStrategy, today } = await latestOf(ann, 'pnl', NONE);
    const sum = (views: readonly { fees: string; realised: string }[]): number[] => [
      views.reduce((total, { fees }) => total + Number(fees), 0),
      views.reduce((total, { realised }) => total + Number(realised), 0),
    ];
    for (const parts of [byInstrument, byStrategy, today]) {
      for (const [i, total] of sum(parts).entries()) expect(total).toBeCloseTo(sum(overall)[i] ?? Number.NaN, 6);
    }
  });

  it('tightens at once; the same id twice acts once, and says so', async () => {
    const ann = await window();
    const pause = envelope(ann, { type: 'set-mode', mode: 'pause' });
    expect(await ann.call('command', pause)).toMatchObject({ outcome: 'done', mode: 'pause', facts: ['mode-changed'] });
    expect(await ann.call('command', pause)).toMatchObject({ outcome: 'repeated', mode: 'pause', facts: [] });
    const again = envelope(ann, { type: 'set-mode', mode: 'pause' });
    expect(await ann.call('command', again)).toMatchObject({ outcome: 'nothing-to-do', mode: 'pause' });
    expect((await latestOf(ann, 'status', NONE)).mode).toBe('pause');
  });

  it('loosens only with a reason, and says what stands against it', async () => {
    const ann = await window();
    const without = envelope(ann, { type: 'set-mode', mode: 'normal' }, { reason: ' ' });
    expect(await refusal(ann.call('command', without))).toMatchObject({
      code: 'refused',
      blockedBy: ['no reason is given'],
    });
    const within = envelope(ann, { type: 'set-mode', mode: 'normal' }, { reason: 'a test' });
    expect(await ann.call('command', within)).toMatchObject({ outcome: 'done', mode: 'normal' });
  });

  it('carries out nothing that is expired, of the future, too long-lived or in another name', async () => {
    const ann = await window();
    const now = Math.round(ann.deskNow());
    const at = (seconds: number) => micros(now + seconds * 1_000_000);
    const cancel = { type: 'cancel-all', scope: ALL } as const;
    const cases: [Partial<CommandEnvelope>, string][] = [
      [{ issuedAt: at(-60), expiresAt: at(-1) }, 'expired'],
      [{ issuedAt: at(3_600), expiresAt: at(3_601) }, 'expired'],
      [{ issuedAt: at(0), expiresAt: at(86_400) }, 'expired'],
      [{ operator: 'bob' }, 'unauthorised'],
      [{ command: { type: 'flatten', scope: { kind: 'instrument', instrument: 'no:where' } } }, 'not-found'],
      [{ command: { type: 'cancel-all', scope: { kind: 'venue', venue: 'nowhere' } } }, 'not-found'],
    ];
    for (const [changes, code] of cases)
      expect(await refusal(ann.call('command', envelope(ann, cancel, changes)))).toMatchObject({ code });
    expect(await refusal(ann.call('command', { ...envelope(ann, cancel), commandId: 'x' }))).toMatchObject({
      code: 'malformed',
    });
    const order = { type: 'place-order', side: 'buy', quantity: '1' } as unknown as Command;
    expect(await refusal(ann.call('command', envelope(ann, order)))).toMatchObject({ code: 'malformed' });
  });

  it('gives control to one window at a time; the others look on, and may still tighten', async () => {
    await closeWindows();
    const first = await window('ann');
    const second = await window('another tab');
    const cancel = (client: DeskClient) => client.call('command', envelope(client, { type: 'cancel-all', scope: ALL }));
    expect(await refusal(cancel(second))).toMatchObject({
      code: 'unauthorised',
      detail: expect.stringMatching(/looks on/),
    });
    expect(await second.call('command', envelope(second, { type: 'set-mode', mode: 'reduce' }))).toMatchObject({
      mode: 'reduce',
    });
    expect(await second.call('take-control', {})).toMatchObject({ hasControl: true });
    expect(await refusal(cancel(first))).toMatchObject({ code: 'unauthorised' });
    expect(await cancel(second)).toMatchObject({ outcome: expect.stringMatching(/done|nothing-to-do/) });
    second.close();
    await sleep(50);
    expect(await cancel(first)).toMatchObject({ outcome: expect.stringMatching(/done|nothing-to-do/) });
    await first.call('command', envelope(first, { type: 'set-mode', mode: 'normal' }, { reason: 'a test' }));
  });

  it('flattens: strategies stop, orders go, the position is closed with reduce-only orders, and nothing reopens it', async () => {
    const ann = await window();
    await latestOf(ann, 'positions', NONE, ({ positions }) => Number(positions[0]?.quantity) !== 0);
    const before = facts().length;
    const flatten = envelope(
      ann,
      { type: 'flatten', scope: { kind: 'instrument', instrument: KEY } },
      { reason: 'a test' },
    );
    expect(await ann.call('command', flatten)).toMatchObject({
      outcome: 'done',
      facts: expect.arrayContaining(['strategy-stopped', 'flatten-began']),
    });
    await latestOf(ann, 'positions', NONE, ({ positions }) => Number(positions[0]?.quantity) === 0);
    await latestOf(ann, 'status', NONE, ({ openOrders, flattening }) => openOrders === 0 && flattening.length === 0);
    await sleep(500);
    const made = facts().slice(before);
    const orders = made.flatMap((fact) =>
      fact.kind === 'order-intended' && fact.origin === 'operator' ? [fact.order] : [],
    );
    expect(orders.length).toBeGreaterThan(0);
    expect(orders.every(({ reduceOnly, type }) => reduceOnly && type === 'market')).toBe(true);
    const end = made.findLastIndex(({ kind }) => kind === 'flatten-ended');
    expect(made[end]).toMatchObject({ outcome: 'flat' });
    expect(made.slice(end).filter(({ kind }) => kind === 'order-intended')).toEqual([]);
    const { exposures } = await latestOf(ann, 'risk', NONE);
    expect(exposures[0]?.stopped).toEqual([{ origin: expect.stringMatching(/^market-maker/), cause: 'operator' }]);
  });

  it('enables a strategy again for a reason, and stops it without', async () => {
    const ann = await window();
    const { strategies } = await ann.call('describe', {});
    const origin = strategies[0]?.name ?? '';
    const on = { type: 'enable-strategy', origin, instrument: KEY } as const;
    expect(await refusal(ann.call('command', envelope(ann, on)))).toMatchObject({ code: 'refused' });
    expect(await ann.call('command', envelope(ann, on, { reason: 'a test' }))).toMatchObject({
      facts: ['strategy-re-enabled'],
    });
    await latestOf(ann, 'status', NONE, ({ openOrders }) => openOrders > 0);
    const off = envelope(ann, { type: 'disable-strategy', origin, instrument: KEY });
    expect((await ann.call('command', off)).facts[0]).toBe('strategy-stopped');
    await ann.call('command', envelope(ann, on, { reason: 'a test' }));
  });

  it('asks for a PIN once one is set, knows what each role may, and writes all of it down', async () => {
    const ann = await window('ann');
    await ann.call('set-pin', { current: null, next: '135790' });
    await ann.call('add-operator', { name: 'vic', role: 'viewer', pin: '246802' });
    await closeWindows();
    const stranger = await window('a stranger');
    const cancel = { type: 'cancel-all', scope: ALL } as const;
    expect(await refusal(stranger.call('command', envelope(stranger, cancel)))).toMatchObject({ code: 'unauthorised' });
    const pause = envelope(stranger, { type: 'set-mode', mode: 'pause' }, { operator: 'nobody' });
    expect(await stranger.call('command', pause)).toMatchObject({ mode: 'pause' });
    expect(await refusal(stranger.call('sign-in', { operator: 'vic', pin: '000000' }))).toMatchObject({
      code: 'sign-in-failed',
    });
    expect(await stranger.call('sign-in', { operator: 'vic', pin: '246802' })).toMatchObject({
      operator: { name: 'vic', role: 'viewer' },
    });
    const asVic = { operator: 'vic', reason: 'a test' };
    for (const command of [cancel, { type: 'set-mode', mode: 'normal' } as const])
      expect(await refusal(stranger.call('command', envelope(stranger, command, asVic)))).toMatchObject({
        code: 'unauthorised',
        detail: expect.stringMatching(/viewer/),
      });
    // Signed in at her own browser, she still is when it is loaded again.
    const again = await window('ann');
    expect((await again.call('describe', {})).session.operator).toEqual({ name: 'ann', role: 'trader' });
    await sleep(300);
    const access = facts().filter((fact) => fact.kind === 'access-recorded');
    expect(access.map(({ event }) => event)).toEqual(
      expect.arrayContaining([
        'turned-away',
        'pin-changed',
        'operator-added',
        'signed-in',
        'sign-in-failed',
        'control-taken',
      ]),
    );
    expect(facts().findLast(({ kind }) => kind === 'mode-changed')).toMatchObject({ operator: 'nobody', to: 'pause' });
    expect(JSON.stringify(access)).not.toMatch(/135790|246802|000000/);
  });

  it('remembers what was commanded, the mode and the PINs across a restart', async () => {
    await closeWindows();
    const ann = await window('ann');
    const emergency = envelope(ann, { type: 'set-mode', mode: 'emergency' });
    await ann.call('command', emergency);
    await closeWindows();
    await desk.stop('a restart');
    desk = await startDesk();
    const again = await window('ann');
    expect((await again.call('describe', {})).session).toMatchObject({ operator: null, isProtected: true });
    expect((await latestOf(again, 'status', NONE)).mode).toBe('emergency');
    // The same text once more, still alive: it was carried out before.
    expect(await again.call('command', emergency)).toMatchObject({ outcome: 'repeated', mode: 'emergency' });
    const orders: unknown[] = [];
    again.numbered('orders', ({ items }) => orders.push(...items));
    await sleep(200);
    expect(orders.length).toBeGreaterThan(0);
  });

  it('is not started with a registry that cannot be read', async () => {
    const other = mkdtempSync(join(tmpdir(), 'served-'));
    writeFileSync(join(other, 'operators.json'), '{');
    await expect(startDesk(other)).rejects.toThrow(OperatorsError);
    rmSync(other, { recursive: true });
  });
});
