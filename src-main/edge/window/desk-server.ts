import type { DeskErrorCode } from '../../../src-shared/contract/errors.ts';
import type { Method } from '../../../src-shared/contract/methods.ts';
import type { LatestTopic, NumberedTopic } from '../../../src-shared/contract/topics.ts';
import type { LatestReader } from './latest-reader.ts';
import type { NumberedLog } from './numbered-log.ts';
import type { Accept, Peer } from './server-channel.ts';
import { WindowConnection } from './window-connection.ts';

/** A window that has said hello. */
export interface DeskWindow {
  readonly peer: Peer;
}

/** How urgent a command is that a throttled window sends: what stops the machine is heard all the same. */
export type Urgency = 'tightening' | 'exit' | 'none';

/** What the desk gives its windows, and hears of them. */
export interface ServerParts {
  /** Numbers of numbered topics count within it: another one for each start of the desk. */
  readonly epoch: string;
  /** How much faster than the wall's clock the desk lives. */
  readonly speed: number;
  /** The desk's clock, µs. */
  readonly now: () => number;
  /** A steady clock, ms. */
  readonly nowMs: () => number;
  /** @throws DeskError for parameters that name nothing. */
  readonly reader: (topic: LatestTopic, params: unknown, window: DeskWindow) => LatestReader;
  readonly log: (topic: NumberedTopic) => NumberedLog<unknown>;
  /** @throws DeskError, or rejects with it. */
  readonly call: (method: Method, params: unknown, window: DeskWindow) => unknown;
  readonly urgency: (commandParams: unknown) => Urgency;
  readonly arrived: (window: DeskWindow) => void;
  readonly left: (window: DeskWindow) => void;
  /** A message was refused before the desk did anything with it. */
  readonly denied: (window: DeskWindow, code: DeskErrorCode, detail: string) => void;
  /** A fault of the desk's own. */
  readonly failed: (detail: string) => void;
}

/** 30 times a second. */
const FRAME_MS = 33;

/** The desk's end of the contract, on every transport at once. */
export class DeskServer {
  private readonly parts: ServerParts;
  private readonly windows = new Set<WindowConnection>();
  private timer: NodeJS.Timeout | null = null;

  constructor(parts: ServerParts) {
    this.parts = parts;
  }

  get windowCount(): number {
    return this.windows.size;
  }

  /** Takes a pipe that a transport opened. Without windows nothing is read, and no timer runs. */
  readonly accept: Accept = (channel, peer) => {
    const window = new WindowConnection(channel, peer, this.parts, (left) => this.left(left));
    this.windows.add(window);
    this.timer ??= setInterval(() => this.flush(), FRAME_MS);
    return window;
  };

  /** What has just changed is not for the next frame, but for now: a person acted, or has to. To be called when the turn is over. */
  showNow(): void {
    const nowMs = this.parts.nowMs();
    for (const window of this.windows) window.flushSoon(nowMs);
  }

  close(reason: string): void {
    for (const window of [...this.windows]) window.end(GOING_AWAY, reason);
  }

  private flush(): void {
    const nowMs = this.parts.nowMs();
    for (const window of this.windows) window.flush(nowMs);
  }

  private left(window: WindowConnection): void {
    this.windows.delete(window);
    this.parts.left(window);
    if (this.windows.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}

/** RFC 6455's code. */
const GOING_AWAY = 1001;
