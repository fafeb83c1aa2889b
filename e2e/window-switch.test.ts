import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SwitchTopic } from '../src-shared/contract/switch.ts';
import { launchBrowser } from './browser.ts';
import { trippedSwitch, WAIVED_SWITCH } from './switch-views.ts';
import { WindowDesk } from './window-desk.ts';
import { giveReason, looksWell, PATIENCE, SCREENSHOTS, until, watch } from './window-page.ts';

let folder: string;
let desk: WindowDesk;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'window-switch-'));
  mkdirSync(SCREENSHOTS, { recursive: true });
  // The board lives by the wall's clock, and so does its desk.
  desk = new WindowDesk(folder, 1);
  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, colorScheme: 'dark' });
  page = await context.newPage();
  watch(page, complaints);
  await page.goto(await desk.start('--emulated-switch'));
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await desk?.end();
  rmSync(folder, { recursive: true });
});

const says = (selector: string, words: RegExp) =>
  until(
    async () => words.test((await page.locator(selector).first().textContent()) ?? ''),
    `${selector} to say ${words}`,
  );
const chipSays = (words: RegExp) => says('.top .switch', words);
const bannerSays = (mode: RegExp) => says('.mode-banner strong', mode);
const handle = (name: RegExp) => page.locator('.button-box').getByRole('button', { name }).click();
const act = (number: number) => `.reset-act:nth-child(${number})`;
const lampSays = (colour: string, words: RegExp) => says(`.lamp:has(.lamp-${colour})`, words);

/** Each test goes on where the one before ended. */
describe('the kill switch in the window', () => {
  it('is named as emulated wherever it is shown, and mirrors its lamps', async () => {
    await chipSays(/EMULATED.*Switch armed/);
    await page.locator('.top .switch').click();
    await until(() => page.url().endsWith('#/switch'), 'the panel');
    await page.getByRole('heading', { name: /EMULATED SWITCH/ }).waitFor(PATIENCE);
    await lampSays('green', /winking/);
    await lampSays('red', /dark/);
    await until(
      () => page.locator('.lamp-green .lamp-light').evaluate((light) => light.getAnimations().length === 1),
      'the green lamp to blink',
    );
    await page.getByRole('button', { name: /Hold still/ }).click();
    expect(await page.locator('.lamp-light').evaluateAll((all) => all.flatMap((of) => of.getAnimations()))).toEqual([]);
    await says('.switch-facts', /1\.0\.0/);
    await says('.switch-facts', /passed/);
  });

  it('is all there in every look', async () => {
    await looksWell(page, desk.address, 'switch', 'switch-emulated');
    await page.setViewportSize({ width: 1_280, height: 800 });
  }, 120_000);

  it('is drilled: a reason, a countdown, a press that is a real stop, and what was measured', async () => {
    await page.getByRole('button', { name: /Begin a drill/ }).click();
    await giveReason(page, /Begin the drill/, 'weekly drill');
    await says('.drill-now', /Press the button now/);
    await says('.drill-countdown', /^\d+ s$/);
    await page.screenshot({ path: join(SCREENSHOTS, 'switch-drill.png') });
    await handle(/Press$/);
    await bannerSays(/^Emergency$/);
    await chipSays(/EMULATED.*Switch tripped/);
    await says('.switch-table caption', /Last drills/);
    await says('.switch-table:has(caption) tbody tr', /measured from the button's edge(\d[\d\u202f.]* ms){3}$/);
    await page.getByText('◎ drill', { exact: true }).waitFor(PATIENCE);
    await lampSays('red', /steady/);
    const drill = desk.facts().find(({ kind }) => kind === 'switch-drill');
    expect(drill).toMatchObject({ outcome: 'measured', from: 'edge' });
    await page.screenshot({ path: join(SCREENSHOTS, 'switch-tripped.png') });
  });

  it('trades again only after three acts, none of which does another', async () => {
    await says(act(1), /now.*▲ the button is pressed/);
    await says(act(2), /waiting.*the first act is not done/);
    await says(act(3), /waiting.*the kill switch is tripped/);
    await page.getByRole('button', { name: /Reset …/ }).click({ force: true });
    await says('.feedback', /Reset the kill switch: not asked for\. The first act is not done/);

    await handle(/Release/);
    await says(act(1), /done/);
    await says(act(2), /now/);
    await bannerSays(/^Emergency$/);

    await page.getByRole('button', { name: /Reset …/ }).click();
    await giveReason(page, /Reset the kill switch/, 'the drill is over');
    await says(act(2), /Press the recessed button/);
    await lampSays('blue', /blinking fast/);
    await handle(/Press reset/);
    await says(act(2), /done/);
    await bannerSays(/^Emergency$/);
    expect(
      desk.facts().findLast((fact) => fact.kind === 'switch-commanded' && fact.order === 'request-reset'),
    ).toMatchObject({ reason: 'the drill is over' });

    await says(act(3), /now/);
    await page.getByRole('button', { name: /Resume/ }).click();
    await giveReason(page, /Normal/, 'everything is in order');
    await bannerSays(/^Normal$/);
    await chipSays(/EMULATED.*Switch armed/);
  });

  it('says why it tripped when its case is opened, and what stands against its reset', async () => {
    await handle(/Open case/);
    await bannerSays(/^Emergency$/);
    await lampSays('red', /two short flashes/);
    await says(act(1), /the case is open/);
    await page.getByText('■ trip', { exact: true }).waitFor(PATIENCE);
  });

  it('says that it is gone when its plug is pulled, and greets again when that is put in', async () => {
    await handle(/Pull plug/);
    await says('.switch-facts', /nothing has greeted at this port/);
    await page.getByText('it was unplugged').waitFor(PATIENCE);
    await handle(/Plug in/);
    await says('.switch-facts', /live: it proves itself/);
    await bannerSays(/^Emergency$/);
  });

  it('shows a real switch unlike an emulated one, without a button box, and with all that can be wrong it still fits', async () => {
    const other = await pageOf(trippedSwitch);
    await looksWell(other, desk.address, 'switch', 'switch-real');
    expect(await other.getByText(/emulated/i).count()).toBe(0);
    expect(await other.locator('.button-box').count()).toBe(0);
    for (const words of ['REAL SWITCH', 'REAL', 'failed: lamps, eeprom', 'zero open orders was not proven']) {
      expect(await other.getByText(words).count(), words).toBeGreaterThan(0);
    }
    await other.close();
  }, 120_000);

  it('names who accepted that there is none, and why', async () => {
    const other = await pageOf(() => WAIVED_SWITCH);
    await other.goto(`${new URL(desk.address).origin}/#/switch`);
    await other.getByText('Accepted by ann at the start: it is being mended').waitFor(PATIENCE);
    await other.close();
  });

  it('was never complained about by the browser, its content policy included', () => {
    expect(complaints).toEqual([]);
  });
});

/** A page that is told of another switch, as of a time in µs. */
async function pageOf(switchAt: (at: number) => SwitchTopic): Promise<Page> {
  const other = await context.newPage();
  watch(other, complaints);
  await other.routeWebSocket(/./, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => socket.send(withSwitch(String(message), switchAt)));
  });
  return other;
}

/** The desk's message, with another switch where it tells of its own. */
function withSwitch(text: string, switchAt: (at: number) => SwitchTopic): string {
  const message = JSON.parse(text) as { at: number; updates?: { value?: object }[] };
  for (const update of message.updates ?? []) {
    if (update.value && 'trips' in update.value) update.value = switchAt(message.at);
  }
  return JSON.stringify(message);
}
