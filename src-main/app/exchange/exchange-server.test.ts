import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lots } from '../../../src-shared/domain/instrument.ts';
import { cancelling, idOf, placing, querying, TAKING } from '../../edge/venues/fixtures.ts';
import { SimulatedExchangeLink } from '../../edge/venues/simulated-exchange-link.ts';
import type { ExchangeInput } from '../../edge/venues/simulated-wire.ts';
import { CANONICAL } from '../canonical-codec.ts';
import { DeskClock } from '../desk-clock.ts';
import { ExchangeServer, type ExchangeServerOptions } from './exchange-server.ts';
import { CONFIG, INSTRUMENTS, temporaryFolder, textOf } from './fixtures.ts';
import { HostedExchange } from './hosted-exchange.ts';
import { OrderLog, readOrderLog } from './order-log.ts';

/** Faster than the wall, and not so fast that a busy machine falls behind. */
const SPEED = 2;

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let log: OrderLog;
let exchange: HostedExchange;
let server: ExchangeServer;
let said: string[];
const opened: { close(): void }[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'exchange.sock');
  said = [];
});
afterEach(async () => {
  for (const link of opened.splice(0)) link.close();
  server.end('the test is over');
  await server.ended.catch(() => {});
  folder.remove();
});

async function listen(options: Partial<ExchangeServerOptions> = {}): Promise<void> {
  const clock = new DeskClock({ speed: SPEED });
  log = OrderLog.open(folder.path, 100);
  clock.notBefore(log.lastAt);
  exchange = new HostedExchange({ config: CONFIG, instruments: INSTRUMENTS, seed: 1, startAt: clock.now(), log });
  const tell = (line: string) => said.push(line);
  const base = { path, exchange, instruments: INSTRUMENTS, clock, lingerMs: 60_000, log: tell };
  server = await ExchangeServer.listen({ ...base, ...options });
  server.ended.finally(() => log.close()).catch(() => {});
}

interface TestDesk {
  readonly link: SimulatedExchangeLink;
  readonly inputs: ExchangeInput[];
  readonly changes: string[];
  /** Reports so far, as texts. */
  reports(): string[];
}

async function connect(reconnectMs = 5): Promise<TestDesk> {
  const inputs: ExchangeInput[] = [];
  const changes: string[] = [];
  const link = await SimulatedExchangeLink.connect({
    path,
    codec: CANONICAL,
    instruments: INSTRUMENTS,
    onInput: (input) => inputs.push(input),
    onLink: (up, detail) => changes.push(`${up ? 'up' : 'down'}: ${detail}`),
    reconnectMs,
  });
  opened.push(link);
  const reports = () => inputs.filter(({ kind }) => kind === 'order-report').map(textOf);
  return { link, inputs, changes, reports };
}

/** A connection that says and reads only what the test says. */
async function connectRaw(...messages: readonly string[]): Promise<Socket> {
  const socket = createConnection(path);
  socket.on('error', () => {});
  opened.push({ close: () => socket.destroy() });
  socket.pause();
  await new Promise((resolve) => socket.once('connect', resolve));
  for (const message of messages) socket.write(`${message}\n`);
  return socket;
}

const waitFor = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: 10_000, interval: 5 });

describe('a desk and an exchange over a socket', () => {
  it('trade: orders are acknowledged, filled and cancelled, on a market that moves', async () => {
    await listen();
    const desk = await connect();
    expect(desk.link.send({ kind: 'request-snapshot', instrument: INSTRUMENTS[0].id })).toEqual({ ok: true });
    desk.link.send(placing('rests'));
    desk.link.send(placing('takes', TAKING));
    desk.link.send(cancelling('rests'));
    await waitFor(() => expect(desk.reports()).toContain('rests cancelled requested'));
    expect(desk.reports()).toEqual(expect.arrayContaining(['rests acknowledged', 'takes acknowledged']));
    await waitFor(() => {
      const kinds = new Set(desk.inputs.map(({ kind }) => kind));
      expect([...kinds].sort()).toEqual(['book-ticker', 'depth', 'depth-snapshot', 'order-report', 'trade']);
    });
    const snapshot = desk.inputs.find((input) => input.kind === 'depth-snapshot');
    expect(snapshot?.kind === 'depth-snapshot' && snapshot.priceTicks).toBeInstanceOf(Float64Array);
    const filled = desk.inputs.flatMap((input) =>
      input.kind === 'order-report' && input.report.type === 'filled' ? [input.report.fill] : [],
    );
    expect(new Map(filled.map((fill) => [fill.fillId, fill]))).toEqual(readOrderLog(folder.path).fills);
    expect(filled.reduce((sum, { lots }) => sum + lots, 0)).toBe(10);
  });

  it('lose nothing when the desk dies: what happened meanwhile is told when it asks', async () => {
    await listen();
    const first = await connect();
    first.link.send(placing('rests'));
    first.link.send(placing('takes', { ...TAKING, lots: 40 as Lots }));
    await waitFor(() => expect(readOrderLog(folder.path).received.size).toBe(2));
    first.link.close();
    await waitFor(() => expect(said.at(-1)).toMatch(/^the desk is gone: /));
    await waitFor(() => expect(readOrderLog(folder.path).ends.has(idOf('takes'))).toBe(true));

    const second = await connect();
    second.link.send(querying('takes'));
    second.link.send(querying('rests'));
    await waitFor(() => expect(second.reports()).toContain('rests open 0'));
    const { fills } = readOrderLog(folder.path);
    expect(second.reports()).toEqual(
      expect.arrayContaining([...fills.values()].map(({ lots }) => `takes filled ${lots}`)),
    );
    expect([...fills.values()].reduce((sum, { lots }) => sum + lots, 0)).toBe(40);
  });

  it('end together: what rests is cancelled, told and written down', async () => {
    await listen();
    const desk = await connect();
    desk.link.send(placing('rests'));
    await waitFor(() => expect(desk.reports()).toEqual(['rests acknowledged']));
    await expect(desk.link.endExchange()).resolves.toBe(true);
    expect(desk.reports()).toEqual(['rests acknowledged', 'rests cancelled requested']);
    await expect(server.ended).resolves.toBe('asked for by the desk');
    expect(readOrderLog(folder.path).ends.get(idOf('rests'))).toEqual({ type: 'cancelled', reason: 'requested' });
    await expect(connect()).rejects.toThrow(/ENOENT/);
  });
});

