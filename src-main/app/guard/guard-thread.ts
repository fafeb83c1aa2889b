import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FromGuard, GuardData, ToGuard } from './guard-messages.ts';
import { KillSwitchError } from './switch-files.ts';

/** What is heard from a guard once it is ready, and before. */
export type HeardOfGuard =
  | Extract<FromGuard, { readonly kind: 'ready' | 'report' | 'view' }>
  /** The thread is gone, and nobody asked it to. */
  | { readonly kind: 'failed'; readonly detail: string };

const CLOSE_MS = 2_000;

/** The guard in a thread of its own. */
export class GuardThread {
  private readonly worker: Worker;
  private isClosing = false;

  /**
   * Returns once the switch has proven itself, tripped or not.
   * @param entry the module that runs the guard. @throws KillSwitchError saying what stands against it.
   */
  static async start(entry: URL, data: GuardData, heard: (said: HeardOfGuard) => void): Promise<GuardThread> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const thread = new GuardThread(entry, data, (said) => {
      if (said.kind === 'refused') reject(new KillSwitchError(said.message));
      else if (said.kind === 'failed')
        reject(new KillSwitchError(`the guard of the kill switch failed: ${said.detail}`));
      else if (said.kind === 'ready') resolve();
      if (said.kind !== 'refused') heard(said);
    });
    try {
      await promise;
      return thread;
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  private constructor(
    entry: URL,
    workerData: GuardData,
    heard: (said: HeardOfGuard | Extract<FromGuard, { readonly kind: 'refused' }>) => void,
  ) {
    this.worker = new Worker(entry, { workerData, name: 'guard' });
    const failed = (detail: string): void => {
      if (this.isClosing) return;
      this.isClosing = true;
      heard({ kind: 'failed', detail });
    };
    this.worker.on('message', (said: FromGuard) => {
      if (said.kind === 'refused') this.isClosing = true;
      if (said.kind !== 'closed') heard(said);
    });
    this.worker.on('error', (error) => failed(error instanceof Error ? error.message : String(error)));
    this.worker.on('exit', () => failed('its thread ended'));
  }

  send(message: ToGuard): void {
    this.worker.postMessage(message);
  }

  /** Lets go of the switch. */
  async close(): Promise<void> {
    this.isClosing = true;
    if (this.worker.threadId === -1) return;
    const ended = once(this.worker, 'exit');
    this.send({ kind: 'close' });
    const timer = setTimeout(() => void this.worker.terminate(), CLOSE_MS);
    await ended;
    clearTimeout(timer);
  }
}
