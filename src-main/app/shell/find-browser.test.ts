import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBrowser, findOnPath } from './find-browser.ts';

const MAC_CHROME = 'Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

describe('finding a browser', () => {
  it('looks at the usual places of each system', () => {
    const found = (platform: NodeJS.Platform, env: Record<string, string>, ...there: string[]) =>
      findBrowser({ platform, env }, (path) => there.includes(path));
    const linux = { PATH: '/usr/local/bin:/usr/bin' };
    expect(found('linux', linux, '/usr/bin/chromium')).toBe('/usr/bin/chromium');
    expect(found('linux', linux, '/opt/chromium')).toBeNull();
    expect(found('linux', {}, '/usr/bin/chromium')).toBeNull();
    expect(found('darwin', { HOME: '/Users/me' }, `/${MAC_CHROME}`)).toBe(`/${MAC_CHROME}`);
    expect(found('darwin', { HOME: '/Users/me' }, `/Users/me/${MAC_CHROME}`)).toBe(`/Users/me/${MAC_CHROME}`);
    const edge = String.raw`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`;
    const windows = {
      ProgramFiles: String.raw`C:\Program Files`,
      'ProgramFiles(x86)': String.raw`C:\Program Files (x86)`,
    };
    expect(found('win32', windows, edge)).toBe(edge);
    expect(found('win32', {}, edge)).toBeNull();
  });

  it('takes Chrome before Edge, whatever comes first on PATH', () => {
    const there = ['/a/microsoft-edge', '/b/google-chrome'];
    expect(findBrowser({ platform: 'linux', env: { PATH: '/a:/b' } }, (path) => there.includes(path))).toBe(
      '/b/google-chrome',
    );
  });
});

describe('finding a program on PATH', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'path-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('takes only files that may be run', () => {
    const place = { platform: 'linux', env: { PATH: `:${join(folder, 'nowhere')}:${folder}` } } as const;
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'opener'), '#!/bin/sh\n');
    expect([findOnPath('opener', place), findOnPath('folder', place), findOnPath('absent', place)]).toEqual([
      null,
      null,
      null,
    ]);
    chmodSync(join(folder, 'opener'), 0o755);
    expect(findOnPath('opener', place)).toBe(join(folder, 'opener'));
  });
});
