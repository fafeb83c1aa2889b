import type { EmulatedAct } from '../../../src-shared/contract/switch.ts';
import { ActButton } from '../../controls/act-button.tsx';
import { handleEmulated } from '../../controls/acts.ts';
import { usePermission } from '../../controls/use-permission.ts';
import './button-box.css';

interface Handle {
  readonly act: EmulatedAct;
  readonly shape: string;
  readonly text: string;
}

const PLACES: readonly { readonly name: string; readonly handles: readonly Handle[] }[] = [
  { name: 'Recessed button', handles: [{ act: 'reset', shape: '•', text: 'Press reset' }] },
  {
    name: "Button's wire",
    handles: [
      { act: 'break-wire', shape: '✂', text: 'Break wire' },
      { act: 'mend-wire', shape: '⌇', text: 'Mend wire' },
    ],
  },
  {
    name: 'Case',
    handles: [
      { act: 'open-case', shape: '◱', text: 'Open case' },
      { act: 'close-case', shape: '▣', text: 'Close case' },
    ],
  },
  {
    name: 'Plug',
    handles: [
      { act: 'cut-power', shape: '⏏', text: 'Pull plug' },
      { act: 'restore-power', shape: '⊕', text: 'Plug in' },
    ],
  },
];

/** What hands would do at a real switch, for one that is only emulated. */
export function ButtonBox() {
  return (
    <section className="button-box" aria-label="Emulated button box">
      <div className="button-box-head">
        <h2>
          <span className="button-box-mark">EMULATED</span> button box
        </h2>
        <p>No hardware: these buttons are the hands at an emulated board, which runs the real firmware.</p>
      </div>
      <fieldset className="button-box-place">
        <legend>Emergency stop</legend>
        <Handle act="press" shape="⬤" text="Press" className="button-box-stop" />
        <Handle act="release" shape="⟳" text="Release (twist)" />
      </fieldset>
      {PLACES.map(({ name, handles }) => (
        <fieldset key={name} className="button-box-place">
          <legend>{name}</legend>
          {handles.map((handle) => (
            <Handle key={handle.act} {...handle} />
          ))}
        </fieldset>
      ))}
    </section>
  );
}

function Handle({ act, shape, text, className = '' }: Handle & { readonly className?: string }) {
  const refusal = usePermission('killSwitch');
  return (
    <ActButton className={className} refusal={refusal} onAct={() => handleEmulated(act, `Emulated switch: ${text}`)}>
      <span aria-hidden="true">{shape}</span> {text}
    </ActButton>
  );
}
