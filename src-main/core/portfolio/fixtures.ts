import { createInstrument, type InstrumentSpec, type Lots, type Ticks } from '../../../src-shared/domain/instrument.ts';
import { type Currency, currency, type Money, money, parseMoney } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId, Fill } from '../../../src-shared/domain/order.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import type { Fact, FactBody } from '../engine/fact.ts';

/** Instruments and facts for the tests of this room. */

export const BTC = currency('BTC');
export const ETH = currency('ETH');
export const USDT = currency('USDT');
export const USDC = currency('USDC');
export const BNB = currency('BNB');

const SPECS: readonly InstrumentSpec[] = [
  spec('spot', 'BTCUSDT', 'BTC', 'USDT', 'USDT', '0.01', '0.00001', '1'),
  // Every tick of every lot is worth 100 smallest units: nothing is ever rounded.
  spec('linear', 'BTCUSDT-PERP', 'BTC', 'USDT', 'USDT', '0.1', '0.001', '0.01'),
  // BitMEX's XBTUSD: one contract is one dollar.
  spec('inverse', 'BTCUSD-PERP', 'BTC', 'USD', 'BTC', '0.5', '1', '1'),
  spec('option', 'BTC-60000-C', 'BTC', 'USDC', 'USDC', '5', '0.1', '1'),
  spec('spot', 'ETHBTC', 'ETH', 'BTC', 'BTC', '0.00001', '0.0001', '1'),
];

export const INSTRUMENTS = SPECS.map((of, id) => createInstrument(of, id));
export const [SPOT, LINEAR, INVERSE, OPTION, CROSS] = INSTRUMENTS;

function spec(
  kind: InstrumentSpec['kind'],
  symbol: string,
  base: string,
  quote: string,
  settle: string,
  tickSize: string,
  lotSize: string,
  multiplier: string,
): InstrumentSpec {
  return { venue: 'test', symbol, kind, base, quote, settle, tickSize, lotSize, multiplier };
}

export function amount(text: string, of: Currency): Money {
  return parseMoney(text, of);
}

/** A fill of signed `lots`, with no fee unless `more` says so. */
export function fillOf(instrument: number, lots: number, priceTicks: number, more: Partial<Fill> = {}): Fill {
  return {
    clientOrderId: '00000000000000000000000000000001' as ClientOrderId,
    fillId: 'f1',
    instrument: INSTRUMENTS[instrument].id,
    side: lots > 0 ? 'buy' : 'sell',
    priceTicks: priceTicks as Ticks,
    lots: Math.abs(lots) as Lots,
    fee: money(0n),
    feeCurrency: INSTRUMENTS[instrument].settle,
    liquidity: 'taker',
    exchangeAt: micros(1),
    ...more,
  };
}

export function factOf(body: FactBody, seq = 1): Fact {
  return { ...body, seq, at: micros(seq), cause: seq };
}
