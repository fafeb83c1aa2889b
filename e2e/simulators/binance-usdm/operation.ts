import type { RequestRule } from './fault-rules.ts';
import type { Params } from './params.ts';
import type { Cost } from './rate-limits.ts';

/** One thing that clients may ask for, by REST or by WebSocket. */
export interface Operation {
  /** `key`: the API key alone; `signed`: key, time and signature. */
  readonly security: 'none' | 'key' | 'signed';
  readonly cost: (params: Params) => Cost;
  /** @throws Refusal. @param fault what goes wrong within it, if anything. @returns the answer, to be written as JSON. */
  readonly run: (params: Params, fault: RequestRule | null) => unknown;
}

/** By method and path: `POST /fapi/v1/order`. */
export type Operations = Readonly<Record<string, Operation>>;

export function weight(of: number): () => Cost {
  const cost = { weight: of, ordersPer10Seconds: 0, ordersPerMinute: 0 };
  return () => cost;
}

/** One weight with a symbol, another for all of them. */
export function weightBySymbol(one: number, all: number): (params: Params) => Cost {
  const [cheap, dear] = [weight(one)(), weight(all)()];
  return ({ symbol }) => (symbol === undefined || symbol === '' ? dear : cheap);
}
