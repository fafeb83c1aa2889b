import { simulate } from './simulate.ts';

const SECONDS = '300';

/** Trades a short generated market and prints the summary. */
export async function start(args: readonly string[]): Promise<void> {
  console.log(
    `Trading ${SECONDS} seconds of a generated market on paper: no venue is connected, no money is at stake.\n`,
  );
  await simulate(['--seconds', SECONDS, '--seed', '1', ...args]);
}
