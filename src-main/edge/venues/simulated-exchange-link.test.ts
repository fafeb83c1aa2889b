import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { micros } from '../../../src-shared/domain/time.ts';
import { canonical, parseCanonical } from '../../core/engine/canonical.ts';
import type { Trade } from '../../core/engine/input.ts';
import { placing, querying, SIMULATED } from './fixtures.ts';
import { SimulatedExchangeLink, type SimulatedExchangeLinkOptions } from './simulated-exchange-link.ts';
import {
  type ExchangeInput,
  type ExchangeMessage,
  listingText,
  PROTOCOL_VERSION,
  writeMessage,
} from './simulated-wire.ts';

const CODEC = { encode: canonical, decode: parseCanonical };
const HELLO: ExchangeMessage = {
  type: 'hello',
  version: PROTOCOL_VERSION,
  listings: [listingText(SIMULATED)],
  now: micros(1_000),
};

function trade(tradeId: number): Trade {
  const stamp = { seq: 0, at: micros(5), instrument: SIMULATED.id, exchangeAt: 4 };
  return { kind: 'trade', ...stamp, tradeId, priceTicks: 1_000, lots: 1, aggressor: 'buy' };
}

/** A socket that says what the test wants, in the place of an exchange. */
class FakeExchange {
  greeting: string | null = writeMessage(CODEC, HELLO);
  readonly sockets: Socket[] = [];
  received = '';
  isReading = true;
  private server: Server | null = null;
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => {
      this.sockets.push(socket);
      socket.on('error', () => {});
      if (this.isReading) {
        socket.on('data', (chunk) => {
          this.received += String(chunk);
        });
      }
      if (this.greeting !== null) socket.write(this.greeting);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
  }

  get last(): Socket {
    return this.sockets[this.sockets.length - 1];
  }

  say(...messages: readonly ExchangeMessage[]): void {
    this.last.write(messages.map((message) => writeMessage(CODEC, message)).join(''));
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of this.sockets) socket.destroy();
    });
  }
}

let folder: string;
let path: string;
let exchange: FakeExchange;
let link: SimulatedExchangeLink | null;
let inputs: ExchangeInput[];
let changes: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-link-'));
  path = join(folder, 'exchange.sock');
  exchange = new FakeExchange(path);
  link = null;
  inputs = [];
  changes = [];
});
afterEach(async () => {
  link?.close();
  await exchange.close();
  rmSync(folder, { recursive: true, force: true });
});

async function connect(options: Partial<SimulatedExchangeLinkOptions> = {}): Promise<SimulatedExchangeLink> {
  link = await SimulatedExchangeLink.connect({
    path,
    codec: CODEC,
    instruments: [SIMULATED],
    onInput: (input) => inputs.push(input),
    onLink: (up, detail) => changes.push(`${up ? 'up' : 'down'}: ${detail}`),
    reconnectMs: 5,
    maxReconnectMs: 20,
    ...options,
  });
  return link;
}

describe('connecting', () => {
  it('fails with a reason when nobody is there', async () => {
    await expect(connect()).rejects.toThrow(/exchange\.sock: .*ENOENT/);
    expect(changes).toEqual([]);
  });

  it('fails on another version of the protocol, whatever else its greeting holds', async () => {
    exchange.greeting = '{"type":"hello","version":99,"whatever":[1]}\n';
    await exchange.listen();
    await expect(connect()).rejects.toThrow(/speaks version 99 .* this desk version \d+\. End that exchange/);
  });

  it('fails on other instruments, and names the first that differs', async () => {
    exchange.greeting = writeMessage(CODEC, { ...HELLO, listings: [listingText({ ...SIMULATED, tickSize: '0.01' })] });
    await exchange.listen();
    await expect(connect()).rejects.toThrow(/lists simulated:BTCUSDT .*tick 0\.01.* where this desk has .*tick 0\.10/);
    exchange.greeting = writeMessage(CODEC, { ...HELLO, listings: [] });
    await expect(connect()).rejects.toThrow(/lists nothing where this desk has simulated:BTCUSDT/);
  });

  it('fails on silence', async () => {
    exchange.greeting = null;
    await exchange.listen();
    await expect(connect({ answerMs: 20 })).rejects.toThrow(/does not greet/);
  });

  it('attaches, knows the time of the exchange, and hands on what it says', async () => {
    await exchange.listen();
    const connected = await connect();
    expect(connected.greetedAt).toBe(1_000);
    expect(changes).toEqual(['up: connected']);
    await vi.waitFor(() => expect(exchange.received).toBe('{"type":"attach"}\n'));
    exchange.say({ type: 'input', input: trade(1) }, { type: 'input', input: trade(2) });
    await vi.waitFor(() => expect(inputs).toEqual([trade(1), trade(2)]));
  });
});

