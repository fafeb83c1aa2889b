import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { DeskError } from '../../../src-shared/contract/errors.ts';
import { MAX_MESSAGE_BYTES } from '../../../src-shared/contract/messages.ts';
import type { FillView, OrderView } from '../../../src-shared/contract/topics.ts';
import { CONTRACT_VERSION } from '../../../src-shared/contract/version.ts';
import { DeskClient } from '../../../src-shared/desk-client.ts';
import type { Channel, LinkState } from '../../../src-shared/transport.ts';
import { runs } from '../../testing/runs.ts';
import { windowSocket } from '../../testing/window-socket.ts';
import { memoryPipe } from './memory-channel.ts';
import { servePort } from './port-channel.ts';
import { fill, isAcknowledgement, isFrameWithItems, order, ScriptedDesk } from './scripted-desk.ts';
import { StaticFiles } from './static-files.ts';
import { WebServer } from './web-server.ts';

/** One of the ways between a window and its desk. */
interface Transport {
  connect(): Promise<Channel>;
  /** Ends what is open, from the desk's side. */
  cut(): void;
  end(): Promise<void>;
}

const PEER = { sessionId: 'somebody', address: 'here' };

const TRANSPORTS: Readonly<Record<string, (desk: ScriptedDesk) => Promise<Transport>>> = {
  'the in-memory transport': async (desk) => {
    const pipes: { cut: (reason: string) => void }[] = [];
    return {
      connect: async () => {
        const pipe = memoryPipe(desk.server.accept, PEER);
        pipes.push(pipe);
        return pipe.channel;
      },
      cut: () => {
        for (const pipe of pipes.splice(0)) pipe.cut('cut');
      },
      end: async () => {},
    };
  },
  'a message port': async (desk) => {
    const ports: MessagePort[] = [];
    return {
      connect: async () => {
        const { port1, port2 } = new MessageChannel();
        servePort(port1, desk.server.accept, { transport: 'port', ...PEER });
        ports.push(port1);
        return overPort(port2);
      },
      cut: () => {
        for (const port of ports.splice(0)) port.close();
      },
      end: async () => {},
    };
  },
  'the loopback WebSocket': async (desk) => {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<title>desk</title>');
    const files = StaticFiles.load(folder);
    const server = await WebServer.start({ port: 0, files, accept: desk.server.accept, turnedAway() {} });
    const sockets: WebSocket[] = [];
    return {
      connect: async () => {
        const { channel, socket } = await windowSocket(server.address());
        sockets.push(socket);
        return channel;
      },
      cut: () => {
        for (const socket of sockets.splice(0)) socket.terminate();
      },
      end: async () => {
        await server.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

function overPort(port: MessagePort): Channel {
  const channel: Channel = {
    send: (text) => port.postMessage(text),
    close: () => port.close(),
    onText: () => {},
    onClose: () => {},
  };
  port.on('message', (text: string) => channel.onText(text));
  port.on('close', () => channel.onClose('closed'));
  return channel;
}

/** The same pipe, but for what comes from the desk: `heard` gets it, and passes on what it likes. */
function tapped(inner: Channel, heard: (text: string, pass: (text: string) => void) => void): Channel {
  const outer: Channel = { send: (text) => inner.send(text), close: () => inner.close(), onText() {}, onClose() {} };
  inner.onClose = (reason) => outer.onClose(reason);
  inner.onText = (text) => heard(text, (passed) => outer.onText(passed));
  return outer;
}

/** Until `holds`. @throws what it waited for. */
async function until(holds: () => boolean, what: string, patienceMs = 5_000): Promise<void> {
  const giveUpMs = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > giveUpMs) throw new Error(`waited for ${what}`);
    await sleep(5);
  }
}

const isFrame = (text: string): boolean => text.startsWith('{"t":"frame"');

/** A command of this contract. */
const STOP = {
  ...{ commandId: 'c0ffee00-0000-4000-8000-000000000000', operator: 'ann', reason: '', issuedAt: 1, expiresAt: 2 },
  command: { type: 'set-mode', mode: 'emergency' },
};

async function errorOf(attempt: Promise<unknown>): Promise<unknown> {
  try {
    return await attempt;
  } catch (error) {
    return error instanceof DeskError ? error.body : error;
  }
}

describe.each(Object.entries(TRANSPORTS))('a window over %s', (_, open) => {
  let desk: ScriptedDesk;
  let transport: Transport;
  let clients: DeskClient[];
  beforeEach(async () => {
    desk = new ScriptedDesk();
    transport = await open(desk);
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    desk.server.close('the test is over');
    await transport.end();
  });

  function client(connect: () => Promise<Channel> = () => transport.connect()): DeskClient {
    const made = new DeskClient({ connect, retryMs: [5, 20] });
    clients.push(made);
    return made;
  }

  async function connected(connect?: () => Promise<Channel>): Promise<DeskClient> {
    const made = client(connect);
    await linked(made);
    return made;
  }

  function linked(of: DeskClient): Promise<void> {
    return new Promise((resolve) => {
      const stop = of.onLink(({ state }) => {
        if (state === 'up') setImmediate(() => stop());
        if (state === 'up') resolve();
      });
    });
  }

  /** What follows the fills there, in order. */
  function followed(of: DeskClient): FillView[] {
    const seen: FillView[] = [];
    of.numbered('fills', ({ reset, items }) => {
      if (reset) seen.length = 0;
      seen.push(...items);
    });
    return seen;
  }

  /** A pipe without the client's manners: texts go out as they are, and what comes back is kept. */
  async function raw() {
    const channel = await transport.connect();
    const heard: string[] = [];
    let closed = false;
    channel.onText = (text) => heard.push(text);
    channel.onClose = () => {
      closed = true;
    };
    return {
      say: (text: string) => channel.send(text),
      heard,
      /** All but frames, which come when they come. */
      answers: () => heard.filter((text) => !isFrame(text)),
      closed: () => closed,
    };
  }

  const hello = JSON.stringify({ t: 'hello', version: CONTRACT_VERSION });

  it('gives every payload as it was, by value', async () => {
    const payload = {
      text: 'µ−€𝄞\u2028"\\',
      big: '123456789012345678901234567890.123456789',
      none: null,
      list: [[0.1, -0]],
    };
    desk.answer = () => payload;
    desk.status = () => payload;
    const window = await connected();
    const copy = structuredClone(JSON.parse(JSON.stringify(payload)));
    expect(await window.call('operators', {})).toEqual(copy);
    const values: unknown[] = [];
    window.latest('status', {}, ({ value }) => values.push(value));
    await until(() => values.length > 0, 'a value');
    expect(values[0]).toEqual(copy);
  });

  it('answers many calls at once, each with its own answer, and refusals as the errors they are', async () => {
    desk.answer = async (_method, params) => {
      const { limit } = params as { limit: number };
      await sleep(limit % 7);
      if (limit % 3 === 0) throw new DeskError({ code: 'refused', detail: 'no', blockedBy: [`number ${limit}`] });
      return { since: limit, points: [] };
    };
    const window = await connected();
    const limits = Array.from({ length: 12 }, (__, i) => i + 2);
    const answers = await Promise.all(limits.map((limit) => errorOf(window.call('equity', { limit }))));
    expect(answers).toEqual(
      limits.map((limit) =>
        limit % 3 === 0
          ? { code: 'refused', detail: 'no', blockedBy: [`number ${limit}`] }
          : { since: limit, points: [] },
      ),
    );
  });

  it('tells a fault of the desk as one, without its secrets, and goes on', async () => {
    desk.answer = (method) => {
      if (method === 'operators') throw new Error('secret path');
      return {};
    };
    const window = await connected();
    expect(await errorOf(window.call('operators', {}))).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(await errorOf(window.call('operators', {})))).not.toContain('secret');
    expect(desk.failures[0]).toContain('secret path');
    expect(await window.call('painted', {})).toEqual({});
  });

  it('shows only the latest of values that change faster than frames', async () => {
    let value = 0;
    desk.status = () => ({ value });
    const window = await connected();
    const seen: number[] = [];
    window.latest('status', {}, (latest) => seen.push((latest.value as unknown as { value: number }).value));
    const endMs = performance.now() + 400;
    while (performance.now() < endMs) {
      value += 1;
      if (value % 100 === 0) await sleep(0);
    }
    await until(() => seen.at(-1) === value, 'the last value');
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.length).toBeLessThan(40);
    expect(seen.length).toBeGreaterThan(2);
  });

  it('numbers what may not be dropped: 5,000 items in order, over cuts of the link', async () => {
    const window = await connected();
    const seen = followed(window);
    for (let n = 1; n <= 5_000; n += 1) {
      desk.fills.add(fill(n));
      if (n % 1_000 === 0) {
        transport.cut();
        await linked(window);
      }
    }
    await until(() => seen.length === 5_000, 'all fills');
    expect(seen.map(({ id }) => id)).toEqual(Array.from({ length: 5_000 }, (__, i) => `fill-${i + 1}`));
  });

  it('notices a frame that is lost on the way, and asks again from there', async () => {
    let dropped = 0;
    const window = await connected(async () => {
      const inner = await transport.connect();
      return tapped(inner, (text, pass) => {
        if (dropped < 3 && isFrameWithItems(text) && !text.includes('"reset":true')) {
          dropped += 1;
          // What the window never saw it cannot acknowledge: the pipe lost the frame alone.
          inner.send(JSON.stringify({ t: 'ack', n: (JSON.parse(text) as { n: number }).n }));
        } else pass(text);
      });
    });
    const seen = followed(window);
    await sleep(50);
    for (let n = 1; n <= 300; n += 1) {
      desk.fills.add(fill(n));
      if (n % 30 === 0) await sleep(40);
    }
    await until(() => seen.length === 300, 'all fills');
    expect(dropped).toBe(3);
    expect(seen.map(({ id }) => id)).toEqual(Array.from({ length: 300 }, (__, i) => `fill-${i + 1}`));
  });

  it('begins anew where the desk was started again, or the window has fallen too far behind', async () => {
    for (let n = 1; n <= 10; n += 1) desk.fills.add(fill(n));
    const window = await connected();
    const seen = followed(window);
    await until(() => seen.length === 10, 'the first desk');
    const second = new ScriptedDesk({ epoch: 'epoch-2' });
    second.fills.add(fill(77));
    const other = await open(second);
    const connect = transport.connect;
    transport.connect = other.connect;
    transport.cut();
    await until(() => seen[0]?.id === 'fill-77', 'the second desk');
    expect(seen).toHaveLength(1);
    transport.connect = connect;
    window.close();
    second.server.close('over');
    await other.end();
  });

  it('costs the desk nothing while it hangs: one frame under way, no topic read for it', async () => {
    const { say, heard } = await raw();
    say(hello);
    say(JSON.stringify({ t: 'subscribe', ref: 1, topic: 'status', params: {} }));
    say(JSON.stringify({ t: 'subscribe', ref: 2, topic: 'fills', params: {} }));
    let changes = 0;
    desk.status = () => ({ changes });
    await until(() => heard.some(isFrame), 'a frame');
    const before = desk.reads;
    for (let n = 1; n <= 20_000; n += 1) desk.fills.add(fill(n));
    changes += 1;
    await sleep(300);
    expect(heard.filter(isFrame)).toHaveLength(1);
    expect(desk.reads).toBe(before);
    // And it is told everything once it wakes up.
    say(JSON.stringify({ t: 'ack', n: 1 }));
    await until(() => heard.filter(isFrame).length === 2, 'the next frame');
    expect(heard.at(-1)).toContain('"reset":true');
    expect(heard.at(-1)).toContain('{"changes":1}');
  });

  it('is not disturbed by another one that hangs', async () => {
    const { say } = await raw();
    say(hello);
    say(JSON.stringify({ t: 'subscribe', ref: 1, topic: 'fills', params: {} }));
    const seen = followed(await connected());
    for (let n = 1; n <= 100; n += 1) desk.fills.add(fill(n));
    await until(() => seen.length === 100, 'all fills');
  });

  it.each([
    ['no JSON', '{', 'malformed'],
    ['no message', '42', 'malformed'],
    ['an unknown kind', '{"t":"order","side":"buy"}', 'malformed'],
    ['more than belongs there', `{"t":"ack","n":1,"extra":true}`, 'malformed'],
    ['an unknown method', '{"t":"call","ref":7,"method":"place-order","params":{}}', 'malformed'],
    ["a method of every object's", '{"t":"call","ref":7,"method":"constructor","params":{}}', 'malformed'],
    ['parameters of another method', '{"t":"call","ref":7,"method":"bars","params":{"limit":1}}', 'malformed'],
    ['an unknown topic', '{"t":"subscribe","ref":7,"topic":"secrets","params":{}}', 'not-found'],
    ['a topic of nothing', '{"t":"subscribe","ref":7,"topic":"depth","params":{"instrument":"no:where"}}', 'not-found'],
    ['too much', JSON.stringify({ t: 'call', ref: 7, method: 'x'.repeat(MAX_MESSAGE_BYTES) }), 'oversized'],
    [
      'too much of what is more than a byte each',
      JSON.stringify({ t: '€'.repeat(MAX_MESSAGE_BYTES / 2) }),
      'oversized',
    ],
  ])('is told that %s is refused; it is recorded, and nothing else happens', async (__, text, code) => {
    const { say, answers, closed } = await raw();
    say(hello);
    say(text);
    await until(() => answers().length === 2, 'an answer');
    expect(JSON.parse(answers()[1] ?? '')).toMatchObject({ t: 'error', error: { code } });
    expect(desk.denied).toEqual([code]);
    expect(desk.calls).toEqual([]);
    say(JSON.stringify({ t: 'call', ref: 8, method: 'painted', params: {} }));
    await until(() => answers().length === 3, 'the next answer');
    expect(JSON.parse(answers()[2] ?? '')).toEqual({ t: 'result', ref: 8, result: {} });
    expect(closed()).toBe(false);
  });

  it('says hello first, in the version of the desk', async () => {
    const first = await raw();
    first.say(JSON.stringify({ t: 'call', ref: 1, method: 'painted', params: {} }));
    await until(() => first.heard.length === 1, 'an answer');
    expect(JSON.parse(first.heard[0] ?? '')).toMatchObject({ t: 'error', ref: 1, error: { code: 'malformed' } });
    expect(desk.calls).toEqual([]);

    const other = await raw();
    other.say(JSON.stringify({ t: 'hello', version: CONTRACT_VERSION + 1 }));
    await until(() => other.closed(), 'the end');
    expect(JSON.parse(other.heard[0] ?? '')).toMatchObject({ error: { code: 'version', desk: CONTRACT_VERSION } });
  });

  it('is throttled when it floods, and what stops the machine is heard all the same', async () => {
    // A hundred thousand in the long run.
    const flood = runs(5_000);
    desk.urgency = (params) => (params === undefined ? 'none' : 'tightening');
    desk.answer = (method) => ({ method });
    const { say, heard } = await raw();
    say(hello);
    const startMs = performance.now();
    for (let ref = 1; ref <= flood; ref += 1) say(JSON.stringify({ t: 'call', ref, method: 'painted', params: {} }));
    say(JSON.stringify({ t: 'call', ref: flood + 1, method: 'command', params: STOP }));
    await until(() => heard.some((text) => text.includes(`"ref":${flood + 1},`)), 'the answer to the stop', 60_000);
    const seconds = (performance.now() - startMs) / 1_000;
    const answers = heard
      .map((text) => JSON.parse(text) as { t: string; ref?: number; error?: { code: string } })
      .filter(({ t }) => t === 'result' || t === 'error');
    const codes = answers.map(({ error }) => error?.code ?? 'ok');
    // The burst, the rate, and a little for the clock.
    expect(codes.filter((code) => code === 'ok').length).toBeLessThan(110 + 55 * seconds);
    expect(codes.filter((code) => code === 'throttled').length).toBeGreaterThan(flood - 110 - 55 * seconds);
    expect(answers).toHaveLength(flood + 1);
    expect(answers.find(({ ref }) => ref === flood + 1)).toMatchObject({ result: { method: 'command' } });
    expect(desk.calls.at(-1)).toEqual(['command', STOP]);
    expect(desk.calls.length).toBeLessThan(110 + 55 * seconds);
  });

  it('may look at so many topics, and has so many calls under way', async () => {
    desk.answer = () => sleep(300);
    const { say, heard } = await raw();
    say(hello);
    for (let ref = 1; ref <= 66; ref += 1) say(JSON.stringify({ t: 'subscribe', ref, topic: 'status', params: {} }));
    for (let ref = 101; ref <= 118; ref += 1) say(JSON.stringify({ t: 'call', ref, method: 'painted', params: {} }));
    const refused = () => heard.filter((text) => /"ref":(65|66|117|118),/.test(text) && text.includes('error'));
    await until(() => refused().length === 4, 'four refusals');
    expect(desk.denied).toEqual(Array.from({ length: 4 }, () => 'throttled'));
  });

  it('stops the machine past everything that waits for an answer', async () => {
    desk.answer = (method) => (method === 'command' ? { method } : new Promise(() => {}));
    const { say, answers } = await raw();
    say(hello);
    for (let ref = 1; ref <= 16; ref += 1) say(JSON.stringify({ t: 'call', ref, method: 'painted', params: {} }));
    say(JSON.stringify({ t: 'call', ref: 17, method: 'command', params: STOP }));
    await until(() => answers().length === 2, 'the answer to the stop');
    expect(JSON.parse(answers()[1] ?? '')).toEqual({ t: 'result', ref: 17, result: { method: 'command' } });
  });

  it('begins anew when the link was cut in the middle of the beginning', async () => {
    for (let n = 1; n <= 600; n += 1) desk.orders.add(order(n));
    let parts = 0;
    const window = await connected(async () => {
      return tapped(await transport.connect(), (text, pass) => {
        pass(text);
        if (!isFrameWithItems(text)) return;
        parts += 1;
        if (parts === 1) transport.cut();
      });
    });
    const rows = new Map<string, OrderView>();
    window.numbered('orders', ({ reset, items }) => {
      if (reset) rows.clear();
      for (const item of items) rows.set(item.id, item);
    });
    await until(() => rows.size === 600, 'all orders');
    // The same numbers mean other orders by now.
    desk.orders.add(order(601));
    await until(() => rows.size === 601, 'the next one');
  });

  it('asks again for a topic that came with too many other messages', async () => {
    const window = await connected();
    for (let i = 0; i < 120; i += 1) void window.call('painted', {}).catch(() => {});
    const values: unknown[] = [];
    window.latest('status', {}, ({ value }) => values.push(value));
    await until(() => values.length > 0, 'a value');
    expect(desk.denied).toContain('throttled');
  });

  it('knows at once when the link is cut, fails what waits for an answer, and comes back by itself', async () => {
    desk.answer = () => new Promise(() => {});
    const window = client();
    const links: LinkState['state'][] = [];
    window.onLink(({ state }) => links.push(state));
    await linked(window);
    const waiting = errorOf(window.call('painted', {}));
    await sleep(20);
    transport.cut();
    expect(await waiting).toMatchObject({ code: 'unavailable' });
    await linked(window);
    expect(links.slice(0, 4)).toEqual(['connecting', 'up', 'down', 'up']);
    await until(() => desk.windows === 1, 'the other one to be gone');
  });

  it('acknowledges each frame, and counts time by the clock of the desk', async () => {
    const acknowledged: string[] = [];
    const window = await connected(async () => {
      const inner = await transport.connect();
      const send = inner.send;
      inner.send = (text) => {
        if (isAcknowledgement(text)) acknowledged.push(text);
        send(text);
      };
      return inner;
    });
    let value = 0;
    desk.status = () => ({ value: value++ });
    window.latest('status', {}, () => {});
    await until(() => acknowledged.length >= 3, 'acknowledgements');
    expect(acknowledged.slice(0, 3).map((text) => JSON.parse(text).n)).toEqual([1, 2, 3]);
    const driftMs = (window.deskNow() - (performance.now() * 1_000 + 1_700_000_000_000_000)) / 1_000;
    expect(Math.abs(driftMs)).toBeLessThan(100);
  });

  it('is cut off, and the desk goes on, when a topic cannot be read', async () => {
    const { say, closed } = await raw();
    desk.status = () => {
      throw new Error('a fault');
    };
    say(hello);
    say(JSON.stringify({ t: 'subscribe', ref: 1, topic: 'status', params: {} }));
    await until(() => closed(), 'the end');
    expect(desk.failures[0]).toContain('a fault');
    // Whatever made the desk read it: the next frame, or an acknowledgement that something urgent waited for.
    const second = await raw();
    let reads = 0;
    desk.status = () => {
      reads += 1;
      if (reads > 1) throw new Error('another fault');
      return {};
    };
    second.say(hello);
    second.say(JSON.stringify({ t: 'subscribe', ref: 1, topic: 'status', params: {} }));
    await until(() => second.heard.some(isFrame), 'a frame');
    desk.server.showNow();
    second.say(JSON.stringify({ t: 'ack', n: 1 }));
    await until(() => second.closed(), 'the end of the second');
    expect(desk.failures[1]).toContain('another fault');
    desk.status = () => ({});
    const values: unknown[] = [];
    (await connected()).latest('status', {}, ({ value }) => values.push(value));
    await until(() => values.length > 0, 'a value');
  });
});
