import type { Brand } from './brand.ts';
import type { InstrumentId, Lots, Ticks } from './instrument.ts';
import type { Currency, Money } from './money.ts';
import type { Micros } from './time.ts';

export type Side = 'buy' | 'sell';

/** 32 lowercase hex characters; see `core/execution/client-order-id.ts`. */
export type ClientOrderId = Brand<string, 'ClientOrderId'>;

export type OrderType = 'limit' | 'market' | 'stop-market' | 'stop-limit';

/** Good till cancelled; immediate or cancel; fill or kill. */
export type TimeInForce = 'gtc' | 'ioc' | 'fok';

/** What an order is, before anyone has given it a name or an answer. */
export interface OrderTerms {
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Limit price; null for `market` and `stop-market`. */
  readonly priceTicks: Ticks | null;
  /** Trigger price; null unless `stop-market` or `stop-limit`. */
  readonly stopTicks: Ticks | null;
  readonly lots: Lots;
  /** Refused by the venue if it would take liquidity. */
  readonly postOnly: boolean;
  /** May only make the position smaller. */
  readonly reduceOnly: boolean;
}

/** What a strategy or an operator wants. It becomes an order only when the gate lets it. */
export interface OrderIntent extends OrderTerms {
  /** The strategy's name, or `operator`. */
  readonly origin: string;
  /** The working order that this one takes the place of, if any. */
  readonly replaces: ClientOrderId | null;
}

/** An order as it goes to a venue. */
export interface Order extends OrderTerms {
  readonly clientOrderId: ClientOrderId;
}

export const ORDER_STATUSES = [
  'intended',
  'sent',
  'acknowledged',
  'partly-filled',
  'filled',
  'cancel-pending',
  'cancelled',
  'replaced',
  'rejected',
  'expired',
  'unknown',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Whether an order in this status can never trade again. UNKNOWN is not terminal: absence of proof is no proof. */
export function isTerminal(status: OrderStatus): boolean {
  return (
    status === 'filled' ||
    status === 'cancelled' ||
    status === 'replaced' ||
    status === 'rejected' ||
    status === 'expired'
  );
}

export type Liquidity = 'maker' | 'taker';

/** One execution, as the venue reports it. */
export interface Fill {
  readonly clientOrderId: ClientOrderId;
  /** The venue's own id of the execution: the same id twice is the same fill. */
  readonly fillId: string;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly priceTicks: Ticks;
  readonly lots: Lots;
  /** Positive is paid, negative is a rebate. */
  readonly fee: Money;
  readonly feeCurrency: Currency;
  readonly liquidity: Liquidity;
  /** The venue's time of the execution. */
  readonly exchangeAt: Micros;
}

export function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}

/** +1 for a buy, −1 for a sell. */
export function sign(side: Side): 1 | -1 {
  return side === 'buy' ? 1 : -1;
}
