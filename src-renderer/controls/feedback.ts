import { create } from 'zustand';
import type { Command, CommandResult } from '../../src-shared/contract/commands.ts';
import { issue, type Outcome } from '../state/commands.ts';
import { clock } from '../ui/format.ts';
import { MODE_WORDS } from '../ui/mode-words.ts';

/** What the window says about the last thing that was asked for. */
export interface Feedback {
  readonly tone: 'waiting' | 'done' | 'refused';
  readonly text: string;
  /** What stands against it, a thing to clear each. */
  readonly blockedBy: readonly string[];
}

const OUTCOMES: Readonly<Record<CommandResult['outcome'], string>> = {
  done: 'done',
  'nothing-to-do': 'nothing to do',
  repeated: 'done before',
};

export const useFeedback = create<{ readonly latest: Feedback | null }>(() => ({ latest: null }));

/** Says why something was not even asked for. */
export function sayRefused(text: string): void {
  useFeedback.setState({ latest: { tone: 'refused', text, blockedBy: [] } });
}

/** Gives a command to the desk and says what it answers. `what` names it for the person who gave it. */
export async function give(command: Command, what: string, reason = ''): Promise<void> {
  useFeedback.setState({ latest: { tone: 'waiting', text: `${what}: asked the desk …`, blockedBy: [] } });
  useFeedback.setState({ latest: feedbackOf(what, await issue(command, reason)) });
}

export function feedbackOf(what: string, outcome: Outcome): Feedback {
  if (!outcome.ok) {
    return { tone: 'refused', text: `${what}: not done: ${outcome.detail}.`, blockedBy: outcome.blockedBy };
  }
  const { result } = outcome;
  const text = `${what}: ${OUTCOMES[result.outcome]} at ${clock(result.at)}. Mode: ${MODE_WORDS[result.mode].word}.`;
  return { tone: 'done', text, blockedBy: [] };
}
