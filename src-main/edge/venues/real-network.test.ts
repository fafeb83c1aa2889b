import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type HttpRequest, NetworkError, type SocketHandlers } from './network.ts';
import { RealNetwork, type RealNetworkOptions } from './real-network.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function network(options: RealNetworkOptions = {}): RealNetwork {
  const made = new RealNetwork(options);
  closers.push(() => made.close());
  return made;
}

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

function httpServer(listener: RequestListener): Promise<number> {
  return listening(createHttpServer(listener));
}

/** Answers nothing that the test does not. */
function tcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  return listening(createTcpServer(onConnection));
}

const SIGNATURE = 'c0ffee';
function get(port: number, rest: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'GET',
    url: `http://127.0.0.1:${port}/fapi/v1/order?symbol=BTCUSDT&signature=${SIGNATURE}`,
    headers: { 'X-MBX-APIKEY': SIGNATURE },
    body: null,
    timeoutMs: 2_000,
    ...rest,
  };
}

async function failureOf(answer: Promise<unknown>): Promise<NetworkError> {
  const error = await answer.then(
    () => new Error('it was answered'),
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(NetworkError);
  expect(JSON.stringify([(error as Error).message, error])).not.toContain(SIGNATURE);
  return error as NetworkError;
}

describe('an HTTP request', () => {
  it('is answered with status, headers and body', async () => {
    const port = await httpServer((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => {
        response.writeHead(418, { 'X-MBX-USED-WEIGHT-1M': '7', 'Set-Cookie': ['a=1', 'b=2'] });
        response.end(JSON.stringify([request.method, request.url, request.headers['x-mbx-apikey'], body]));
      });
    });
    const answer = await network().request(get(port, { method: 'POST', body: 'quantité=1' }));
    expect(answer).toMatchObject({ status: 418, headers: { 'x-mbx-used-weight-1m': '7', 'set-cookie': 'a=1, b=2' } });
    const path = `/fapi/v1/order?symbol=BTCUSDT&signature=${SIGNATURE}`;
    expect(JSON.parse(answer.body)).toEqual(['POST', path, SIGNATURE, 'quantité=1']);
  });

  it('uses the connection of the one before', async () => {
    const ports: (number | undefined)[] = [];
    const port = await httpServer((request, response) => {
      ports.push(request.socket.remotePort);
      response.end('{}');
    });
    const kept = network();
    for (let count = 0; count < 3; count += 1) await kept.request(get(port));
    expect(new Set(ports).size).toBe(1);
  });

  it('that finds no one listening was certainly not sent', async () => {
    const server = createTcpServer();
    const port = await listening(server);
    server.close();
    await once(server, 'close');
    const error = await failureOf(network().request(get(port)));
    expect(error).toMatchObject({ sent: 'no', message: expect.stringContaining('ECONNREFUSED') });
    expect(error.message).toContain('/fapi/v1/order');
  });

  it('to a host that nobody knows, or to what is no address, was certainly not sent', async () => {
    const unknown = await failureOf(network().request(get(1, { url: `http://nowhere.invalid/?${SIGNATURE}` })));
    expect(unknown.sent).toBe('no');
    const malformed = await failureOf(network().request(get(1, { url: `no address ${SIGNATURE}` })));
    expect(malformed.sent).toBe('no');
  });

  it('that waits for a free connection until its time is up was certainly not sent', async () => {
    const urls: (string | undefined)[] = [];
    const port = await httpServer((request) => void urls.push(request.url));
    const narrow = network({ maxConnections: 1 });
    const first = failureOf(narrow.request(get(port, { timeoutMs: 400 })));
    const second = failureOf(narrow.request(get(port, { url: `http://127.0.0.1:${port}/second`, timeoutMs: 50 })));
    expect((await second).sent).toBe('no');
    expect((await first).sent).toBe('perhaps');
    expect(urls).toHaveLength(1);
  });

  it('over TLS that is never agreed on was certainly not sent', async () => {
    const received: Buffer[] = [];
    const port = await tcpServer((socket) => socket.on('data', (data) => void received.push(data)));
    const url = `https://127.0.0.1:${port}/fapi/v1/order?signature=${SIGNATURE}`;
    const error = await failureOf(network().request(get(port, { url, timeoutMs: 200 })));
    expect(error).toMatchObject({ sent: 'no', message: expect.stringContaining('within 200 ms') });
    expect(Buffer.concat(received).toString('latin1')).not.toContain(SIGNATURE);
  });

  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['that is cut off without an answer', (socket) => socket.destroy(), /socket hang up|ECONNRESET/],
    ['that is reset without an answer', (socket) => socket.resetAndDestroy(), /ECONNRESET/],
    ['that nobody answers', () => {}, /within 200 ms/],
    ['whose answer is no HTTP', (socket) => socket.end('no HTTP\r\n\r\n'), /Parse Error/],
    [
      'whose answer breaks off',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"orderId":'),
      /broke off/,
    ],
    [
      'whose answer is reset in the middle',
      (socket) =>
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"ord\r\n', () => socket.destroy()),
      /broke off/,
    ],
    [
      'whose answer never ends',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"orderId":'),
      /no whole answer within 200 ms/,
    ],
    [
      'whose answer is endless',
      (socket) => {
        socket.on('error', () => {});
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n${'x'.repeat(200_000)}`);
      },
      /longer than 100000 bytes/,
    ],
  ])('%s may have arrived', async (_what, answer, message) => {
    const port = await tcpServer((socket) => socket.once('data', () => answer(socket)));
    const limited = network({ maxBodyBytes: 100_000 });
    const error = await failureOf(limited.request(get(port, { method: 'POST', timeoutMs: 200 })));
    expect(error).toMatchObject({ sent: 'perhaps', message: expect.stringMatching(message) });
  });

  it('over a kept connection that died meanwhile may have arrived', async () => {
    let requests = 0;
    const port = await tcpServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
        else socket.destroy();
      });
    });
    const kept = network();
    await kept.request(get(port));
    expect((await failureOf(kept.request(get(port)))).sent).toBe('perhaps');
    expect(requests).toBe(2);
  });

  it('finds a connection that was idle for long given up', async () => {
    const ports: (number | undefined)[] = [];
    const gone = Promise.withResolvers<void>();
    const port = await httpServer((request, response) => {
      ports.push(request.socket.remotePort);
      request.socket.once('close', () => gone.resolve());
      response.end('{}');
    });
    const kept = network({ idleMs: 50 });
    await kept.request(get(port));
    await gone.promise;
    await kept.request(get(port));
    expect(new Set(ports).size).toBe(2);
  });
});

describe('a WebSocket', () => {
  interface Heard extends SocketHandlers {
    readonly events: string[];
  }

  function heard(): Heard {
    const events: string[] = [];
    return {
      events,
      opened: () => void events.push('opened'),
      message: (data) => void events.push(data.toString()),
      alive: () => void events.push('alive'),
      closed: (reason) => void events.push(`closed: ${reason}`),
    };
  }

  async function wsServer(onConnection: (socket: WebSocket) => void = () => {}): Promise<number> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    closers.push(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    server.on('connection', onConnection);
    return (server.address() as AddressInfo).port;
  }

  it('carries texts both ways, and answers pings', async () => {
    const pongs: string[] = [];
    const port = await wsServer((peer) => {
      peer.on('message', (data: Buffer) => peer.send(`you said ${data}`));
      peer.on('pong', (data) => pongs.push(data.toString()));
      peer.ping('are you there');
    });
    const handlers = heard();
    const socket = network().open(`ws://127.0.0.1:${port}`, handlers);
    expect(handlers.events).toEqual([]);
    expect(socket.isOpen).toBe(false);
    expect(() => socket.send('early')).toThrow('not open');
    await vi.waitUntil(() => pongs.length > 0);
    socket.send('quantité');
    socket.ping();
    await vi.waitUntil(() => handlers.events.length === 4);
    expect(handlers.events.sort()).toEqual(['alive', 'alive', 'opened', 'you said quantité']);
    expect(pongs).toEqual(['are you there']);
    expect(socket).toMatchObject({ isOpen: true, bufferedBytes: 0 });
    socket.close();
    expect(socket.isOpen).toBe(false);
    expect(() => socket.send('late')).toThrow('not open');
    await vi.waitUntil(() => handlers.events.some((event) => event.startsWith('closed')));
  });

  it('shows what the operating system did not take', async () => {
    const port = await wsServer((peer) => peer.pause());
    const handlers = heard();
    const socket = network().open(`ws://127.0.0.1:${port}`, handlers);
    await vi.waitUntil(() => socket.isOpen);
    const text = 'x'.repeat(1_000_000);
    for (let count = 0; count < 64 && socket.bufferedBytes === 0; count += 1) socket.send(text);
    expect(socket.bufferedBytes).toBeGreaterThan(0);
    socket.close();
  });

  it('tells why the peer ended it', async () => {
    const port = await wsServer((peer) => peer.close(1008, 'listen key expired'));
    const handlers = heard();
    network().open(`ws://127.0.0.1:${port}`, handlers);
    await vi.waitUntil(() => handlers.events.length === 2);
    expect(handlers.events).toEqual(['opened', 'closed: closed with code 1008: listen key expired']);
  });

  it('is ended by a message beyond the limit', async () => {
    const port = await wsServer((peer) => peer.send('x'.repeat(2_000)));
    const handlers = heard();
    network({ maxMessageBytes: 1_000 }).open(`ws://127.0.0.1:${port}`, handlers);
    await vi.waitUntil(() => handlers.events.length === 2);
    expect(handlers.events[1]).toMatch(/closed: Max payload size exceeded/);
  });

  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['cut off', (socket) => socket.destroy(), /socket hang up|ECONNRESET/],
    ['reset', (socket) => socket.resetAndDestroy(), /ECONNRESET/],
    ['never answered', () => {}, /timed out/],
    ['refused', (socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'), /403/],
  ])('whose handshake is %s is closed without having been open', async (_what, answer, message) => {
    const port = await tcpServer((socket) => socket.once('data', () => answer(socket)));
    const handlers = heard();
    network({ handshakeMs: 100 }).open(`ws://127.0.0.1:${port}/private/ws?listenKey=${SIGNATURE}`, handlers);
    await vi.waitUntil(() => handlers.events.length > 0);
    expect(handlers.events).toHaveLength(1);
    expect(handlers.events[0]).toMatch(message);
    expect(handlers.events[0]).not.toContain(SIGNATURE);
  });

  it('that is closed while it connects is closed once', async () => {
    const port = await tcpServer(() => {});
    const handlers = heard();
    network().open(`ws://127.0.0.1:${port}`, handlers).close();
    expect(handlers.events).toEqual([]);
    await vi.waitUntil(() => handlers.events.length > 0);
    expect(handlers.events).toEqual([expect.stringContaining('closed')]);
  });

  it('needs an address of one, and never repeats what it was given', () => {
    for (const url of [`http://127.0.0.1/${SIGNATURE}`, `ws://`, SIGNATURE]) {
      expect(() => network().open(url, heard())).toThrow(/^the address of a WebSocket begins with/);
    }
  });
});
