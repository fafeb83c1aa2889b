import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';

async function withFolder(folder: string | undefined) {
  vi.stubEnv('INTERLOCK_RECORDINGS', folder);
  vi.resetModules();
  return import('./recordings-folder.ts');
}

describe('the recordings folder', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('lies beside the checkout unless INTERLOCK_RECORDINGS says otherwise', async () => {
    const { recordingsFolder } = await withFolder(undefined);
    expect(recordingsFolder).toBe(join(import.meta.dirname, '../../../shared/data'));
  });

  it('counts as absent when it does not exist or holds no recording', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'recordings-'));
    expect((await withFolder(join(folder, 'nowhere'))).hasRecordings).toBe(false);
    expect((await withFolder(folder)).hasRecordings).toBe(false);

    writeFileSync(join(folder, 'a.gz'), '');
    const found = await withFolder(folder);
    expect(found.hasRecordings).toBe(true);
    expect(found.recording('a.gz')).toBe(join(folder, 'a.gz'));
  });
});
