import { useMemo } from 'react';
import type { AlertView } from '../../src-shared/contract/topics.ts';
import { MICROS_PER_SECOND } from '../../src-shared/domain/time.ts';
import { useNumbered } from '../state/topics.ts';
import { missedAlerts, shelvedAlerts, urgentAlerts } from './alert-view.ts';
import { useDeskSecond } from './use-desk-second.ts';

interface AlertGroups {
  readonly urgent: readonly AlertView[];
  readonly shelved: readonly AlertView[];
  /** Over, and not acknowledged. */
  readonly missed: readonly AlertView[];
}

/** The desk's alerts; looked at again every second, because shelving ends by itself. */
export function useAlerts(): AlertGroups {
  const alerts = useNumbered('alerts');
  const deskSecond = useDeskSecond();
  const missed = useMemo(() => missedAlerts(alerts), [alerts]);
  return useMemo(() => {
    const deskNow = deskSecond * MICROS_PER_SECOND;
    return { urgent: urgentAlerts(alerts, deskNow), shelved: shelvedAlerts(alerts, deskNow), missed };
  }, [alerts, deskSecond, missed]);
}
