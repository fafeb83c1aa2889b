import { StaticFiles } from '../edge/window/static-files.ts';
import { WebServer } from '../edge/window/web-server.ts';
import type { PaperRunSummary } from './desk/paper-run.ts';
import { ServedDesk, type ServedDeskOptions } from './served-desk.ts';

export interface HeadlessOptions {
  readonly desk: ServedDeskOptions;
  /** Of 127.0.0.1; 0 takes any free one. */
  readonly port: number;
  /** The folder of the built window. */
  readonly renderer: string;
}

/** A desk in this process, and its window for browsers of this machine. */
export class HeadlessDesk {
  private readonly desk: ServedDesk;
  private readonly web: WebServer;

  /** @throws as ServedDesk.start does, StaticFilesError or WebServerError; nothing goes on running then. */
  static async start({ desk: options, port, renderer }: HeadlessOptions): Promise<HeadlessDesk> {
    // Before the desk: without a window to show, it would trade unseen.
    const files = StaticFiles.load(renderer);
    const desk = await ServedDesk.start(options);
    try {
      const { accept, turnedAway } = desk;
      return new HeadlessDesk(desk, await WebServer.start({ port, files, accept, turnedAway }));
    } catch (error) {
      await desk.stop('its window could not be served');
      throw error;
    }
  }

  private constructor(desk: ServedDesk, web: WebServer) {
    this.desk = desk;
    this.web = web;
  }

  /** An address that lets one browser in, once. */
  newAddress(): string {
    return this.web.address();
  }

  /** Resolves when the desk has stopped trading by itself. */
  get whenHalted(): Promise<void> {
    return this.desk.whenHalted;
  }

  async stop(reason: string): Promise<PaperRunSummary> {
    try {
      return await this.desk.stop(reason);
    } finally {
      await this.web.close();
    }
  }
}
