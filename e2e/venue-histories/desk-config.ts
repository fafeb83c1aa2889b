import { CONFIG_OF } from '../../src-main/app/commands/run-options.ts';
import { instrumentLimits } from '../../src-main/app/config/instrument-limits.ts';
import { loadConfig } from '../../src-main/app/config/load.ts';
import { type ConfigFile, configSchema } from '../../src-main/app/config/schema.ts';
import { tradedInstruments } from '../../src-main/app/config/traded-instruments.ts';
import { RESTLESS } from '../../src-main/app/desk/fixtures.ts';
import type { RunRecord } from '../../src-main/app/run-record.ts';
import type { InstrumentId } from '../../src-shared/domain/instrument.ts';
import type { HistoryPlan } from './plan.ts';

export const VENUE = 'binance-usdm-sim';

/** A desk that trades all the time, and comes up against its limits. */
const CONFIG = restless(loadConfig(CONFIG_OF[VENUE] as string));

/** How the desk of `plan` is run. */
export function runOf({ symbols, durability, foreignOrders }: HistoryPlan): RunRecord {
  const instruments = tradedInstruments(CONFIG, VENUE).filter(({ symbol }) => symbols.includes(symbol));
  const execution = { ...CONFIG.execution, durability, foreignOrders };
  return { config: { ...CONFIG, execution }, strategy: 'market-maker', instruments };
}

/** What may be held at most, either way, whatever becomes of open orders. */
export function maxPositionLots(run: RunRecord, id: InstrumentId): number {
  const instrument = run.instruments.find((candidate) => candidate.id === id);
  const { maxPositionLots: most } = instrument ? instrumentLimits(instrument, run.config) : {};
  if (typeof most !== 'number') throw new Error(`instrument ${id} has no limit in lots`);
  return most;
}

function restless(config: ConfigFile): ConfigFile {
  const { limits, execution } = config;
  return configSchema.parse({
    ...config,
    limits: {
      ...limits,
      instruments: {
        [`${VENUE}:BTCUSDT`]: { maxOrderQuantity: '0.05', maxPositionQuantity: '0.06' },
        [`${VENUE}:ETHUSDT`]: { maxOrderQuantity: '1', maxPositionQuantity: '1.4' },
      },
    },
    execution: { ...execution, notFoundSpanMs: 15_000, reservedIds: 8 },
    strategies: { marketMaker: { ...RESTLESS, quoteNotional: 1_000 } },
  });
}
