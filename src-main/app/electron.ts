/** Electron's entry. `npm start` says in the environment which desk, and where the built window is. */
import { app } from 'electron';
import { runShell } from './electron/shell.ts';
import { LAUNCH_VARIABLE, readLaunch } from './shell/launch.ts';

try {
  runShell(readLaunch(process.env[LAUNCH_VARIABLE]), new URL('./desk-worker.ts', import.meta.url));
} catch (error) {
  // Uncaught, it would wait in a dialog for somebody who is not there.
  console.error((error as Error).message);
  app.exit(1);
}
