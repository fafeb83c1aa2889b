/** Journals turns of facts and prints each durable watermark it saw, until it is killed: `node crash-child.ts DIRECTORY`. For the tests. */
import { writeSync } from 'node:fs';
import { hostClock } from '../../threads/host-clock.ts';
import { JournalClient } from './client.ts';
import { clientOptions, turnText } from './fixtures.ts';

const [directory = ''] = process.argv.slice(2);
const journal = await JournalClient.start(clientOptions(directory));
let told = 0;
for (let turn = journal.opened.lastSeq; ; turn += 1) {
  // Single facts, bursts, and turns longer than a transaction likes: commits of many sizes.
  const records = turn % 31 === 0 ? 1_500 : turn % 7 === 0 ? 200 : 1 + (turn % 4);
  for (let index = 0; index < records; index += 1) journal.stage('fact', hostClock(), turnText(turn, index, records));
  // Now and then one is given up.
  if (turn % 11 === 0) journal.discard();
  else journal.publish();
  const durable = journal.durableSeq();
  if (durable > told) writeSync(1, `${durable}\n`);
  told = durable;
  if (turn % 3 === 0) await journal.whenDurable(journal.appendedSeq);
  else await new Promise((resolve) => setImmediate(resolve));
}
