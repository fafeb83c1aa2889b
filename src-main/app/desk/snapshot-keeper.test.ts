import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { canonical } from '../../core/engine/canonical.ts';
import { closeJournal, openReadable } from '../../edge/journal/open.ts';
import { recordHash } from '../../edge/journal/read.ts';
import { writeRunRecord } from '../run-record.ts';
import { CONFIG, TRADED } from './fixtures.ts';
import { JournaledRuns, readJournal } from './journaled-runs.ts';
import { foldJournal } from './recovery.ts';
import { type DeskSnapshot, readDeskSnapshot } from './recovery-snapshot.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';

const RECORDS = 100;

let directory: string;
let lastSeq: number;
let told: string[];
let keeper: SnapshotKeeper;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'keeper-'));
  await new JournaledRuns(directory).run({ seconds: 10 });
  ({ lastSeq } = readJournal(directory));
  told = [];
  const run = writeRunRecord({ config: CONFIG, strategy: 'market-maker', instruments: [TRADED] });
  keeper = new SnapshotKeeper({ directory, run }, (problem) => void told.push(problem), RECORDS);
});
afterEach(async () => {
  await keeper.close();
  rmSync(directory, { recursive: true });
});

function snapshot(): DeskSnapshot | undefined {
  const journal = openReadable(directory);
  try {
    return readDeskSnapshot(directory, (seq) => recordHash(journal, seq));
  } finally {
    closeJournal(journal);
  }
}

const idle = () => vi.waitUntil(() => !keeper.isBusy, { timeout: 20_000 });

describe('the keeper of snapshots', () => {
  it('has a worker fold the journal as a restart would, and keeps what comes of it', async () => {
    keeper.keep(lastSeq);
    await idle();
    expect(told).toEqual([]);
    expect(canonical(snapshot())).toBe(canonical(foldJournal(directory, lastSeq, [TRADED])));
  });

  it('waits until there is enough to fold', async () => {
    keeper.keep(RECORDS - 1);
    expect(keeper.isBusy).toBe(false);
    keeper.keep(lastSeq);
    expect(keeper.isBusy).toBe(true);
    await idle();
    keeper.keep(lastSeq + RECORDS - 1);
    expect(keeper.isBusy).toBe(false);
  });

  it('tells why there is none, and does not try again at once', async () => {
    writeFileSync(join(directory, 'snapshots'), 'a file is in the way');
    keeper.keep(lastSeq);
    await idle();
    expect(told).toEqual([expect.stringMatching(/^no snapshot at record \d+: .*snapshots/)]);
    keeper.keep(lastSeq + 1);
    expect(keeper.isBusy).toBe(false);
  });
});
