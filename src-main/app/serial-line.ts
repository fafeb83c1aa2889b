/** The entry of the process that has the kill switch's serial line. It ends with the one that started it. */
import type { FromLine, ToLine } from '../edge/killswitch/line-process.ts';
import { openSerialPort } from '../edge/killswitch/serial-port.ts';
import type { SwitchPort } from '../edge/killswitch/switch-port.ts';
import { findSwitch } from './guard/find-switch.ts';

const [path = ''] = process.argv.slice(2);

function say(said: FromLine): void {
  if (process.connected) process.send?.(said);
}

let port: SwitchPort | null = null;
process.on('message', (message: ToLine) => port?.write(message.bytes));
process.once('disconnect', () => void (port?.close() ?? Promise.resolve()).finally(() => process.exit()));
// Whoever interrupts a desk in its terminal interrupts this process too, and the desk still has orders to cancel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
try {
  port = await openSerialPort(path === '' ? await findSwitch() : path, {
    onBytes: (bytes) => say({ kind: 'bytes', bytes }),
    onClosed: (why) => say({ kind: 'closed', why }),
  });
  say({ kind: 'opened', path: port.name });
} catch (error) {
  say({ kind: 'refused', message: (error as Error).message });
  process.disconnect();
}
