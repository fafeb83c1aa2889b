/** What the tests of this folder share: a venue's HTTP interface that answers as it is told. */
import { createInstrument, type Instrument } from '../../../../src-shared/domain/instrument.ts';
import type { Outcome, RestCall, RestCalls } from './outcome.ts';

export type Answer = (call: RestCall) => Outcome | Promise<Outcome>;

/** Answers by method and path; what nobody has scripted is not found. Keeps what it was asked. */
export class ScriptedCalls implements RestCalls {
  readonly asked: RestCall[] = [];
  private readonly answers = new Map<string, Answer>();

  /** @param route as documented: `GET /fapi/v1/order`. */
  on(route: string, answer: Answer): this {
    this.answers.set(route, answer);
    return this;
  }

  async call(request: RestCall): Promise<Outcome> {
    this.asked.push(request);
    const answer = this.answers.get(`${request.method} ${request.path}`);
    return answer === undefined ? { kind: 'refused', code: -1, message: 'not scripted' } : answer(request);
  }

  askedOf(path: string): readonly RestCall[] {
    return this.asked.filter((call) => call.path === path);
  }
}

export function answered(json: unknown): Outcome {
  return { kind: 'answered', json };
}

export const BTC: Instrument = perpetual('BTCUSDT', 'BTC', '0.10', 0);
export const ETH: Instrument = perpetual('ETHUSDT', 'ETH', '0.01', 1);

function perpetual(symbol: string, base: string, tickSize: string, id: number): Instrument {
  const terms = { kind: 'linear', quote: 'USDT', settle: 'USDT', lotSize: '0.001', multiplier: '1' } as const;
  return createInstrument({ venue: 'binance-usdm', symbol, base, tickSize, ...terms }, id);
}
