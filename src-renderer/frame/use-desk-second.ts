import { MICROS_PER_SECOND } from '../../src-shared/domain/time.ts';
import { desk, useDesk } from '../state/desk.ts';

/** The desk's clock in whole seconds since the epoch, looked at with every tick of the window's; 0 before the desk's first word. */
export function useDeskSecond(): number {
  return useDesk(({ nowMs }) => (nowMs > 0 ? Math.floor(desk().deskNow() / MICROS_PER_SECOND) : 0));
}
