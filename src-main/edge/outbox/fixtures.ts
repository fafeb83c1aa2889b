/** What the outbox's tests share. */
import { createInstrument, type Lots, type Ticks } from '../../../src-shared/domain/instrument.ts';
import { parseMoney } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';
import { MICROS_PER_MS, micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { OrderReport, OrderReportInput } from '../../core/engine/input.ts';
import { createStopFlag, StopFlag } from '../../threads/stop-flag.ts';
import { Outbox, type OutboxParts, type SendResult } from './outbox.ts';
import { SecondCheck } from './second-check.ts';

const INSTRUMENT = createInstrument(
  {
    venue: 'test',
    symbol: 'BTCUSDT',
    kind: 'linear',
    base: 'BTC',
    quote: 'USDT',
    settle: 'USDT',
    tickSize: '0.1',
    lotSize: '0.001',
    multiplier: '1',
  },
  0,
);
const PLENTY = parseMoney('1000000', INSTRUMENT.settle);
/** More than this the second check refuses. */
export const MOST_LOTS = 10;
export const MAX_WAIT_MS = 1_000;
export const MAX_WAITING = 8;

export function orderId(text: string): ClientOrderId {
  return text as ClientOrderId;
}

export function limitOrder(id: string, lots = 1): Order {
  return {
    clientOrderId: orderId(id),
    instrument: INSTRUMENT.id,
    side: 'buy',
    type: 'limit',
    timeInForce: 'gtc',
    priceTicks: 10_000 as Ticks,
    stopTicks: null,
    lots: lots as Lots,
    postOnly: true,
    reduceOnly: false,
  };
}

export const place = (id: string, lots?: number): Effect => ({ kind: 'place-order', order: limitOrder(id, lots) });
export const replace = (target: string, id: string): Effect => ({
  kind: 'replace-order',
  target: orderId(target),
  order: limitOrder(id),
});
export const cancel = (id: string): Effect => ({
  kind: 'cancel-order',
  clientOrderId: orderId(id),
  instrument: INSTRUMENT.id,
});
export const query = (id: string): Effect => ({
  kind: 'query-order',
  clientOrderId: orderId(id),
  instrument: INSTRUMENT.id,
});
export const SNAPSHOT: Effect = { kind: 'request-snapshot', instrument: INSTRUMENT.id };

/** `place a`, `replace a by b`, `cancel a`. */
export function shown(effect: Effect): string {
  if (effect.kind === 'request-snapshot') return 'snapshot';
  if (effect.kind === 'request-account') return 'account';
  const verb = effect.kind.slice(0, effect.kind.indexOf('-'));
  if (effect.kind === 'place-order') return `${verb} ${effect.order.clientOrderId}`;
  return effect.kind === 'replace-order'
    ? `${verb} ${effect.target} by ${effect.order.clientOrderId}`
    : `${verb} ${effect.clientOrderId}`;
}

/** What the journal of a bench desk holds: orders that were intended, and what was heard of them. */
type JournalRecord = { readonly seq: number } & ({ readonly order: Order } | { readonly input: OrderReportInput });

/** A desk without a core: the test asks for effects, moves the watermark and the clock, and breaks the link. */
export class BenchDesk {
  secondCheck = newSecondCheck();
  readonly stopMemory = createStopFlag();
  readonly stopFlag = new StopFlag(this.stopMemory);
  outbox: Outbox;
  link: 'up' | 'down' | 'breaks' = 'up';
  seq = 0;
  durableSeq = 0;
  nowMicros = 0;
  /** Everything that was handed to the link, whether it got through or not. */
  sent: Effect[] = [];
  told: string[] = [];
  /** Of what is sent, and of what is told. Called while it happens. */
  onSent: (effect: Effect) => void = () => {};
  onTold: (id: ClientOrderId, report: OrderReport) => void = () => {};
  private readonly more: Partial<OutboxParts>;
  private journal: JournalRecord[] = [];

  constructor(more: Partial<OutboxParts> = {}) {
    this.more = more;
    this.outbox = this.newOutbox();
  }

  /** One turn of a core that asks for these. @returns what was sent before it ended. */
  turn(...effects: Effect[]): string[] {
    const before = this.sent.length;
    this.seq += 1;
    const seq = this.seq;
    for (const effect of effects) if ('order' in effect) this.journal.push({ seq, order: effect.order });
    for (const effect of effects) this.outbox.submit(effect, seq);
    this.outbox.release();
    return this.sent.slice(before).map(shown);
  }

  /** The journal is on disk up to `seq`: all of it, unless the test says less. @returns what was sent. */
  durable(seq = this.seq): string[] {
    const before = this.sent.length;
    this.durableSeq = Math.max(this.durableSeq, seq);
    this.outbox.release();
    return this.sent.slice(before).map(shown);
  }

  wait(ms: number): void {
    this.nowMicros += ms * MICROS_PER_MS;
    this.outbox.release();
  }

  stop(): void {
    this.stopFlag.set();
    this.outbox.release();
  }

  /** What was told since the last time. */
  takeTold(): string[] {
    return this.told.splice(0);
  }

  report(id: ClientOrderId, report: OrderReport): void {
    this.seq += 1;
    const at = micros(this.nowMicros);
    const input: OrderReportInput = { kind: 'order-report', clientOrderId: id, report, seq: this.seq, at };
    this.journal.push({ seq: this.seq, input });
    this.outbox.observe(input);
  }

  /** The process dies, and the next one has what was on disk. */
  crash(): void {
    this.journal = this.journal.filter(({ seq }) => seq <= this.durableSeq);
    this.seq = this.durableSeq;
    this.secondCheck = newSecondCheck();
    this.outbox = this.newOutbox();
    for (const record of this.journal) {
      if ('order' in record) this.secondCheck.recall(record.order);
      else this.outbox.observe(record.input);
    }
  }

  private newOutbox(): Outbox {
    return new Outbox({
      secondCheck: this.secondCheck,
      stopFlag: this.stopFlag,
      durableSeq: () => this.durableSeq,
      send: (effect) => this.send(effect),
      now: () => this.nowMicros,
      heard: (id, report) => this.hear(id, report),
      maxWaitMs: MAX_WAIT_MS,
      maxWaiting: MAX_WAITING,
      ...this.more,
    });
  }

  private send(effect: Effect): SendResult {
    this.sent.push(effect);
    this.onSent(effect);
    if (this.link === 'breaks') throw new Error('the socket closed');
    return this.link === 'up' ? { ok: true } : { ok: false, reason: 'not connected' };
  }

  private hear(id: ClientOrderId, report: OrderReport): void {
    this.told.push('reason' in report ? `${report.type} ${id}: ${report.reason}` : `${report.type} ${id}`);
    this.report(id, report);
    this.onTold(id, report);
  }
}

function newSecondCheck(): SecondCheck {
  const limits = {
    maxOrderLots: MOST_LOTS,
    maxPositionLots: 'notional-only',
    maxOrderNotional: PLENTY,
    maxPositionNotional: PLENTY,
  } as const;
  return new SecondCheck([INSTRUMENT], [limits]);
}
