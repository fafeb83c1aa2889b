import { homedir } from 'node:os';
import { join } from 'node:path';
import { readFirmware } from '../../../native/emulator/firmware.ts';
import { parseCanonical } from '../../core/engine/canonical.ts';
import type { Fact } from '../../core/engine/fact.ts';
import { assertJournalThere, closeJournal, openReadable } from '../../edge/journal/open.ts';
import { readRecords } from '../../edge/journal/read.ts';
import type { Anchor, Outcome } from '../../edge/killswitch/messages.ts';
import type { SwitchView } from '../../edge/killswitch/switch-session.ts';
import { type AnchorVerdict, judgeAnchor } from '../guard/journal-anchor.ts';
import { LoneSwitch } from '../guard/lone-switch.ts';
import { KillSwitchError, makeSwitchKey, readSwitchKey, removeSwitchKey } from '../guard/switch-files.ts';
import { describeSwitchFact } from '../guard/switch-words.ts';
import { row } from '../run-summary.ts';
import { UsageError } from '../usage-error.ts';
import { oneOf, parsed } from './run-options.ts';
import { testSwitch } from './switch-test.ts';

export const SWITCH_COMMAND_USAGE = 'desk switch pair|status|test|log [--switch PORT] [--data DIR] [--json]';

const ACTS = ['pair', 'status', 'test', 'log'] as const;
const FLAGS = {
  switch: { type: 'string' },
  data: { type: 'string', default: join(homedir(), '.interlock', 'paper') },
  json: { type: 'boolean', default: false },
} as const;
/** A board that restarts when its port is opened takes about two seconds until it greets. */
const GREET_MS = 5_000;
const ANSWER_MS = 2_000;
const MICROS_PER_MS = 1_000;

interface Options {
  readonly port: string | null;
  readonly directory: string;
  readonly json: boolean;
}

/** Looks after the kill switch of a data folder while no desk has it. @throws UsageError, KillSwitchError or SwitchPortError. */
export async function killSwitch(args: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(args, FLAGS, SWITCH_COMMAND_USAGE);
  const [act, ...more] = positionals;
  if (act === undefined || more.length > 0) throw new UsageError(`usage: ${SWITCH_COMMAND_USAGE}`);
  const options = { port: values.switch ?? null, directory: values.data, json: values.json };
  switch (oneOf('desk switch', ACTS, act)) {
    case 'pair':
      return pair(options);
    case 'status':
      return status(options);
    case 'test':
      return test(options);
    case 'log':
      return log(options);
  }
}

async function pair({ port, directory, json }: Options): Promise<void> {
  await withSwitch(port, null, async (lone) => {
    await greeted(lone);
    const key = makeSwitchKey(directory);
    let outcome: Outcome | null = null;
    lone.listen((event) => {
      if (event.type === 'result' && event.result.command === 'pair') outcome = event.result.outcome;
    });
    lone.pair(key);
    await lone.until(() => outcome !== null, ANSWER_MS);
    if (outcome === 'done') return;
    if (outcome === null) {
      // It may have it: only the key tells.
      throw new KillSwitchError(
        `the switch at ${lone.path} did not answer: desk switch status says whether it has the key`,
      );
    }
    removeSwitchKey(directory);
    throw new KillSwitchError(
      `the switch at ${lone.path} has another key: open its case, hold its reset button, and pair it again`,
    );
  });
  const said = `paired with ${directory}. It is tripped as it comes: reset it with desk switch test, or from a desk's window`;
  console.log(json ? JSON.stringify({ paired: true, directory }) : said);
}

async function status({ port, directory, json }: Options): Promise<void> {
  await withSwitch(port, readSwitchKey(directory), async (lone) => {
    await greeted(lone);
    await lone.until(() => lone.view.status !== null || lone.view.link === 'refused', ANSWER_MS);
    const anchor = lone.view.link === 'live' ? await rememberedBy(lone, directory) : null;
    const { view, path } = lone;
    console.log(json ? JSON.stringify({ port: path, ...view, anchor }) : describe(path, view, anchor));
    if (view.link !== 'live' || view.status?.latch !== 'clear' || anchor?.agrees === false) process.exitCode = 1;
  });
}

