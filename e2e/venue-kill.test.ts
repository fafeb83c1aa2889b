import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkJournalContents } from '../src-main/app/journal-contents.ts';
import { replayJournal } from '../src-main/app/journal-replay.ts';
import { Random } from '../src-main/core/engine/random.ts';
import { expectWireAgreement, WireDesks } from './wire-desk.ts';

/** Each start asks for rules, books and account: with many in a minute the venue's limit would be tested, and nothing else. */
const KILLS = 2;
const SECONDS_PER_KILL = 15;
/** A desk is killed up to so long after its orders began. */
const TRADING_MS = 900;

let folder: string;
let desks: WireDesks;
afterEach(async () => {
  await desks.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('a desk at a venue on the wire that is killed again and again', () => {
  it.each(['before-send', 'reserved-ids'] as const)(
    `agrees with the venue in the end, with %s`,
    {
      timeout: (KILLS + 3) * SECONDS_PER_KILL * 1_000,
    },
    async (durability) => {
      folder = mkdtempSync(join(tmpdir(), 'venue-kill-'));
      desks = new WireDesks(folder, { durability });
      const random = new Random(20_261_125);
      for (let kill = 0; kill < KILLS; kill += 1) {
        desks.start();
        await desks.ordering(3);
        await new Promise((resolve) => setTimeout(resolve, random.uniform() * TRADING_MS));
        await desks.kill();
        expect(checkJournalContents(desks.data)).toMatchObject({ ok: true, reason: null });
      }
      // Otherwise nothing was filled, and it has shown little.
      desks.start('--json');
      await desks.ordering(3);
      await desks.until(async () => (await desks.log()).some(({ kind }) => kind === 'filled'));
      expect(await desks.interrupt(), desks.told).toBe(0);
      expect(desks.summary()).toMatchObject({ openOrders: 0, halted: null, ledgerBalanced: true, mode: 'emergency' });

      const state = await desks.state();
      expect(state.openOrders).toEqual([]);
      expect(expectWireAgreement(await desks.log(), desks.factTexts(), state)).toBeGreaterThan(0);
      expect(checkJournalContents(desks.data)).toMatchObject({ ok: true, ledgerBalanced: true, positionsMatch: true });
      expect(replayJournal(desks.data)).toMatchObject({ ok: true, reason: null });
    },
  );
});
