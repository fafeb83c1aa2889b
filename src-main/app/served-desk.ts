import { OperatorRegistry } from '../edge/operators/registry.ts';
import type { Accept, TurnedAway } from '../edge/window/server-channel.ts';
import { PaperRun, type PaperRunOptions, type PaperRunSummary } from './desk/paper-run.ts';
import { DeskWindows } from './window/desk-windows.ts';

export interface ServedDeskOptions extends PaperRunOptions {
  /** A window has drawn its first profit and loss. */
  readonly painted: () => void;
}

/** A live desk, and the windows on it: every shell hands the pipes it opens to {@link accept}. */
export class ServedDesk {
  private readonly run: PaperRun;
  private readonly windows: DeskWindows;

  /** @throws as PaperRun.start does, and OperatorsError; nothing is traded then. */
  static async start(options: ServedDeskOptions): Promise<ServedDesk> {
    const { directory, operator, told, painted } = options;
    // Before the desk: a registry that cannot be read lets none start.
    const registry = OperatorRegistry.open(directory, operator);
    const desk = await PaperRun.start(options);
    if (registry.local) told(`no PIN is set: anyone at this machine can act as ${registry.local.name}`);
    return new ServedDesk(desk, new DeskWindows({ desk, registry, told, painted }));
  }

  private constructor(run: PaperRun, windows: DeskWindows) {
    this.run = run;
    this.windows = windows;
  }

  /** Takes a window's pipe. */
  get accept(): Accept {
    return this.windows.accept;
  }

  /** Writes down who was turned away before there was a pipe. */
  get turnedAway(): TurnedAway {
    return this.windows.turnedAway;
  }

  /** Resolves when the desk has stopped trading by itself. */
  get whenHalted(): Promise<void> {
    return this.run.whenHalted;
  }

  /** As PaperRun.stop; the windows see it stop, and are closed. */
  async stop(reason: string): Promise<PaperRunSummary> {
    try {
      this.windows.writeDown();
      return await this.run.stop(reason);
    } finally {
      this.windows.close(reason);
    }
  }
}
