import { MessageChannel } from 'node:worker_threads';
import { expect, it, vi } from 'vitest';
import { calls, ipcRenderer } from '../testing/fake-electron.ts';

vi.mock('electron', () => import('../testing/fake-electron.ts'));

it('lets the page ask for the desk, and hands it the port, and nothing else', async () => {
  const posted: unknown[][] = [];
  vi.stubGlobal('window', { postMessage: (...args: unknown[]) => posted.push(args) });
  await import('./preload.ts');

  expect(calls.count('contextBridge.exposeInMainWorld')).toBe(1);
  const [name, api] = calls.last('contextBridge.exposeInMainWorld') as [
    string,
    { requestDesk: (...args: unknown[]) => void },
  ];
  expect([name, Object.keys(api)]).toEqual(['interlock', ['requestDesk']]);
  api.requestDesk('some-other-channel', 'data');
  expect(calls.last('ipcRenderer.send')).toEqual(['interlock:request-desk']);

  const { port1 } = new MessageChannel();
  ipcRenderer.emit('interlock:desk-port', { ports: [port1] }, null);
  expect(posted).toEqual([['interlock:desk-port', 'interlock://desk', [port1]]]);
  expect(ipcRenderer.eventNames()).toEqual(['interlock:desk-port']);
  port1.close();
  vi.unstubAllGlobals();
});
