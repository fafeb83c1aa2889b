import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateRecording, writeRecording } from '../src-main/testing/binance-recording.ts';
import { desk } from './desk-command.ts';

let folder: string;
let recording: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  recording = join(folder, 'usdm.gz');
  writeRecording(recording, generateRecording({ venue: 'binance-usdm', symbol: 'BTCUSDT', frames: 8_000, seed: 1 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a run with a journal', () => {
  it.each([
    ['replay', () => [recording]],
    ['simulate', () => ['--seconds', '90']],
  ])('%s: is verified from the journal alone, to the same facts', (command, args) => {
    const directory = join(folder, `${command}-journal`);
    const run = desk(command, ...args(), '--journal', directory, '--json');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const summary = JSON.parse(run.stdout);
    expect(summary.fills).toBeGreaterThan(0);
    const check = desk('journal', directory, '--check', '--json');
    expect(check.status).toBe(0);
    expect(JSON.parse(check.stdout)).toMatchObject({
      ok: true,
      firstBad: null,
      reason: null,
      ledgerBalanced: true,
      positionsMatch: true,
      factsHash: summary.factsHash,
    });
  });

  it('is not continued by another run', () => {
    const directory = join(folder, 'taken');
    expect(desk('replay', recording, '--journal', directory, '--json').status).toBe(0);
    const again = desk('replay', recording, '--journal', directory, '--json');
    expect(again).toMatchObject({ status: 1, stdout: '' });
    expect(again.stderr).toMatch(/taken: it holds the journal of an earlier run\. .*empty folder/);
  });
});

describe('desk journal --check', () => {
  it('names the first bad record of a journal that somebody changed', () => {
    const directory = join(folder, 'changed');
    expect(desk('replay', recording, '--journal', directory, '--json').status).toBe(0);
    const file = join(directory, 'journal.db');
    const bytes = readFileSync(file);
    const at = bytes.indexOf('"order-filled"');
    expect(at).toBeGreaterThan(0);
    bytes[at + 3] = (bytes[at + 3] as number) ^ 1;
    writeFileSync(file, bytes);
    const { status, stdout } = desk('journal', directory, '--check', '--json');
    const check = JSON.parse(stdout);
    expect(status).toBe(1);
    expect(check).toMatchObject({ ok: false, ledgerBalanced: null });
    expect(check.firstBad).toBe(check.records + 1);
    expect(desk('journal', directory, '--check').stdout).toMatch(/NOT SOUND from record \d+ on/);
  });

  it.each([
    ['no folder', [], 2, /which journal\?/],
    ['nothing to do', ['somewhere'], 2, /--check verifies it/],
  ])('wants %s to be said', (_what, args: string[], status, message) => {
    const result = desk('journal', ...args);
    expect(result.status).toBe(status);
    expect(result.stderr).toMatch(message);
  });

  it('finds no journal where there is none', () => {
    const { status, stdout } = desk('journal', join(folder, 'nowhere'), '--check', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, firstBad: 1 });
  });
});
