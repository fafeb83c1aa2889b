import { useState } from 'react';
import { useDesk } from '../state/desk.ts';
import '../ui/button.css';
import { openSheet } from '../ui/sheets.ts';
import { takeControl } from './session-calls.ts';

/** Who is signed in, and whether this window may act. Opens everything about it. */
export function SessionBadge() {
  const session = useDesk(({ session }) => session);
  if (session === null) return null;
  const { operator, hasControl, isProtected } = session;
  return (
    <>
      {!hasControl && <ReadOnly canTake={operator !== null} />}
      <button
        type="button"
        className="button session"
        onClick={() => openSheet(operator === null ? 'sign-in' : 'session')}
      >
        {operator === null ? 'Sign in …' : `${operator.name} (${operator.role})`}
        {!isProtected && <span className="no-pin"> · ▲ no PIN</span>}
      </button>
    </>
  );
}

function ReadOnly({ canTake }: { readonly canTake: boolean }) {
  const [error, setError] = useState<string | null>(null);
  return (
    <span className="read-only">
      ▣ Read-only{' '}
      {canTake && (
        <button type="button" className="button" onClick={() => void takeControl().then(setError)}>
          Take control
        </button>
      )}
      {error !== null && (
        <span className="form-error" role="alert">
          {error}
        </span>
      )}
    </span>
  );
}