describe('a connection that is lost', () => {
  it('comes back by itself; meanwhile nothing is sent and nothing kept', async () => {
    await exchange.listen();
    const connected = await connect();
    await exchange.close();
    await vi.waitFor(() => expect(changes[1]).toMatch(/^down: /));
    expect(connected.send(placing('lost'))).toEqual({ ok: false, reason: expect.stringMatching(/not connected/) });
    await vi.waitFor(() => expect(changes.at(-1)).toMatch(/^down: connect E/));
    await exchange.listen();
    await vi.waitFor(() => expect(changes.at(-1)).toBe('up: connected'));
    expect(connected.send(querying('kept'))).toEqual({ ok: true });
    await vi.waitFor(() => expect(exchange.received).toContain('kept'));
    expect(exchange.received).not.toContain('lost');
  });

  it('is told when what comes back is another exchange', async () => {
    await exchange.listen();
    await connect();
    exchange.greeting = writeMessage(CODEC, { ...HELLO, version: 99 });
    exchange.last.destroy();
    await vi.waitFor(() => expect(changes.at(-1)).toMatch(/^down: the exchange speaks version 99/));
  });

  it('stays down once it was closed', async () => {
    await exchange.listen();
    const connected = await connect();
    connected.close();
    expect(changes.at(-1)).toBe('down: closed by the desk');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(exchange.sockets).toHaveLength(1);
    expect(connected.send(placing('a')).ok).toBe(false);
  });
});

describe('what makes no sense', () => {
  it.each([
    ['no text', 'garbage\n', /^down: the exchange sent something malformed: 'garbage'/],
    ['no message', '{"type":"input","input":{"kind":"gift"}}\n', /malformed: .*input\.kind/],
    ['no end of a line', 'x'.repeat(300), /^down: the exchange sent a message of more than 200 characters/],
    ['a line too long', `${'x'.repeat(300)}\n`, /^down: the exchange sent a message of more than 200 characters/],
  ])('%s drops the link, which comes back', async (_what, text, detail) => {
    await exchange.listen();
    await connect({ maxMessageChars: 200 });
    exchange.last.write(text);
    await vi.waitFor(() => expect(changes.slice(1)).toEqual([expect.stringMatching(detail), 'up: connected']));
    expect(exchange.sockets).toHaveLength(2);
  });

  it('spoils nothing before it, and nothing after it is read', async () => {
    await exchange.listen();
    await connect();
    const [first, second] = [trade(1), trade(2)].map((input) => writeMessage(CODEC, { type: 'input', input }));
    exchange.last.write(`${first}garbage\n${second}`);
    await vi.waitFor(() => expect(changes.at(-1)).toBe('up: connected'));
    await vi.waitFor(() => expect(exchange.sockets).toHaveLength(2));
    expect(inputs).toEqual([trade(1)]);
  });

  it('data before the greeting is refused', async () => {
    exchange.greeting = writeMessage(CODEC, { type: 'input', input: trade(1) });
    await exchange.listen();
    await expect(connect()).rejects.toThrow(/data before its greeting/);
    expect(inputs).toEqual([]);
  });
});

describe('under load', () => {
  it('leaves the event loop to others after a millisecond of messages, and loses none', async () => {
    await exchange.listen();
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    const turnsAt: number[] = [];
    await connect({
      onInput: () => {
        const endMs = performance.now() + 0.6;
        while (performance.now() < endMs);
        turnsAt.push(turns);
      },
    });
    count();
    const sent = Array.from(
      { length: 60 },
      (_, tradeId): ExchangeMessage => ({ type: 'input', input: trade(tradeId) }),
    );
    exchange.say(...sent);
    await vi.waitFor(() => expect(turnsAt).toHaveLength(60));
    isDone = true;
    // Each takes 0.6 ms, so that a turn has two of them.
    const perTurn = Map.groupBy(turnsAt, (turn) => turn);
    expect(Math.max(...[...perTurn.values()].map((inTurn) => inTurn.length))).toBeLessThanOrEqual(4);
  });

  it('refuses to send once the exchange no longer reads', async () => {
    exchange.isReading = false;
    await exchange.listen();
    const connected = await connect();
    let sent = 0;
    let answer = connected.send(placing('a'));
    while (answer.ok && sent < 100_000) {
      sent += 1;
      answer = connected.send(placing(`order-${sent}`));
    }
    expect(answer).toEqual({ ok: false, reason: 'the exchange does not take in what was sent before' });
  });
});

describe('ending the exchange', () => {
  it('asks it, and waits until it closes the connection', async () => {
    await exchange.listen();
    const connected = await connect();
    const ended = connected.endExchange();
    await vi.waitFor(() => expect(exchange.received).toContain('{"type":"end"}\n'));
    exchange.say({ type: 'input', input: trade(7) });
    exchange.last.end();
    await expect(ended).resolves.toBe(true);
    expect(inputs).toEqual([trade(7)]);
    expect(changes.at(-1)).toMatch(/^down/);
  });

  it('gives up on one that does not, and on one that is not there', async () => {
    await exchange.listen();
    const connected = await connect({ answerMs: 20 });
    await expect(connected.endExchange()).resolves.toBe(false);
    await expect(connected.endExchange()).resolves.toBe(false);
  });
});
