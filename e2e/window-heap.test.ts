import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../src-main/testing/runs.ts';
import { launchBrowser } from './browser.ts';
import { WindowDesk } from './window-desk.ts';

/** Half a minute in `npm test`, ten minutes in the long run. */
const WATCH_SECONDS = runs(1) === 1 ? 30 : 600;
const WARM_UP_SECONDS = 10;
const SAMPLE_SECONDS = 5;
const PANELS = ['overview', 'orders', 'market', 'positions', 'health'];
/** What a short look cannot tell from noise is far from what a leak makes in a minute. */
const FLAT_MB_PER_MINUTE = WATCH_SECONDS < 60 ? 4 : 1;
const LEAK_MB_PER_MINUTE = 12;
const BYTES_PER_MB = 1024 * 1024;

let folder: string;
let desk: WindowDesk;
let browser: Browser;
let page: Page;
let session: CDPSession;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heap-'));
  // Its market moves five times as fast, its strategy trades as usual: tables grow as slowly as they do for a person.
  desk = new WindowDesk(folder, 5, {});
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  await page.goto(await desk.start());
  session = await page.context().newCDPSession(page);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await desk?.end();
  rmSync(folder, { recursive: true });
});

/** Bytes that are in use after everything that can go is gone. */
async function heapBytes(): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

/** How fast the heap grows while every panel is shown again and again: the median of the slopes between all samples (Theil, Sen). */
async function growthMbPerMinute(seconds: number): Promise<number> {
  const samples: [minutes: number, megabytes: number][] = [];
  const startMs = performance.now();
  for (let round = 0; performance.now() - startMs < seconds * 1_000; round += 1) {
    await page.keyboard.press(String((round % PANELS.length) + 1));
    await page.waitForTimeout(SAMPLE_SECONDS * 1_000);
    // Like with like: always with the same panel on the screen.
    await page.keyboard.press('1');
    await page.waitForTimeout(300);
    samples.push([(performance.now() - startMs) / 60_000, (await heapBytes()) / BYTES_PER_MB]);
  }
  const slopes = samples.flatMap(([at, size], i) =>
    samples.slice(i + 1).map(([later, larger]) => (larger - size) / (later - at)),
  );
  return slopes.toSorted((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? Number.NaN;
}

describe(`the window's memory, over ${WATCH_SECONDS} s`, () => {
  it('stays flat while a person goes from panel to panel and the market runs', { timeout: 15 * 60_000 }, async () => {
    for (const key of [...PANELS.keys(), 0]) {
      await page.keyboard.press(String(key + 1));
      await page.waitForTimeout((WARM_UP_SECONDS * 1_000) / PANELS.length);
    }
    expect(await growthMbPerMinute(WATCH_SECONDS)).toBeLessThan(FLAT_MB_PER_MINUTE);
  });

  it('is found to grow when something leaks on purpose', { timeout: 120_000 }, async () => {
    await page.evaluate(
      (bytesPerSecond) => {
        const leaked: number[][] = [];
        Object.assign(window, { leaked });
        setInterval(() => leaked.push(Array.from({ length: bytesPerSecond / 8 }, () => Math.random())), 1_000);
      },
      (LEAK_MB_PER_MINUTE * BYTES_PER_MB) / 60,
    );
    const growth = await growthMbPerMinute(30);
    expect(growth).toBeGreaterThan(FLAT_MB_PER_MINUTE);
    expect(growth).toBeGreaterThan(LEAK_MB_PER_MINUTE / 2);
  });
});
