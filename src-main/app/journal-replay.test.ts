import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { micros } from '../../src-shared/domain/time.ts';
import { parseCanonical } from '../core/engine/canonical.ts';
import type { Fact } from '../core/engine/fact.ts';
import { checkJournal } from '../edge/journal/check.ts';
import type { RecordKind } from '../edge/journal/record.ts';
import { BLOCK_HEADER_BYTES } from '../edge/ticks/block.ts';
import { dayFiles, FILE_HEADER_BYTES } from '../edge/ticks/day-file.ts';
import { FactChain } from '../research/fact-chain.ts';
import { CONFIG, instrumentLike, TRADED } from './desk/fixtures.ts';
import { JournaledRuns, readJournal, startJournal } from './desk/journaled-runs.ts';
import { replayJournal } from './journal-replay.ts';

const ANOTHER = instrumentLike({ venue: 'binance-usdm', symbol: 'ETHUSDT' }, 1);
const TIGHTER = { ...CONFIG, limits: { ...CONFIG.limits, default: { ...CONFIG.limits.default, maxOpenOrders: 1 } } };

let folder: string;
/** Four runs: each goes on where the one before was gone, the third under another configuration, the last with an instrument more. */
let directory: string;
/** The last input that each desk took, journaled or not. */
const lastSeqs: number[] = [];
let journal: ReturnType<typeof readJournal>;
let facts: readonly Fact[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  directory = join(folder, 'data');
  const desks = new JournaledRuns(directory);
  for (const terms of [{}, {}, { config: TIGHTER }, { instruments: [TRADED, ANOTHER] }]) {
    lastSeqs.push((await desks.run({ seconds: 6, ...terms })).core.lastSeq);
  }
  journal = readJournal(directory);
  facts = journal.records.flatMap(({ kind, text }) =>
    kind === 'fact' ? [parseCanonical(text) as unknown as Fact] : [],
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The chain over the first facts of the journal. */
function hashOver(count: number): string {
  const chain = new FactChain();
  for (const fact of facts.slice(0, count)) chain.add(fact);
  return chain.factsHash;
}

function copied(): string {
  const copy = mkdtempSync(join(folder, 'copy-'));
  cpSync(directory, copy, { recursive: true });
  return copy;
}

function onlyTicks(of: string): string {
  const [file, ...more] = dayFiles(of);
  if (file === undefined || more.length > 0) throw new Error('one file of ticks was expected');
  return file;
}

/** The journal written anew, by the journal's own hand: what `change` makes of each record, none or several. */
async function rewritten(change: (text: string, record: number) => readonly string[]): Promise<string> {
  const copy = mkdtempSync(join(folder, 'rewritten-'));
  const client = await startJournal(copy);
  // Genesis and start are those of the new one.
  for (let record = 3; record <= journal.lastSeq; record += 1) {
    const { kind, text } = journal.records[record - 1] as { kind: RecordKind; text: string };
    const { at } = parseCanonical(text) as unknown as { at?: number };
    for (const next of change(text, record)) client.append(kind, micros(at ?? 0), next);
  }
  await client.close();
  cpSync(join(directory, 'ticks'), join(copy, 'ticks'), { recursive: true });
  expect(checkJournal(copy)).toMatchObject({ ok: true, reason: null });
  return copy;
}

/** Changes one record. */
const but =
  (record: number, change: (text: string) => readonly string[]) =>
  (text: string, at: number): readonly string[] =>
    at === record ? change(text) : [text];

const recordOf = (part: string, from = 0): number =>
  journal.records.findIndex(({ text }, index) => index >= from && text.includes(part)) + 1;

describe('a replay of a journal', () => {
  it('makes every fact of all its runs again, and takes no frame that a later run made void', () => {
    const restarts = journal.records.flatMap(({ text }) => /"kind":"restart".*"seq":(\d+)\}/.exec(text)?.[1] ?? []);
    expect(restarts).toHaveLength(3);
    for (const [run, seq] of restarts.entries()) expect(lastSeqs[run], 'void frames').toBeGreaterThan(Number(seq));
    expect(facts.filter(({ kind }) => kind === 'order-filled').length).toBeGreaterThan(5);

    expect(replayJournal(directory)).toEqual({
      ok: true,
      ending: 'complete',
      facts: facts.length,
      factsHash: checkJournal(directory).factsHash,
      inputs: expect.any(Number),
      reason: null,
      notes: [],
    });
    expect(hashOver(facts.length)).toBe(checkJournal(directory).factsHash);
  });

  it('says which V8 made a run, if it was another one', async () => {
    const copy = await rewritten((text) =>
      text.includes('"event":"start"') ? [text.replace(/"v8":"[^"]+"/, '"v8":"1.0"')] : [text],
    );
    const { ok, notes } = replayJournal(copy);
    expect(ok).toBe(true);
    expect(notes).toHaveLength(3);
    expect(notes[0]).toMatch(/^record \d+: this run was made by V8 1\.0, and is replayed by /);
  });

  it('ends at once where the journal itself is not sound', () => {
    const copy = copied();
    const bytes = readFileSync(join(copy, 'journal.db'));
    const at = bytes.indexOf('"order-filled"');
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(join(copy, 'journal.db'), bytes);
    expect(replayJournal(copy)).toMatchObject({
      ok: false,
      ending: 'not-replayed',
      facts: 0,
      reason: expect.stringMatching(/not sound from record \d+ on/),
    });
  });
});

describe('a replay without all of the ticks', () => {
  function expectEnd(copy: string): { readonly last: number; readonly notes: readonly string[] } {
    const replay = replayJournal(copy);
    const { ok, ending, facts: made, factsHash, inputs, reason, notes } = replay;
    expect({ ok, ending }).toEqual({ ok: false, ending: 'frames-missing' });
    expect(made).toBeLessThan(facts.length);
    expect(factsHash).toBe(hashOver(made));
    const missing = /^exact replay ends with input (\d+): (\d+) to (\d+) are in neither journal nor ticks$/.exec(
      reason ?? '',
    );
    const [last, from, to] = (missing ?? []).slice(1).map(Number) as [number, number, number];
    expect(last).toBe(inputs);
    expect(from).toBe(last + 1);
    expect(to).toBeGreaterThanOrEqual(from);
    // What was made before follows from what is there, and all that follows was made.
    expect(facts[made - 1]?.cause ?? 0).toBeLessThanOrEqual(last);
    expect(facts[made]?.cause).toBeGreaterThan(last);
    return { last, notes };
  }

  it('none: ends with the first input', () => {
    const copy = copied();
    rmSync(onlyTicks(copy));
    expect(expectEnd(copy)).toEqual({ last: 1, notes: [] });
  });

  it('cut anywhere: ends before the first frame that is missing', () => {
    const { length } = readFileSync(onlyTicks(directory));
    const ends = [0.1, 0.3, 0.5, 0.7].map((share) => {
      const copy = copied();
      truncateSync(onlyTicks(copy), Math.floor(share * length));
      return expectEnd(copy).last;
    });
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(ends[0]).toBeLessThan(ends[3] as number);
  });

  it('one block damaged: ends there, whatever lies behind it, and names file and byte', () => {
    const copy = copied();
    const file = onlyTicks(copy);
    const bytes = readFileSync(file);
    // In the first block: later ones may hold nothing but frames that no fact came after.
    const place = FILE_HEADER_BYTES + BLOCK_HEADER_BYTES;
    bytes[place] = (bytes[place] as number) ^ 1;
    writeFileSync(file, bytes);
    const { notes } = expectEnd(copy);
    expect(notes).toEqual([expect.stringMatching(new RegExp(`^${file}, byte \\d+: `))]);
  });
});

describe('a replay of a journal that somebody has written anew', () => {
  const changedPrice = (text: string): string =>
    text.replace(/"priceTicks":(\d+)/, (_, ticks) => `"priceTicks":${Number(ticks) + 1}`);

  it('a fact changed: names the record, what it says, and what it should', async () => {
    const record = recordOf('"kind":"order-intended"', journal.lastSeq / 2);
    const { text } = journal.records[record - 1] as { text: string };
    const copy = await rewritten(but(record, (old) => [changedPrice(old)]));
    const { ok, ending, reason, facts: made, factsHash } = replayJournal(copy);
    expect({ ok, ending }).toEqual({ ok: false, ending: 'differs' });
    expect(reason).toBe(`record ${record} is ${changedPrice(text)}, and the replay made ${text}`);
    expect(factsHash).toBe(hashOver(made));
    expect(made).toBe((parseCanonical(text) as unknown as Fact).seq - 1);
  });

  it('a report changed: names the fact that does not follow from it', async () => {
    const filled = recordOf('"type":"filled"');
    const dearer = (text: string) => text.replace(/"fee":(\d+)n/, (_, fee) => `"fee":${BigInt(fee) + 1n}n`);
    const copy = await rewritten(but(filled, (old) => [dearer(old)]));
    const { ok, reason } = replayJournal(copy);
    expect(ok).toBe(false);
    expect(reason).toMatch(
      new RegExp(`^record ${filled + 1} is .*"order-filled".*and the replay made .*"order-filled"`),
    );
  });

  const lastFact = () => journal.records.findLastIndex(({ kind }) => kind === 'fact') + 1;
  const none = () => [];

  it.each<[string, () => ReturnType<typeof but>, RegExp]>([
    [
      'a fact left out',
      () => but(recordOf('"kind":"order-cancel-requested"'), none),
      /^(record \d+ is .*, and the replay made|the journal lacks a fact that the replay made:) .*"order-cancel-requested"/,
    ],
    [
      'the last fact left out',
      () => but(lastFact(), none),
      /^the journal ends before a fact that follows from its inputs: \{/,
    ],
    [
      'a fact doubled',
      () => but(lastFact(), (text) => [text, text]),
      /^record \d+ is \{.*\}, and the replay made nothing$/,
    ],
    [
      'an input left out',
      () => but(recordOf('"type":"acknowledged"'), none),
      /^exact replay ends with input \d+: (\d+) to \1 are in neither journal nor ticks$/,
    ],
    [
      'no word of how the first desk was run',
      () => but(recordOf('"event":"run"'), none),
      /^the journal does not say how the desk was run$/,
    ],
    [
      'a run that cannot be',
      () =>
        but(recordOf('"event":"run"', journal.lastSeq / 2), (text) => [text.replace('market-maker', 'crystal-ball')]),
      /^there is no strategy 'crystal-ball' any more$/,
    ],
  ])('%s: ends there', async (_what, change, message) => {
    const { ok, reason } = replayJournal(await rewritten(change()));
    expect(ok).toBe(false);
    expect(reason).toMatch(message);
  });
});
