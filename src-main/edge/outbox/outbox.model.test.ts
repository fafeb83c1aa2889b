import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lots } from '../../../src-shared/domain/instrument.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { OrderReport } from '../../core/engine/input.ts';
import { runs } from '../../testing/runs.ts';
import {
  BenchDesk,
  cancel,
  MAX_WAIT_MS,
  MAX_WAITING,
  MOST_LOTS,
  orderId,
  place,
  query,
  replace,
  SNAPSHOT,
} from './fixtures.ts';

/** What a core asks for; orders are told by how long ago they were made. */
type Ask =
  | { readonly ask: 'place'; readonly lots: number }
  | { readonly ask: 'replace' | 'cancel' | 'query'; readonly back: number }
  | { readonly ask: 'snapshot' };
type Command =
  | { readonly turn: readonly Ask[]; readonly reaction: readonly Ask[] }
  | { readonly durableBack: number }
  | { readonly waitMs: number }
  | { readonly link: BenchDesk['link'] }
  | 'stop';

const anyAsk: fc.Arbitrary<Ask> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ ask: fc.constant('place' as const), lots: fc.constantFrom(1, 1, 1, MOST_LOTS + 1) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      ask: fc.constantFrom('replace' as const, 'cancel' as const, 'query' as const),
      back: fc.nat(6),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ ask: 'snapshot' as const }) },
);
const asks = fc.array(anyAsk, { maxLength: 4 });
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ turn: asks, reaction: asks }) },
  { weight: 8, arbitrary: fc.record({ durableBack: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ waitMs: fc.integer({ min: 1, max: MAX_WAIT_MS }) }) },
  { weight: 3, arbitrary: fc.record({ link: fc.constantFrom<BenchDesk['link']>('up', 'up', 'down', 'breaks') }) },
  { weight: 1, arbitrary: fc.constant('stop' as const) },
);

/** What a test knows of one order that it submitted. */
interface Submitted {
  readonly id: string;
  readonly target: string | null;
  readonly recordSeq: number;
  readonly at: number;
  /** State of the link when the order was handed to it. */
  sent: BenchDesk['link'] | null;
  outcome: OrderReport['type'] | null;
  /** Cancelled while it waited, itself or its target. */
  mustStay: boolean;
}

/** A desk, and what is known to be right about it. */
class Model {
  readonly desk = new BenchDesk();
  readonly orders: Submitted[] = [];
  readonly counts = { released: 0, blocked: 0, unanswered: 0, withheld: 0, expired: 0, refused: 0 };
  private reactions: (readonly Ask[])[] = [];
  private hearing = 0;

  constructor() {
    this.desk.onSent = (effect) => this.mayLeave(effect);
    this.desk.onTold = (id, report) => this.hear(id, report);
  }

  perform(command: Command): void {
    const { desk } = this;
    if (command === 'stop') desk.stop();
    else if ('turn' in command) {
      this.reactions.push(command.reaction);
      this.turn(command.turn);
    } else if ('durableBack' in command) desk.durable(desk.seq - command.durableBack);
    else if ('waitMs' in command) desk.wait(command.waitMs);
    else desk.link = command.link;
    if (!(typeof command === 'object' && 'link' in command)) this.isAtRest();
  }

  end(): void {
    this.desk.stop();
    for (const { outcome } of this.orders) expect(outcome).not.toBeNull();
  }

  private turn(all: readonly Ask[]): void {
    this.desk.turn(...all.map((ask) => this.effectOf(ask)));
  }

  private effectOf(asked: Ask): Effect {
    if (asked.ask === 'snapshot') return SNAPSHOT;
    if (asked.ask === 'place') return place(this.submitted(null), asked.lots);
    const about = this.orders.at(-1 - asked.back)?.id ?? 'stranger';
    if (asked.ask === 'replace') return replace(about, this.submitted(about));
    if (asked.ask === 'query') return query(about);
    return cancel(about);
  }

