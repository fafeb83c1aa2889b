import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import type { SwitchFault } from '../../core/engine/input.ts';

/** Nothing that is wrong with the switch is ever fine. */
export type DeclaredMode = Exclude<ControlMode, 'normal'>;

export interface GuardPolicy {
  /** What each fault brings about. Emergency is a trip: the last door is shut and everything is cancelled. */
  readonly modes: Readonly<Record<SwitchFault, DeclaredMode>>;
  /** Without a sign of life for so long the switch is `silent`. */
  readonly silentMs: number;
  /** A button that is still pressed so long after its trip is stuck. */
  readonly stuckButtonMs: number;
  /** How long the engine has to prove that it is cancelling, before the guard does it. */
  readonly engineAnswerMs: number;
  /** One attempt to prove at a venue that nothing is open; others follow until one succeeds. */
  readonly proofMs: number;
}

export const DEFAULT_GUARD_POLICY: GuardPolicy = {
  modes: {
    'heartbeat-lost': 'pause',
    silent: 'emergency',
    unplugged: 'emergency',
    garbage: 'pause',
    replayed: 'pause',
    intruder: 'emergency',
    'wrong-device': 'emergency',
    'wrong-firmware': 'emergency',
    rebooted: 'emergency',
    'self-test': 'emergency',
    'stuck-button': 'emergency',
    'guard-failed': 'emergency',
  },
  silentMs: 2_000,
  stuckButtonMs: 60_000,
  engineAnswerMs: 20,
  proofMs: 5_000,
};

export const SWITCH_FAULTS = Object.keys(DEFAULT_GUARD_POLICY.modes) as readonly SwitchFault[];
