import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CONFIG, TRADED } from '../desk/fixtures.ts';
import { type Launch, readLaunch } from './launch.ts';
import { openBrowser, runElectron } from './open-window.ts';

const PATIENCE = { timeout: 10_000 };
const ADDRESS = 'http://127.0.0.1:1234/?token=T';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function program(name: string, code: string): string {
  const file = join(folder, name);
  writeFileSync(file, code);
  chmodSync(file, 0o755);
  return file;
}

describe.skipIf(process.platform === 'win32')('opening a browser', () => {
  /** A browser that writes down its arguments. */
  const noting = (then: string): string => program('browser', `#!/bin/sh\necho "$*" > ${folder}/arguments\n${then}\n`);
  const args = (): string => readFileSync(join(folder, 'arguments'), 'utf8').trim();
  const open = (shell: Parameters<typeof openBrowser>[0]['shell'], waitMs?: number) =>
    openBrowser({ shell, address: ADDRESS, directory: folder, ...(waitMs === undefined ? {} : { waitMs }) });

  it("gives a browser's own window a profile in the desk's folder, and lets the browser live on", async () => {
    const browser = noting(`sleep 0.3; touch ${folder}/lived`);
    expect(await open({ kind: 'app-mode', browser, why: '' }, 100)).toBeNull();
    await vi.waitFor(() => expect(existsSync(join(folder, 'lived'))).toBe(true), PATIENCE);
    expect(args()).toBe(
      `--app=${ADDRESS} --user-data-dir=${folder}/browser-profile --no-first-run --no-default-browser-check`,
    );
  });

  it('hands the default browser the address', async () => {
    expect(
      await open({ kind: 'default-browser', command: [noting('exit 0'), '--new'], why: '' }, PATIENCE.timeout),
    ).toBeNull();
    expect(args()).toBe(`--new ${ADDRESS}`);
  });

  it('says why it is not open: no such browser, one that ends at once, or none that should open', async () => {
    const missing = join(folder, 'missing');
    expect(await open({ kind: 'app-mode', browser: missing, why: '' }, PATIENCE.timeout)).toContain(
      `${missing} does not start: `,
    );
    const broken = program('broken', '#!/bin/sh\nexit 3\n');
    expect(await open({ kind: 'app-mode', browser: broken, why: '' }, PATIENCE.timeout)).toBe(
      `${broken} ended with code 3`,
    );
    expect(await open({ kind: 'address', why: 'there is no display' })).toBe('there is no display');
  });
});

describe('running Electron', () => {
  const launch: Launch = {
    desk: {
      ...{ config: CONFIG, strategy: 'none', instruments: [TRADED], directory: '/data', configPath: 'paper.json' },
      ...{ seed: 1, speed: 1, metricsPort: null, operator: 'me', resume: null },
      killSwitch: { kind: 'none' },
    },
    ...{ renderer: '/renderer', preload: '/preload.cjs', startedAtMs: 1 },
  };

  /** Node in Electron's place. */
  const run = (code: string) => runElectron(process.execPath, launch, program('entry.cjs', code));

  it('tells it which desk, and returns how it ended', async () => {
    vi.stubEnv('ELECTRON_RUN_AS_NODE', '1');
    const note = `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'env'))}, JSON.stringify(process.env));`;
    const ended = await run(`${note} process.send('opened', () => process.exit(1))`);
    expect(ended).toMatchObject({ hasOpened: true, exitCode: 1 });
    const env = JSON.parse(readFileSync(join(folder, 'env'), 'utf8'));
    expect(readLaunch(env.INTERLOCK_LAUNCH)).toEqual(launch);
    expect(env.ELECTRON_RUN_AS_NODE).toBeUndefined();
  });

  it('knows one that could not open from one that ended', async () => {
    expect(await run('process.exit(0)')).toMatchObject({ hasOpened: true, exitCode: 0 });
    expect(await run('process.exit(127)')).toEqual({
      hasOpened: false,
      exitCode: 127,
      fault: 'it ended with code 127',
    });
    expect(await run("process.kill(process.pid, 'SIGKILL')")).toMatchObject({
      hasOpened: false,
      fault: 'it ended with SIGKILL',
    });
    expect(await runElectron(join(folder, 'missing'), launch)).toMatchObject({
      hasOpened: false,
      fault: expect.stringContaining('it does not start: '),
    });
  });

  it.skipIf(process.platform === 'win32')(
    'leaves an interrupt to it, and hands on what is meant for the desk',
    async () => {
      const listeners = process.listenerCount('SIGINT');
      const ready = join(folder, 'ready');
      const ended = run(`
      process.on('SIGTERM', () => process.exit(5));
      process.send('opened');
      require('node:fs').writeFileSync(${JSON.stringify(ready)}, '');
      setInterval(() => {}, 1000);`);
      await vi.waitFor(() => expect(existsSync(ready)).toBe(true), PATIENCE);
      expect(process.listenerCount('SIGINT')).toBe(listeners + 1);
      process.emit('SIGINT');
      process.emit('SIGTERM', 'SIGTERM');
      expect(await ended).toMatchObject({ hasOpened: true, exitCode: 5 });
      expect(process.listenerCount('SIGINT')).toBe(listeners);
    },
  );
});