  private submitted(target: string | null): string {
    const id = `o${this.orders.length}`;
    const { seq, nowMicros } = this.desk;
    this.orders.push({ id, target, recordSeq: seq + 1, at: nowMicros, sent: null, outcome: null, mustStay: false });
    return id;
  }

  /** What is handed to the link, while it happens. */
  private mayLeave(effect: Effect): void {
    if (!('order' in effect)) return;
    const { desk, orders } = this;
    const index = orders.findIndex(({ id }) => id === effect.order.clientOrderId);
    const order = orders[index];
    expect(order.sent).toBeNull();
    expect(order.outcome).toBeNull();
    expect(order.mustStay).toBe(false);
    expect(desk.stopFlag.isSet).toBe(false);
    expect(desk.durableSeq).toBeGreaterThanOrEqual(order.recordSeq);
    expect(desk.nowMicros - order.at).toBeLessThan(MAX_WAIT_MS * 1_000);
    expect(effect.order.lots).toBeLessThanOrEqual(MOST_LOTS);
    // First in, first out.
    for (const later of orders.slice(index + 1)) expect(later.sent).toBeNull();
    for (const earlier of orders.slice(0, index)) expect(earlier.outcome).not.toBeNull();
    order.sent = desk.link;
  }

  private hear(id: string, report: OrderReport): void {
    expect(this.hearing).toBe(0);
    this.hearing += 1;
    const order = this.orders.find((one) => one.id === id) as Submitted;
    expect(order.outcome).toBeNull();
    order.outcome = report.type;
    const expected = { up: 'released', down: 'blocked', breaks: 'unanswered' } as const;
    expect(report.type).toBe(order.sent === null ? 'blocked' : expected[order.sent]);
    this.counts[report.type as 'released' | 'blocked' | 'unanswered'] += 1;
    if ('reason' in report && report.reason.startsWith('waited')) this.counts.expired += 1;
    if ('reason' in report && report.reason.startsWith('order of')) this.counts.refused += 1;
    const reaction = this.reactions.shift();
    if (reaction !== undefined) this.turn(reaction);
    this.hearing -= 1;
  }

  /** What holds whenever the outbox has done all it can. */
  private isAtRest(): void {
    const { desk, orders } = this;
    const waiting = orders.filter(({ outcome }) => outcome === null);
    expect(desk.outbox.waitingCount).toBe(waiting.length);
    expect(waiting.length).toBeLessThanOrEqual(MAX_WAITING);
    if (desk.stopFlag.isSet) expect(waiting).toEqual([]);
    const [first] = waiting;
    if (first !== undefined) {
      expect(first.recordSeq).toBeGreaterThan(desk.durableSeq);
      expect(desk.outbox.nextExpiryAt()).toBe(first.at + MAX_WAIT_MS * 1_000);
      expect(desk.outbox.nextExpiryAt()).toBeGreaterThan(desk.nowMicros);
    }
    const left = orders.filter(({ sent }) => sent === 'up' || sent === 'breaks').map(({ id }) => id);
    expect(desk.secondCheck.snapshot().open.map(({ id }) => id)).toEqual(left);
  }

  /** Checks every cancel and question, and notes whom a cancel keeps from leaving. */
  watchSubmissions(): void {
    const { outbox } = this.desk;
    // Those of a turn are made before the first of them is submitted.
    const submitted = new Set<string>();
    const submit = outbox.submit.bind(outbox);
    outbox.submit = (effect, recordSeq) => {
      const before = this.desk.sent.length;
      const undecided = this.orders.filter(({ id, outcome }) => submitted.has(id) && outcome === null);
      const stays = 'clientOrderId' in effect && undecided.some(({ id }) => id === effect.clientOrderId);
      if (effect.kind === 'cancel-order') {
        for (const order of undecided) {
          order.mustStay ||= order.id === effect.clientOrderId || order.target === effect.clientOrderId;
        }
      }
      submit(effect, recordSeq);
      if ('order' in effect) submitted.add(effect.order.clientOrderId);
      if (stays) this.counts.withheld += 1;
      expect(this.desk.sent.slice(before)).toEqual('order' in effect || stays ? [] : [effect]);
    };
  }
}

