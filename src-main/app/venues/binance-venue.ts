import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import { BinanceUsdmVenue } from '../../edge/venues/binance-usdm/binance-usdm-venue.ts';
import { CAPABILITIES } from '../../edge/venues/binance-usdm/capabilities.ts';
import type { ApiKey, Endpoints } from '../../edge/venues/binance-usdm/endpoints.ts';
import { RealNetwork } from '../../edge/venues/real-network.ts';
import type { Sent, Venue, VenueCapabilities, VenueParts, VenueStatus } from '../../edge/venues/venue.ts';
import type { VenueConfig } from '../config/schema.ts';

export interface BinanceVenueOptions {
  readonly config: VenueConfig;
  /** From when on the desk may have missed something, ms since the Unix epoch. */
  readonly sinceMs: number;
  /** Whether no money is at stake there. */
  readonly simulated: boolean;
  /** Finds the venue, or starts it where it is a simulated one. */
  readonly reach: () => Promise<{ readonly endpoints: Endpoints; readonly apiKey: ApiKey }>;
}

/** Binance USD-M as a desk has it: the venue is reached, and what words its requests is loaded, when the desk connects. */
export class BinanceVenue implements Venue {
  private readonly options: BinanceVenueOptions;
  private readonly parts: VenueParts;
  private readonly network = new RealNetwork();
  private venue: BinanceUsdmVenue | null = null;

  constructor(options: BinanceVenueOptions, parts: VenueParts) {
    const { name, told, onLink } = parts;
    this.options = options;
    this.parts = {
      ...parts,
      onLink: (up, detail) => {
        told(up ? `${name} is connected again` : `${name} is gone: ${detail}`);
        onLink(up, detail);
      },
    };
  }

  get capabilities(): VenueCapabilities {
    return this.venue?.capabilities ?? { ...CAPABILITIES, rateLimits: [], fees: () => null };
  }

  get isUp(): boolean {
    return this.venue?.isUp ?? false;
  }

  async connect(): Promise<Micros | null> {
    const { config, sinceMs, simulated, reach } = this.options;
    const { timeoutMs, refreshMs, engineSilenceMs } = config.deadMan;
    const { endpoints, apiKey } = await reach();
    const options = {
      ...{ endpoints, apiKey, network: this.network, random: Math.random, sinceMs, simulated },
      deadMan: {
        ...(timeoutMs === undefined ? {} : { countdownMs: timeoutMs }),
        ...(refreshMs === undefined ? {} : { refreshMs }),
        ...(engineSilenceMs === undefined ? {} : { aliveWithinMs: engineSilenceMs }),
      },
      ...(config.answerMs === undefined ? {} : { answerMs: config.answerMs }),
    };
    this.venue = await BinanceUsdmVenue.create(options, this.parts);
    return this.venue.connect();
  }

  begin(): void {
    this.venue?.begin();
  }

  send(effect: Effect): Sent {
    return this.venue?.send(effect) ?? { ok: false, reason: `${this.parts.name} is not connected yet` };
  }

  status(): VenueStatus {
    if (this.venue !== null) return this.venue.status();
    return {
      venue: this.parts.name,
      simulated: this.options.simulated,
      state: 'connecting',
      detail: 'not connected yet',
      ...{ connections: [], latencies: [], clock: null, budget: [], restingUntil: null },
      deadMan: { state: 'disarmed', firesInMs: null },
    };
  }

  resumed(): void {
    this.venue?.resumed();
  }

  async end(): Promise<void> {
    await this.venue?.end();
    this.network.close();
  }

  close(): void {
    this.venue?.close();
    this.network.close();
  }
}
