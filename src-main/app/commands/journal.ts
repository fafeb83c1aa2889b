import { checkJournalContents, type JournalContentsCheck } from '../journal-contents.ts';
import { UsageError } from '../usage-error.ts';
import { parsed } from './run-options.ts';

export const JOURNAL_USAGE = 'desk journal DIR --check [--json]';

/** Verifies a journal: its chain, and what can be derived anew from it. Exit code 1 when it is not sound. */
export async function journal(args: readonly string[]): Promise<void> {
  const flags = { check: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parsed(args, flags, JOURNAL_USAGE);
  const [directory, ...more] = positionals;
  if (directory === undefined || more.length > 0) throw new UsageError(`which journal?\nusage: ${JOURNAL_USAGE}`);
  if (!values.check) throw new UsageError(`what about it? --check verifies it\nusage: ${JOURNAL_USAGE}`);
  const check = checkJournalContents(directory);
  console.log(values.json ? JSON.stringify(check) : describeCheck(check));
  if (!check.ok || check.ledgerBalanced === false || check.positionsMatch === false) process.exitCode = 1;
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