describe('the outbox, whatever happens', () => {
  it('holds orders back until they are durable, and nothing else ever', () => {
    const counts = { released: 0, blocked: 0, unanswered: 0, withheld: 0, expired: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 60, size: 'max' }), (commands) => {
        const model = new Model();
        model.watchSubmissions();
        for (const command of commands) model.perform(command);
        model.end();
        for (const [key, count] of Object.entries(model.counts)) counts[key as keyof typeof counts] += count;
      }),
      { seed: 42, numRuns: runs(300) },
    );
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(50);
  });
});

type KnightStep =
  | { readonly place: number; readonly replaces: number | null }
  | { readonly cancel: number }
  | { readonly report: number; readonly type: OrderReport['type'] }
  | { readonly durableBack: number }
  | { readonly link: BenchDesk['link'] }
  | 'wait'
  | 'crash';

const IDS = 6;
const anyId = fc.nat(IDS - 1);
const anyKnightStep: fc.Arbitrary<KnightStep> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ place: anyId, replaces: fc.option(anyId) }) },
  { weight: 2, arbitrary: fc.record({ cancel: anyId }) },
  {
    weight: 4,
    arbitrary: fc.record({
      report: anyId,
      type: fc.constantFrom<OrderReport['type']>(
        'acknowledged',
        'rejected',
        'cancelled',
        'expired',
        'open',
        'not-found',
      ),
    }),
  },
  { weight: 6, arbitrary: fc.record({ durableBack: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ link: fc.constantFrom<BenchDesk['link']>('up', 'up', 'down', 'breaks') }) },
  { weight: 1, arbitrary: fc.constant('wait' as const) },
  { weight: 1, arbitrary: fc.constant('crash' as const) },
);

describe('an order that a broken core asks for again and again', () => {
  it('leaves once at most, across blocks, broken links, reports, expiries and crashes', () => {
    let repeats = 0;
    let crashes = 0;
    fc.assert(
      fc.property(fc.array(anyKnightStep, { maxLength: 80, size: 'max' }), (steps) => {
        const desk = new BenchDesk();
        const left = new Set<string>();
        desk.onSent = (effect) => {
          if (!('order' in effect) || desk.link === 'down') return;
          expect(left).not.toContain(effect.order.clientOrderId);
          left.add(effect.order.clientOrderId);
        };
        for (const step of steps) {
          if (step === 'crash') {
            crashes += 1;
            desk.crash();
          } else if (step === 'wait') desk.wait(MAX_WAIT_MS);
          else if ('place' in step) {
            if (left.has(`o${step.place}`)) repeats += 1;
            desk.turn(
              step.replaces === null ? place(`o${step.place}`) : replace(`o${step.replaces}`, `o${step.place}`),
            );
          } else if ('cancel' in step) desk.turn(cancel(`o${step.cancel}`));
          else if ('report' in step) {
            // Only of what left: a venue knows no others.
            if (left.has(`o${step.report}`)) desk.report(orderId(`o${step.report}`), reportOf(step.type));
          } else if ('durableBack' in step) desk.durable(desk.seq - step.durableBack);
          else desk.link = step.link;
        }
      }),
      { seed: 42, numRuns: runs(300) },
    );
    expect(repeats).toBeGreaterThan(100);
    expect(crashes).toBeGreaterThan(100);
  });
});

function reportOf(type: OrderReport['type']): OrderReport {
  return { type, reason: 'venue', venueOrderId: 'v', cumulativeLots: 0 as Lots } as unknown as OrderReport;
}
