import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOrderLog } from '../src-main/app/exchange/order-log.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import { launchBrowser } from './browser.ts';
import { venueViews } from './venue-views.ts';
import { WindowDesk } from './window-desk.ts';
import { giveReason, looksWell, PATIENCE, SCREENSHOTS, until, watch } from './window-page.ts';

const SPEED = 10;
const PANELS = ['overview', 'positions', 'orders', 'market', 'venues', 'switch', 'health'];

let folder: string;
let desk: WindowDesk;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What a browser complained about that it should never have to. */
const complaints: string[] = [];

async function enter(address: string): Promise<Page> {
  const entered = await context.newPage();
  watch(entered, complaints);
  await entered.goto(address);
  return entered;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'window-'));
  mkdirSync(SCREENSHOTS, { recursive: true });
  desk = new WindowDesk(folder, SPEED);
  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, colorScheme: 'dark' });
  // For a screenshot and a glance at what is copied; nothing else may be asked for.
  page = await enter(await desk.start());
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await desk?.end();
  rmSync(folder, { recursive: true });
});

const banner = () => page.locator('.mode-banner strong');
const press = (name: RegExp) => page.getByRole('button', { name }).first();
const openOrders = () => page.locator('.open-orders');

async function bannerSays(mode: string): Promise<void> {
  await until(async () => (await banner().textContent()) === mode, `the banner to say ${mode}`);
}

const hold = (title: RegExp, reason: string) => giveReason(page, title, reason);
const facts = (): Fact[] => desk.facts();
const modeChanges = (): Fact[] => facts().filter(({ kind }) => kind === 'mode-changed');

