import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JournalError } from '../../edge/journal/journal-error.ts';
import { journal } from './journal.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-command-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(directory, { recursive: true });
});

describe('desk journal of a folder without one', () => {
  it.each(['--check', '--replay'])('%s says just that: a wrong path is no damage', async (what) => {
    const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
    const asked = journal([directory, what]);
    await expect(asked).rejects.toThrow(JournalError);
    await expect(asked).rejects.toThrow(
      `${join(directory, 'journal.db')}: there is no journal here. Name the folder that a desk wrote in.`,
    );
    expect(printed).not.toHaveBeenCalled();
  });

  it('gives a program the object that it always gets', async () => {
    const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
    await journal([directory, '--check', '--json']);
    expect(JSON.parse(String(printed.mock.calls[0]?.[0]))).toMatchObject({ ok: false, records: 0, firstBad: 1 });
    expect(process.exitCode).toBe(1);
  });
});
