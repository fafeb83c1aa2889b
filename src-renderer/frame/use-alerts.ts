import { useMemo } from 'react';
import type { AlertView } from '../../src-shared/contract/topics.ts';
import { MICROS_PER_SECOND } from '../../src-shared/domain/time.ts';
import { useNumbered } from '../state/topics.ts';
import { shelvedAlerts, urgentAlerts } from './alert-view.ts';
import { useDeskSecond } from './use-desk-second.ts';

/** The desk's alerts; looked at again every second, because shelving ends by itself. */
export function useAlerts(): { readonly urgent: readonly AlertView[]; readonly shelved: readonly AlertView[] } {
  const alerts = useNumbered('alerts');
  const deskSecond = useDeskSecond();
  return useMemo(() => {
    const deskNow = deskSecond * MICROS_PER_SECOND;
    return { urgent: urgentAlerts(alerts, deskNow), shelved: shelvedAlerts(alerts, deskNow) };
  }, [alerts, deskSecond]);
}
