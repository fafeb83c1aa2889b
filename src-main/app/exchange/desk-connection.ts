import type { Socket } from 'node:net';
import { type Input, isMarketInput } from '../../core/engine/input.ts';
import { LineReader } from '../../edge/venues/line-reader.ts';
import {
  type DeskMessage,
  type ExchangeMessage,
  MAX_MESSAGE_CHARS,
  readDeskMessage,
  writeMessage,
} from '../../edge/venues/simulated-wire.ts';
import type { Desk } from '../../simulation/exchange.ts';
import { CANONICAL } from '../canonical-codec.ts';

/** Hears of one connection. */
export interface ConnectionListener {
  message(message: DeskMessage): void;
  /** Once, with the reason. */
  gone(why: string): void;
}

/** The exchange's side of one connection: whoever is at its other end does not harm the exchange. */
export class DeskConnection implements Desk {
  private readonly socket: Socket;
  private readonly listener: ConnectionListener;
  private readonly maxUnsentBytes: number;
  private readonly reader: LineReader;
  private isGone = false;

  /** @param maxUnsentBytes a desk that leaves more than this unread is dropped. */
  constructor(socket: Socket, maxUnsentBytes: number, listener: ConnectionListener) {
    this.socket = socket;
    this.maxUnsentBytes = maxUnsentBytes;
    this.listener = listener;
    let why = 'it closed the connection';
    socket.on('error', (error) => {
      why = error.message;
    });
    const handler = {
      line: (text: string) => this.take(text),
      oversized: (limit: number) => this.drop(`it sent a message of more than ${limit} characters`),
      closed: () => this.drop(why),
    };
    this.reader = new LineReader(socket, handler, MAX_MESSAGE_CHARS);
  }

  /** A report or a frame of the market. */
  deliver(input: Input): void {
    if (isMarketInput(input) || input.kind === 'order-report') this.send({ type: 'input', input });
  }

  send(message: ExchangeMessage): void {
    if (this.isGone) return;
    this.socket.write(writeMessage(CANONICAL, message));
    const unsentBytes = this.socket.writableLength;
    if (unsentBytes > this.maxUnsentBytes) this.drop(`it reads too slowly: ${unsentBytes} bytes wait for it`);
  }

  /** What is sent until {@link flush} goes out in one write. */
  hold(): void {
    this.socket.cork();
  }

  flush(): void {
    this.socket.uncork();
  }

  drop(why: string): void {
    if (this.isGone) return;
    this.isGone = true;
    this.reader.stop();
    this.socket.destroy();
    this.listener.gone(why);
  }

  /** Closes once everything is sent, or after `withinMs`. */
  end(withinMs: number): void {
    this.isGone = true;
    const timer = setTimeout(() => this.socket.destroy(), withinMs);
    this.socket.once('close', () => clearTimeout(timer));
    this.socket.end();
  }

  private take(line: string): void {
    // While it ends it still reads: what is left unread would reset the connection, and its last reports with it.
    if (this.isGone) return;
    let message: DeskMessage;
    try {
      message = readDeskMessage(CANONICAL, line);
    } catch (error) {
      this.drop(`it sent something malformed: ${(error as Error).message}`);
      return;
    }
    this.listener.message(message);
  }
}
