/** A window without a screen, in a thread of its own: looks at everything there is, as a page does, and gives commands when told. */
import { parentPort, workerData } from 'node:worker_threads';
import { windowSocket } from '../src-main/testing/window-socket.ts';
import { DeskClient } from '../src-shared/desk-client.ts';
import { MICROS_PER_MS, micros } from '../src-shared/domain/time.ts';

const KEY = 'binance-usdm:BTCUSDT';
const LIFE_MS = 10_000;

const { address } = workerData as { readonly address: string };
const main = parentPort;
if (main === null) throw new Error('window-client.ts runs in a thread of a bench');

const client = new DeskClient({ connect: async () => (await windowSocket(address)).channel });
let values = 0;
const count = (): void => {
  values += 1;
};
for (const topic of ['status', 'pnl', 'risk', 'positions', 'quotes', 'health'] as const)
  client.latest(topic, {}, count);
client.latest('depth', { instrument: KEY }, count);
client.latest('bar', { instrument: KEY, interval: '1s' }, count);
for (const topic of ['fills', 'orders', 'alerts', 'modes'] as const) client.numbered(topic, count);
client.onLink(({ state }) => {
  if (state === 'up') main.postMessage('up');
});

main.on('message', async (mode: 'pause' | 'normal' | 'count') => {
  if (mode === 'count') {
    main.postMessage(values);
    return;
  }
  const issuedAt = micros(Math.round(client.deskNow()));
  const expiresAt = micros(issuedAt + LIFE_MS * MICROS_PER_MS);
  const commandId = crypto.randomUUID();
  const command = { type: 'set-mode', mode } as const;
  const sentMs = performance.timeOrigin + performance.now();
  const given = { commandId, operator: 'bench', reason: 'bench', issuedAt, expiresAt, command };
  const { outcome } = await client.call('command', given);
  main.postMessage({ outcome, sentMs, answeredMs: performance.timeOrigin + performance.now() });
});
