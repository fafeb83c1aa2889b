import { Random } from '../../src-main/core/engine/random.ts';
import { BinanceUsdmVenue } from '../../src-main/edge/venues/binance-usdm/binance-usdm-venue.ts';
import { BinanceCancelRoute } from '../../src-main/edge/venues/binance-usdm/cancel-route.ts';
import { loadCcxtExchange } from '../../src-main/edge/venues/binance-usdm/ccxt-exchange.ts';
import type { ApiKey, Endpoints } from '../../src-main/edge/venues/binance-usdm/endpoints.ts';
import type { Network } from '../../src-main/edge/venues/network.ts';
import type { CancelProof, Venue, VenueParts } from '../../src-main/edge/venues/venue.ts';
import { parseMoney } from '../../src-shared/domain/money.ts';
import type { FaultRule } from '../simulators/binance-usdm/fault-rules.ts';
import { LISTINGS, priceText, quantityText } from '../simulators/binance-usdm/listings.ts';
import type { LogEntry } from '../simulators/binance-usdm/log.ts';
import { placeOrder } from '../simulators/binance-usdm/order-entry.ts';
import { orderTerms } from '../simulators/binance-usdm/order-terms.ts';
import { Refusal } from '../simulators/binance-usdm/refusal.ts';
import { Simulator } from '../simulators/binance-usdm/simulator.ts';
import { MemoryNetwork } from '../simulators/memory-network.ts';
import type { ForeignOrder } from './plan.ts';

const ENDPOINTS: Endpoints = { rest: 'http://venue', streams: 'ws://venue', orders: 'ws://venue/ws-fapi/v1' };
const API_KEY: ApiKey = { key: 'a'.repeat(64), secret: 'b'.repeat(64) };
const BALANCE = '100000';
/** Of the recorded market's traffic: enough for quotes to be filled again and again. */
const INTENSITY = 0.2;
const DEPTH_INTERVAL_MS = 250;
const PUMP_MS = 20;
/** Often enough for every history to see one. */
const FUNDING_INTERVAL_MS = 20_000;
/** Twice and more what the venue asks for at least. */
const FOREIGN_NOTIONAL = 300;
const BPS = 10_000;
const QUIET_MS = 3_000;
const KILL_MS = 20_000;
const FOREIGN = 'foreign-';

/** To be done before virtual time begins: what words the desk's requests is read from files. */
export async function loadAdapter(): Promise<void> {
  await loadCcxtExchange(ENDPOINTS, API_KEY, { nowMs: () => 0 });
}

/** The simulated venue of one history, and what only this test may do there. */
export class VenueSide {
  readonly network: Network;
  private readonly simulator: Simulator;
  /** Lots of other hands, by symbol. */
  private readonly foreign = new Map<string, number>();
  private foreignCount = 0;

  constructor(seed: number) {
    this.simulator = new Simulator({
      ...{ keys: API_KEY, seed, balance: BALANCE, intensity: INTENSITY },
      depthIntervalMs: DEPTH_INTERVAL_MS,
      fundingIntervalMs: FUNDING_INTERVAL_MS,
      pumpMs: PUMP_MS,
    });
    this.network = new MemoryNetwork(this.simulator, { seed });
    this.simulator.start();
  }

  /** Everything that truly happened, so far. */
  get log(): readonly LogEntry[] {
    return this.simulator.venue.log.entries;
  }

  /** Every fault that struck, so far. */
  get faultsHappened(): readonly string[] {
    return this.simulator.venue.faults.happened;
  }

  /** What the account holds beyond what it began with, less what its open positions cost; in the currency's smallest unit. */
  get cash(): bigint {
    const { wallet, positions } = this.simulator.venue.account;
    const [{ instrument }] = LISTINGS;
    return positions.reduce((sum, { cost }) => sum - cost, wallet - parseMoney(BALANCE, instrument.settle));
  }

  /** Whether the venue books nothing by itself in the next moments. */
  get isQuiet(): boolean {
    return FUNDING_INTERVAL_MS - (Date.now() % FUNDING_INTERVAL_MS) > QUIET_MS;
  }

  /** The desk's link to this venue, over `network`. */
  createAdapter(network: Network, parts: VenueParts, sinceMs: number, seed: number): Promise<Venue> {
    const random = new Random(seed);
    const way = { endpoints: ENDPOINTS, apiKey: API_KEY, network, simulated: true };
    return BinanceUsdmVenue.create({ ...way, sinceMs, random: () => random.uniform() }, parts);
  }

  /** As the guard does it, over connections of its own. */
  async cancelAll(symbols: readonly string[]): Promise<CancelProof> {
    const options = { venue: 'the venue', endpoints: ENDPOINTS, symbols, clockOffsetMs: 0 };
    const route = new BinanceCancelRoute(options, API_KEY, this.network);
    const proof = await route.cancelAll(KILL_MS);
    route.close();
    return proof;
  }

  addFaults(rules: readonly FaultRule[]): void {
    this.simulator.venue.faults.add(rules);
  }

  /** Places an order behind the desk's back. @returns what came of it, for the person who reads the story. */
  placeForeign({ symbol, side, awayBps }: ForeignOrder): string {
    const { venue } = this.simulator;
    const listing = LISTINGS.find((candidate) => candidate.symbol === symbol);
    if (listing === undefined) throw new Error(`the venue does not list ${symbol}`);
    const { ticker } = venue.market(listing);
    if (ticker === null) return `foreign order in ${symbol}: no price yet`;
    const away = side === 'BUY' ? -awayBps : awayBps;
    const priceTicks = Math.round((ticker.bidTicks * (BPS + away)) / BPS);
    const price = priceText(listing, priceTicks);
    const lots = Math.ceil(FOREIGN_NOTIONAL / (Number(price) * Number(quantityText(listing, 1))));
    this.foreignCount += 1;
    const terms = { symbol, side, price, quantity: quantityText(listing, lots) };
    const newClientOrderId = `${FOREIGN}${this.foreignCount}`;
    const params = { ...terms, type: 'LIMIT', timeInForce: 'GTC', newClientOrderId };
    try {
      placeOrder(venue, orderTerms(params, venue.clock.nowMs()));
    } catch (error) {
      if (error instanceof Refusal) return `foreign order in ${symbol} refused: ${error.message}`;
      throw error;
    }
    this.foreign.set(symbol, this.foreignLots(symbol) + lots);
    return `foreign order: ${JSON.stringify(terms)}`;
  }

  /** All that other hands have ordered. */
  foreignLots(symbol: string): number {
    return this.foreign.get(symbol) ?? 0;
  }

  isForeign(clientOrderId: string): boolean {
    return clientOrderId.startsWith(FOREIGN);
  }

  close(): void {
    this.simulator.stop();
  }
}
