import { assertJournalThere } from '../../edge/journal/open.ts';
import { checkJournalContents, type JournalContentsCheck } from '../journal-contents.ts';
import { type JournalReplay, replayJournal } from '../journal-replay.ts';
import { row } from '../run-summary.ts';
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
  // A wrong path is no damage: a person is told just that, a program what it always gets.
  if (!values.json) assertJournalThere(directory);
  if (values.replay) print(replayJournal(directory), describeReplay, values.json);
  else print(checkJournalContents(directory), describeCheck, values.json);
}

function print<T extends { readonly ok: boolean }>(result: T, describe: (result: T) => string, json: boolean): void {
  console.log(json ? JSON.stringify(result) : describe(result));
  if (!result.ok) process.exitCode = 1;
}

function describeReplay(replay: JournalReplay): string {
  return [describeEnding(replay), ...replay.notes.map((note) => `note: ${note}`), row('facts', replay.factsHash)].join(
    '\n',
  );
}

function describeEnding({ ending, facts, inputs, reason }: JournalReplay): string {
  switch (ending) {
    case 'complete':
      return `the same: all ${facts} facts, from ${inputs} inputs`;
    case 'frames-missing':
      return `ENDS after ${facts} facts: ${reason}`;
    case 'differs':
      return `DIFFERS after ${facts} facts: ${reason}`;
    case 'not-replayed':
      return `NOT REPLAYED: ${reason}`;
  }
}

function describeCheck(check: JournalContentsCheck): string {
  const yes = (value: boolean | null): string => (value === null ? 'unknown' : value ? 'yes' : 'NO');
  return [
    check.ok ? `sound: ${check.records} records` : `NOT SOUND from record ${check.firstBad} on: ${check.reason}`,
    row('ledger balanced', yes(check.ledgerBalanced)),
    row('positions match', yes(check.positionsMatch)),
    row('facts', check.factsHash),
    row('head', check.headHash),
  ].join('\n');
}
