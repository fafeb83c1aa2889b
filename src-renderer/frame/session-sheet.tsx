import { useEffect, useState } from 'react';
import { ROLES } from '../../src-shared/domain/operator.ts';
import { usePermission } from '../controls/use-permission.ts';
import { useDesk } from '../state/desk.ts';
import { Sheet } from '../ui/sheet.tsx';
import { closeSheet, openSheet, type SheetId } from '../ui/sheets.ts';
import { Form, PinField } from './form.tsx';
import { addOperator, type KnownOperators, operators, setPin, signIn, signOut, takeControl } from './session-calls.ts';

/** Who sits here, and everything about that. */
export function SessionSheet() {
  const session = useDesk(({ session }) => session);
  const [error, setError] = useState<string | null>(null);
  const name = session?.operator?.name;
  const act = async (call: () => Promise<string | null>): Promise<void> => setError(await call());
  return (
    <Sheet label="Session" onClose={() => closeSheet('session')}>
      <h2>{name ? `${name} (${session.operator?.role})` : 'Nobody is signed in'}</h2>
      <div className="sheet-body">
        {session?.isProtected === false && <p>No PIN is set: anyone at this machine can act.</p>}
        {session?.hasControl === false && <p>This window is read-only. It can tighten the mode, and nothing else.</p>}
        <div className="session-acts">
          <button type="button" className="button" onClick={() => openSheet('sign-in')}>
            Sign in as …
          </button>
          {name && (
            <button type="button" className="button" onClick={() => void act(signOut)}>
              Sign out
            </button>
          )}
          {name && session.hasControl === false && (
            <button type="button" className="button" onClick={() => void act(takeControl)}>
              Take control
            </button>
          )}
          {name && (
            <button type="button" className="button" onClick={() => openSheet('set-pin')}>
              Set a PIN …
            </button>
          )}
          <button type="button" className="button" onClick={() => openSheet('add-operator')}>
            Add an operator …
          </button>
        </div>
        {error !== null && (
          <p className="form-error" role="alert">
            {error}
          </p>
        )}
      </div>
    </Sheet>
  );
}

export function SignInSheet() {
  const { all: known, error } = useOperators();
  const [chosen, setChosen] = useState('');
  const current = known.find(({ name }) => name === chosen) ?? known[0];
  return (
    <Sheet label="Sign in" onClose={() => closeSheet('sign-in')}>
      <h2>Sign in</h2>
      <div className="sheet-body">
        <Unknown error={error} />
        <Form
          verb="Sign in"
          onSend={(fields) =>
            closing(
              'sign-in',
              signIn({ operator: textOf(fields, 'operator'), pin: fields.has('pin') ? textOf(fields, 'pin') : null }),
            )
          }
        >
          <label className="field">
            <span>Operator</span>
            <select name="operator" data-first value={current?.name} onChange={({ target }) => setChosen(target.value)}>
              {known.map(({ name, role }) => (
                <option key={name} value={name}>
                  {name} ({role})
                </option>
              ))}
            </select>
          </label>
          {current?.hasPin === false ? (
            <p className="quiet">{current.name} has no PIN.</p>
          ) : (
            <PinField name="pin" label="PIN" isNew={false} />
          )}
        </Form>
      </div>
    </Sheet>
  );
}

export function SetPinSheet() {
  const { all: known, error } = useOperators();
  const name = useDesk(({ session }) => session?.operator?.name ?? null);
  const hasPin = known.find((of) => of.name === name)?.hasPin ?? false;
  return (
    <Sheet label="Set a PIN" onClose={() => closeSheet('set-pin')}>
      <h2>Set a PIN for {name ?? 'nobody'}</h2>
      <div className="sheet-body">
        <Unknown error={error} />
        <Form
          verb="Set the PIN"
          refusal={name === null ? 'Nobody is signed in: sign in first.' : null}
          onSend={(fields) => {
            const next = textOf(fields, 'next');
            if (next !== textOf(fields, 'again')) return Promise.resolve('The two new PINs differ: type them again.');
            return closing('set-pin', setPin({ current: hasPin ? textOf(fields, 'current') : null, next }));
          }}
        >
          {hasPin && <PinField name="current" label="Current PIN" isNew={false} />}
          <PinField name="next" label="New PIN" isNew />
          <PinField name="again" label="New PIN once more" isNew />
        </Form>
      </div>
    </Sheet>
  );
}

export function AddOperatorSheet() {
  return (
    <Sheet label="Add an operator" onClose={() => closeSheet('add-operator')}>
      <h2>Add an operator</h2>
      <div className="sheet-body">
        <Form
          verb="Add the operator"
          refusal={usePermission('operators')}
          onSend={(fields) => {
            const role = ROLES.find((of) => of === textOf(fields, 'role')) ?? 'viewer';
            const name = textOf(fields, 'name').trim();
            return closing('add-operator', addOperator({ name, role, pin: textOf(fields, 'pin') }));
          }}
        >
          <label className="field">
            <span>Name</span>
            <input name="name" data-first required maxLength={40} autoComplete="off" />
          </label>
          <label className="field">
            <span>Role</span>
            <select name="role">
              {ROLES.map((role) => (
                <option key={role}>{role}</option>
              ))}
            </select>
          </label>
          <PinField name="pin" label="PIN" isNew />
        </Form>
      </div>
    </Sheet>
  );
}

/** Says why nobody can be chosen; nothing where the operators are known. */
function Unknown({ error }: Pick<KnownOperators, 'error'>) {
  if (error === null) return null;
  return (
    <p className="form-error" role="alert">
      The operators are not known: {error}
    </p>
  );
}

function useOperators(): KnownOperators {
  const [known, setKnown] = useState<KnownOperators>({ all: [], error: null });
  useEffect(() => {
    let isGone = false;
    void operators().then((answer) => {
      if (!isGone) setKnown(answer);
    });
    return () => {
      isGone = true;
    };
  }, []);
  return known;
}

async function closing(sheet: SheetId, answer: Promise<string | null>): Promise<string | null> {
  const words = await answer;
  if (words === null) closeSheet(sheet);
  return words;
}

function textOf(fields: FormData, name: string): string {
  return String(fields.get(name) ?? '');
}
