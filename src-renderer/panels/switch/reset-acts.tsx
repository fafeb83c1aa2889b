import type { ReactNode } from 'react';
import type { SwitchTopic } from '../../../src-shared/contract/switch.ts';
import { ActButton } from '../../controls/act-button.tsx';
import { requestMode, resetSwitch } from '../../controls/acts.ts';
import { useMode } from '../../controls/use-mode.ts';
import { usePermission } from '../../controls/use-permission.ts';
import { useDesk } from '../../state/desk.ts';
import { type Reading, useLatest } from '../../state/topics.ts';
import { Panel } from '../../ui/panel.tsx';
import { type ResetStep, resetSteps } from './reset-steps.ts';

interface ResetActsProps {
  readonly value: SwitchTopic;
  readonly reading: Reading<unknown>;
}

const STATE_WORDS: Readonly<Record<ResetStep['state'], string>> = {
  done: '✓ done',
  now: '▶ now',
  waiting: '… waiting',
};

/** The three acts between a trip and trading, each with what stands against it. */
export function ResetActs({ value, reading }: ResetActsProps) {
  const mode = useMode();
  const blockedBy = useLatest('status', {}).value?.blockedBy ?? [];
  const name = useDesk(({ session }) => session?.operator?.name ?? null);
  const [release, reset, resume] = resetSteps({ ...value, mode, blockedBy });
  const isAwaited = value.board?.latch === 'reset-armed';
  return (
    <Panel title="After a trip: three acts" reading={reading}>
      <p className="switch-text quiet">
        No act does another. The second and third are recorded under {name === null ? 'a name' : `the name ${name}`},
        with a reason.
      </p>
      <ol className="reset-acts">
        <Act number={1} title="Release the button" step={release}>
          <p>With your hand, at the switch. It permits a reset, and does nothing else.</p>
        </Act>
        <Act number={2} title="Reset the switch" step={reset}>
          {isAwaited ? (
            <p role="status" className="fact-high">
              ▲ Press the recessed button of the switch now: it waits ten seconds for it.
            </p>
          ) : (
            <p>The desk asks the switch, then a hand presses its recessed button within ten seconds.</p>
          )}
          <ResetButton step={reset} />
        </Act>
        <Act number={3} title="Resume" step={resume}>
          <p>Loosens the mode, as ever: with a reason and a hold.</p>
          <ResumeButton step={resume} />
        </Act>
      </ol>
    </Panel>
  );
}

interface ActProps {
  readonly number: number;
  readonly title: string;
  readonly step: ResetStep;
  readonly children: ReactNode;
}

function Act({ number, title, step: { state, against }, children }: ActProps) {
  return (
    <li className={`reset-act reset-${state}`} aria-current={state === 'now' ? 'step' : undefined}>
      <h3>
        <span>
          {number}. {title}
        </span>
        <span className="cell reset-state">{STATE_WORDS[state]}</span>
      </h3>
      {children}
      {against.length > 0 && (
        <ul className="reset-against" aria-label={`Stands against act ${number}`}>
          {against.map((what) => (
            <li key={what}>▲ {what}</li>
          ))}
        </ul>
      )}
    </li>
  );
}

function ResetButton({ step: { state } }: { readonly step: ResetStep }) {
  const refusal = usePermission('killSwitch');
  const against = {
    done: 'The switch is not tripped: there is nothing to reset.',
    waiting: 'The first act is not done: release the button.',
    now: null,
  }[state];
  return (
    <ActButton className="reset-recessed" refusal={refusal ?? against} onAct={() => resetSwitch(against)}>
      ↺ Reset …
    </ActButton>
  );
}

function ResumeButton({ step: { state } }: { readonly step: ResetStep }) {
  const mode = useMode();
  const refusal = usePermission('loosen');
  const against = state === 'done' ? 'The desk is in Normal already.' : null;
  return (
    <ActButton refusal={refusal ?? against} onAct={() => requestMode('normal', mode)}>
      ● Resume: go to Normal …
    </ActButton>
  );
}
