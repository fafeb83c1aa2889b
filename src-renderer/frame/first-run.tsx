import { useState } from 'react';
import { useDesk } from '../state/desk.ts';
import '../ui/button.css';
import { openSheet } from '../ui/sheets.ts';

/** Says plainly that nobody needs a PIN here, as long as that is so and this window was not told to leave it. */
export function FirstRun() {
  const isOpen = useDesk(({ session }) => session?.isProtected === false);
  const [isDismissed, setDismissed] = useState(false);
  if (!isOpen || isDismissed) return null;
  return (
    <section className="first-run" aria-label="First run">
      <p>
        <strong>▲ No PIN is set: anyone at this machine can act.</strong>
      </p>
      <button type="button" className="button" onClick={() => openSheet('set-pin')}>
        Set a PIN …
      </button>
      <button type="button" className="button" onClick={() => openSheet('add-operator')}>
        Add an operator …
      </button>
      <button type="button" className="button button-quiet" onClick={() => setDismissed(true)}>
        Go on without
      </button>
    </section>
  );
}
