import { create } from 'zustand';
import type { Command } from '../../src-shared/contract/commands.ts';

/** Something that makes the desk looser, or is no matter of a moment: it waits for a reason and a hold. */
export interface Ask {
  readonly title: string;
  /** One that sets the mode names the mode that the form was opened in. */
  readonly command: Command;
}

export const MIN_REASON_LENGTH = 3;

export const useAsk = create<{ readonly ask: Ask | null }>(() => ({ ask: null }));

export function askFor(ask: Ask): void {
  useAsk.setState({ ask });
}

export function dropAsk(): void {
  useAsk.setState({ ask: null });
}
