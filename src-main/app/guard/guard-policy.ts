import { DEFAULT_GUARD_POLICY, type GuardPolicy } from '../../edge/killswitch/guard-policy.ts';
import type { ConfigFile } from '../config/schema.ts';

/** The policy that a configuration describes, over the defaults. */
export function guardPolicy({ killSwitch }: Pick<ConfigFile, 'killSwitch'>): GuardPolicy {
  const { modes, ...times } = killSwitch;
  const given = Object.entries(times).filter(([, value]) => value !== undefined);
  return {
    ...DEFAULT_GUARD_POLICY,
    ...Object.fromEntries(given),
    modes: { ...DEFAULT_GUARD_POLICY.modes, ...modes },
  };
}
