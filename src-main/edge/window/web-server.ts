import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { securityHeaders } from './content-policy.ts';
import type { Accept, TurnedAway } from './server-channel.ts';
import type { StaticFiles } from './static-files.ts';
import { Door } from './web-server-door.ts';
import { MAX_SOCKETS, WindowSockets } from './web-server-sockets.ts';

const LOOPBACK = '127.0.0.1';
const SOCKET_PATH = '/ws';
/** Windows, and what their browsers load. */
const MAX_CONNECTIONS = 64;
const MAX_HEADER_BYTES = 8 * 1024;
/** For a whole request, and for a silent connection that is no WebSocket. */
const PATIENCE_MS = 5_000;

/** The message names the port that cannot be listened on, and the remedy. */
export class WebServerError extends Error {
  override readonly name = 'WebServerError';
}

export interface WebServerOptions {
  /** Of 127.0.0.1; 0 takes any free one. */
  readonly port: number;
  readonly files: StaticFiles;
  readonly accept: Accept;
  readonly turnedAway: TurnedAway;
  /** A steady clock, in ms; for tests of what expires. */
  readonly nowMs?: () => number;
  /** See WindowSockets. */
  readonly pingMs?: number;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Serves the window to browsers of this machine: its files, and a WebSocket to the desk, behind one {@link Door}. */
export class WebServer {
  readonly port: number;
  private readonly server: Server;
  private readonly files: StaticFiles;
  private readonly door: Door;
  private readonly sockets: WindowSockets;
  private readonly turnedAway: TurnedAway;

  /** @throws WebServerError when the port is taken or not allowed. */
  static async start(options: WebServerOptions): Promise<WebServer> {
    const server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: PATIENCE_MS,
      headersTimeout: PATIENCE_MS,
      connectionsCheckingInterval: PATIENCE_MS,
      keepAliveTimeout: PATIENCE_MS,
    });
    server.maxConnections = MAX_CONNECTIONS;
    server.timeout = PATIENCE_MS;
    await listening(server, options.port);
    return new WebServer(server, options);
  }

  private constructor(server: Server, { files, accept, turnedAway, nowMs, pingMs }: WebServerOptions) {
    this.server = server;
    this.files = files;
    this.turnedAway = turnedAway;
    this.port = (server.address() as AddressInfo).port;
    this.door = new Door({ port: this.port, nowMs: nowMs ?? (() => performance.now()), turnedAway });
    this.sockets = new WindowSockets(accept, pingMs);
    server.on('request', (request, response) => reply(response, this.answer(request)));
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  /** An address that lets one browser in, once: the first for a day, any later one for 5 minutes. */
  address(): string {
    return `http://${LOOPBACK}:${this.port}/?${this.door.newQuery()}`;
  }

  /** Ends every connection too. */
  async close(): Promise<void> {
    this.sockets.close();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private answer(request: IncomingMessage): Answer {
    const { door, files } = this;
    const refusal = door.checkHost(request);
    if (refusal) return textAnswer(refusal);
    const { method, url = '' } = request;
    if (method !== 'GET' && method !== 'HEAD') return textAnswer({ status: 405, text: 'GET and HEAD only' });
    const [path = '', query] = url.split('?', 2);
    const token = new URLSearchParams(query).get('token');
    // A program that only looks what is there sends HEAD: it must not use the token up.
    if (path === '/' && token !== null && method === 'GET') return this.enter(request, token);
    if (door.session(request) === undefined) return textAnswer(door.refuseStranger(request));
    const file = files.answer(path);
    return file === undefined ? textAnswer({ status: 404, text: 'there is no such file' }) : { status: 200, ...file };
  }

  /** Trades the token for a session, and leads to the page itself, so that the token leaves the address bar. */
  private enter(request: IncomingMessage, token: string): Answer {
    const { door } = this;
    const spending = door.spend(token);
    // Somebody who is in already and opens the old address again.
    const isInside = door.session(request) !== undefined;
    if (spending !== 'spent' && !isInside) return textAnswer(door.refuseToken(spending, '/'));
    const entered = textAnswer({ status: 303, text: 'the window is at /' });
    const cookie: Record<string, string> = isInside ? {} : { 'Set-Cookie': door.newSession() };
    return { ...entered, headers: { ...entered.headers, Location: '/', ...cookie } };
  }

  /** @returns the id of the session that a WebSocket belongs to, or what refuses it. */
  private admit(request: IncomingMessage): string | Answer {
    const { door, sockets } = this;
    const [path, query] = (request.url ?? '').split('?', 2);
    const refusal = door.checkHost(request) ?? door.checkOrigin(request);
    if (refusal) return textAnswer(refusal);
    if (path !== SOCKET_PATH) return textAnswer({ status: 404, text: `there is only ${SOCKET_PATH}` });
    if (sockets.isFull) {
      this.turnedAway('too-many', `${MAX_SOCKETS} windows are open`);
      return textAnswer({ status: 503, text: `${MAX_SOCKETS} windows are open already: close one first` });
    }
    const sessionId = door.session(request);
    if (sessionId !== undefined) return sessionId;
    const token = new URLSearchParams(query).get('token');
    if (token === null) return textAnswer(door.refuseStranger(request));
    const spending = door.spend(token);
    return spending === 'spent' ? randomUUID() : textAnswer(door.refuseToken(spending, SOCKET_PATH));
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Whoever leaves in the middle of it is gone, that is all.
    socket.on('error', () => socket.destroy());
    const admitted = this.admit(request);
    if (typeof admitted === 'string') this.sockets.open(request, socket, head, admitted);
    else replyRaw(socket, admitted);
  }
}

function textAnswer({ status, text }: { readonly status: number; readonly text: string }): Answer {
  const headers = {
    ...securityHeaders(),
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  };
  return { status, headers, body: new TextEncoder().encode(`${text}\n`) };
}

function reply(response: ServerResponse, { status, headers, body }: Answer): void {
  // Without a body for HEAD: Node leaves it out by itself.
  response.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body);
}

/** A connection that asked for a WebSocket has no `ServerResponse` any more. */
function replyRaw(socket: Duplex, { status, headers, body }: Answer): void {
  const fields = Object.entries({ ...headers, 'Content-Length': body.length, Connection: 'close' });
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...fields.map((pair) => pair.join(': ')), '', ''];
  socket.once('finish', () => socket.destroy());
  socket.write(lines.join('\r\n'));
  socket.end(body);
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new WebServerError(
          `the window cannot be served on ${LOOPBACK}:${port} (${error.message}): choose another port, or 0 for any free one`,
        ),
      ),
    );
    server.listen(port, LOOPBACK, () => {
      // Such as too many open files when a connection comes in. A window never ends a desk.
      server.removeAllListeners('error').on('error', () => {});
      resolve();
    });
  });
}
