import type { ControlMode } from '../../src-shared/domain/mode.ts';
import { useLatest } from '../state/topics.ts';

/** The engine's control mode; null while it is not known: nothing was heard, or not for too long. */
export function useMode(): ControlMode | null {
  const { value, isStale } = useLatest('status', {});
  return isStale ? null : (value?.mode ?? null);
}
