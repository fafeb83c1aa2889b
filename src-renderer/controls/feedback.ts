import { create } from 'zustand';
import type { Command, CommandResult } from '../../src-shared/contract/commands.ts';
import { type Micros, micros } from '../../src-shared/domain/time.ts';
import { issue, type Outcome } from '../state/commands.ts';
import { desk } from '../state/desk.ts';
import { MODE_WORDS } from '../ui/mode-words.ts';

/** What the window says about the last thing that was asked for. */
export interface Said {
  readonly tone: 'waiting' | 'done' | 'refused';
  readonly text: string;
  /** What stands against it, a thing to clear each. */
  readonly blockedBy: readonly string[];
}

export interface Feedback extends Said {
  /** By the desk's clock. */
  readonly at: Micros;
  /** Said only because the link is down: over when it is up again. */
  readonly isOfLink: boolean;
}

const OUTCOMES: Readonly<Record<CommandResult['outcome'], string>> = {
  done: 'done',
  'nothing-to-do': 'nothing to do',
  repeated: 'done before',
};

export const useFeedback = create<{ readonly latest: Feedback | null }>(() => ({ latest: null }));

/** Says why something was not even asked for; `isOfLink`: only because the link is down. */
export function sayRefused(text: string, isOfLink = false): void {
  say({ tone: 'refused', text, blockedBy: [] }, isOfLink);
}

/** The link is up again: what was said because it was down is over. */
export function dropOfLink(): void {
  if (useFeedback.getState().latest?.isOfLink) useFeedback.setState({ latest: null });
}

/** Gives a command to the desk and says what it answers. `what` names it for the person who gave it. */
export async function give(command: Command, what: string, reason = ''): Promise<void> {
  say({ tone: 'waiting', text: `${what}: asked the desk …`, blockedBy: [] });
  say(feedbackOf(what, command.type, await issue(command, reason)));
}

export function feedbackOf(what: string, type: Command['type'], outcome: Outcome): Said {
  if (!outcome.ok) {
    const { detail, blockedBy } = outcome;
    // The desk sums up in its detail what it lists: that is said once.
    const isListed = blockedBy.length > 0 && blockedBy.every((block) => detail.includes(block));
    return { tone: 'refused', text: `${what}: not done${isListed ? ':' : `: ${detail}.`}`, blockedBy };
  }
  const { result } = outcome;
  const text = `${what}: ${outcomeWords(type, result)}.`;
  // Whether that changes the mode, only the board can tell.
  const mode = type === 'press-emulated-switch' ? '' : ` Mode: ${MODE_WORDS[result.mode].word}.`;
  return { tone: 'done', text: text + mode, blockedBy: [] };
}

/** What is only begun when the desk has taken the command, and where to watch it. */
const BEGUN: Partial<Readonly<Record<Command['type'], string>>> = {
  flatten: 'begun: strategies stopped, orders being cancelled; watch Open orders and the position',
  reconcile: 'asked the venue; watch its last comparison under Venues',
  'reset-switch': 'asked the switch; now press its recessed button',
  'drill-switch': 'begun; now press the button of the switch',
  'press-emulated-switch': 'handed to the emulated board',
};

/** What was only begun is not called done: orders are cancelled and positions closed when the venue says so. */
function outcomeWords(type: Command['type'], { outcome, facts }: CommandResult): string {
  if (outcome === 'repeated') return OUTCOMES.repeated;
  if (type === 'cancel-all') {
    const asked = facts.filter((kind) => kind === 'order-cancel-requested').length;
    return asked === 0 ? 'nothing to cancel' : `asked for the cancel of ${asked} ${asked === 1 ? 'order' : 'orders'}`;
  }
  return (outcome === 'done' ? BEGUN[type] : undefined) ?? OUTCOMES[outcome];
}

function say(said: Said, isOfLink = false): void {
  useFeedback.setState({ latest: { ...said, at: micros(Math.round(desk().deskNow())), isOfLink } });
}
