import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Connection, Peer } from './connections.ts';
import type { HttpReply } from './rest-api.ts';
import type { Simulator } from './simulator.ts';

const LOOPBACK = '127.0.0.1';
/** Longer than clients keep an idle connection. */
const KEEP_ALIVE_MS = 60_000;
const MAX_BODY_BYTES = 1_048_576;
const REFUSED = 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n';

/** Serves a simulator on real sockets of this machine. */
export class HttpServer {
  readonly port: number;
  /** Resolves when nobody has been connected for as long as was asked. */
  readonly abandoned: Promise<void>;
  private readonly server: Server;
  private readonly simulator: Simulator;
  private readonly sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, autoPong: false });
  private readonly clients = new Set<Socket>();

  /** @param port 0 takes any free one. @param lingerMs null: for ever. @throws what listening throws. */
  static async start(simulator: Simulator, port: number, lingerMs: number | null): Promise<HttpServer> {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen(port, LOOPBACK, resolve);
    await promise;
    return new HttpServer(server, simulator, lingerMs);
  }

  private constructor(server: Server, simulator: Simulator, lingerMs: number | null) {
    this.server = server;
    this.simulator = simulator;
    this.port = (server.address() as AddressInfo).port;
    this.abandoned = this.watch(lingerMs);
    server.on('request', (request, response) => this.request(request, response));
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.server.close(() => resolve());
    for (const client of this.clients) client.destroy();
    await promise;
  }

  private watch(lingerMs: number | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let timer: NodeJS.Timeout | undefined;
    const wait = () => {
      // A server that is closed keeps nobody waiting.
      if (lingerMs !== null && this.clients.size === 0) timer = setTimeout(resolve, lingerMs).unref();
    };
    this.server.on('connection', (socket) => {
      clearTimeout(timer);
      this.clients.add(socket);
      socket.once('close', () => {
        this.clients.delete(socket);
        wait();
      });
    });
    wait();
    return promise;
  }

  private request(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const call = {
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      this.simulator.request(call, (reply) => answer(response, reply));
    });
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { simulator, sockets } = this;
    // The venue is asked first, so that one that is not let in never opens.
    const peer = new SocketPeer();
    const connection = simulator.connect(request.url ?? '/', peer);
    if (connection === null) {
      socket.end(REFUSED);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => peer.opened(client, connection));
  }
}

/** A client's end of a WebSocket; what is sent before it is open waits. */
class SocketPeer implements Peer {
  private client: WebSocket | null = null;
  private readonly early: ((client: WebSocket) => void)[] = [];

  get bufferedBytes(): number {
    return this.client?.bufferedAmount ?? 0;
  }

  opened(client: WebSocket, connection: Connection): void {
    this.client = client;
    client.on('message', (data) => connection.message(String(data)));
    client.on('ping', (data) => {
      if (connection.answersPings && client.readyState === client.OPEN) client.pong(data);
    });
    client.on('pong', () => connection.pong());
    client.on('close', () => connection.closed());
    client.on('error', () => connection.cut());
    for (const act of this.early) act(client);
  }

  send(text: string): void {
    this.act((client) => client.send(text));
  }

  ping(): void {
    this.act((client) => client.ping());
  }

  close(code: number, reason: string): void {
    this.act((client) => client.close(code, reason));
  }

  cut(): void {
    this.act((client) => client.terminate());
  }

  private act(act: (client: WebSocket) => void): void {
    if (this.client === null) this.early.push(act);
    else if (this.client.readyState === this.client.OPEN) act(this.client);
  }
}

function answer(response: ServerResponse, reply: HttpReply): void {
  if (response.destroyed) return;
  if (reply === null) {
    response.destroy();
    return;
  }
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
}
