import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export const PATIENCE = { timeout: 20_000 };
export const SCREENSHOTS = join(import.meta.dirname, 'screenshots');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LOOKS = [
  { theme: 'dark', width: 1_280, height: 800 },
  { theme: 'light', width: 1_280, height: 800 },
  { theme: 'dark', width: 2_560, height: 1_440 },
  { theme: 'light', width: 2_560, height: 1_440 },
] as const;

/** Collects what a browser complains about that it should never have to. */
export function watch(of: Page, complaints: string[]): void {
  of.on('console', (message) => {
    // A link that was cut on purpose is a browser's error, not ours.
    const isLink = /WebSocket connection|ERR_CONNECTION|net::ERR/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isLink) complaints.push(message.text());
  });
  of.on('pageerror', ({ message }) => complaints.push(message));
}

/** @throws Error saying for what, when it does not come true. */
export async function until(holds: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const giveUpMs = performance.now() + PATIENCE.timeout;
  while (!(await holds())) {
    if (performance.now() > giveUpMs) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Fills the form that asks for a reason, and holds its button. */
export async function giveReason(page: Page, title: RegExp, reason: string): Promise<void> {
  await page.getByLabel(/^Reason/).fill(reason);
  const button = page.locator('button.hold').filter({ hasText: title });
  const box = await button.boundingBox();
  if (box === null) throw new Error('there is nothing to hold');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.waitForTimeout(1_800);
  await page.mouse.up();
}

/** Shows `panel` in every look, leaves a screenshot of each, and finds nothing that is clipped or hard to perceive. */
export async function looksWell(of: Page, address: string, panel: string, name: string): Promise<void> {
  for (const { theme, width, height } of LOOKS) {
    await of.setViewportSize({ width, height });
    await of.emulateMedia({ colorScheme: theme });
    await of.goto(new URL(`/#/${panel}`, address).href);
    await of.waitForTimeout(700);
    await of.screenshot({ path: join(SCREENSHOTS, `${name}-${theme}-${width}.png`) });
    expect(await overflowing(of), `${name}, ${theme}, ${width}`).toEqual([]);
    expect(await axe(of), `${name}, ${theme}, ${width}`).toEqual([]);
  }
}

/** What axe finds that is serious or worse: rule, and the first place. */
async function axe(of: Page): Promise<string[]> {
  // The content policy lets no script in; what Playwright evaluates is not bound by it.
  await of.evaluate(AXE);
  return of.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(options: object): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
  });
}

/** Texts that do not fit the place they are in, and a page that has to be scrolled sideways. */
function overflowing(of: Page): Promise<string[]> {
  return of.evaluate(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > window.innerWidth) found.push('the page is wider than the window');
    for (const element of document.querySelectorAll<HTMLElement>('.top, button, h2, th, dt, dd, .figure, [role=tab]')) {
      const { overflow } = getComputedStyle(element);
      const isHidden = element.closest('.visually-hidden') !== null || element.offsetParent === null;
      if (isHidden || overflow === 'auto' || overflow === 'scroll') continue;
      if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
        found.push(`${element.tagName} ${element.className}: ${element.textContent?.slice(0, 60)}`);
    }
    return found;
  });
}
