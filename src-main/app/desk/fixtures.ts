/** What the desk's tests share. */
import {
  createInstrument,
  type Instrument,
  type InstrumentSpec,
  specOf,
} from '../../../src-shared/domain/instrument.ts';
import { PAPER_CONFIG } from '../commands/run-options.ts';
import { loadConfig } from '../config/load.ts';
import { type ConfigFile, configSchema } from '../config/schema.ts';
import { simulatedInstruments } from '../config/simulated-exchange.ts';

/** A market maker that quotes within a second, close to the mid, and moves its quotes all the time. */
export const RESTLESS = {
  ...{ kPerSigma: 4, minSpreadBps: 0, minQuoteLifeMs: 200, retryMs: 200, requoteThresholdSigmas: 0.1 },
  volatility: { halfLifeSeconds: 1, sampleMs: 100 },
};
export const CONFIG: ConfigFile = configSchema.parse({
  ...loadConfig(PAPER_CONFIG),
  strategies: { marketMaker: RESTLESS },
});
/** The one that the exchange lists. */
export const TRADED = simulatedInstruments(CONFIG)[0] as Instrument;

/** An instrument like the traded one, but for `terms`, with this id. */
export function instrumentLike(terms: Partial<InstrumentSpec>, id: number): Instrument {
  return createInstrument({ ...specOf(TRADED), ...terms }, id);
}
