import { join } from 'node:path';
import { STRATEGY_NAMES, type StrategyName } from '../config/core-config.ts';
import { loadConfig } from '../config/load.ts';
import type { ConfigFile } from '../config/schema.ts';
import { describeSummary, type RunSummary } from '../run-summary.ts';
import { UsageError } from '../usage-error.ts';

export const PAPER_CONFIG = join(import.meta.dirname, '..', '..', '..', 'assets', 'config', 'paper.json');

/** What replay and simulate share. */
export interface RunOptions {
  readonly config: ConfigFile;
  readonly strategy: StrategyName;
  readonly seed: number;
  readonly json: boolean;
}

/** The options of `parseArgs` that belong to {@link RunOptions}. */
export const RUN_FLAGS = {
  config: { type: 'string' },
  strategy: { type: 'string', default: 'market-maker' },
  seed: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
} as const;

export interface RunValues {
  readonly config?: string | undefined;
  readonly strategy: string;
  readonly seed: string;
  readonly json: boolean;
}

/** @throws UsageError or ConfigError naming what makes no sense. */
export function runOptions(values: RunValues): RunOptions {
  return {
    config: loadConfig(values.config ?? PAPER_CONFIG),
    strategy: oneOf('--strategy', STRATEGY_NAMES, values.strategy),
    seed: wholeNumber('--seed', values.seed, 0),
    json: values.json,
  };
}

export function oneOf<T extends string>(flag: string, choices: readonly T[], text: string): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw new UsageError(`${flag} is one of ${choices.join(', ')}, not '${text}'`);
  return choice;
}

export function wholeNumber(flag: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`${flag} is a whole number from ${least}, not '${text}'`);
  }
  return value;
}

/** The summary on stdout: text for a person, or exactly one JSON object. */
export function printSummary(summary: RunSummary, json: boolean): void {
  console.log(json ? JSON.stringify(summary) : describeSummary(summary));
}
