import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FindElectronOptions, findElectron } from './find-electron.ts';

let modules: string;
let folder: string;
let news: string[];

beforeEach(() => {
  modules = mkdtempSync(join(tmpdir(), 'modules-'));
  folder = join(modules, 'electron');
  mkdirSync(folder);
  news = [];
  setVersion('45.5.0');
  setInstaller("throw new Error('it was run')");
});
afterEach(() => rmSync(modules, { recursive: true }));

function setVersion(version: string): void {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }));
}

function setInstaller(code: string): void {
  writeFileSync(join(folder, 'install.js'), code);
}

/** What the real installer does at the end, as code. */
const INSTALLS = `
  const fs = require('node:fs');
  fs.mkdirSync(__dirname + '/dist');
  fs.writeFileSync(__dirname + '/dist/electron', '');
  fs.writeFileSync(__dirname + '/path.txt', 'electron');`;

function find(options: Partial<FindElectronOptions> = {}) {
  return findElectron({ modules, env: {}, told: (text) => news.push(text), ...options });
}

describe('finding Electron', () => {
  it('takes what is installed, and runs no installer', async () => {
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist', 'the-binary'), '');
    writeFileSync(join(folder, 'path.txt'), 'the-binary');
    expect(await find()).toEqual({ binary: join(folder, 'dist', 'the-binary') });
    expect(news).toEqual([]);
  });

  it('takes the one that the environment names, or says that there is none', async () => {
    const elsewhere = join(modules, 'elsewhere');
    mkdirSync(elsewhere);
    const env = { ELECTRON_OVERRIDE_DIST_PATH: elsewhere };
    expect(await find({ env })).toEqual({ absent: 'ELECTRON_OVERRIDE_DIST_PATH leads to no Electron' });
    writeFileSync(join(elsewhere, 'electron'), '');
    expect(await find({ env })).toEqual({ binary: join(elsewhere, 'electron') });
  });

  it('fetches what is absent, and says so', async () => {
    setInstaller(INSTALLS);
    expect(await find()).toEqual({ binary: join(folder, 'dist', 'electron') });
    expect(news).toEqual(['Fetching Electron 45.5.0, once, for at most 90 s ...']);
    expect(await find()).toEqual({ binary: join(folder, 'dist', 'electron') });
    expect(news).toHaveLength(1);
  });

  it('remembers a failure, and tries again only for another version or when asked to', async () => {
    setInstaller("console.error('no network\\nat somewhere'); process.exit(1)");
    expect(await find()).toEqual({ absent: 'Electron could not be fetched (no network)' });
    setInstaller(INSTALLS);
    const marker = join(modules, '.interlock-no-electron');
    expect(await find()).toEqual({ absent: `Electron could not be fetched before (delete ${marker} to try again)` });
    expect(news).toHaveLength(1);
    setVersion('46.0.0');
    expect(await find()).toEqual({ binary: join(folder, 'dist', 'electron') });
  });

  it('waits for no installer without end, and trusts none that leaves no program', async () => {
    setInstaller('setInterval(() => {}, 1000)');
    expect(await find({ fetchMs: 200 })).toEqual({
      absent: 'Electron could not be fetched (it took longer than 0.2 s)',
    });
    rmSync(join(modules, '.interlock-no-electron'));
    setInstaller('');
    expect(await find()).toEqual({ absent: 'Electron could not be fetched (its installer left no program)' });
  });

  it('does nothing where the package itself is absent', async () => {
    rmSync(folder, { recursive: true });
    expect(await find()).toEqual({ absent: 'the package electron is not installed' });
    expect([news, readdirSync(modules)]).toEqual([[], []]);
  });
});
