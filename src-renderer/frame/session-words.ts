import { DeskError } from '../../src-shared/contract/errors.ts';

/** What a failed call is called by the person who made it. Errors that are no answer of the desk are thrown on. */
export function errorWords(error: unknown): string {
  if (!(error instanceof DeskError)) throw error;
  const { body } = error;
  switch (body.code) {
    case 'sign-in-failed':
      return 'Not signed in: the PIN or the operator is wrong.';
    case 'throttled':
      return `Too often. Wait ${Math.ceil(body.retryAfterMs / 1_000)} s and try again.`;
    default:
      return body.detail;
  }
}