/** What the board remembers of the folder's journal, and whether it is still so. Null where it remembers nothing. */
async function rememberedBy(lone: LoneSwitch, directory: string): Promise<AnchorVerdict | null> {
  let answer: Anchor | 'nothing' | null = null;
  lone.listen((event) => {
    if (event.type === 'anchor') answer = event.anchor;
    else if (event.type === 'result' && event.result.command === 'anchor-read') answer = 'nothing';
  });
  lone.requestAnchor();
  await lone.until(() => answer !== null, ANSWER_MS);
  const anchor = answer as Anchor | 'nothing' | null;
  return anchor === null || anchor === 'nothing' ? null : judgeAnchor(directory, anchor);
}

async function test({ port, directory, json }: Options): Promise<void> {
  await withSwitch(port, readSwitchKey(directory), async (lone) => {
    await greeted(lone);
    const result = await testSwitch(lone, (line) => console.error(line));
    console.log(json ? JSON.stringify(result) : result.ok ? 'the switch works' : 'THE SWITCH DOES NOT WORK');
    if (!result.ok) process.exitCode = 1;
  });
}

async function log({ directory, json }: Options): Promise<void> {
  assertJournalThere(directory);
  const journal = openReadable(directory);
  try {
    for (const { kind, bytes } of readRecords(journal)) {
      if (kind !== 'fact') continue;
      const text = Buffer.from(bytes).toString('utf8');
      if (!text.includes('"kind":"switch-')) continue;
      const fact = parseCanonical(text) as unknown as Fact;
      if (json) console.log(text);
      else
        console.log(`${new Date(fact.at / MICROS_PER_MS).toISOString()} ${describeSwitchFact(fact) ?? ordered(fact)}`);
    }
  } finally {
    closeJournal(journal);
  }
}

function ordered(fact: Fact): string {
  return fact.kind === 'switch-commanded' ? `${fact.order} by ${fact.operator}: ${fact.reason}` : fact.kind;
}

async function withSwitch(
  port: string | null,
  key: Uint8Array | null,
  work: (lone: LoneSwitch) => Promise<void>,
): Promise<void> {
  const lone = await LoneSwitch.open(port, key);
  try {
    await work(lone);
  } finally {
    await lone.close();
  }
}

async function greeted(lone: LoneSwitch): Promise<void> {
  if (await lone.until(() => lone.view.hello !== null, GREET_MS)) return;
  throw new KillSwitchError(`nothing at ${lone.path} greets as a kill switch: is it the right port, and flashed?`);
}

function describe(
  path: string,
  { link, why, hello, status: of, badFrames, badTags }: SwitchView,
  anchor: AnchorVerdict | null,
): string {
  const list = (names: readonly string[] | undefined): string =>
    names === undefined || names.length === 0 ? 'none' : names.join(', ');
  const isKnown = hello?.firmwareHash === readFirmware().hash;
  return [
    row('port', path),
    row('link', `${link}: ${why}`),
    row('firmware', `${hello?.version} ${hello?.firmwareHash}${isKnown ? '' : ' (NOT the one of this desk)'}`),
    row('self-test', hello?.failedTests.length === 0 ? 'passed' : `FAILED: ${list(hello?.failedTests)}`),
    row('started by', `${list(hello?.resetCauses)}, ${hello?.boots} starts`),
    row('latch', of === null ? 'unproven' : of.latch),
    row('causes', list(of?.causes ?? hello?.causes)),
    row('standing', list(of?.standing)),
    row('lamps', list(of?.lamps)),
    row('journal', anchor?.detail ?? 'the switch remembers nothing of it'),
    row('bad frames', `${badFrames} here, ${of?.badFrames ?? '?'} there; ${badTags} wrong tags`),
  ].join('\n');
}