describe('one desk at a time', () => {
  it('the one that comes takes the place of the one before', async () => {
    await listen();
    const old = await connectRaw('{"type":"attach"}');
    const closed = new Promise((resolve) => old.resume().once('close', resolve));
    await waitFor(() => expect(said).toEqual(['a desk is attached']));
    const desk = await connect();
    desk.link.send(querying('x'));
    await closed;
    await waitFor(() => expect(desk.reports()).toEqual(['x not-found']));
  });

  it('who only looks whether an exchange is there disturbs nobody', async () => {
    await listen();
    const desk = await connect();
    const visitor = await connectRaw();
    const greeting = new Promise((resolve) => visitor.resume().once('data', (text) => resolve(String(text))));
    expect(await greeting).toMatch(/^\{"listings":\["simulated:BTCUSDT .*"type":"hello","version":\d+\}\n$/);
    visitor.destroy();
    desk.link.send(querying('x'));
    await waitFor(() => expect(desk.reports()).toEqual(['x not-found']));
    expect(desk.changes).toEqual(['up: connected']);
  });

  it('who orders without having attached is dropped', async () => {
    await listen();
    const stranger = await connectRaw('{"type":"end"}');
    await new Promise((resolve) => stranger.resume().once('close', resolve));
    const desk = await connect();
    expect(desk.changes).toEqual(['up: connected']);
  });
});

describe('a desk that misbehaves', () => {
  it('is dropped for a line that is no message, and what it sent before stands', async () => {
    await listen();
    const placed = `{"effect":${CANONICAL.encode(placing('before'))},"type":"effect"}`;
    await connectRaw('{"type":"attach"}', placed, 'garbage', placed.replace('before', 'after'));
    await waitFor(() => expect(said.at(-1)).toMatch(/^the desk is gone: it sent something malformed: 'garbage'/));
    expect([...readOrderLog(folder.path).received.keys()]).toEqual(['before']);
  });

  it('is dropped when it does not read, and may come back', async () => {
    await listen({ maxUnsentBytes: 100_000 });
    const slow = await connectRaw('{"type":"attach"}');
    const snapshot = `{"effect":{"instrument":0,"kind":"request-snapshot"},"type":"effect"}\n`;
    // Some eight thousand characters each.
    for (let sent = 0; sent < 400; sent += 1) slow.write(snapshot);
    await waitFor(() => expect(said.at(-1)).toMatch(/^the desk is gone: it reads too slowly: \d+ bytes wait for it/));
    const desk = await connect();
    // It may be dropped as well, as long as what the slow one asked for is on its way.
    await waitFor(() => {
      desk.link.send(querying('x'));
      expect(desk.reports()).toContain('x not-found');
    });
  });
});

describe('an exchange', () => {
  it('without a desk ends by itself, and one with a desk does not', async () => {
    await listen({ lingerMs: 150 });
    const desk = await connect();
    await new Promise((resolve) => setTimeout(resolve, 300));
    desk.link.send(placing('a'));
    await waitFor(() => expect(desk.reports()).toEqual(['a acknowledged']));
    desk.link.close();
    await expect(server.ended).resolves.toMatch(/^no desk for 0\.15 s/);
    expect(readOrderLog(folder.path).ends.get(idOf('a'))?.type).toBe('cancelled');
  });

  it('that cannot write its log is over, and says why', async () => {
    await listen();
    const desk = await connect(60_000);
    vi.spyOn(log, 'append').mockImplementation(() => {
      throw new Error('no space left on device');
    });
    desk.link.send(placing('a'));
    await expect(server.ended).rejects.toThrow('no space left on device');
    await waitFor(() => expect(desk.changes.at(-1)).toMatch(/^down/));
    expect(desk.reports()).toEqual([]);
  });
});
