/**
 * As much of the `electron` module as the shell uses, for `vi.mock('electron', …)`: it does nothing but keep what it was told, and
 * lets a test be the user, the page or Chromium.
 */
import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

type Handler = (...args: never[]) => unknown;

/** Keeps the last argument lists of every method, by name. */
class Calls {
  readonly of = new Map<string, unknown[][]>();

  note(name: string, ...args: unknown[]): void {
    this.of.set(name, [...(this.of.get(name) ?? []), args]);
  }

  /** Arguments of the last call. */
  last(name: string): readonly unknown[] {
    const args = this.of.get(name)?.at(-1);
    if (args === undefined) throw new Error(`${name} was never called`);
    return args;
  }

  count(name: string): number {
    return this.of.get(name)?.length ?? 0;
  }
}

/** What was called on any part of the module. */
export const calls = new Calls();

class FakeApp extends EventEmitter {
  hasLock = true;
  private ready = Promise.withResolvers<void>();
  private exited = Promise.withResolvers<number>();

  /** What Chromium does once it is up; the code that waits for it has run when this resolves. */
  async becomeReady(): Promise<void> {
    calls.note('app.ready');
    this.ready.resolve();
    await new Promise(setImmediate);
  }

  whenReady(): Promise<void> {
    return this.ready.promise;
  }

  get whenExited(): Promise<number> {
    return this.exited.promise;
  }

  /** As Electron does it: whoever prevents the default keeps the app running. @returns whether it quits. */
  quit(): boolean {
    const event = preventable();
    this.emit('before-quit', event);
    if (!event.defaultPrevented) this.exit(0);
    return !event.defaultPrevented;
  }

  exit(code: number): void {
    calls.note('app.exit', code);
    this.exited.resolve(code);
  }

  enableSandbox(): void {
    calls.note('app.enableSandbox', calls.count('app.ready'));
  }

  setPath(name: string, path: string): void {
    calls.note('app.setPath', name, path);
  }

  requestSingleInstanceLock(): boolean {
    return this.hasLock;
  }

  reset(): void {
    this.removeAllListeners();
    this.hasLock = true;
    this.ready = Promise.withResolvers();
    this.exited = Promise.withResolvers();
  }
}

export interface Preventable {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function preventable(): Preventable {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}

/** A `MessagePortMain` over Node's port: closed, or its page gone, it says so. */
export class FakePortMain extends EventEmitter {
  private readonly port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.port = port;
    port.on('close', () => this.emit('close'));
  }

  start(): void {
    this.port.on('message', (data) => this.emit('message', { data, ports: [] }));
  }

  postMessage(message: unknown): void {
    this.port.postMessage(message);
  }

  close(): void {
    this.port.close();
  }
}

export class MessageChannelMain {
  readonly port1: FakePortMain;
  /** Goes to the page, which has a port of the web's kind. */
  readonly port2: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new FakePortMain(port1);
    this.port2 = port2;
  }
}

export class FakeContents extends EventEmitter {
  readonly mainFrame = { url: 'interlock://desk/', parent: null };

  setWindowOpenHandler(handler: Handler): void {
    calls.note('contents.setWindowOpenHandler', handler);
  }

  postMessage(channel: string, message: unknown, transfer: unknown[]): void {
    calls.note('contents.postMessage', channel, message, transfer);
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new FakeContents();

  constructor(options: unknown) {
    super();
    calls.note('window', options, this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  loadURL(url: string): Promise<void> {
    calls.note('window.loadURL', url);
    return Promise.resolve();
  }

  show(): void {
    calls.note('window.show');
  }

  focus(): void {
    calls.note('window.focus');
  }

  isMinimized(): boolean {
    return true;
  }

  restore(): void {
    calls.note('window.restore');
  }
}

export const app = new FakeApp();
export const ipcMain = new EventEmitter();
export const ipcRenderer = Object.assign(new EventEmitter(), {
  send: (channel: string, ...args: unknown[]) => calls.note('ipcRenderer.send', channel, ...args),
});
export const contextBridge = {
  exposeInMainWorld: (name: string, api: unknown) => calls.note('contextBridge.exposeInMainWorld', name, api),
};
export const Menu = { setApplicationMenu: (menu: unknown) => calls.note('Menu.setApplicationMenu', menu) };
export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown) =>
    calls.note('protocol.registerSchemesAsPrivileged', schemes, calls.count('app.ready')),
  handle: (scheme: string, handler: unknown) => calls.note('protocol.handle', scheme, handler),
};
export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: unknown) => calls.note('session.setPermissionRequestHandler', handler),
    setPermissionCheckHandler: (handler: unknown) => calls.note('session.setPermissionCheckHandler', handler),
    setDevicePermissionHandler: (handler: unknown) => calls.note('session.setDevicePermissionHandler', handler),
    webRequest: { onBeforeRequest: (handler: unknown) => calls.note('session.onBeforeRequest', handler) },
  },
};

/** As after loading the module. */
export function resetElectron(): void {
  calls.of.clear();
  app.reset();
  ipcMain.removeAllListeners();
  ipcRenderer.removeAllListeners();
}
