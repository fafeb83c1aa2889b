import ccxt, { type binanceusdm } from 'ccxt';
import type { ApiKey, Endpoints } from '../src-main/edge/venues/binance-usdm/endpoints.ts';

export const CCXT = 'ccxt 4.5.84';
/** What it calls BTCUSDT of Binance USD-M. */
export const CCXT_SYMBOL = 'BTC/USDT:USDT';

type CcxtPro = InstanceType<typeof ccxt.pro.binanceusdm>;

/** ccxt as it comes, but for its addresses, and without the pauses of its rate limiter. */
export async function ccxtAt(endpoints: Endpoints, apiKey: ApiKey | null): Promise<CcxtPro> {
  const exchange = new ccxt.pro.binanceusdm({
    ...(apiKey === null ? {} : { apiKey: apiKey.key, secret: apiKey.secret }),
    enableRateLimit: false,
    // Of another service, which is not simulated.
    options: { fetchCurrencies: false },
  });
  exchange.urls.api = addresses(exchange.urls.api, endpoints);
  // Only then it opens sockets that are not encrypted.
  await exchange.loadHttpProxyAgent();
  return exchange;
}

/** Every address in there, at the venue of this machine: no other may ever hear of this key. */
function addresses(api: binanceusdm['urls']['api'], endpoints: Endpoints): binanceusdm['urls']['api'] {
  const text = JSON.stringify(api)
    .replace(/wss:[^"]*\/ws-fapi\/v1/g, endpoints.orders)
    .replace(/wss:\/\/[^/"]*/g, endpoints.streams)
    .replace(/https:\/\/[^/"]*/g, endpoints.rest);
  return JSON.parse(text);
}
