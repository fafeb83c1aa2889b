import { type FormEvent, type ReactNode, useId, useState } from 'react';
import '../ui/button.css';
import '../ui/field.css';

interface FormProps {
  /** On the button. */
  readonly verb: string;
  /** Why it may not be sent; null: it may. */
  readonly refusal?: string | null;
  /** Gives null when it was done, else what to say. */
  readonly onSend: (fields: FormData) => Promise<string | null>;
  readonly children: ReactNode;
}

/** A few fields and one button. It is sent once at a time, and says why it failed. */
export function Form({ verb, refusal = null, onSend, children }: FormProps) {
  const id = useId();
  const [error, setError] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const send = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (isSending || refusal !== null) return;
    setSending(true);
    try {
      setError(await onSend(new FormData(event.currentTarget)));
    } finally {
      setSending(false);
    }
  };
  return (
    <form className="form" onSubmit={(event) => void send(event)}>
      {children}
      {refusal !== null && (
        <p id={id} className="quiet">
          {refusal}
        </p>
      )}
      {error !== null && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
      <button
        className="button button-main"
        type="submit"
        aria-disabled={isSending || refusal !== null || undefined}
        aria-describedby={refusal === null ? undefined : id}
      >
        {isSending ? `${verb} …` : verb}
      </button>
    </form>
  );
}

interface PinFieldProps {
  readonly name: string;
  readonly label: string;
  readonly isNew: boolean;
}

/** A PIN of 6 to 12 digits. */
export function PinField({ name, label, isNew }: PinFieldProps) {
  return (
    <label className="field">
      <span>{label} (6 to 12 digits)</span>
      <input
        name={name}
        type="password"
        inputMode="numeric"
        pattern="[0-9]{6,12}"
        title="6 to 12 digits"
        maxLength={12}
        required
        autoComplete={isNew ? 'new-password' : 'current-password'}
      />
    </label>
  );
}
