/** Runs before the page, sandboxed: all that the page has of Electron is that it may ask for a pipe to the desk. */

import { contextBridge, ipcRenderer } from 'electron';
import { DESK_PORT_MESSAGE } from '../../src-shared/transport.ts';
import { ORIGIN, REQUEST_DESK } from './electron/names.ts';

declare const window: { postMessage(message: string, targetOrigin: string, transfer: readonly unknown[]): void };

contextBridge.exposeInMainWorld('interlock', { requestDesk: () => ipcRenderer.send(REQUEST_DESK) });
// A port cannot cross the bridge, but it can be posted to the page.
ipcRenderer.on(DESK_PORT_MESSAGE, ({ ports }) => window.postMessage(DESK_PORT_MESSAGE, ORIGIN, ports));
