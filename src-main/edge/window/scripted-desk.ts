/** What the window's tests share: a desk without a core, whose topics and answers a test writes. */
import { DeskError } from '../../../src-shared/contract/errors.ts';
import { clientMessageSchema } from '../../../src-shared/contract/messages.ts';
import type { Method } from '../../../src-shared/contract/methods.ts';
import type { FillView, OrderView } from '../../../src-shared/contract/topics.ts';
import { DeskServer, type ServerParts, type Urgency } from './desk-server.ts';
import { LatestReader } from './latest-reader.ts';
import { NumberedLog } from './numbered-log.ts';

export class ScriptedDesk {
  readonly denied: string[] = [];
  readonly failures: string[] = [];
  readonly calls: [method: Method, params: unknown][] = [];
  readonly fills = new NumberedLog<FillView>(10_000);
  readonly orders = new NumberedLog<OrderView>(10_000, ({ id }) => id);
  /** What the topic `status` reads; a thrown error is a fault of the desk. */
  status: () => unknown = () => ({ openOrders: 0 });
  reads = 0;
  windows = 0;
  answer: (method: Method, params: unknown) => unknown = () => ({});
  urgency: (params: unknown) => Urgency = () => 'none';
  readonly server: DeskServer;

  constructor(parts: Partial<ServerParts> = {}) {
    this.server = new DeskServer({
      epoch: 'epoch-1',
      speed: 1,
      now: () => Math.round(performance.now() * 1_000) + 1_700_000_000_000_000,
      nowMs: () => performance.now(),
      reader: (topic) => {
        if (topic === 'depth') throw new DeskError({ code: 'not-found', detail: 'there is no such instrument' });
        return new LatestReader(() => {
          this.reads += 1;
          return { at: 1_700_000_000_000_000, value: this.status() };
        }, 0);
      },
      log: (topic) => (topic === 'orders' ? this.orders : this.fills) as NumberedLog<unknown>,
      call: (method, params) => {
        this.calls.push([method, params]);
        return this.answer(method, params);
      },
      urgency: (params) => this.urgency(params),
      arrived: () => {
        this.windows += 1;
      },
      left: () => {
        this.windows -= 1;
      },
      denied: (_, code) => this.denied.push(code),
      failed: (detail) => this.failures.push(detail),
      ...parts,
    });
  }
}

/** Fill number `n`. */
export function fill(n: number): FillView {
  return {
    id: `fill-${n}`,
    orderId: 'order',
    instrument: 'simulated:BTCUSDT',
    origin: 'maker',
    side: n % 2 === 0 ? 'buy' : 'sell',
    price: '60000.10',
    quantity: '0.001',
    fee: '-0.00012345',
    feeCurrency: 'USDT',
    liquidity: 'maker',
    at: n as FillView['at'],
    exchangeAt: n as FillView['at'],
  };
}

/** Order number `n`. */
export function order(n: number): OrderView {
  return {
    ...{ id: `order-${n}`, instrument: 'simulated:BTCUSDT', origin: 'maker', side: 'buy', type: 'limit' },
    ...{ price: '60000.10', quantity: '0.001', filled: '0.000', averagePrice: null, postOnly: true, reduceOnly: false },
    ...{ status: 'acknowledged', isOpen: true, reason: null },
    intendedAt: n as OrderView['intendedAt'],
    changedAt: n as OrderView['changedAt'],
  };
}

/** Whether a text is a frame or a message of a window, for tests that meddle with what travels. */
export function isAcknowledgement(text: string): boolean {
  const parsed = clientMessageSchema.safeParse(JSON.parse(text));
  return parsed.success && parsed.data.t === 'ack';
}

export function isFrameWithItems(text: string): boolean {
  const message = JSON.parse(text) as { t: string; updates?: readonly { items?: readonly unknown[] }[] };
  return message.t === 'frame' && (message.updates ?? []).some(({ items }) => (items?.length ?? 0) > 0);
}
