import { useDesk } from '../state/desk.ts';
import { type Act, flattenRefusalOf, refusalOf } from './permission.ts';
import { useMode } from './use-mode.ts';

/** Why this window may not ask for `act` now; null when it may. */
export function usePermission(act: Act): string | null {
  return useDesk(({ session, link }) => refusalOf(act, session, link.state === 'up'));
}

/** Why this window may not flatten now; null when it may. */
export function useFlattenPermission(): string | null {
  const refusal = usePermission('exit');
  const mode = useMode();
  return refusal ?? flattenRefusalOf(mode);
}
