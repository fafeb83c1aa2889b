import type { Accept, TurnedAway } from '../edge/window/server-channel.ts';
import { PaperRun, type PaperRunOptions, type PaperRunSummary } from './desk/paper-run.ts';

/** A live desk, and the windows on it. */
export class ServedDesk {
  readonly accept: Accept;
  readonly turnedAway: TurnedAway;
  private readonly run: PaperRun;

  static async start(options: PaperRunOptions): Promise<ServedDesk> {
    return new ServedDesk(await PaperRun.start(options));
  }

  private constructor(run: PaperRun) {
    this.run = run;
    this.accept = () => ({ receive() {}, oversized() {}, closed() {} });
    this.turnedAway = () => {};
  }

  get whenHalted(): Promise<void> {
    return this.run.whenHalted;
  }

  stop(reason: string): Promise<PaperRunSummary> {
    return this.run.stop(reason);
  }
}
