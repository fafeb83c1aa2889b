import type { ExposureView } from '../../../src-shared/contract/topics.ts';
import type { DeskDescription } from '../../state/desk.ts';

/** A strategy in one instrument. */
export interface StrategyRow {
  readonly origin: string;
  readonly instrument: string;
  /** `unknown`: the desk has not said yet. */
  readonly state: 'running' | 'stopped' | 'unknown';
  /** Why it is stopped. */
  readonly cause: string | null;
}

/** Every strategy of the desk, then those that are stopped without being configured any more: their orders stay refused. */
export function strategyRows(
  strategies: DeskDescription['strategies'],
  exposures: readonly ExposureView[] | null,
): StrategyRow[] {
  const stopped = new Map<string, StrategyRow>();
  for (const { instrument, stopped: origins } of exposures ?? []) {
    for (const { origin, cause } of origins) {
      stopped.set(keyOf(origin, instrument), { origin, instrument, state: 'stopped', cause });
    }
  }
  const configured = strategies.flatMap(({ name, instruments }) =>
    instruments.map((instrument): StrategyRow => {
      const key = keyOf(name, instrument);
      const row = stopped.get(key);
      stopped.delete(key);
      return row ?? { origin: name, instrument, state: exposures === null ? 'unknown' : 'running', cause: null };
    }),
  );
  return [...configured, ...stopped.values()];
}

export function keyOf(origin: string, instrument: string): string {
  return `${origin} ${instrument}`;
}
