import type { Session } from '../../src-shared/contract/methods.ts';
import { CONTROL_MODES, type ControlMode, isTighter } from '../../src-shared/domain/mode.ts';
import { ROLE_TABLE, type RolePermissions } from '../../src-shared/domain/operator.ts';

/** What a control asks for, in the groups of the roles. */
export type Act = keyof RolePermissions;

const WORDS: Readonly<Record<Act, string>> = {
  tighten: 'tighten the mode',
  loosen: 'loosen the mode',
  exit: 'cancel orders or close positions',
  strategies: 'stop or start strategies',
  alerts: 'acknowledge or shelve alerts',
  compare: 'have the books compared with the venues',
  killSwitch: 'drill, reset or handle the kill switch',
  operators: 'add operators',
};

/**
 * Why this window may not ask for `act`, in words; null when it may. The desk decides: this only spares a person the refusal.
 * Tightening needs nothing but a link.
 */
export function refusalOf(act: Act, session: Session | null, isLinkUp: boolean): string | null {
  if (!isLinkUp) return 'There is no link to the desk.';
  if (act === 'tighten') return null;
  if (session === null || session.operator === null) return 'Nobody is signed in: sign in first.';
  if (!session.hasControl) return 'This window is read-only: take control first.';
  const { name, role } = session.operator;
  // Until somebody has the role risk, others may add operators too: the desk knows.
  const isAllowed = act === 'operators' ? session.mayAddOperators : ROLE_TABLE[role][act];
  return isAllowed ? null : `${name} has the role ${role}, which may not ${WORDS[act]}.`;
}

/** Why a desk in `mode` does not flatten, in words; null when it does. */
export function flattenRefusalOf(mode: ControlMode | null): string | null {
  return mode === 'emergency' ? 'In Emergency nothing leaves but cancels: loosen it first.' : null;
}

/** What a button for `target` means while the desk is in `mode`; null: it is not known which mode that is. */
export type ModeStep = 'stay' | 'tighten' | 'loosen';

/** Where the desk's mode is not known, everything but the loosest is taken for tightening: the desk refuses what is not. */
export function modeStep(mode: ControlMode | null, target: ControlMode): ModeStep {
  if (mode === null) return target === CONTROL_MODES[0] ? 'loosen' : 'tighten';
  if (mode === target) return 'stay';
  return isTighter(target, mode) ? 'tighten' : 'loosen';
}
