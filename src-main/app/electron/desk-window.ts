import { BrowserWindow, type IpcMainEvent, ipcMain, MessageChannelMain } from 'electron';
import { DESK_PORT_MESSAGE } from '../../../src-shared/transport.ts';
import type { DeskThread } from './desk-thread.ts';
import { ORIGIN, REQUEST_DESK } from './names.ts';
import { relay } from './relay.ts';

const SIZE = { width: 1_440, height: 900, minWidth: 1_024, minHeight: 700 };

/** Opens the one window, and gives its page a pipe to the desk whenever it asks. @param preload the built preload script. */
export function openDeskWindow(preload: string, desk: DeskThread): BrowserWindow {
  const window = new BrowserWindow({
    ...SIZE,
    show: false,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
      // It would fetch dictionaries from the internet.
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  let endPipe = (): void => {};
  ipcMain.on(REQUEST_DESK, (event) => {
    if (!isOwnPage(event, window)) {
      console.error(
        `a stranger asked for the desk, and got nothing: ${event.senderFrame?.url ?? 'a page that is gone'}`,
      );
      return;
    }
    // A page that asks again has given up the pipe it had.
    endPipe();
    const { port1, port2 } = new MessageChannelMain();
    endPipe = relay(port1, desk.openPipe());
    window.webContents.postMessage(DESK_PORT_MESSAGE, null, [port2]);
  });
  // The desk trades on behind a page that died: it needs one that can stop it.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    console.error(`the window's page ended (${reason}), and is loaded again`);
    window.reload();
  });
  void window.loadURL(`${ORIGIN}/`);
  return window;
}

/** Whether a message comes from the main frame of our window, showing our page. */
function isOwnPage({ sender, senderFrame }: IpcMainEvent, { webContents }: BrowserWindow): boolean {
  return (
    sender === webContents &&
    senderFrame !== null &&
    senderFrame.parent === null &&
    senderFrame.url.startsWith(`${ORIGIN}/`)
  );
}
