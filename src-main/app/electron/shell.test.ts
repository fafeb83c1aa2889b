import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as electron from '../../testing/fake-electron.ts';
import { calls, preventable } from '../../testing/fake-electron.ts';
import { CONFIG, TRADED } from '../desk/fixtures.ts';
import type { Launch } from '../shell/launch.ts';
import { ORIGIN } from './names.ts';
import { runShell } from './shell.ts';

vi.mock('electron', () => import('../../testing/fake-electron.ts'));

const { app, ipcMain } = electron;

const PATIENCE = { timeout: 10_000 };

const SUMMARY = {
  ...{ frames: 1, inputs: 1, rejected: {}, gaps: 0, resyncs: 0, framesPerSecond: 1, maxRssMb: 1, latency: {} },
  ...{ bookTicker: { compared: 0, matched: 0, mismatched: 0 }, orders: 0, fills: 0, partialFills: 0, cancels: 0 },
  ...{ gateRefusals: {}, position: {}, pnl: {}, ledgerBalanced: true, proven: {}, factsHash: '', ordersHash: '' },
  ...{ mode: 'emergency', nextMode: 'normal', openOrders: 0, halted: null, ticksDropped: 0 },
};

/** A worker that speaks the desk's part, and echoes what its windows say. */
function echoDesk(whenStopped: string): URL {
  const code = `
    import { parentPort, workerData } from 'node:worker_threads';
    const say = (said) => parentPort.postMessage(said);
    const summary = ${JSON.stringify(SUMMARY)};
    parentPort.on('message', ({ kind, port, reason }) => {
      if (kind === 'stop') {
        say({ kind: 'told', news: 'asked to stop: ' + reason });
        ${whenStopped}
        return;
      }
      port.on('message', (text) => (text === 'close' ? port.close() : port.postMessage('echo ' + text)));
      port.on('close', () => say({ kind: 'told', news: 'a page left' }));
    });
    say({ kind: 'told', news: 'in ' + workerData.directory + ', node ' + process.env.ELECTRON_RUN_AS_NODE });
    say({ kind: 'ready' });
    say({ kind: 'painted' });`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
const PROPER = "say({ kind: 'stopped', summary });";

let folder: string;
let launch: Launch;
let printed: string[];

beforeEach(() => {
  electron.resetElectron();
  folder = mkdtempSync(join(tmpdir(), 'shell-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<title>desk</title>');
  writeFileSync(join(folder, 'assets', 'a.js'), 'go()');
  launch = {
    desk: {
      ...{ config: CONFIG, strategy: 'none', instruments: [TRADED], directory: join(folder, 'data') },
      ...{ configPath: 'paper.json', seed: 1, speed: 1, metricsPort: null, operator: 'me', resume: null },
      killSwitch: { kind: 'none' },
    },
    ...{ renderer: folder, preload: '/built/preload.cjs', startedAtMs: Date.now() },
  };
  printed = [];
  for (const to of ['log', 'error'] as const) {
    vi.spyOn(console, to).mockImplementation((text: unknown) => void printed.push(String(text)));
  }
});
afterEach(async () => {
  // Ends the desk's thread, where there is one.
  if (app.listenerCount('before-quit') > 0 && calls.count('app.exit') === 0) {
    app.quit();
    await app.whenExited;
  }
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function started(whenStopped: string = PROPER): Promise<electron.BrowserWindow> {
  runShell(launch, echoDesk(whenStopped));
  await app.becomeReady();
  return calls.last('window')[1] as electron.BrowserWindow;
}

async function untilPrinted(part: string): Promise<void> {
  await vi.waitFor(() => expect(printed.join('\n')).toContain(part), PATIENCE);
}

describe('the window of the Electron shell', () => {
  it('is sandboxed, isolated, and has nothing of Node', async () => {
    const window = await started();
    expect(calls.last('app.enableSandbox')).toEqual([0]);
    expect(calls.last('window')[0]).toMatchObject({
      show: false,
      webPreferences: {
        preload: '/built/preload.cjs',
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
      },
    });
    expect(calls.last('window.loadURL')).toEqual([`${ORIGIN}/`]);
    expect(calls.count('window.show')).toBe(0);
    window.emit('ready-to-show');
    expect(calls.count('window.show')).toBe(1);
  });

  it('goes nowhere, opens nothing, and embeds nothing', async () => {
    const { webContents } = await started();
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      const event = preventable();
      webContents.emit(name, event);
      expect([name, event.defaultPrevented]).toEqual([name, true]);
    }
    const [decide] = calls.last('contents.setWindowOpenHandler') as [(details: object) => unknown];
    expect(decide({ url: 'https://example.com' })).toEqual({ action: 'deny' });
  });

  it('is granted no permission and no device', async () => {
    await started();
    const granted: unknown[] = [];
    const [request] = calls.last('session.setPermissionRequestHandler') as [(...args: unknown[]) => void];
    request({}, 'media', (isGranted: boolean) => granted.push(isGranted));
    for (const name of ['session.setPermissionCheckHandler', 'session.setDevicePermissionHandler']) {
      const [check] = calls.last(name) as [(...args: unknown[]) => unknown];
      granted.push(check({}, 'serial'));
    }
    expect(granted).toEqual([false, false, false]);
  });

  it("loads nothing that is not the desk's own", async () => {
    await started();
    const [before] = calls.last('session.onBeforeRequest') as [
      (details: object, answer: (said: object) => void) => void,
    ];
    const isCancelled = (url: string): unknown => {
      const said: object[] = [];
      before({ url }, (answer) => said.push(answer));
      return said;
    };
    expect(isCancelled('interlock://desk/assets/a.js')).toEqual([{ cancel: false }]);
    const others = [
      'https://example.com/',
      'http://127.0.0.1/',
      'file:///etc/passwd',
      'interlock://desk.example/',
      'ws://x/',
    ];
    for (const url of others) expect([url, isCancelled(url)]).toEqual([url, [{ cancel: true }]]);
  });

  it('has an origin of its own, served from memory under the same policy as in a browser', async () => {
    await started();
    const privileges = { standard: true, secure: true, supportFetchAPI: true };
    expect(calls.last('protocol.registerSchemesAsPrivileged')).toEqual([[{ scheme: 'interlock', privileges }], 0]);
    const [scheme, handle] = calls.last('protocol.handle') as [string, (request: Request) => Response];
    expect(scheme).toBe('interlock');
    const ask = (url: string, method = 'GET') => handle({ url, method } as Request);
    const page = ask('interlock://desk/');
    expect([page.status, await page.text()]).toEqual([200, '<title>desk</title>']);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const asset = ask('interlock://desk/assets/a.js');
    expect([await asset.text(), asset.headers.get('content-type')]).toEqual(['go()', 'text/javascript; charset=utf-8']);
    const nothing = [
      'interlock://other/',
      'interlock://desk/nothing',
      'interlock://desk/../a.js',
      'interlock://desk/%2e%2e/a.js',
    ];
    for (const url of nothing) expect([url, ask(url).status]).toEqual([url, 404]);
    expect(ask('interlock://desk/', 'POST').status).toBe(404);
  });
});

describe('the pipe to the desk', () => {
  /** The page asks, as the preload script lets it. @returns the page's port. */
  function request(window: electron.BrowserWindow): MessagePort {
    const { webContents } = window;
    ipcMain.emit('interlock:request-desk', { sender: webContents, senderFrame: webContents.mainFrame });
    const [channel, , ports] = calls.last('contents.postMessage') as [string, null, MessagePort[]];
    expect(channel).toBe('interlock:desk-port');
    return ports[0] as MessagePort;
  }

  function next(port: MessagePort): Promise<unknown> {
    return new Promise((resolve) => port.once('message', resolve));
  }

  it("carries texts from the page to the desk's thread and back", async () => {
    const page = request(await started());
    const answers: unknown[] = [];
    page.on('message', (text) => answers.push(text));
    for (const text of ['a', 'b', 'c']) page.postMessage(text);
    await vi.waitFor(() => expect(answers).toEqual(['echo a', 'echo b', 'echo c']), PATIENCE);
    page.close();
    await untilPrinted('a page left');
  });

  it('ends for a page that has asked for another one', async () => {
    const window = await started();
    const old = request(window);
    const ended = new Promise((resolve) => old.once('close', resolve));
    const page = request(window);
    await ended;
    await untilPrinted('a page left');
    page.postMessage('still here');
    expect(await next(page)).toBe('echo still here');
  });

  it('ends when the desk ends it', async () => {
    const page = request(await started());
    const ended = new Promise((resolve) => page.once('close', resolve));
    page.postMessage('close');
    await ended;
  });

  it("is given to nobody but the main frame of the window, showing the desk's page", async () => {
    const { webContents } = await started();
    const { mainFrame } = webContents;
    const strangers = [
      { sender: new electron.FakeContents(), senderFrame: mainFrame },
      { sender: webContents, senderFrame: null },
      { sender: webContents, senderFrame: { ...mainFrame, parent: mainFrame } },
      { sender: webContents, senderFrame: { ...mainFrame, url: 'https://example.com/' } },
      { sender: webContents, senderFrame: { ...mainFrame, url: 'interlock://desk.example/' } },
    ];
    for (const stranger of strangers) ipcMain.emit('interlock:request-desk', stranger);
    expect(calls.count('contents.postMessage')).toBe(0);
    expect(printed.filter((line) => line.startsWith('a stranger asked for the desk'))).toHaveLength(strangers.length);
  });
});

describe('the end of the Electron shell', () => {
  it('waits for the desk, which is asked to stop once', async () => {
    // Long enough that a second request would be heard.
    await started(`setTimeout(() => ${PROPER.slice(0, -1)}, 100);`);
    app.emit('window-all-closed');
    expect([app.quit(), calls.count('app.exit')]).toEqual([false, 0]);
    expect(await app.whenExited).toBe(0);
    expect(printed.filter((line) => line.endsWith('asked to stop: the window was closed'))).toHaveLength(1);
    expect(printed.at(-1)).toContain('properly; the next start goes on');
  });

  it('tells of a desk that stopped with open orders, or trading by itself', async () => {
    await started("say({ kind: 'stopped', summary: { ...summary, openOrders: 2 } });");
    app.quit();
    expect(await app.whenExited).toBe(1);
  });

  it('comes when the desk breaks, and says why', async () => {
    await started("throw new Error('out of memory');");
    app.quit();
    expect(await app.whenExited).toBe(1);
    expect(printed.at(-1)).toContain('out of memory');
  });

  it('does not wait for a desk that hangs', async () => {
    await started('');
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    app.quit();
    vi.advanceTimersByTime(14_999);
    await new Promise(setImmediate);
    expect(calls.count('app.exit')).toBe(0);
    vi.advanceTimersByTime(1);
    vi.useRealTimers();
    expect(await app.whenExited).toBe(1);
    expect(printed.at(-1)).toBe('the desk did not stop within 15 s');
  });
});

describe('the Electron shell', () => {
  it("tells what happens, and how long the first profit and loss took; the desk's children are Node", async () => {
    await started();
    await untilPrinted(`in ${launch.desk.directory}, node 1`);
    await untilPrinted('The window showed its first profit and loss after 0.');
  });

  it('runs once for each data folder: the second start brings the first window to the front', async () => {
    await started();
    expect(calls.last('app.setPath')).toEqual(['userData', join(launch.desk.directory, 'window-profile')]);
    app.emit('second-instance');
    expect([calls.count('window.restore'), calls.count('window.focus')]).toEqual([1, 1]);
  });

  it('leaves a folder alone that has its window already', () => {
    app.hasLock = false;
    runShell(launch, echoDesk(PROPER));
    expect(calls.last('app.exit')).toEqual([0]);
    expect(printed).toEqual([expect.stringContaining('is open already')]);
    expect(app.listenerCount('before-quit')).toBe(0);
  });
});
