import { COMMAND_LIFE_MS, type Command, type CommandResult } from '../../src-shared/contract/commands.ts';
import { DeskError } from '../../src-shared/contract/errors.ts';
import { MICROS_PER_MS, micros } from '../../src-shared/domain/time.ts';
import { desk, useDesk } from './desk.ts';

/** What became of a command, in words for the person who gave it. */
export type Outcome =
  | { readonly ok: true; readonly result: CommandResult }
  | { readonly ok: false; readonly detail: string; readonly blockedBy: readonly string[] };

/** Two clicks of one double-click, two Enters: within this time the same command is the same act. */
const SAME_ACT_MS = 500;

let last: { readonly key: string; readonly atMs: number; readonly outcome: Promise<Outcome> } | null = null;

/** Gives a command to the desk. What the window shows changes only when the desk says so. */
export function issue(command: Command, reason = ''): Promise<Outcome> {
  const key = JSON.stringify(command);
  const atMs = performance.now();
  if (last?.key === key && atMs - last.atMs < SAME_ACT_MS) return last.outcome;
  const outcome = send(command, reason);
  last = { key, atMs, outcome };
  return outcome;
}

async function send(command: Command, reason: string): Promise<Outcome> {
  const { session, description } = useDesk.getState();
  // A person's time, however fast the desk lives.
  const lifeMicros = COMMAND_LIFE_MS * MICROS_PER_MS * (description?.speed ?? 1);
  const issuedAt = micros(Math.round(desk().deskNow()));
  try {
    const result = await desk().call('command', {
      commandId: crypto.randomUUID(),
      // Whoever sits here may tighten; the desk writes down who it was.
      operator: session?.operator?.name ?? 'nobody',
      reason,
      issuedAt,
      expiresAt: micros(issuedAt + lifeMicros),
      command,
    });
    return { ok: true, result };
  } catch (error) {
    const { body } = error as DeskError;
    if (!(error instanceof DeskError)) throw error;
    return { ok: false, detail: body.detail, blockedBy: body.code === 'refused' ? body.blockedBy : [] };
  }
}
