import type { OperatorView, Params } from '../../src-shared/contract/methods.ts';
import { desk, setSession, useDesk } from '../state/desk.ts';
import { errorWords } from './session-words.ts';

/** What a window does about who sits at it. Each gives null when it was done, else why not, in words. */
type Answer = Promise<string | null>;

export function signIn(params: Params<'sign-in'>): Answer {
  return answered(async () => setSession(await desk().call('sign-in', params)));
}

export function signOut(): Answer {
  return answered(async () => setSession(await desk().call('sign-out', {})));
}

export function takeControl(): Answer {
  return answered(async () => setSession(await desk().call('take-control', {})));
}

export function setPin(params: Params<'set-pin'>): Answer {
  return answered(async () => noteOperators((await desk().call('set-pin', params)).operators));
}

export function addOperator(params: Params<'add-operator'>): Answer {
  return answered(async () => noteOperators((await desk().call('add-operator', params)).operators));
}

export interface KnownOperators {
  readonly all: readonly OperatorView[];
  /** Why they are not known, in words; null where they are. */
  readonly error: string | null;
}

/** Everybody in the registry, or why the desk does not tell. */
export async function operators(): Promise<KnownOperators> {
  try {
    return { all: (await desk().call('operators', {})).operators, error: null };
  } catch (error) {
    return { all: [], error: errorWords(error) };
  }
}

async function answered(call: () => Promise<void>): Answer {
  try {
    await call();
    return null;
  } catch (error) {
    return errorWords(error);
  }
}

function noteOperators(all: readonly OperatorView[]): void {
  const { session } = useDesk.getState();
  if (session) setSession({ ...session, isProtected: all.some(({ hasPin }) => hasPin) });
}