/** Each test goes on where the one before ended. */
describe('the window', () => {
  it('shows a desk that trades: profit and loss moves, orders and fills come in', async () => {
    expect(await page.title()).toMatch(/Interlock/);
    await bannerSays('Normal');
    await page.getByText('PAPER', { exact: true }).first().waitFor();
    const total = page.locator('.pnl').first();
    await until(async () => /[1-9]/.test((await total.textContent()) ?? ''), 'a profit or a loss');
    const first = await total.textContent();
    await until(async () => (await total.textContent()) !== first, 'it to move');
    await page.keyboard.press('3');
    await page.getByText(/^Fills \d/).click();
    await until(async () => (await page.locator('.ag-row').count()) > 0, 'fills');
    await until(() => desk.told.includes('first profit and loss'), 'the desk to hear that it was drawn');
  });

  it('has an address that works once, and a link that nothing else gets', async () => {
    const stranger = await browser.newContext();
    const other = await stranger.newPage();
    const again = await other.goto(desk.address);
    expect(again?.status()).toBe(401);
    const without = await other.goto(new URL('/', desk.address).href);
    expect(without?.status()).toBe(401);
    await stranger.close();
    await until(
      () => facts().some((fact) => fact.kind === 'access-recorded' && /used-token/.test(fact.detail)),
      'a fact about the token',
    );
  });

  it('prints another address when it is asked to, for a browser that has lost the way in', async () => {
    const before = desk.addresses().length;
    process.kill(desk.processId, 'SIGUSR2');
    await until(() => desk.addresses().length === before + 1, 'another address');
    const other = await browser.newContext();
    const entered = await other.newPage();
    const answer = await entered.goto(desk.addresses().at(-1) ?? '');
    expect(answer?.status()).toBe(200);
    await other.close();
  });

  it('double-clicked, or Enter pressed twice, acts once', async () => {
    const before = modeChanges().length;
    await press(/Pause/).dblclick();
    await bannerSays('Pause');
    await press(/Reduce/).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await bannerSays('Reduce');
    await page.waitForTimeout(800);
    expect(modeChanges().slice(before)).toMatchObject([{ to: 'pause' }, { to: 'reduce' }]);
    await press(/Normal/).click();
    await hold(/Normal/, 'a double-click was tried');
    await bannerSays('Normal');
  });

  it('goes to Emergency in one act: open orders go to zero, and nothing is ordered any more', async () => {
    await until(async () => /[1-9]/.test((await openOrders().textContent()) ?? ''), 'open orders');
    await press(/Emergency/).click();
    await bannerSays('Emergency');
    await until(async () => /^Open orders0/.test((await openOrders().textContent()) ?? ''), 'no open order');
    const { received, ends } = readOrderLog(desk.data);
    expect([...received.keys()].filter((id) => !ends.has(id))).toEqual([]);
    await page.waitForTimeout(1_500);
    expect(readOrderLog(desk.data).received.size).toBe(received.size);
    const change = facts().findLastIndex(({ kind }) => kind === 'mode-changed');
    const after = facts().slice(change);
    expect(after.filter(({ kind }) => kind === 'order-intended')).toEqual([]);
    // The gate was asked, and said no.
    expect(after.find(({ kind }) => kind === 'order-refused')).toMatchObject({ reason: 'mode' });
  });

  it('marks everything as stale at once when the link is cut, and says so', async () => {
    await desk.kill();
    const cutMs = performance.now();
    await page.getByText(/link to the desk is down/).waitFor(PATIENCE);
    expect(performance.now() - cutMs).toBeLessThan(5_000);
    await until(
      async () => (await page.locator('.figure:not([data-stale])').count()) === 0,
      'every figure to be stale',
    );
    expect(await page.locator('.figure').count()).toBeGreaterThan(5);
    await bannerSays('Mode unknown');
    await page.screenshot({ path: join(SCREENSHOTS, 'link-down.png') });
  });

  it('finds Emergency latched after a restart, and loosens only with a reason and a hold', async () => {
    await page.close();
    page = await enter(await desk.start());
    await bannerSays('Emergency');
    await press(/Normal/).click();
    // Let go too early, and without a reason: nothing.
    const button = page.locator('button.hold');
    await button.click({ force: true });
    await page.getByLabel(/^Reason/).fill('looked at it');
    await button.click({ force: true });
    await page.waitForTimeout(500);
    expect(await banner().textContent()).toBe('Emergency');
    await hold(/Normal/, 'looked at it');
    await bannerSays('Normal');
    await until(() => modeChanges().at(-1)?.kind === 'mode-changed', 'the fact');
    expect(modeChanges().at(-1)).toMatchObject({ from: 'emergency', to: 'normal', reason: 'looked at it' });
    await until(async () => /[1-9]/.test((await openOrders().textContent()) ?? ''), 'it to trade again');
  });

  it('lets a second window look on, stop the machine, and nothing else until it takes control', async () => {
    const second = await enter(new URL('/', desk.address).href);
    await second
      .getByText(/Take control/)
      .first()
      .waitFor(PATIENCE);
    await second.getByRole('button', { name: /Pause/ }).first().click();
    await bannerSays('Pause');
    await second.close();
    await press(/Normal/).click();
    await hold(/Normal/, 'the other window paused it');
    await bannerSays('Normal');
  });

  it('flattens only when it is armed and then fired', async () => {
    const flatten = page.locator('.exit-buttons button').last();
    await flatten.dblclick();
    await page.waitForTimeout(5_500);
    expect(facts().some(({ kind }) => kind === 'flatten-began')).toBe(false);
    await flatten.click();
    await page.waitForTimeout(800);
    await flatten.click();
    await until(() => facts().some(({ kind }) => kind === 'flatten-ended'), 'a flat position');
    expect(facts().find(({ kind }) => kind === 'flatten-ended')).toMatchObject({ outcome: 'flat' });
    expect(facts().filter(({ kind }) => kind === 'flatten-began')).toHaveLength(1);
  });

  it('is all there by keyboard: palette, digits, the sheet of keys, and back', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('health');
    await page.keyboard.press('Enter');
    await until(() => page.url().endsWith('#/health'), 'the panel');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor(PATIENCE);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached', ...PATIENCE });
    for (const [index, panel] of PANELS.entries()) {
      await page.keyboard.press(String(index + 1));
      await until(() => page.url().endsWith(`#/${panel}`), panel);
    }
    await page.keyboard.press('Shift+P');
    await bannerSays('Pause');
    await press(/Normal/).click();
    await hold(/Normal/, 'paused by a key');
    await bannerSays('Normal');
  });

  it.each(PANELS)(
    'shows %s without anything that axe finds serious, or that is clipped, in every look',
    async (panel) => {
      await looksWell(page, desk.address, panel, panel);
      await page.setViewportSize({ width: 1_280, height: 800 });
    },
    120_000,
  );

  it('says what is wrong with a venue in words, and with all that a venue can have it still fits', async () => {
    const other = await context.newPage();
    watch(other, complaints);
    // What the desk says of its venues, put in the place of what it says of the simulated one.
    await other.routeWebSocket(/./, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => socket.send(withVenues(String(message))));
    });
    await looksWell(other, desk.address, 'venues', 'venues-real');
    for (const words of [
      ...['armed, fires in 48 s if nobody refreshes it', 'Banned: the venue answers no request', 'REAL MONEY'],
      ...['2 differences stand', 'only what must be is sent', 'only cancels leave', "check this machine's clock"],
    ]) {
      expect(await other.getByText(words).count(), words).toBeGreaterThan(0);
    }
    await other.close();
  }, 120_000);

  it('marks the simulated venue as such, and answers whoever wants it compared with the books', async () => {
    await page.keyboard.press('5');
    await page.getByText('SIMULATED · no money at stake').waitFor(PATIENCE);
    await press(/Compare with the venue now/).click();
    await page.getByText(/the venues of this desk keep no account/).waitFor(PATIENCE);
    const isRefusal = (fact: Fact): boolean => fact.kind === 'command-refused' && fact.command === 'reconcile';
    await until(() => facts().some(isRefusal), 'the fact');
  });

  it('keeps a corrupt setting from doing harm', async () => {
    await page.evaluate(() => {
      for (let i = 0; i < localStorage.length; i += 1) localStorage.setItem(localStorage.key(i) ?? '', '{broken');
      localStorage.setItem('interlock.theme', '{broken');
    });
    await page.reload();
    await bannerSays('Normal');
  });

  it('was never complained about by the browser, its content policy included', () => {
    expect(complaints).toEqual([]);
  });

  it('stops properly', async () => {
    expect(await desk.stop(), desk.told).toBe(0);
  });
});

/** The desk's message, with other venues where it tells of venues. */
function withVenues(text: string): string {
  const message = JSON.parse(text) as { at: number; updates?: { value?: { venues?: readonly object[] } }[] };
  for (const { value } of message.updates ?? []) {
    // The status has venues too, without an account.
    if (value?.venues?.some((venue) => 'deadMan' in venue)) value.venues = venueViews(message.at);
  }
  return JSON.stringify(message);
}
