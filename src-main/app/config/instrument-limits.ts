import { type Instrument, instrumentKey, parseLots } from '../../../src-shared/domain/instrument.ts';
import { type Money, parseMoney } from '../../../src-shared/domain/money.ts';
import type { InstrumentLimits } from '../../core/execution/limits.ts';
import { ConfigError } from './load.ts';
import type { ConfigFile, LimitsConfig } from './schema.ts';

/**
 * The limits of `instrument`: what the configuration says of it by key, and what `limits.default` says of the rest. What neither
 * says stays absent, and the gate refuses.
 * @throws ConfigError for a figure that is no quantity of the instrument or no amount of its settlement currency.
 */
export function instrumentLimits(instrument: Instrument, { limits }: ConfigFile): InstrumentLimits {
  const own = limits.instruments[instrumentKey(instrument)] ?? {};
  const merged: LimitsConfig = { ...limits.default, ...definedOnly(own) };
  const { maxOrderQuantity, maxPositionQuantity, maxOrderNotional, maxPositionNotional, ...counts } = merged;
  return {
    ...counts,
    maxOrderLots: lots(instrument, 'maxOrderQuantity', maxOrderQuantity),
    maxPositionLots: lots(instrument, 'maxPositionQuantity', maxPositionQuantity),
    maxOrderNotional: amount(instrument, 'maxOrderNotional', maxOrderNotional),
    maxPositionNotional: amount(instrument, 'maxPositionNotional', maxPositionNotional),
  };
}

function lots(of: Instrument, name: string, text: string | undefined): number | 'notional-only' | undefined {
  if (text === undefined || text === 'notional-only') return text;
  return configured(of, name, () => parseLots(of, text));
}

function amount(
  of: Instrument,
  name: string,
  amounts: Readonly<Record<string, string>> | undefined,
): Money | undefined {
  const text = amounts?.[of.settle];
  return text === undefined ? undefined : configured(of, name, () => parseMoney(text, of.settle));
}

function configured<T>(of: Instrument, name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new ConfigError(`limits of ${instrumentKey(of)}: ${name}: ${(error as Error).message}`);
  }
}

function definedOnly(limits: LimitsConfig): LimitsConfig {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
