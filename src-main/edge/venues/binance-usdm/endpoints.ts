/** Where the venue listens. */
export interface Endpoints {
  /** Of HTTP requests, without a path: `https://fapi.binance.com`. */
  readonly rest: string;
  /** Of market data and reports: `wss://fstream.binance.com`. */
  readonly streams: string;
  /** Of orders by WebSocket: `wss://ws-fapi.binance.com/ws-fapi/v1`. */
  readonly orders: string;
}

/** What proves to the venue who asks. Held in memory only. */
export interface ApiKey {
  readonly key: string;
  readonly secret: string;
}

/** The venue's time: this machine's clock, corrected by the measured offset. */
export interface VenueClock {
  /** ms since the Unix epoch. */
  nowMs(): number;
}
