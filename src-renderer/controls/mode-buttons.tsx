import { memo } from 'react';
import { CONTROL_MODES, type ControlMode } from '../../src-shared/domain/mode.ts';
import { MODE_WORDS } from '../ui/mode-words.ts';
import { ActButton } from './act-button.tsx';
import { requestMode } from './acts.ts';
import { modeStep } from './permission.ts';
import { useMode } from './use-mode.ts';
import { usePermission } from './use-permission.ts';

/** The four control modes, loosest first. Tighter ones act at once, looser ones ask for a reason and a hold. */
export function ModeButtons() {
  return <Buttons mode={useMode()} />;
}

const Buttons = memo(function Buttons({ mode }: { readonly mode: ControlMode | null }) {
  const refusals = { tighten: usePermission('tighten'), loosen: usePermission('loosen') };
  return (
    <fieldset className="mode-buttons">
      <legend className="visually-hidden">Control mode</legend>
      {CONTROL_MODES.map((target) => {
        const { word, shape, meaning } = MODE_WORDS[target];
        const isLoosening = modeStep(mode, target) === 'loosen';
        return (
          <ActButton
            key={target}
            className={`mode-button mode-${target}`}
            label={isLoosening ? `${word}: asks for a reason and a hold. ${meaning}` : `${word}. ${meaning}`}
            isCurrent={mode === target}
            refusal={isLoosening ? refusals.loosen : refusals.tighten}
            onAct={() => requestMode(target, mode)}
          >
            <span aria-hidden="true">{shape}</span> {word}
            {isLoosening && ' …'}
          </ActButton>
        );
      })}
    </fieldset>
  );
});
