import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { PaperRunSummary } from '../desk/paper-run.ts';
import type { ServedDeskOptions } from '../served-desk.ts';

/** What a desk is started with: plain data, that crosses threads and processes. */
export type DeskOptions = Omit<ServedDeskOptions, 'told' | 'painted'>;

export type ToDesk =
  | { readonly kind: 'window'; readonly port: MessagePort }
  | { readonly kind: 'stop'; readonly reason: string };

export type DeskEnd =
  | { readonly kind: 'stopped'; readonly summary: PaperRunSummary }
  | { readonly kind: 'failed'; readonly message: string };

export type FromDesk =
  | DeskEnd
  | { readonly kind: 'ready' }
  /** News for a person. */
  | { readonly kind: 'told'; readonly news: string }
  /** A window has drawn its first profit and loss. */
  | { readonly kind: 'painted' };

/** A desk that still has not stopped by then is left to its journal: the next start finds out where it stood. */
const STOP_MS = 15_000;

/** The desk in a thread of its own: neither a menu nor a window being dragged can hold it up. */
export class DeskThread {
  /** Resolves once, and never rejects. */
  readonly whenEnded: Promise<DeskEnd>;
  private readonly worker: Worker;
  private isStopping = false;
  private readonly ended = Promise.withResolvers<DeskEnd>();

  /** @param entry the module that runs the desk. @param heard hears all but the end. */
  constructor(entry: URL, options: DeskOptions, heard: (said: Exclude<FromDesk, DeskEnd>) => void) {
    // The desk starts processes with this program, which is Node only where it is told so.
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    this.worker = new Worker(entry, { workerData: options, name: 'desk', env });
    this.whenEnded = this.ended.promise;
    this.worker.on('message', (said: FromDesk) => {
      if (said.kind === 'stopped' || said.kind === 'failed') this.ended.resolve(said);
      else heard(said);
    });
    this.worker.on('error', (error) =>
      this.fail(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    this.worker.on('exit', () => this.fail("the desk's thread ended"));
  }

  /** @returns this end of a new pipe to the desk. What is said before the desk is ready waits for it. */
  openPipe(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.send({ kind: 'window', port: port2 }, [port2]);
    return port1;
  }

  /** Asks the desk to cancel what is open and end. {@link whenEnded} says how that went, after `limitMs` at the latest. */
  stop(reason: string, limitMs: number = STOP_MS): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.send({ kind: 'stop', reason });
    setTimeout(() => this.fail(`the desk did not stop within ${limitMs / 1_000} s`), limitMs).unref();
  }

  private send(message: ToDesk, transfer: MessagePort[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  private fail(message: string): void {
    this.ended.resolve({ kind: 'failed', message });
  }
}
