import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LineReader } from './line-reader.ts';
import { MAX_MESSAGE_CHARS, readExchangeMessage, type TextCodec, writeMessage } from './simulated-wire.ts';
import type { CancelProof, CancelRoute } from './venue.ts';

export interface SimulatedCancelRouteOptions {
  readonly venue: string;
  /** The exchange's socket. */
  readonly path: string;
  readonly codec: TextCodec;
}

/** Until what was cancelled has gone, and between connections that fail. */
const PAUSE_MS = 20;
const ANSWER_MS = 1_000;

/**
 * The way to cancel everything at a simulated exchange that needs nothing of the desk: each call has a connection of its own, which
 * does not take the desk's place.
 */
export class SimulatedCancelRoute implements CancelRoute {
  readonly venue: string;
  private readonly options: SimulatedCancelRouteOptions;
  private isClosed = false;

  constructor(options: SimulatedCancelRouteOptions) {
    this.venue = options.venue;
    this.options = options;
  }

  async cancelAll(giveUpMs: number): Promise<CancelProof> {
    const startedMs = performance.now();
    const faults: string[] = [];
    let survivors: readonly string[] = [];
    let proven = false;
    let rounds = 0;
    let lastCancelMs = 0;
    while (!proven && !this.isClosed && performance.now() - startedMs < giveUpMs) {
      rounds += 1;
      try {
        const sentMs = performance.now();
        const open = await this.ask();
        // An empty book had nothing to cancel: the last cancel was the one before.
        if (rounds === 1 || open.length > 0) lastCancelMs = sentMs - startedMs;
        survivors = open;
        proven = open.length === 0;
      } catch (error) {
        faults.push((error as Error).message);
      }
      if (!proven) await sleep(PAUSE_MS);
    }
    return { proven, rounds, survivors, faults, lastCancelMs, tookMs: performance.now() - startedMs };
  }

  close(): void {
    this.isClosed = true;
  }

  /** Has everything cancelled. @returns what was open. */
  private async ask(): Promise<readonly string[]> {
    const { path, codec } = this.options;
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    const socket = createConnection(path);
    let why = 'the exchange closed the connection';
    socket.on('error', (error) => {
      why = error.message;
    });
    const fail = (detail: string): void => reject(new Error(`${path}: ${detail}`));
    const reader = new LineReader(
      socket,
      {
        line: (text) => this.take(text, resolve, fail),
        oversized: (limit) => fail(`the exchange sent a message of more than ${limit} characters`),
        closed: () => fail(why),
      },
      MAX_MESSAGE_CHARS,
    );
    const timer = setTimeout(() => fail('the exchange does not answer'), ANSWER_MS);
    socket.write(writeMessage(codec, { type: 'cancel-all' }));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      reader.stop();
      socket.destroy();
    }
  }

  private take(text: string, heard: (open: readonly string[]) => void, fail: (why: string) => void): void {
    try {
      const message = readExchangeMessage(this.options.codec, text);
      if (message.type === 'open') heard(message.orders);
    } catch (error) {
      fail((error as Error).message);
    }
  }
}
