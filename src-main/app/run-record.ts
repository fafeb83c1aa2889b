import {
  createInstrument,
  type Instrument,
  type InstrumentSpec,
  instrumentKey,
  specOf,
} from '../../src-shared/domain/instrument.ts';
import { canonical, parseCanonical } from '../core/engine/canonical.ts';
import { STRATEGY_NAMES, type StrategyName } from './config/core-config.ts';
import { type ConfigFile, configSchema } from './config/schema.ts';

const EVENT = 'run';

/** What a run was started with: with the journal's inputs and the ticks, all that a replay needs. */
export interface RunRecord {
  readonly config: ConfigFile;
  readonly strategy: StrategyName;
  /** Each at the place of its id. */
  readonly instruments: readonly Instrument[];
}

/** The host record that a run begins with. */
export function writeRunRecord({ config, strategy, instruments }: RunRecord): string {
  return canonical({ event: EVENT, config, strategy, instruments: instruments.map(specOf) });
}

/** @param text a host record's. @returns undefined when it says something else. @throws when it says what cannot be. */
export function readRunRecord(text: string): RunRecord | undefined {
  if (!text.includes(`"event":"${EVENT}"`)) return undefined;
  const value = parseCanonical(text) as Readonly<Record<string, unknown>>;
  if (value.event !== EVENT) return undefined;
  const strategy = STRATEGY_NAMES.find((name) => name === value.strategy);
  if (strategy === undefined) throw new Error(`there is no strategy '${String(value.strategy)}' any more`);
  const specs = value.instruments as readonly InstrumentSpec[];
  const instruments = specs.map((spec, id) => createInstrument(spec, id));
  return { config: configSchema.parse(value.config), strategy, instruments };
}

/**
 * Why a run with `next` cannot go on where `before` ended; null when it can. An instrument's id is its place, and facts name
 * instruments by id alone.
 */
export function continuationFault(before: readonly Instrument[], next: readonly Instrument[]): string | null {
  for (const [place, old] of before.entries()) {
    const change = changeOf(old, next[place]);
    if (change !== null) return `instrument ${place} was ${instrumentKey(old)}, and ${change}`;
  }
  return null;
}

function changeOf(old: Instrument, now: Instrument | undefined): string | null {
  if (now === undefined) return 'is absent now';
  if (instrumentKey(now) !== instrumentKey(old)) return `is ${instrumentKey(now)} now`;
  return canonical(specOf(now)) === canonical(specOf(old)) ? null : 'has other terms now';
}
