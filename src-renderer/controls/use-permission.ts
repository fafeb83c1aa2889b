import { useDesk } from '../state/desk.ts';
import { type Act, refusalOf } from './permission.ts';

/** Why this window may not ask for `act` now; null when it may. */
export function usePermission(act: Act): string | null {
  return useDesk(({ session, link }) => refusalOf(act, session, link.state === 'up'));
}
