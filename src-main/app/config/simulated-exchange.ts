import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import { ClosedMarket, DEFAULT_CLOSED_MARKET } from '../../simulation/closed-market.ts';
import type { ExchangeConfig } from '../../simulation/exchange.ts';
import type { LatencyConfig } from '../../simulation/latency.ts';
import type { MarketFactory } from '../../simulation/listing.ts';
import type { ConfigFile } from './schema.ts';
import { SIMULATED, tradedInstruments } from './traded-instruments.ts';

/** Ended orders that can still be asked after, and whose ids are taken. */
export const MAX_ENDED_ORDERS = 10_000;
/** The instruments that a simulated exchange lists. @throws ConfigError when there are none, InstrumentError. */
export function simulatedInstruments(config: ConfigFile): Instrument[] {
  return tradedInstruments(config, SIMULATED);
}

export function exchangeConfig({ simulation }: ConfigFile, latency: LatencyConfig): ExchangeConfig {
  const { fees, selfTradePrevention: selfTrade } = simulation;
  return { latency, fees, selfTrade, maxEndedOrders: MAX_ENDED_ORDERS };
}

/** A generated market for each instrument, none like the other. */
export function closedMarkets(seed: number, startAt: Micros): MarketFactory {
  return ({ id }, events) =>
    new ClosedMarket({ ...DEFAULT_CLOSED_MARKET, instrument: id, seed: seed + id, startAt }, events, events);
}
