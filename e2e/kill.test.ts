import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOrderLog } from '../src-main/app/exchange/order-log.ts';
import { checkJournalContents } from '../src-main/app/journal-contents.ts';
import { replayJournal } from '../src-main/app/journal-replay.ts';
import { Random } from '../src-main/core/engine/random.ts';
import { runs } from '../src-main/testing/runs.ts';
import type { ClientOrderId } from '../src-shared/domain/order.ts';
import { parseFacts } from './desk-processes.ts';
import { expectAgreement, LiveDesks } from './live-desk.ts';

const SPEED = 10;
/** A desk is killed up to so long after its first order; every fourth one while it starts. */
const TRADING_MS = 700;
const STARTING_MS = 1_200;
const SECONDS_PER_POINT = 8;

let folder: string;
let desks: LiveDesks;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kill-'));
  desks = new LiveDesks(folder, SPEED);
});
afterAll(async () => {
  await desks.end();
  rmSync(folder, { recursive: true });
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a desk that is killed again and again', () => {
  // 20, and 200 in the long run.
  const points = Math.max(20, runs(10));
  it(`loses nothing and sends nothing twice, at ${points} points`, {
    timeout: points * SECONDS_PER_POINT * 1_000 + 60_000,
  }, async () => {
    const random = new Random(20_261_122);
    let durable: string[] = [];
    let killedWithOpenOrders = 0;
    for (let point = 0; point < points; point += 1) {
      desks.start();
      if (point % 4 === 3) await sleep(random.uniform() * STARTING_MS);
      else {
        await desks.ordering();
        await sleep(random.uniform() * TRADING_MS);
      }
      await desks.kill();
      if (!existsSync(join(desks.data, 'head.json'))) continue;

      expect(checkJournalContents(desks.data)).toMatchObject({ ok: true, reason: null });
      const texts = desks.factTexts();
      expect(texts.slice(0, durable.length), 'facts that were durable before').toEqual(durable);
      durable = texts;
      killedWithOpenOrders += Number(expectNothingUnauthorised(texts));
    }
    // Otherwise it has shown nothing.
    expect(killedWithOpenOrders).toBeGreaterThan(points / 4);

    desks.start('--seconds', '3', '--json');
    expect(await desks.ended(), desks.told).toBe(0);
    expect(desks.summary()).toMatchObject({ openOrders: 0, halted: null, ledgerBalanced: true, ticksDropped: 0 });
    expectAgreement(desks);
    const check = checkJournalContents(desks.data);
    expect(check).toMatchObject({ ok: true, ledgerBalanced: true, positionsMatch: true });
    expect(check.factsHash).toBe(desks.summary().factsHash);
    expect(replayJournal(desks.data)).toMatchObject({ ok: true, reason: null, factsHash: check.factsHash });
  });
});

/** Every order at the exchange was sent once, and its intent was durable. @returns whether orders were open. */
function expectNothingUnauthorised(texts: readonly string[]): boolean {
  const log = readOrderLog(desks.data);
  const intended = new Set<ClientOrderId>();
  for (const fact of parseFacts(texts)) if (fact.kind === 'order-intended') intended.add(fact.order.clientOrderId);
  for (const [id, times] of log.received) {
    expect(times, `times that order ${id} was sent`).toBe(1);
    expect(intended.has(id), `order ${id} has a durable intent`).toBe(true);
  }
  return [...log.received.keys()].some((id) => !log.ends.has(id));
}
