import { useEffect, useRef } from 'react';
import { useDesk } from '../state/desk.ts';
import { ActButton } from './act-button.tsx';
import { cancelAll, flatten } from './acts.ts';
import { ARMED_MS } from './arm.ts';
import { disarmFlatten, EVERYTHING, tickFlatten, useFlatten } from './flatten.ts';
import { useMode } from './use-mode.ts';
import { useFlattenPermission, usePermission } from './use-permission.ts';

const MS_PER_SECOND = 1_000;

/** Cancel all: one act. Flatten: arm, then fire. */
export function ExitButtons() {
  const refusal = usePermission('exit');
  return (
    <div className="exit-buttons">
      <ActButton refusal={refusal} onAct={() => cancelAll(ALL_ORDERS)}>
        ✕ Cancel all
      </ActButton>
      <FlattenButton />
    </div>
  );
}

const ALL_ORDERS = { ...EVERYTHING, name: 'all open orders' };

function FlattenButton() {
  const refusal = useFlattenPermission();
  const mode = useMode();
  const ref = useRef<HTMLButtonElement>(null);
  const { state, target } = useFlatten();
  const { phase } = state;
  const armedAtMs = phase === 'armed' ? state.atMs : null;
  useEffect(() => {
    if (state.phase === 'safe') return;
    // Armed from elsewhere, the press that fires is here.
    if (state.phase === 'armed') ref.current?.focus();
    const timer = setTimeout(tickFlatten, ARMED_MS);
    return () => clearTimeout(timer);
    // Another target is armed anew: its time counts from then.
  }, [state]);
  return (
    <ActButton
      ref={ref}
      className={phase === 'armed' ? 'flatten armed' : 'flatten'}
      refusal={refusal}
      onAct={() => flatten(phase === 'armed' ? target : EVERYTHING, mode)}
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
      <span className="armed-press">
        ▲ Press again<span className="visually-hidden">: </span>
      </span>
      <span className="armed-target">
        <span aria-hidden="true">{seconds} s · </span>flatten {name}
      </span>
    </>
  );
}
