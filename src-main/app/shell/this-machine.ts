import { join } from 'node:path';
import type { Machine } from './choose-shell.ts';
import { findBrowser, findOnPath } from './find-browser.ts';
import { findElectron } from './find-electron.ts';

const MODULES = join(import.meta.dirname, '..', '..', '..', 'node_modules');

/** The machine that this runs on. @param told hears what takes time. */
export function thisMachine(told: (news: string) => void): Machine {
  const { platform, env } = process;
  return {
    ...{ platform, env },
    isRoot: process.getuid?.() === 0,
    electron: () => findElectron({ modules: MODULES, env, told }),
    browser: () => findBrowser({ platform, env }),
    onPath: (name) => findOnPath(name, { platform, env }),
  };
}
