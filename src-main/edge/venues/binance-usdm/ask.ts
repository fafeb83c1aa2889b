import { failureOf, type RestCall, type RestCalls } from './outcome.ts';

/** The venue did not say what was asked; the message names the question. */
export class AskError extends Error {
  override readonly name = 'AskError';
}

/** A signed question about the account, as it is documented. */
export function accountQuestion(path: string, params: RestCall['params'], weight: number): RestCall {
  return { method: 'GET', path, params, security: 'signed', weight, use: 'question' };
}

/** The venue's answer. @throws AskError when it gave none, or refused. */
export async function ask(calls: RestCalls, call: RestCall): Promise<unknown> {
  const outcome = await calls.call(call);
  if (outcome.kind === 'answered') return outcome.json;
  throw new AskError(`${call.method} ${call.path}: ${failureOf(outcome)}`);
}
