import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type SwitchPort, SwitchPortError, type SwitchPortHandlers } from './switch-port.ts';

/** From the process that has a serial line. */
export type FromLine =
  | { readonly kind: 'opened'; readonly path: string }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'closed'; readonly why: string };

/** To it. */
export type ToLine = { readonly kind: 'bytes'; readonly bytes: Uint8Array };

const CLOSE_MS = 1_000;
/** Some ports wait for a carrier that never comes. */
const OPEN_MS = 5_000;

/**
 * Opens a serial line in a process of its own: the native code of `serialport` polls on its process's main loop, whichever thread
 * opened the port. A guard that used it in its thread would wait for the very loop that it must not wait for.
 * @param entry the module that runs the line. @param path empty for the switch that is plugged in.
 * @throws SwitchPortError when the line cannot be opened.
 */
export async function openLineProcess(
  entry: URL,
  path: string,
  handlers: SwitchPortHandlers,
  openMs = OPEN_MS,
): Promise<SwitchPort> {
  const child = fork(fileURLToPath(entry), [path], {
    serialization: 'advanced',
    // What starts the desk may be Electron's binary, which is Node only where it is told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    execArgv: [],
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let isOpen = false;
  const gone = (why: string): void => {
    reject(new SwitchPortError(why));
    // It lets the signals of a terminal pass.
    child.kill('SIGKILL');
    if (!isOpen) return;
    isOpen = false;
    handlers.onClosed(why);
  };
  child.on('message', (said: FromLine) => {
    if (said.kind === 'bytes') handlers.onBytes(said.bytes);
    else if (said.kind === 'closed') gone(said.why);
    else if (said.kind === 'refused') reject(new SwitchPortError(said.message));
    else {
      isOpen = true;
      resolve(said.path);
    }
  });
  child.on('error', (error) => gone(`its process failed: ${error.message}`));
  const exited = new Promise<void>((done) => {
    child.once('exit', (code, signal) => {
      gone(`its process ended (${signal ?? code})`);
      done();
    });
  });
  const opening = setTimeout(() => gone(`${path} did not open within ${openMs} ms: name another port`), openMs);
  const name = await promise.finally(() => clearTimeout(opening));
  return {
    name,
    write: (bytes) => {
      const message: ToLine = { kind: 'bytes', bytes };
      if (isOpen && child.connected) child.send(message, () => {});
    },
    close: async () => {
      isOpen = false;
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}
