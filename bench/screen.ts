import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../e2e/browser.ts';
import { WindowDesk } from '../e2e/window-desk.ts';
import { type BenchRow, median, rowOf } from './rows.ts';
import { ACTS, type ScreenFigures, WATCH } from './screen-page.ts';

const row = rowOf('window');

/** The generated market makes some 670 frames a second: at this speed it is ten thousand and more. */
const SPEED = 16;
const PANELS = ['overview', 'orders', 'market'];
const SECONDS_PER_PANEL = 20;
const SETTLE_MS = 3_000;
const CLICKS = 60;
const STARTS = 3;

/** A real browser on a real desk whose market is busy: whether the window stays smooth, and how soon a click is seen to work. */
export async function measure(): Promise<BenchRow[]> {
  const browser = await launchBrowser();
  try {
    const paintedSeconds: number[] = [];
    for (let start = 0; start < STARTS; start += 1) paintedSeconds.push(await painted(browser));
    return [
      row('start → painted profit and loss, median', median(paintedSeconds), 's', { atMost: 3 }),
      ...(await onDesk(SPEED, (desk, address) => busy(browser, desk, address))),
    ];
  } finally {
    await browser.close();
  }
}

async function onDesk<T>(speed: number, work: (desk: WindowDesk, address: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-bench-'));
  const desk = new WindowDesk(folder, speed, {});
  try {
    return await work(desk, await desk.start());
  } finally {
    await desk.stop();
    await desk.end();
    rmSync(folder, { recursive: true });
  }
}

function painted(browser: Browser): Promise<number> {
  return onDesk(1, async (desk, address) => {
    const page = await browser.newPage();
    await page.goto(address);
    while (!/profit and loss after ([\d.]+) s/.test(desk.told)) await page.waitForTimeout(20);
    await page.close();
    return Number(/profit and loss after ([\d.]+) s/.exec(desk.told)?.[1]);
  });
}

async function busy(browser: Browser, _: WindowDesk, address: string): Promise<BenchRow[]> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  await page.addInitScript(WATCH);
  await page.goto(address);
  await page.waitForTimeout(SETTLE_MS);
  const updates: number[] = [];
  const rows: ScreenFigures[] = [];
  for (const panel of PANELS) {
    await page.goto(new URL(`/#/${panel}`, address).href);
    await page.waitForTimeout(SETTLE_MS);
    await page.evaluate('watch.begin()');
    for (let second = 0; second < SECONDS_PER_PANEL; second += 1) {
      await page.waitForTimeout(1_000);
      updates.push(await updatesPerSecond(page));
    }
    rows.push((await page.evaluate('watch.end()')) as ScreenFigures);
  }
  const shownMs = await clicks(page);
  await page.close();
  const longTasks = rows.reduce((sum, { longTasks: count }) => sum + count, 0);
  return [
    row('market updates while the window is watched', median(updates), 'a second', { atLeast: 10_000 }),
    row(`renderer tasks over 50 ms in ${PANELS.length * SECONDS_PER_PANEL} s`, longTasks, 'tasks', { atMost: 0 }),
    row('longest renderer task', Math.max(...rows.map(({ longestMs }) => longestMs)), 'ms'),
    ...rows.map(({ framesPerSecond }, i) =>
      row(`frames drawn, ${PANELS[i]}, median`, framesPerSecond, 'a second', { atLeast: 55 }),
    ),
    row('click → fact → shown, p50', median(shownMs), 'ms'),
    row('click → fact → shown, p99', shownMs.toSorted((a, b) => a - b)[Math.floor(CLICKS * 0.99)] ?? Number.NaN, 'ms', {
      atMost: 50,
    }),
  ];
}

/** What the status line says of the engine. */
async function updatesPerSecond(page: Page): Promise<number> {
  const text = await page
    .getByText(/inputs\/s/)
    .first()
    .locator('xpath=..')
    .textContent();
  return Number(/([\d\s\u202f\u00a0]+)\s*inputs\/s/.exec(text ?? '')?.[1]?.replaceAll(/\D/g, ''));
}

/** Pauses by a click, and measures in the page from the press to the frame that shows it; then trades on by another connection. */
async function clicks(page: Page): Promise<number[]> {
  await page.evaluate(ACTS);
  for (let i = 0; i < CLICKS; i += 1) {
    await page.getByRole('button', { name: /Pause/ }).first().click();
    await until(page, `acts.shownMs.length > ${i}`);
    await page.evaluate('acts.resume()');
    await until(page, "document.querySelector('.mode-banner strong').textContent === 'Normal'");
    // A person presses the same button twice for one act: within half a second it is one.
    await page.waitForTimeout(550);
  }
  return (await page.evaluate('acts.shownMs')) as number[];
}

/** Asks from outside: the page's content policy lets nothing in there be evaluated later. */
async function until(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate(expression))) await page.waitForTimeout(10);
}
