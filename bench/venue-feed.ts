/**
 * A process that sends the recorded frames of Binance USD-M to whoever connects, over real sockets. Its first line is its port; it ends
 * with its standard input. What is sent, and how, stands in front of the venue's own paths:
 *
 *     /KINDS/FRAMES/SPEED/public/stream   e.g. /depth/50000/0/public/ws
 *
 * KINDS are the streams, joined with a comma; SPEED is how much faster than they were recorded, 0 for as fast as they are taken.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { LISTINGS, symbolInfo } from '../e2e/simulators/binance-usdm/listings.ts';
import { usdmRecording } from './market.ts';
import { EndlessStream, type StreamMessage } from './venue-endless.ts';

const CHUNK_BYTES = 64 * 1_024;
/** How long after the book was asked for the stream goes on: whoever asked has it by then. */
const SNAPSHOT_MS = 100;
const PACE_MS = 1;
const TEXT_FRAME = 0x81;
const SHORT = 126;
const LONG = 127;

const { path } = usdmRecording();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
/** Those that have had their opening, and wait for a request for the book. */
const waiting: (() => void)[] = [];
let snapshot = '';

const server = createServer((request, response) => {
  if (request.url?.startsWith('/fapi/v1/depth') !== true) {
    // Whoever wants to know what is traded first.
    response.end(JSON.stringify({ symbols: LISTINGS.map(symbolInfo) }));
    return;
  }
  response.end(snapshot);
  setTimeout(() => {
    for (const proceed of waiting.splice(0)) proceed();
  }, SNAPSHOT_MS);
});

server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
  const [, kinds = '', frames = '', speed = '', route = '', form = ''] = request.url?.split(/[/?]/) ?? [];
  sockets.handleUpgrade(request, socket, head, (client) => {
    client.on('error', () => client.terminate());
    if (route !== 'public') return;
    const stream = new EndlessStream(path, kinds.split(','));
    snapshot = stream.snapshot;
    const feed = new Feed(socket, stream, Number(frames), form === 'stream');
    const open = (): void => {
      feed.open();
      waiting.push(() => feed.run(Number(speed)));
    };
    if (form === 'stream') open();
    // A raw stream is subscribed to by a message, and what comes before the answer to that is not expected.
    client.on('message', (text) =>
      client.send(JSON.stringify({ result: null, id: JSON.parse(String(text)).id }), open),
    );
  });
});

/** The messages of one connection. They are put into frames here: a library's way would be slower than a fast client. */
class Feed {
  private readonly socket: Socket;
  private readonly stream: EndlessStream;
  private readonly isCombined: boolean;
  private left: number;
  private readonly chunk = Buffer.alloc(4 * CHUNK_BYTES);
  private used = 0;
  private held: StreamMessage | null = null;

  constructor(socket: Socket, stream: EndlessStream, frames: number, isCombined: boolean) {
    this.socket = socket;
    this.stream = stream;
    this.left = frames;
    this.isCombined = isCombined;
  }

  open(): void {
    for (const message of this.stream.opening) this.add(message);
    this.flush();
  }

  run(speed: number): void {
    if (speed === 0) this.flood();
    else this.pace(speed);
  }

  private flood(): void {
    while (this.left > 0 && !this.socket.destroyed) {
      while (this.left > 0 && this.used < CHUNK_BYTES) this.add(this.take());
      if (this.flush()) continue;
      this.socket.once('drain', () => this.flood());
      return;
    }
  }

  private pace(speed: number): void {
    this.held = this.take();
    const began = { atMs: this.held.atMs, wallMs: performance.now() };
    const timer = setInterval(() => {
      const dueMs = began.atMs + (performance.now() - began.wallMs) * speed;
      while (this.held !== null && this.held.atMs <= dueMs) {
        this.add(this.held);
        // As the venue does: each message leaves by itself.
        this.flush();
        this.held = this.left > 0 ? this.take() : null;
      }
      if (this.held === null || this.socket.destroyed) clearInterval(timer);
    }, PACE_MS);
  }

  private take(): StreamMessage {
    this.left -= 1;
    return this.stream.next();
  }

  private add({ stream, data }: StreamMessage): void {
    const text = this.isCombined ? `{"stream":"${stream}","data":${data}}` : data;
    const { length } = text;
    this.chunk[this.used] = TEXT_FRAME;
    if (length < SHORT) {
      this.chunk[this.used + 1] = length;
      this.used += 2;
    } else if (length < 2 ** 16) {
      this.chunk[this.used + 1] = SHORT;
      this.chunk.writeUInt16BE(length, this.used + 2);
      this.used += 4;
    } else {
      this.chunk[this.used + 1] = LONG;
      this.chunk.writeBigUInt64BE(BigInt(length), this.used + 2);
      this.used += 10;
    }
    this.used += this.chunk.write(text, this.used, 'latin1');
  }

  /** @returns whether more is taken at once. */
  private flush(): boolean {
    const bytes = Buffer.from(this.chunk.subarray(0, this.used));
    this.used = 0;
    return this.socket.write(bytes);
  }
}

server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit()).resume();
