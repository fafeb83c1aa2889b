import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { MAX_MESSAGE_BYTES } from '../../../src-shared/contract/messages.ts';
import type { Accept, Peer, ServerChannel } from './server-channel.ts';

export const MAX_SOCKETS = 16;
/** What is longer than a message but shorter than this is answered; what is longer ends the connection unread. */
const MAX_FRAME_BYTES = 1024 * 1024;
const PING_MS = 15_000;
/** Of a close frame, by RFC 6455. */
const MAX_REASON_BYTES = 123;
const GOING_AWAY = 1001;

/** The windows' WebSockets: each is one pipe to the desk. */
export class WindowSockets {
  private readonly accept: Accept;
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    // One message a turn: a window that sends many at once must not hold up the engine.
    allowSynchronousEvents: false,
  });
  private readonly answering = new WeakSet<WebSocket>();
  private readonly pings: NodeJS.Timeout;

  /** @param pingMs how often each window is asked whether it is there; one that has not answered by the next time is cut off. */
  constructor(accept: Accept, pingMs: number = PING_MS) {
    this.accept = accept;
    this.pings = setInterval(() => this.ping(), pingMs).unref();
  }

  get isFull(): boolean {
    return this.server.clients.size >= MAX_SOCKETS;
  }

  /** Takes over a connection that the door has let through. */
  open(request: IncomingMessage, socket: Duplex, head: Buffer, sessionId: string): void {
    const address = `${request.socket.remoteAddress}:${request.socket.remotePort}`;
    const peer: Peer = { transport: 'websocket', sessionId, address };
    this.server.handleUpgrade(request, socket, head, (webSocket) => this.serve(webSocket, peer));
  }

  close(): void {
    clearInterval(this.pings);
    for (const socket of this.server.clients) {
      socket.close(GOING_AWAY, 'the desk stops');
      socket.terminate();
    }
  }

  private serve(socket: WebSocket, peer: Peer): void {
    const connection = this.accept(channelOver(socket), peer);
    this.answering.add(socket);
    socket.on('pong', () => this.answering.add(socket));
    // Without `binaryType`, ws gives every message as one Buffer.
    socket.on('message', (data: RawData, isBinary: boolean) => {
      const message = data as Buffer;
      if (isBinary || message.length > MAX_MESSAGE_BYTES) connection.oversized(message.length);
      else connection.receive(message.toString('utf8'));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') connection.oversized(MAX_FRAME_BYTES);
    });
    socket.on('close', () => connection.closed());
  }

  private ping(): void {
    for (const socket of this.server.clients) {
      if (this.answering.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }
}

function channelOver(socket: WebSocket): ServerChannel {
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close: (code, reason) => socket.close(code, shortened(reason)),
  };
}

/** Cut to what a close frame holds, never within a character. */
function shortened(reason: string): string {
  const bytes = new TextEncoder().encode(reason).subarray(0, MAX_REASON_BYTES);
  return new TextDecoder().decode(bytes, { stream: true });
}
