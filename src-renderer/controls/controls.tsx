import { AskForm } from './ask-form.tsx';
import './controls.css';
import { ExitButtons } from './exit-buttons.tsx';
import { FeedbackLine } from './feedback-line.tsx';
import { ModeButtons } from './mode-buttons.tsx';

/** Everything that an operator can do to the machine, and what became of it. */
export function Controls() {
  return (
    <section className="controls" aria-label="Controls">
      <ModeButtons />
      <ExitButtons />
      <AskForm />
      <FeedbackLine />
    </section>
  );
}
