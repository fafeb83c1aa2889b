import type { Instrument } from '../../src-shared/domain/instrument.ts';
import type { Micros } from '../../src-shared/domain/time.ts';
import type { Sink } from '../core/engine/engine.ts';
import type { Probe } from '../core/engine/probe.ts';
import { type Observer, VirtualDesk, type VirtualDeskParts } from '../research/virtual-desk.ts';
import { SimulatedExchange } from '../simulation/exchange.ts';
import { createLatency } from '../simulation/latency.ts';
import type { MarketFactory } from '../simulation/listing.ts';
import { RecordedMatcher } from '../simulation/recorded-matcher.ts';
import { marketConfig, type StrategyName } from './config/core-config.ts';
import type { ConfigFile } from './config/schema.ts';
import { closedMarkets, exchangeConfig } from './config/simulated-exchange.ts';
import { createCheckedCore } from './desk/checked-core.ts';

export interface PaperDeskOptions {
  readonly config: ConfigFile;
  readonly instruments: readonly Instrument[];
  readonly strategy: StrategyName;
  /** A recording's frames come from outside; a closed market makes its own. */
  readonly market:
    | { readonly kind: 'recorded' }
    | { readonly kind: 'closed'; readonly seed: number; readonly startAt: Micros };
  readonly probe?: Probe;
  readonly observer?: Observer;
}

/** Composes core, outbox check and simulated exchange into a desk in virtual time. */
export function createPaperDesk(options: PaperDeskOptions): VirtualDesk {
  const { config, instruments, market } = options;
  const { simulation } = config;
  const ways = market.kind === 'closed' ? simulation.closedMarketLatency : simulation.replayLatency;
  const parts = (sink: Sink): VirtualDeskParts => ({
    ...createCheckedCore(options, sink, options.probe),
    exchange: new SimulatedExchange(instruments, exchangeConfig(config, ways), marketFactory(options)),
    feedLatency: createLatency(ways.feed, 'feed'),
  });
  return new VirtualDesk(parts, options.observer);
}

function marketFactory({ config, market }: PaperDeskOptions): MarketFactory {
  if (market.kind === 'recorded') {
    const { queue, usesBookTickers } = config.simulation;
    const matcher = { market: marketConfig(config), queue, usesBookTickers };
    return (_instrument, events) => new RecordedMatcher(matcher, events);
  }
  return closedMarkets(market.seed, market.startAt);
}
