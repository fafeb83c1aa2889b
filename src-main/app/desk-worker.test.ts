import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTRACT_VERSION } from '../../src-shared/contract/version.ts';
import { PAPER_CONFIG } from './commands/run-options.ts';
import { CONFIG, TRADED } from './desk/fixtures.ts';
import { type DeskOptions, DeskThread } from './electron/desk-thread.ts';

const ENTRY = new URL('./desk-worker.ts', import.meta.url);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'desk-worker-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function options(): DeskOptions {
  return {
    ...{ config: CONFIG, strategy: 'none', instruments: [TRADED], directory, configPath: PAPER_CONFIG },
    ...{ seed: 1, speed: 1, metricsPort: null, operator: 'me', resume: null },
    killSwitch: { kind: 'none' },
  };
}

function next(port: MessagePort): Promise<unknown> {
  return new Promise((resolve) => port.once('message', (text) => resolve(JSON.parse(text))));
}

it('runs a desk that answers its windows, those too that came before it was ready, and stops properly', async () => {
  const heard: string[] = [];
  const desk = new DeskThread(ENTRY, options(), ({ kind }) => heard.push(kind));
  const early = desk.openPipe();
  // A port that nobody listens to does not hear that it was closed.
  early.on('message', () => {});
  early.postMessage(JSON.stringify({ t: 'hello', version: CONTRACT_VERSION }));
  expect(await next(early)).toMatchObject({ t: 'welcome', version: CONTRACT_VERSION });
  expect(heard).toContain('ready');
  const late = desk.openPipe();
  late.postMessage('no message at all');
  expect(await next(late)).toMatchObject({ t: 'error' });

  const closed = new Promise((resolve) => early.once('close', resolve));
  desk.stop('the test is over');
  expect(await desk.whenEnded).toMatchObject({
    kind: 'stopped',
    summary: { halted: null, openOrders: 0, nextMode: 'normal' },
  });
  await closed;
});

it('says why a desk cannot start', async () => {
  rmSync(directory, { recursive: true });
  writeFileSync(directory, 'a file');
  const desk = new DeskThread(ENTRY, options(), () => {});
  const end = await desk.whenEnded;
  expect(end).toEqual({ kind: 'failed', message: expect.stringContaining(directory) });
});
