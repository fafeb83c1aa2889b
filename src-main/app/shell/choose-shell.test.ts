import { describe, expect, it } from 'vitest';
import { chooseBrowser, chooseShell, describeShell, type Machine, type Shell } from './choose-shell.ts';

const ABSENT = { absent: 'Electron could not be fetched (no network)' };

/** A desktop with everything on it, but for `differences`. */
function machine(differences: Partial<Machine> = {}): Machine {
  return {
    ...{ platform: 'linux', env: { DISPLAY: ':0' }, isRoot: false },
    electron: async () => ({ binary: '/electron' }),
    browser: () => '/usr/bin/chromium',
    onPath: (name) => `/usr/bin/${name}`,
    ...differences,
  };
}

describe('the choice of the shell', () => {
  it('is Electron where it is there', async () => {
    expect(await chooseShell(machine())).toEqual({ kind: 'electron', binary: '/electron', why: 'it is installed' });
    expect(await chooseShell(machine({ env: { WAYLAND_DISPLAY: 'wayland-0', CI: '' } }))).toMatchObject({
      kind: 'electron',
    });
  });

  it("is a browser's own window where Electron is absent, or has failed", async () => {
    const expected = { kind: 'app-mode', browser: '/usr/bin/chromium' };
    expect(await chooseShell(machine({ electron: async () => ABSENT }))).toEqual({ ...expected, why: ABSENT.absent });
    expect(chooseBrowser(machine(), 'Electron ended with SIGTRAP')).toEqual({
      ...expected,
      why: 'Electron ended with SIGTRAP',
    });
  });

  it('is the default browser where no other is known, opened as the system does it', async () => {
    const poor = { electron: async () => ABSENT, browser: () => null };
    const commands = { linux: ['/usr/bin/xdg-open'], darwin: ['open'], win32: ['cmd', '/c', 'start', ''] } as const;
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      const why = `${ABSENT.absent}, and no Chrome, Chromium or Edge was found`;
      expect(await chooseShell(machine({ ...poor, platform }))).toEqual({
        kind: 'default-browser',
        command: commands[platform],
        why,
      });
    }
    expect(await chooseShell(machine({ ...poor, onPath: () => null }))).toMatchObject({ kind: 'address' });
  });

  it('is the address alone where nobody would see a window, and nothing is looked for or fetched then', async () => {
    const never = (): never => {
      throw new Error('it was looked for');
    };
    const probes = { electron: never, browser: never, onPath: never };
    const unseen: [Partial<Machine>, string][] = [
      [{ env: {} }, 'there is no display'],
      [{ env: { DISPLAY: '' } }, 'there is no display'],
      [{ env: { DISPLAY: ':0', CI: 'true' } }, 'this is a CI machine'],
      [{ platform: 'darwin', env: { CI: '1' } }, 'this is a CI machine'],
      [{ isRoot: true }, 'browsers do not run safely as root'],
    ];
    for (const [differences, why] of unseen) {
      expect(await chooseShell(machine({ ...differences, ...probes }))).toEqual({ kind: 'address', why });
    }
  });

  it('asks for no display where the system always has one', async () => {
    for (const platform of ['darwin', 'win32'] as const) {
      expect(await chooseShell(machine({ platform, env: {} }))).toMatchObject({ kind: 'electron' });
    }
  });

  it('is told in one line, with its reason', () => {
    const why = 'of something';
    const shells: Shell[] = [
      { kind: 'electron', binary: '/electron', why },
      { kind: 'app-mode', browser: '/usr/bin/chromium', why },
      { kind: 'default-browser', command: ['open'], why },
      { kind: 'address', why },
    ];
    const lines = shells.map(describeShell);
    for (const line of lines) expect(line).toMatch(/^[^\n]*: of something\.$/);
    expect(new Set(lines).size).toBe(4);
    expect(lines[1]).toContain('/usr/bin/chromium');
  });
});
