import type { Instrument } from '../../../../src-shared/domain/instrument.ts';
import { accountQuestion, ask } from './ask.ts';
import { listOf } from './fields.ts';
import type { RestCalls } from './outcome.ts';

/** How many orders rest in `instruments`, whoever sent them; null when the venue does not say. */
export async function restingOrders(calls: RestCalls, instruments: readonly Instrument[]): Promise<number | null> {
  try {
    const answers = await Promise.all(
      instruments.map(({ symbol }) => ask(calls, accountQuestion('/fapi/v1/openOrders', { symbol }, 1))),
    );
    return answers.reduce((sum: number, answer) => sum + listOf(answer, 'the open orders').length, 0);
  } catch {
    return null;
  }
}
