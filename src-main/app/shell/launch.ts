import type { DeskOptions } from '../electron/desk-thread.ts';
import { type RunRecord, readRunRecord, writeRunRecord } from '../run-record.ts';

/** What one process tells the Electron that it starts. */
export interface Launch {
  readonly desk: DeskOptions;
  /** The folder of the built window, and its built preload script. */
  readonly renderer: string;
  readonly preload: string;
  /** By the host's clock, ms: when the person asked for the window. */
  readonly startedAtMs: number;
}

/** The environment variable that holds a {@link Launch}: a command line would mangle it on some hosts. */
export const LAUNCH_VARIABLE = 'INTERLOCK_LAUNCH';

interface LaunchText extends Omit<Launch, 'desk'> {
  /** As the journal records it: instruments hold what JSON does not. */
  readonly run: string;
  readonly rest: Omit<DeskOptions, keyof RunRecord>;
}

export function writeLaunch({ desk, ...window }: Launch): string {
  const { config, strategy, instruments, ...rest } = desk;
  const text: LaunchText = { ...window, run: writeRunRecord({ config, strategy, instruments }), rest };
  return JSON.stringify(text);
}

/** @throws Error when there is none: Electron was not started by this desk's own command. */
export function readLaunch(text: string | undefined): Launch {
  if (text === undefined) throw new Error(`${LAUNCH_VARIABLE} is not set: start the window with \`npm start\``);
  const { run, rest, ...window } = JSON.parse(text) as LaunchText;
  const record = readRunRecord(run);
  if (record === undefined) throw new Error(`${LAUNCH_VARIABLE} names no desk: start the window with \`npm start\``);
  return { ...window, desk: { ...rest, ...record } };
}
