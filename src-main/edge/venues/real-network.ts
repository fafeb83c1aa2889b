import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { type RawData, WebSocket } from 'ws';
import {
  type HttpRequest,
  type HttpResponse,
  type Network,
  NetworkError,
  type SocketHandlers,
  type VenueSocket,
} from './network.ts';

export interface RealNetworkOptions {
  /** HTTP connections at a time to one host; requests beyond them wait, within their time limits. */
  readonly maxConnections?: number;
  /** An HTTP connection that was not used for this long is given up, before the venue does it under a request. */
  readonly idleMs?: number;
  readonly maxBodyBytes?: number;
  readonly maxMessageBytes?: number;
  readonly handshakeMs?: number;
}

const DEFAULTS = {
  maxConnections: 16,
  idleMs: 30_000,
  maxBodyBytes: 32 * 1024 * 1024,
  maxMessageBytes: 16 * 1024 * 1024,
  handshakeMs: 5_000,
};

/**
 * The operating system's network: HTTP over connections that are kept, and WebSockets. Errors name the host and the path, never what
 * follows them: keys and signatures do.
 */
export class RealNetwork implements Network {
  private readonly options: typeof DEFAULTS;
  private readonly http: HttpAgent;
  private readonly https: HttpsAgent;

  constructor(options: RealNetworkOptions = {}) {
    this.options = { ...DEFAULTS, ...options };
    const { maxConnections, idleMs } = this.options;
    // The connection used last is the one most surely alive.
    const kept = { keepAlive: true, scheduling: 'lifo', maxSockets: maxConnections, timeout: idleMs } as const;
    this.http = new HttpAgent(kept);
    this.https = new HttpsAgent(kept);
  }

  /** @throws TypeError unless `url` begins with ws:// or wss://. */
  open(url: string, handlers: SocketHandlers): VenueSocket {
    const { maxMessageBytes, handshakeMs } = this.options;
    return new RealSocket(url, handlers, maxMessageBytes, handshakeMs);
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    try {
      this.exchange(request, resolve, reject);
    } catch (error) {
      // Nothing was opened yet: the address or a header is malformed.
      reject(new NetworkError(`${request.method}: malformed request: ${codeOf(error)}`, 'no'));
    }
    return promise;
  }

  /** Lets go of the HTTP connections that are kept. */
  close(): void {
    this.http.destroy();
    this.https.destroy();
  }

  private exchange(
    { method, url, headers, body, timeoutMs }: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (error: NetworkError) => void,
  ): void {
    const { protocol, host, pathname } = new URL(url);
    const isSecure = protocol === 'https:';
    const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = (isSecure ? httpsRequest : httpRequest)(url, {
      method,
      agent: isSecure ? this.https : this.http,
      headers: { ...headers, ...length },
    });
    let sent: NetworkError['sent'] = 'no';
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new NetworkError(`${method} ${host}${pathname}: ${why}`, sent));
      outgoing.destroy();
    };
    const timer = setTimeout(() => fail(`no whole answer within ${timeoutMs} ms`), timeoutMs);
    outgoing.on('socket', (socket: Socket) => {
      const mayWrite = (): void => {
        sent = 'perhaps';
      };
      // Node writes no byte of a request before its connection stands; what a kept one was given may have left.
      if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', mayWrite);
      else mayWrite();
    });
    outgoing.on('error', (error) => fail(describe(error)));
    outgoing.on('response', (incoming) => {
      readBody(incoming, this.options.maxBodyBytes, fail, (text) => {
        clearTimeout(timer);
        resolve({ status: incoming.statusCode ?? 0, headers: flatHeaders(incoming), body: text });
      });
    });
    outgoing.end(body ?? undefined);
  }
}

function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
  fail: (why: string) => void,
  done: (text: string) => void,
): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  incoming.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > maxBytes) fail(`the answer is longer than ${maxBytes} bytes`);
    else parts.push(part);
  });
  incoming.on('error', (error) => fail(`the answer broke off: ${describe(error)}`));
  incoming.on('end', () => done(Buffer.concat(parts).toString('utf8')));
}

function flatHeaders({ headers }: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown cause';
}

/** Where every address of a host failed, the error that holds them all has a code and no message. */
function describe(error: Error): string {
  return error.message === '' ? codeOf(error) : error.message;
}

/** A WebSocket of `ws`. */
class RealSocket implements VenueSocket {
  private readonly socket: WebSocket;

  constructor(url: string, handlers: SocketHandlers, maxMessageBytes: number, handshakeMs: number) {
    if (!/^wss?:\/\//.test(url) || !URL.canParse(url))
      throw new TypeError('the address of a WebSocket begins with ws:// or wss://');
    this.socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
      handshakeTimeout: handshakeMs,
      // Whoever reads a message checks every byte of it anyway.
      skipUTF8Validation: true,
      // All messages that arrived together are handed over in one turn.
      allowSynchronousEvents: true,
    });
    let why: string | null = null;
    this.socket.on('open', () => handlers.opened());
    // Without `binaryType`, ws gives every message as one Buffer, a view of what the socket received where it can.
    this.socket.on('message', (data: RawData) => handlers.message(data as Buffer));
    this.socket.on('ping', () => handlers.alive());
    this.socket.on('pong', () => handlers.alive());
    this.socket.on('error', (error) => {
      why = describe(error);
    });
    this.socket.on('close', (code, reason) => handlers.closed(why ?? closeReason(code, reason)));
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  get bufferedBytes(): number {
    return this.socket.bufferedAmount;
  }

  send(text: string): void {
    // ws would drop the text without a word while it closes.
    if (!this.isOpen) throw new Error('the socket is not open');
    this.socket.send(text);
  }

  ping(): void {
    if (this.isOpen) this.socket.ping();
  }

  close(): void {
    this.socket.terminate();
  }
}

function closeReason(code: number, reason: Buffer): string {
  const said = reason.toString('utf8');
  return said === '' ? `closed with code ${code}` : `closed with code ${code}: ${said}`;
}
