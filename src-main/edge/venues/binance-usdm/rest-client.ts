import { type HttpResponse, type Network, NetworkError } from '../network.ts';
import type { RateBudget } from '../rate-budget.ts';
import type { CcxtExchange } from './ccxt-exchange.ts';
import { CLOCK_CODE, classify, restAskedFor } from './classify.ts';
import type { Outcome, RestCall, RestCalls } from './outcome.ts';
import { figuresOfHeaders } from './rate-figures.ts';
import { withoutQuery } from './without-query.ts';

export interface RestClientOptions {
  readonly network: Network;
  readonly exchange: Pick<CcxtExchange, 'sign'>;
  readonly budget: RateBudget;
  /** The clock that the budget goes by, ms since the Unix epoch. */
  readonly nowMs: () => number;
  /** The venue found our time outside its window. */
  readonly onWrongClock: () => void;
  /** Hears how long each whole answer took. */
  readonly onAnswered?: (call: RestCall, tookMs: number) => void;
}

const DEFAULT_TIMEOUT_MS = 5_000;

/** One attempt for each call: worded and signed by ccxt, sent by our own network, judged by what is proven. */
export class RestClient implements RestCalls {
  private readonly options: RestClientOptions;

  constructor(options: RestClientOptions) {
    this.options = options;
  }

  async call(request: RestCall): Promise<Outcome> {
    const { network, exchange, budget, nowMs, onAnswered } = this.options;
    const refusal = budget.take(request.use, request.weight);
    if (refusal !== null) return { kind: 'not-accepted', reason: refusal };
    let signed: ReturnType<CcxtExchange['sign']>;
    try {
      signed = exchange.sign(request);
    } catch (error) {
      // Its text could quote what was to be signed.
      return { kind: 'not-accepted', reason: `the request could not be signed: ${(error as Error).name}` };
    }
    const sentAtMs = nowMs();
    let response: HttpResponse;
    try {
      response = await network.request({ ...signed, timeoutMs: request.timeoutMs ?? DEFAULT_TIMEOUT_MS });
    } catch (error) {
      const reason = withoutQuery((error as Error).message);
      const isUnsent = error instanceof NetworkError && error.sent === 'no';
      return { kind: isUnsent ? 'not-accepted' : 'unknown', reason };
    }
    onAnswered?.(request, nowMs() - sentAtMs);
    return this.judged(response, sentAtMs);
  }

  private judged({ status, headers, body }: HttpResponse, sentAtMs: number): Outcome {
    const { budget, nowMs, onWrongClock } = this.options;
    budget.heard(figuresOfHeaders(headers), sentAtMs);
    const rest = restAskedFor(status, body, headers['retry-after'], nowMs());
    if (rest !== null) budget.close(rest);
    const outcome = classify(status, body);
    if (outcome.kind === 'refused' && outcome.code === CLOCK_CODE) onWrongClock();
    return outcome;
  }
}
