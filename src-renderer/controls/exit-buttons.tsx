import { useEffect, useRef } from 'react';
import { useDesk } from '../state/desk.ts';
import { ActButton } from './act-button.tsx';
import { cancelAll, flatten } from './acts.ts';
import { ARMED_MS } from './arm.ts';
import { disarmFlatten, EVERYTHING, tickFlatten, useFlatten } from './flatten.ts';
import { usePermission } from './use-permission.ts';

const MS_PER_SECOND = 1_000;

/** Cancel all: one act. Flatten: arm, then fire. */
export function ExitButtons() {
  const refusal = usePermission('exit');
  return (
    <div className="exit-buttons">
      <ActButton refusal={refusal} onAct={() => cancelAll(ALL_ORDERS)}>
        ✕ Cancel all
      </ActButton>
      <FlattenButton refusal={refusal} />
    </div>
  );
}

const ALL_ORDERS = { ...EVERYTHING, name: 'all open orders' };

function FlattenButton({ refusal }: { readonly refusal: string | null }) {
  const ref = useRef<HTMLButtonElement>(null);
  const { state, target } = useFlatten();
  const { phase } = state;
  const armedAtMs = phase === 'armed' ? state.atMs : null;
  useEffect(() => {
    if (phase === 'safe') return;
    // Armed from elsewhere, the press that fires is here.
    if (phase === 'armed') ref.current?.focus();
    const timer = setTimeout(tickFlatten, ARMED_MS);
    return () => clearTimeout(timer);
  }, [phase]);
  return (
    <ActButton
      ref={ref}
      className={phase === 'armed' ? 'flatten armed' : 'flatten'}
      refusal={refusal}
      onAct={() => flatten(phase === 'armed' ? target : EVERYTHING)}
      onEscape={disarmFlatten}
    >
      {armedAtMs === null ? '▬ Flatten …' : <Armed name={target.name} untilMs={armedAtMs + ARMED_MS} />}
    </ActButton>
  );
}

function Armed({ name, untilMs }: { readonly name: string; readonly untilMs: number }) {
  const seconds = useDesk(({ nowMs }) => Math.max(1, Math.ceil((untilMs - nowMs) / MS_PER_SECOND)));
  return (
    <>
      ▲ Press again: flatten {name} <span aria-hidden="true">({seconds} s)</span>
    </>
  );
}
