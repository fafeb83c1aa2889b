import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sparticuz, { inflate } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Where a browser of the Chromium family usually lies. */
const SYSTEM_BROWSERS = [
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/microsoft-edge'],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
  'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe',
];

/** The browser would ask its maker for news, which is nothing that a test should wait for. */
const QUIET = [
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  // Containers have a small /dev/shm, and tests run as whoever they run as.
  ...['--disable-dev-shm-usage', '--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
];

interface Program {
  readonly path: string;
  /** Where its libraries lie that the system may lack. */
  readonly libraries?: string;
}

/** The system's browser where there is one, else the one that comes from npm: nothing is downloaded. */
async function findBrowser(): Promise<Program> {
  const installed = SYSTEM_BROWSERS.find((path) => existsSync(path));
  if (installed !== undefined) return { path: installed };
  const packed = join(import.meta.dirname, '..', 'node_modules', '@sparticuz', 'chromium', 'bin', 'al2023.tar.br');
  return { path: await sparticuz.executablePath(), libraries: join(await inflate(packed), 'lib') };
}

/** Not with the package's own arguments, which are meant for the cloud, and turn off what our window has to live with. */
export async function launchBrowser(): Promise<Browser> {
  const { path: executablePath, libraries } = await findBrowser();
  const env = libraries === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraries };
  return chromium.launch({ executablePath, args: QUIET, env: env as Record<string, string> });
}

/** Once before all tests: several that unpacked the browser at the same moment would each find half of it. */
export async function setup(): Promise<void> {
  await findBrowser();
}
