import { useMemo } from 'react';
import type { OrderView } from '../../../src-shared/contract/topics.ts';
import { ActButton } from '../../controls/act-button.tsx';
import { cancelAll } from '../../controls/acts.ts';
import { usePermission } from '../../controls/use-permission.ts';
import { useDesk } from '../../state/desk.ts';

const NO_INSTRUMENTS: readonly { readonly key: string }[] = [];

/** One button for each instrument of the desk: they stay where they are, whatever is open. */
export function CancelAll({ open }: { open: readonly OrderView[] }) {
  const instruments = useDesk(({ description }) => description?.instruments ?? NO_INSTRUMENTS);
  const refusal = usePermission('exit');
  const counts = useMemo(() => {
    const made = new Map<string, number>();
    for (const { instrument } of open) made.set(instrument, (made.get(instrument) ?? 0) + 1);
    return made;
  }, [open]);
  return (
    <div className="cancel-all">
      <span className="cancel-title">Cancel all in</span>
      {instruments.map(({ key }) => (
        <ActButton
          key={key}
          refusal={refusal}
          onAct={() => cancelAll({ scope: { kind: 'instrument', instrument: key }, name: `all open orders in ${key}` })}
        >
          ✕ <span className="visually-hidden">Cancel all orders in </span>
          {key} <span className="cancel-count">{counts.get(key) ?? 0} open</span>
        </ActButton>
      ))}
    </div>
  );
}
