import { Random } from '../../src-main/core/engine/random.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type Network,
  NetworkError,
  type SocketHandlers,
  type VenueSocket,
} from '../../src-main/edge/venues/network.ts';
import type { Connection, Peer } from './binance-usdm/connections.ts';
import type { HttpReply } from './binance-usdm/rest-api.ts';
import type { Simulator } from './binance-usdm/simulator.ts';

export interface MemoryNetworkOptions {
  readonly seed: number;
  /** How long anything is under way, ms; drawn anew for each, and nothing overtakes on one connection. */
  readonly minLatencyMs?: number;
  readonly maxLatencyMs?: number;
}

/**
 * A network between a venue's link and a simulated venue in the same process. Everything arrives through `setTimeout`, never
 * within the caller's call, after a latency that the seed decides: under fake timers a whole history is deterministic.
 */
export class MemoryNetwork implements Network {
  /** While it is set nothing connects, as with a cable unplugged. */
  refusesConnections = false;
  private venue: Simulator;
  private readonly random: Random;
  private readonly minMs: number;
  private readonly spanMs: number;
  private readonly sockets = new Set<MemorySocket>();

  constructor(venue: Simulator, { seed, minLatencyMs = 1, maxLatencyMs = 3 }: MemoryNetworkOptions) {
    this.venue = venue;
    this.random = new Random(seed);
    this.minMs = minLatencyMs;
    this.spanMs = maxLatencyMs - minLatencyMs + 1;
  }

  /** From here on another venue answers; what was connected to the one before is cut. */
  attach(venue: Simulator): void {
    this.cut();
    this.venue = venue;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.cut();
  }

  /** From here on nothing passes on the present connections, and nobody is told. */
  stall(): void {
    for (const socket of this.sockets) socket.stall();
  }

  open(url: string, handlers: SocketHandlers): VenueSocket {
    const socket = new MemorySocket(
      handlers,
      () => this.latencyMs(),
      () => this.sockets.delete(socket),
    );
    this.sockets.add(socket);
    setTimeout(() => {
      if (this.refusesConnections) socket.end('connection refused');
      else socket.connect((peer) => this.venue.connect(pathOf(url), peer));
    }, this.latencyMs());
    return socket;
  }

  request({ method, url, headers, body, timeoutMs }: HttpRequest): Promise<HttpResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const timer = setTimeout(() => reject(new NetworkError(`no answer within ${timeoutMs} ms`, 'perhaps')), timeoutMs);
    const settle = (reply: HttpReply) => {
      clearTimeout(timer);
      if (reply === null) reject(new NetworkError('the connection was cut', 'perhaps'));
      else resolve(reply);
    };
    setTimeout(() => {
      if (this.refusesConnections || this.venue.venue.incidents.isUnreachable) {
        clearTimeout(timer);
        reject(new NetworkError('connection refused', 'no'));
        return;
      }
      const call = { method, path: pathOf(url), headers: lowerCase(headers), body: body ?? '' };
      this.venue.request(call, (reply) => setTimeout(() => settle(reply), this.latencyMs()));
    }, this.latencyMs());
    return promise;
  }

  private latencyMs(): number {
    return this.minMs + this.random.below(this.spanMs);
  }
}

/** One way of a connection: what is sent arrives later, in the order it was sent. */
class Way {
  private readonly underWay: (() => void)[] = [];
  private readonly latencyMs: () => number;
  private lastMs = 0;

  constructor(latencyMs: () => number) {
    this.latencyMs = latencyMs;
  }

  send(arrive: () => void): void {
    const nowMs = Date.now();
    this.lastMs = Math.max(this.lastMs, nowMs + this.latencyMs());
    this.underWay.push(arrive);
    // Whichever timer comes first brings whatever was sent first.
    setTimeout(() => this.underWay.shift()?.(), this.lastMs - nowMs);
  }
}

/** A client's end of a WebSocket; {@link peer} is the venue's. */
class MemorySocket implements VenueSocket {
  isOpen = false;
  readonly bufferedBytes = 0;
  private readonly handlers: SocketHandlers;
  private readonly forget: () => void;
  private readonly toVenue: Way;
  private readonly toClient: Way;
  private connection: Connection | null = null;
  private isGone = false;
  private isStalled = false;

  constructor(handlers: SocketHandlers, latencyMs: () => number, forget: () => void) {
    this.handlers = handlers;
    this.forget = forget;
    this.toVenue = new Way(latencyMs);
    this.toClient = new Way(latencyMs);
  }

  /** @param open asks the venue, which lets it in or not. */
  connect(open: (peer: Peer) => Connection | null): void {
    if (this.isGone) return;
    this.connection = open(this.peer());
    if (this.connection === null) this.arrive(() => this.end('the venue refused the connection'));
    else {
      this.arrive(() => {
        this.isOpen = true;
        this.handlers.opened();
      });
    }
  }

  send(text: string): void {
    if (!this.isOpen) throw new Error('the socket is not open');
    this.leave((connection) => connection.message(text));
  }

  ping(): void {
    this.leave((connection) => {
      if (connection.answersPings) this.arrive(() => this.handlers.alive());
    });
  }

  close(): void {
    this.isOpen = false;
    this.leave((connection) => connection.closed());
    setTimeout(() => this.end('closed'), 0);
  }

  /** Without a goodbye; both ends learn of it. */
  cut(): void {
    this.isOpen = false;
    this.connection?.closed();
    setTimeout(() => this.end('the connection was cut'), 0);
  }

  stall(): void {
    this.isStalled = true;
  }

  /** It is closed, or never opens. */
  end(reason: string): void {
    if (this.isGone) return;
    this.isGone = true;
    this.isOpen = false;
    this.forget();
    this.handlers.closed(reason);
  }

  private peer(): Peer {
    const end = (reason: string) => this.arrive(() => this.end(reason));
    return {
      bufferedBytes: 0,
      send: (text) => this.arrive(() => this.handlers.message(Buffer.from(text))),
      ping: () =>
        this.arrive(() => {
          this.handlers.alive();
          this.leave((connection) => connection.pong());
        }),
      close: (code, reason) => end(`${code} ${reason}`),
      cut: () => end('the connection was cut'),
    };
  }

  private leave(act: (connection: Connection) => void): void {
    this.toVenue.send(() => {
      if (!this.isStalled && this.connection !== null) act(this.connection);
    });
  }

  private arrive(act: () => void): void {
    this.toClient.send(() => {
      if (!this.isStalled && !this.isGone) act();
    });
  }
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
