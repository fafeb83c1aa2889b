import { accessSync, constants, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import type { Machine } from './choose-shell.ts';

const ON_PATH = [
  ...['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'],
  ...['microsoft-edge', 'microsoft-edge-stable', 'chrome'],
];
const MAC_APPS = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const WINDOWS_APPS = [
  String.raw`Google\Chrome\Application\chrome.exe`,
  String.raw`Chromium\Application\chrome.exe`,
  String.raw`Microsoft\Edge\Application\msedge.exe`,
];

type Place = Pick<Machine, 'platform' | 'env'>;
type IsProgram = (path: string) => boolean;

/** @returns the path of the first Chrome, Chromium or Edge at its usual places; null where there is none. */
export function findBrowser(place: Place, isProgram: IsProgram = isExecutable): string | null {
  const { platform, env } = place;
  if (platform === 'darwin') {
    const folders = ['/Applications', posix.join(env.HOME ?? '/', 'Applications')];
    const apps = folders.flatMap((folder) =>
      MAC_APPS.map((name) => posix.join(folder, `${name}.app`, 'Contents', 'MacOS', name)),
    );
    return apps.find(isProgram) ?? null;
  }
  if (platform === 'win32') {
    const folders = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA].filter(
      (folder) => folder !== undefined,
    );
    return WINDOWS_APPS.flatMap((app) => folders.map((folder) => win32.join(folder, app))).find(isProgram) ?? null;
  }
  for (const name of ON_PATH) {
    const found = findOnPath(name, place, isProgram);
    if (found !== null) return found;
  }
  return null;
}

/** @returns the path of the program `name`; null where PATH leads to none. For hosts whose programs need no ending. */
export function findOnPath(name: string, { env }: Place, isProgram: IsProgram = isExecutable): string | null {
  const folders = (env.PATH ?? '').split(posix.delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => posix.join(folder, name)).find(isProgram) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
