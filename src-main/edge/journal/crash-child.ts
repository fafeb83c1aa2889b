/** Appends facts and prints each durable watermark it saw, until it is killed: `node crash-child.ts DIRECTORY`. For the tests. */
import { writeSync } from 'node:fs';
import { hostClock, JournalClient } from './client.ts';
import { clientOptions, factText } from './fixtures.ts';

const [directory = ''] = process.argv.slice(2);
const journal = await JournalClient.start(clientOptions(directory));
let told = 0;
for (let index = journal.opened.lastSeq; ; index += 1) {
  // Bursts and single facts: commits of many sizes.
  const burst = index % 7 === 0 ? 200 : 1;
  for (let n = 0; n < burst; n += 1) journal.append('fact', hostClock(), factText(index));
  const durable = journal.durableSeq();
  if (durable > told) writeSync(1, `${durable}\n`);
  told = durable;
  if (index % 3 === 0) await journal.whenDurable(journal.appendedSeq);
  else await new Promise((resolve) => setImmediate(resolve));
}
