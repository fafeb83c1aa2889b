import { checkJournalContents, type JournalContentsCheck } from '../journal-contents.ts';
import { type JournalReplay, replayJournal } from '../journal-replay.ts';
import { UsageError } from '../usage-error.ts';
import { parsed } from './run-options.ts';

export const JOURNAL_USAGE = 'desk journal DIR --check|--replay [--json]';

/** Verifies a journal: its chain, and what can be derived anew from it; or every fact, by a replay. Exit code 1 when it is not sound. */
export async function journal(args: readonly string[]): Promise<void> {
  const flags = {
    check: { type: 'boolean', default: false },
    replay: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  } as const;
  const { values, positionals } = parsed(args, flags, JOURNAL_USAGE);
  const [directory, ...more] = positionals;
  if (directory === undefined || more.length > 0) throw new UsageError(`which journal?\nusage: ${JOURNAL_USAGE}`);
  if (values.check === values.replay) {
    throw new UsageError(`--check verifies it, --replay makes it anew: one of the two\nusage: ${JOURNAL_USAGE}`);
  }
  if (values.replay) print(replayJournal(directory), describeReplay, values.json);
  else print(checkJournalContents(directory), describeCheck, values.json);
}

function print<T extends { readonly ok: boolean }>(result: T, describe: (result: T) => string, json: boolean): void {
  console.log(json ? JSON.stringify(result) : describe(result));
  if (!result.ok) process.exitCode = 1;
}

function describeReplay({ ok, facts, factsHash, inputs, reason, notes }: JournalReplay): string {
  return [
    ok
      ? `the same: all ${facts} facts, from ${inputs} inputs`
      : `NOT THE WHOLE: ${facts} facts are the same, then: ${reason}`,
    ...notes.map((note) => `note: ${note}`),
    `facts            ${factsHash}`,
  ].join('\n');
}

function describeCheck(check: JournalContentsCheck): string {
  const yes = (value: boolean | null): string => (value === null ? 'unknown' : value ? 'yes' : 'NO');
  return [
    check.ok ? `sound: ${check.records} records` : `NOT SOUND from record ${check.firstBad} on: ${check.reason}`,
    `ledger balanced  ${yes(check.ledgerBalanced)}`,
    `positions match  ${yes(check.positionsMatch)}`,
    `facts            ${check.factsHash}`,
    `head             ${check.headHash}`,
  ].join('\n');
}
