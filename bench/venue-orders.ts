import { setTimeout as sleep } from 'node:timers/promises';
import { DeskClock } from '../src-main/app/desk-clock.ts';
import type { BinanceUsdmVenue } from '../src-main/edge/venues/binance-usdm/binance-usdm-venue.ts';
import {
  formatLots,
  formatTicks,
  type Instrument,
  type Lots,
  parseTicks,
  type Ticks,
} from '../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../src-shared/domain/order.ts';
import { type BenchRow, quantile, rowOf } from './rows.ts';
import { CCXT, CCXT_SYMBOL, ccxtAt } from './venue-ccxt.ts';
import { SimulatedBinance, TRADED } from './venue-simulator.ts';

const row = rowOf('venue');

const WARM_UP = 200;
const ROUNDS = 400;
const PAUSE_MS = 2;
/** How far below the market the orders rest, as a share of the price. */
const AWAY = 0.01;
const LOTS = 10 as Lots;
const ID_CHARS = 32;
const REST = `${CCXT} createOrder (REST), same simulator, in turns`;
const SOCKET = `${CCXT} createOrderWs, same simulator, in turns`;

/** Places an order, and comes back when the venue has acknowledged it. @returns what that took, ms. */
type Place = (order: Order) => Promise<number>;

/** An order that rests, from the call to its acknowledgement: by the adapter, and by ccxt in both of its ways. Each is cancelled again. */
export function measure(): Promise<BenchRow[]> {
  return SimulatedBinance.during(async (binance) => {
    const [instrument] = TRADED;
    const priceTicks = await restingTicks(binance, instrument);
    const adapter = await Adapter.connect(binance);
    const exchange = await ccxtAt(binance.endpoints, binance.apiKey);
    await exchange.loadMarkets();
    const ccxtOrder = ({ clientOrderId, lots }: Order) =>
      [
        ...([CCXT_SYMBOL, 'limit', 'buy', Number(formatLots(instrument, lots))] as const),
        Number(formatTicks(instrument, priceTicks)),
        { newClientOrderId: clientOrderId, timeInForce: 'GTX' },
      ] as const;
    const places: readonly Place[] = [
      (order) => adapter.place(order),
      (order) => tookMs(exchange.createOrder(...ccxtOrder(order))),
      (order) => tookMs(exchange.createOrderWs(...ccxtOrder(order))),
    ];
    const micros = places.map(() => [] as number[]);
    for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
      for (const [way, place] of places.entries()) {
        const order = orderOf(instrument, priceTicks, `${way}${round}`);
        const ms = await place(order);
        await adapter.cancel(order);
        await sleep(PAUSE_MS);
        if (round >= WARM_UP) micros[way].push(ms * 1_000);
      }
    }
    adapter.venue.close();
    await exchange.close();
    const [ours, rest, socket] = micros.map((values) => quantile(values, 0.5));
    return [
      row('order round trip, faster than by REST', rest / ours, 'x', { atLeast: 2 }, REST),
      row('order round trip, faster than by WebSocket', socket / ours, 'x', {}, SOCKET),
      row('order round trip, p50', ours, 'µs'),
      row('order round trip, p99', quantile(micros[0], 0.99), 'µs'),
      row('order round trip, p50', rest, 'µs', {}, REST),
      row('order round trip, p50', socket, 'µs', {}, SOCKET),
    ];
  });
}

async function tookMs(answer: Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await answer;
  return performance.now() - startMs;
}

/** The adapter without a desk, which would only add to it. */
class Adapter {
  readonly venue: BinanceUsdmVenue;
  private readonly said: Map<string, () => void>;

  static async connect(binance: SimulatedBinance): Promise<Adapter> {
    const clock = new DeskClock();
    const said = new Map<string, () => void>();
    const venue = await binance.createVenue({
      ...{ name: TRADED[0].venue, instruments: TRADED, now: () => clock.now(), engineAliveAt: () => clock.now() },
      onInput: (input) => {
        if (input.kind === 'order-report') said.get(`${input.clientOrderId} ${input.report.type}`)?.();
      },
      ...{ onLink() {}, knows: () => true, told() {} },
    });
    await venue.connect();
    venue.begin();
    return new Adapter(venue, said);
  }

  private constructor(venue: BinanceUsdmVenue, said: Map<string, () => void>) {
    this.venue = venue;
    this.said = said;
  }

  async place(order: Order): Promise<number> {
    const heard = this.heard(order.clientOrderId, 'acknowledged');
    const startMs = performance.now();
    const sent = this.venue.send({ kind: 'place-order', order });
    if (!sent.ok) throw new Error(`the order was not sent: ${sent.reason}`);
    await heard;
    return performance.now() - startMs;
  }

  async cancel({ clientOrderId, instrument }: Order): Promise<void> {
    const heard = this.heard(clientOrderId, 'cancelled');
    this.venue.send({ kind: 'cancel-order', clientOrderId, instrument });
    await heard;
  }

  private heard(id: ClientOrderId, type: 'acknowledged' | 'cancelled'): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const key = `${id} ${type}`;
    this.said.set(key, () => {
      this.said.delete(key);
      resolve();
    });
    return promise;
  }
}

async function restingTicks({ endpoints }: SimulatedBinance, instrument: Instrument): Promise<Ticks> {
  const answer = await fetch(`${endpoints.rest}/fapi/v1/ticker/bookTicker?symbol=${instrument.symbol}`);
  const { bidPrice } = (await answer.json()) as { readonly bidPrice: string };
  return Math.floor(parseTicks(instrument, bidPrice) * (1 - AWAY)) as Ticks;
}

function orderOf({ id }: Instrument, priceTicks: Ticks, name: string): Order {
  return {
    clientOrderId: name.padStart(ID_CHARS, '0') as ClientOrderId,
    ...{ instrument: id, side: 'buy', type: 'limit', timeInForce: 'gtc', priceTicks, stopTicks: null },
    ...{ lots: LOTS, postOnly: true, reduceOnly: false },
  };
}
