import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { type Money, parseMoney, ZERO_MONEY } from '../../../src-shared/domain/money.ts';
import type { CoreConfig } from '../../core/core.ts';
import { DEFAULT_EXECUTION_SETTINGS } from '../../core/execution/execution-settings.ts';
import { type RemainderSettings, remainderPolicy } from '../../core/execution/remainder.ts';
import { DEFAULT_MARKET_CONFIG, type MarketConfig } from '../../core/market/market-config.ts';
import { MarketMaker } from '../../core/strategies/market-maker.ts';
import { DEFAULT_MARKET_MAKER } from '../../core/strategies/market-maker-config.ts';
import { instrumentLimits } from './instrument-limits.ts';
import type { ConfigFile } from './schema.ts';

export const STRATEGY_NAMES = ['market-maker', 'none'] as const;
export type StrategyName = (typeof STRATEGY_NAMES)[number];

/** A partial setting of the file over the defaults of its room. */
function over<T extends object>(defaults: T, settings: { readonly [K in keyof T]?: T[K] | undefined }): T {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

export function marketConfig(config: ConfigFile): MarketConfig {
  return over(DEFAULT_MARKET_CONFIG, config.market);
}

/**
 * The core that a configuration describes: `strategy` runs once in each instrument.
 * @throws ConfigError, LimitsError or RangeError naming what makes no sense.
 */
export function coreConfig(config: ConfigFile, instruments: readonly Instrument[], strategy: StrategyName): CoreConfig {
  const makerConfig = over(DEFAULT_MARKET_MAKER, config.strategies.marketMaker);
  return {
    instruments,
    limits: instruments.map((instrument) => instrumentLimits(instrument, config)),
    market: marketConfig(config),
    execution: over(DEFAULT_EXECUTION_SETTINGS, config.execution),
    remainder: remainderPolicy(instruments.map((instrument) => remainderSettings(instrument, config))),
    strategies: (views) =>
      strategy === 'none' ? [] : instruments.map((instrument) => new MarketMaker(instrument, makerConfig, views)),
  };
}

function remainderSettings(instrument: Instrument, { remainder }: ConfigFile): RemainderSettings {
  const text = remainder.minNotional[instrument.settle];
  const minNotional: Money = text === undefined ? ZERO_MONEY : parseMoney(text, instrument.settle);
  return { minLots: instrument.orderStepLots, minNotional, repriceBehindTicks: remainder.repriceBehindTicks };
}
