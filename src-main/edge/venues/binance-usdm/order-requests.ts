import { formatLots, formatTicks, type Instrument, instrumentKey } from '../../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order, TimeInForce } from '../../../../src-shared/domain/order.ts';
import type { ApiKey, VenueClock } from './endpoints.ts';
import { type Sign, signer } from './signing.ts';

/** How old a request may be when the venue looks at it. What is late is refused, and not done late. */
export const RECV_WINDOW_MS = 5_000;

/** What a client order id has to look like here. */
export const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

const TIMES_IN_FORCE: Readonly<Record<TimeInForce, string>> = { gtc: 'GTC', ioc: 'IOC', fok: 'FOK' };

/** What stands in a request for itself, in its JSON as in what is signed of it. */
const PLAIN = /^[A-Za-z0-9_]+$/;

/** Why an order like this cannot be placed over this path at all; null when it can. */
export function unplaceable({ type, clientOrderId, priceTicks }: Order, instrument: Instrument): string | null {
  if (instrument.kind !== 'linear')
    return `${instrumentKey(instrument)} is no linear future: nothing else is traded here`;
  if (type !== 'limit' && type !== 'market') {
    return `a ${type} order: the venue keeps conditional orders in a service of their own, which this desk does not use`;
  }
  if (type === 'limit' && priceTicks === null) return 'a limit order without a price';
  if (!CLIENT_ORDER_ID.test(clientOrderId)) return 'its client order id is none that the venue takes';
  return null;
}

/**
 * Writes the requests of the order socket: one text and one signature each. The parameters are signed in the order of their names.
 */
export class OrderRequests {
  private readonly key: string;
  private readonly sign: Sign;
  private readonly clock: VenueClock;

  /** @throws RangeError for a key that is none; the message does not show it. */
  constructor({ key, secret }: ApiKey, clock: VenueClock) {
    if (!PLAIN.test(key)) throw new RangeError('the API key has characters that no key has: enter it again');
    this.key = key;
    this.sign = signer(secret);
    this.clock = clock;
  }

  /** `order.place`, to be answered with what became of the order at once. @param order {@link unplaceable} has nothing against it. */
  place(id: number, order: Order, instrument: Instrument): string {
    const priceTicks = order.type === 'limit' ? order.priceTicks : null;
    return this.signed(id, 'order.place', [
      ['apiKey', this.key],
      ['newClientOrderId', order.clientOrderId],
      ['newOrderRespType', 'RESULT'],
      ...(priceTicks === null ? [] : [['price', formatTicks(instrument, priceTicks)] as const]),
      ['quantity', formatLots(instrument, order.lots)],
      ['recvWindow', RECV_WINDOW_MS],
      ...(order.reduceOnly ? [['reduceOnly', 'true'] as const] : []),
      ['side', order.side === 'buy' ? 'BUY' : 'SELL'],
      ['symbol', instrument.symbol],
      ...(priceTicks === null
        ? []
        : [['timeInForce', order.postOnly ? 'GTX' : TIMES_IN_FORCE[order.timeInForce]] as const]),
      ['timestamp', Math.floor(this.clock.nowMs())],
      ['type', priceTicks === null ? 'MARKET' : 'LIMIT'],
    ]);
  }

  /** `order.cancel` by the desk's own id of the order. */
  cancel(id: number, clientOrderId: ClientOrderId, { symbol }: Instrument): string {
    return this.signed(id, 'order.cancel', [
      ['apiKey', this.key],
      ['origClientOrderId', clientOrderId],
      ['recvWindow', RECV_WINDOW_MS],
      ['symbol', symbol],
      ['timestamp', Math.floor(this.clock.nowMs())],
    ]);
  }

  private signed(id: number, method: string, params: readonly (readonly [string, string | number])[]): string {
    let query = '';
    let json = '';
    for (const [name, value] of params) {
      query += query === '' ? `${name}=${value}` : `&${name}=${value}`;
      json += typeof value === 'number' ? `"${name}":${value},` : `"${name}":"${value}",`;
    }
    return `{"id":${id},"method":"${method}","params":{${json}"signature":"${this.sign(query)}"}}`;
  }
}

/** @throws RangeError naming the symbol that cannot be written into a request as it is. */
export function checkSymbols(instruments: readonly Instrument[]): void {
  for (const instrument of instruments) {
    if (!PLAIN.test(instrument.symbol)) {
      throw new RangeError(
        `${instrumentKey(instrument)}: only letters, digits and _ are taken in a symbol of this venue`,
      );
    }
  }
}
