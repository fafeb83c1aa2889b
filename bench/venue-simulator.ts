import { CONFIG_OF } from '../src-main/app/commands/run-options.ts';
import { loadConfig } from '../src-main/app/config/load.ts';
import type { ConfigFile } from '../src-main/app/config/schema.ts';
import { tradedInstruments } from '../src-main/app/config/traded-instruments.ts';
import { BinanceUsdmVenue } from '../src-main/edge/venues/binance-usdm/binance-usdm-venue.ts';
import type { ApiKey, Endpoints } from '../src-main/edge/venues/binance-usdm/endpoints.ts';
import type { VenueParts } from '../src-main/edge/venues/venue.ts';
import type { Instrument } from '../src-shared/domain/instrument.ts';
import { startServing } from './venue-process.ts';
import { TimedNetwork } from './venue-timed-network.ts';

const VENUE = 'binance-usdm-sim';
const CONFIG = loadConfig(CONFIG_OF[VENUE] ?? '');
const NO_LIMIT = 100_000;

export const TRADED: readonly Instrument[] = tradedInstruments(CONFIG, VENUE);

/** The configuration that comes with the simulated venue, with limits that do not stand in the way of a bench. */
export function simulatedConfig(durability: ConfigFile['execution']['durability']): ConfigFile {
  return {
    ...CONFIG,
    limits: {
      ...CONFIG.limits,
      default: { ...CONFIG.limits.default, duplicateWindowMs: 0, maxMessagesPerSecond: NO_LIMIT },
    },
    execution: { ...CONFIG.execution, durability },
  };
}

/** A simulated Binance USD-M in a process of its own, and the adapter's way to it. */
export class SimulatedBinance {
  readonly network = new TimedNetwork();
  readonly endpoints: Endpoints;
  readonly apiKey: ApiKey;

  /** Runs `work` with a fresh one, and ends it. */
  static async during<T>(work: (binance: SimulatedBinance) => Promise<T>): Promise<T> {
    const { line, end } = await startServing('venue-simulator-main.ts');
    const binance = new SimulatedBinance(JSON.parse(line));
    try {
      return await work(binance);
    } finally {
      binance.network.close();
      end();
    }
  }

  private constructor({ endpoints, apiKey }: { readonly endpoints: Endpoints; readonly apiKey: ApiKey }) {
    this.endpoints = endpoints;
    this.apiKey = apiKey;
  }

  /** Talks to nobody yet. */
  createVenue(parts: VenueParts): Promise<BinanceUsdmVenue> {
    const { endpoints, apiKey, network } = this;
    const way = { endpoints, apiKey, network, simulated: true, random: Math.random };
    return BinanceUsdmVenue.create({ ...way, sinceMs: Date.now() }, parts);
  }

  /** Cuts every connection. */
  async cut(): Promise<void> {
    const faults = [{ fault: 'cut', connections: 'all' }];
    await fetch(`${this.endpoints.rest}/simulator/faults`, { method: 'POST', body: JSON.stringify({ faults }) });
  }
}
