import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
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

/**
 * The system's browser where there is one, else the one that comes from npm: nothing is downloaded. Not with that package's own
 * arguments, which are meant for the cloud, and turn off what our window has to live with.
 */
export async function launchBrowser(): Promise<Browser> {
  const installed = SYSTEM_BROWSERS.find((path) => existsSync(path));
  return chromium.launch({ executablePath: installed ?? (await sparticuz.executablePath()), args: QUIET });
}
