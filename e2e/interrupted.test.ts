import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulatedInstruments } from '../src-main/app/config/simulated-exchange.ts';
import { type JournalText, readJournal } from '../src-main/app/desk/journaled-runs.ts';
import { checkJournalContents } from '../src-main/app/journal-contents.ts';
import { replayJournal } from '../src-main/app/journal-replay.ts';
import { createPaperDesk } from '../src-main/app/paper-desk.ts';
import { parseCanonical } from '../src-main/core/engine/canonical.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import type { MarketInput, StartInput } from '../src-main/core/engine/input.ts';
import { Random } from '../src-main/core/engine/random.ts';
import { FactChain } from '../src-main/research/fact-chain.ts';
import { generateRecording, writeRecording } from '../src-main/testing/binance-recording.ts';
import { runs } from '../src-main/testing/runs.ts';
import { afterMs } from '../src-shared/domain/time.ts';
import { feed, framesOf, PAPER, paperRun } from './paper-run.ts';

/** A run is killed up to so long after its journal is there: the replay takes a second from then on, the simulation three. */
const REPLAYING_MS = 800;
const SIMULATING_MS = 1_200;
const SEED = 7;
const SIMULATED_SECONDS = 600;
const SIMULATED_STEP_MS = 10_000;

/** So often it is tried to kill a run that has done something. */
const MOST_POINTS = 20;

let folder: string;
let recording: string;
let frames: readonly MarketInput[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
  recording = join(folder, 'usdm.gz');
  writeRecording(recording, generateRecording({ venue: 'binance-usdm', symbol: 'BTCUSDT', frames: 40_000, seed: 1 }));
  frames = await framesOf(recording);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the desk with a journal, and kills it `ms` after that has begun. @returns null when it was done before. */
async function killed(
  ms: number,
  ...args: readonly string[]
): Promise<{ directory: string; journal: JournalText } | null> {
  const directory = mkdtempSync(join(folder, 'killed-'));
  const flags = ['--seed', String(SEED), '--journal', directory, '--json'];
  const child = spawn(process.execPath, ['src-main/app/cli.ts', ...args, ...flags], {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'ignore',
  });
  const closed = once(child, 'close');
  while (!existsSync(join(directory, 'ticks')) && child.exitCode === null) await sleep(5);
  await sleep(ms);
  child.kill('SIGKILL');
  const [, signal] = await closed;
  return signal === null ? null : { directory, journal: readJournal(directory) };
}

/** The first input, as the killed run had it. */
function startOf({ records }: JournalText): StartInput | null {
  const first = records.find(({ kind }) => kind === 'input');
  return first === undefined ? null : (parseCanonical(first.text) as unknown as StartInput);
}

/** An uninterrupted replay of the recording under the identity of the killed one. */
function replayedAnew({ seed, identity, at }: StartInput): readonly Fact[] {
  const run = paperRun();
  run.desk.start(at, seed, identity);
  feed(run, frames);
  run.desk.drain(60_000);
  return run.facts;
}

/** An uninterrupted simulation, as far as it is asked for. */
function simulatedAnew({ seed, identity, at }: StartInput, count: number): readonly Fact[] {
  const facts: Fact[] = [];
  const desk = createPaperDesk({
    config: PAPER,
    instruments: simulatedInstruments(PAPER),
    strategy: 'market-maker',
    market: { kind: 'closed', seed, startAt: at },
    observer: { fact: (fact) => facts.push(fact) },
  });
  desk.start(at, seed, identity);
  while (facts.length < count) desk.runUntil(afterMs(desk.now, SIMULATED_STEP_MS));
  return facts;
}

describe('a run that is killed', () => {
  it.each<[string, number, string[], (start: StartInput, count: number) => readonly Fact[]]>([
    ['replay', REPLAYING_MS, ['replay'], replayedAnew],
    ['simulate', SIMULATING_MS, ['simulate', '--seconds', String(SIMULATED_SECONDS)], simulatedAnew],
  ])(
    '%s: is replayed to its last durable fact, and up to there it is the run that nobody interrupted',
    { timeout: runs(2) * 20_000 },
    async (command, ms, args, anew) => {
      const random = new Random(SEED);
      let interrupted = 0;
      for (let point = 0; point < runs(2) || (interrupted === 0 && point < MOST_POINTS); point += 1) {
        // On a busy machine it takes longer until there is something to lose.
        const run = await killed(
          random.uniform() * ms * (1 + point / runs(2)),
          ...args,
          ...(command === 'replay' ? [recording] : []),
        );
        const start = run && startOf(run.journal);
        if (!run || !start) continue;

        const check = checkJournalContents(run.directory);
        expect(check).toMatchObject({ ok: true, reason: null, ledgerBalanced: true, positionsMatch: true });
        const count = run.journal.records.filter(({ kind }) => kind === 'fact').length;
        const { factsHash } = check;
        expect(replayJournal(run.directory)).toMatchObject({ ok: true, reason: null, facts: count, factsHash });
        const facts = anew(start, count);
        const chain = new FactChain();
        for (const fact of facts.slice(0, count)) chain.add(fact);
        expect(chain.factsHash).toBe(factsHash);
        interrupted += Number(count > 10);
      }
      // Otherwise it has shown nothing.
      expect(interrupted).toBeGreaterThan(0);
    },
  );
});
