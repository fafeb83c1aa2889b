/** The desk worker's entry: a whole desk, and the windows that the main thread hands over. */
import { parentPort, workerData } from 'node:worker_threads';
import { servePort } from '../edge/window/port-channel.ts';
import type { Peer } from '../edge/window/server-channel.ts';
import type { DeskOptions, FromDesk, ToDesk } from './electron/desk-thread.ts';
import { ServedDesk } from './served-desk.ts';

if (parentPort === null) throw new Error('desk-worker.ts runs in a worker thread, started by the window');
const main = parentPort;
const PEER: Peer = { transport: 'port', sessionId: 'window', address: 'the window of this desk' };

function say(said: FromDesk): void {
  main.postMessage(said);
}

async function end(desk: ServedDesk, reason: string): Promise<void> {
  try {
    say({ kind: 'stopped', summary: await desk.stop(reason) });
  } catch (error) {
    say({ kind: 'failed', message: `the desk did not stop properly: ${(error as Error).message}` });
  } finally {
    main.close();
  }
}

const started = ServedDesk.start({
  ...(workerData as DeskOptions),
  told: (news) => say({ kind: 'told', news }),
  painted: () => say({ kind: 'painted' }),
});
// Who comes before the desk is ready waits for it.
main.on('message', (message: ToDesk) => {
  void started.then(
    (desk) => {
      if (message.kind === 'window') servePort(message.port, desk.accept, PEER);
      else void end(desk, message.reason);
    },
    () => {},
  );
});
try {
  const desk = await started;
  say({ kind: 'ready' });
  void desk.whenHalted.then(() =>
    say({ kind: 'told', news: 'the desk stopped trading by itself: close its window to end it' }),
  );
} catch (error) {
  say({ kind: 'failed', message: (error as Error).message });
  main.close();
}
