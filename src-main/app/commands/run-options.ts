import { join } from 'node:path';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { type InstrumentSpec, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import { STRATEGY_NAMES, type StrategyName } from '../config/core-config.ts';
import { ConfigError, loadConfig } from '../config/load.ts';
import type { ConfigFile } from '../config/schema.ts';
import { UsageError } from '../usage-error.ts';

const CONFIGS = join(import.meta.dirname, '..', '..', '..', 'assets', 'config');
export const PAPER_CONFIG = join(CONFIGS, 'paper.json');
/** The configuration that comes with the desk, by the venue it is for. */
export const CONFIG_OF: Readonly<Record<string, string>> = {
  simulated: PAPER_CONFIG,
  'binance-usdm-sim': join(CONFIGS, 'binance-usdm-sim.json'),
};

/** What replay and simulate share. */
export interface RunOptions {
  readonly config: ConfigFile;
  readonly configPath: string;
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

/** `parseArgs`, whose complaint ends with the command's usage. @throws UsageError. */
export function parsed<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T, usage: string) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    const [complaint] = (error as Error).message.split('. ');
    throw new UsageError(`${complaint}\nusage: ${usage}`);
  }
}

/** @throws UsageError or ConfigError naming what makes no sense. */
export function runOptions(values: RunValues): RunOptions {
  const configPath = values.config ?? PAPER_CONFIG;
  return {
    config: loadConfig(configPath),
    configPath,
    strategy: oneOf('--strategy', STRATEGY_NAMES, values.strategy),
    seed: wholeNumber('--seed', values.seed, 0),
    json: values.json,
  };
}

/** Limits that name an instrument which nobody knows would silently limit nothing. @throws ConfigError naming it. */
export function checkLimitKeys({ config, configPath }: RunOptions, specs: readonly InstrumentSpec[]): void {
  const known = new Set(specs.map(instrumentKey));
  for (const key of Object.keys(config.limits.instruments)) {
    if (!known.has(key)) throw new ConfigError(`${configPath}: limits.instruments.${key}: there is no such instrument`);
  }
}

/** Runs `compose`; what it finds wrong is in the configuration. @throws ConfigError naming the file. */
export function composed<T>({ configPath }: RunOptions, compose: () => T): T {
  try {
    return compose();
  } catch (error) {
    throw error instanceof ConfigError ? error : new ConfigError(`${configPath}: ${(error as Error).message}`);
  }
}

export function oneOf<T extends string>(flag: string, choices: readonly T[], text: string): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw new UsageError(`${flag} is one of ${choices.join(', ')}, not '${text}'`);
  return choice;
}

export function wholeNumber(flag: string, text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw new UsageError(`${flag} is a whole number ${range}, not '${text}'`);
  }
  return value;
}
