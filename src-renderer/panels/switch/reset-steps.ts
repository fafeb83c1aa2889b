import type { SwitchTopic } from '../../../src-shared/contract/switch.ts';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import { standingWords } from './words.ts';

/** One of the three acts between a trip and trading. */
export interface ResetStep {
  readonly name: 'release' | 'reset' | 'resume';
  /** `waiting`: an act before it is not done. */
  readonly state: 'done' | 'now' | 'waiting';
  /** What stands against it, a thing to clear each. */
  readonly against: readonly string[];
}

export interface ResetSituation extends Pick<SwitchTopic, 'state' | 'board'> {
  /** The desk's; null while it is not known. */
  readonly mode: ControlMode | null;
  /** What the desk says stands against a looser mode. */
  readonly blockedBy: readonly string[];
}

/** Release, reset, resume: three acts, none of which does another. Whatever is not known counts as not done. */
export function resetSteps(of: ResetSituation): readonly [ResetStep, ResetStep, ResetStep] {
  return [release(of), reset(of), resume(of)];
}

function release({ board }: ResetSituation): ResetStep {
  const name = 'release';
  if (board === null || board.latch === null)
    return { name, state: 'now', against: ['the board has not said how it is'] };
  if (board.link !== 'live') return { name, state: 'now', against: ['the link to the board is not live'] };
  const isDone = board.latch !== 'tripped';
  return { name, state: isDone ? 'done' : 'now', against: isDone ? [] : board.standing.map(standingWords) };
}

function reset(of: ResetSituation): ResetStep {
  const name = 'reset';
  if (release(of).state !== 'done') return { name, state: 'waiting', against: ['the first act is not done'] };
  return { name, state: of.board?.latch === 'clear' ? 'done' : 'now', against: [] };
}

function resume(of: ResetSituation): ResetStep {
  const { state, mode, blockedBy } = of;
  const name = 'resume';
  if (mode === null) return { name, state: 'waiting', against: ["the desk's mode is not known"] };
  if (mode === 'normal') return { name, state: 'done', against: [] };
  return { name, state: state === 'armed' && reset(of).state === 'done' ? 'now' : 'waiting', against: blockedBy };
}
