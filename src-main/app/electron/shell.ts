import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app, Menu, session } from 'electron';
import { StaticFiles } from '../../edge/window/static-files.ts';
import { describePaperRun, told } from '../commands/live-run.ts';
import type { Launch } from '../shell/launch.ts';
import { confineContents, confineSession, registerScheme, serveFiles } from './confine.ts';
import { type DeskEnd, DeskThread, type FromDesk } from './desk-thread.ts';
import { openDeskWindow } from './desk-window.ts';

/**
 * A desk in a thread, and one window on it; the program ends with either. To be called before the app is ready.
 * @param deskEntry the module that runs the desk. @throws StaticFilesError when the window was not built.
 */
export function runShell({ desk: options, renderer, preload, startedAtMs }: Launch, deskEntry: URL): void {
  registerScheme();
  app.enableSandbox();
  // One window for each data folder, with a profile of its own.
  const profile = join(resolve(options.directory), 'window-profile');
  mkdirSync(profile, { recursive: true });
  app.setPath('userData', profile);
  if (!app.requestSingleInstanceLock()) {
    console.error(`the window on ${options.directory} is open already: it was brought to the front`);
    app.exit(0);
    return;
  }
  const files = StaticFiles.load(renderer);
  const desk = new DeskThread(deskEntry, options, (said) => tell(said, startedAtMs));
  void desk.whenEnded.then((end) => app.exit(report(end)));
  app.on('before-quit', (event) => {
    // The program ends when the desk has.
    event.preventDefault();
    desk.stop('the window was closed');
  });
  app.on('window-all-closed', () => app.quit());
  app.on('web-contents-created', (_event, contents) => confineContents(contents));
  void app.whenReady().then(() => {
    // Whoever started us learns that there is a screen, and that we could open a window on it.
    process.send?.('opened');
    // The default menu leads to the internet; a Mac without one has no shortcuts for editing.
    if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
    confineSession(session.defaultSession);
    serveFiles(files);
    const window = openDeskWindow(preload, desk);
    app.on('second-instance', () => {
      if (window.isMinimized()) window.restore();
      window.focus();
    });
  });
}

function tell(said: Exclude<FromDesk, DeskEnd>, startedAtMs: number): void {
  const seconds = ((Date.now() - startedAtMs) / 1_000).toFixed(1);
  if (said.kind === 'told') told(said.news);
  if (said.kind === 'painted') console.log(`The window showed its first profit and loss after ${seconds} s.`);
}

/** @returns the exit code. */
function report(end: DeskEnd): number {
  if (end.kind === 'failed') {
    console.error(end.message);
    return 1;
  }
  console.log(describePaperRun(end.summary));
  return end.summary.halted === null && end.summary.openOrders === 0 ? 0 : 1;
}
