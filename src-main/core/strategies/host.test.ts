import { describe, expect, it } from 'vitest';
import type { InstrumentId, Lots, Ticks } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import { afterMs, type Micros } from '../../../src-shared/domain/time.ts';
import { perpetual, TestDesk } from '../../testing/strategy-desk.ts';
import { Strategies, StrategyError } from './host.ts';
import type { Decisions, OwnOrderFact, Strategy, StrategyIntent } from './strategy.ts';

const FIRST = 0 as InstrumentId;
const SECOND = 1 as InstrumentId;

function buy(instrument = FIRST): StrategyIntent {
  return {
    instrument,
    side: 'buy',
    type: 'limit',
    timeInForce: 'gtc',
    priceTicks: 599_000 as Ticks,
    stopTicks: null,
    lots: 2 as Lots,
    postOnly: true,
    reduceOnly: false,
    replaces: null,
  };
}

/** Writes down what it hears, and decides what the test tells it to. */
class Scribe implements Strategy {
  readonly heard: string[] = [];
  decide: (decisions: Decisions, at: Micros) => void = () => {};
  private state = 0;
  readonly name: string;
  readonly instruments: readonly InstrumentId[];
  private readonly log: string[];

  constructor(name: string, instruments: readonly InstrumentId[], log: string[] = []) {
    this.name = name;
    this.instruments = instruments;
    this.log = log;
  }

  onBook(instrument: InstrumentId, at: Micros, decisions: Decisions): void {
    this.hear(`book ${instrument}`, at, decisions);
  }

  onTrade(instrument: InstrumentId, at: Micros, decisions: Decisions): void {
    this.hear(`trade ${instrument}`, at, decisions);
  }

  onTimer(key: string, at: Micros, decisions: Decisions): void {
    this.hear(`timer ${key}`, at, decisions);
  }

  onOrder(fact: OwnOrderFact): void {
    this.heard.push(fact.kind);
  }

  onOrdersChanged(at: Micros, decisions: Decisions): void {
    this.hear('orders changed', at, decisions);
  }

  onBookUnproven(instrument: InstrumentId): void {
    this.heard.push(`unproven ${instrument}`);
  }

  snapshot(): number {
    return this.state;
  }

  restore(state: unknown): void {
    this.state = state as number;
  }

  takeHeard(): string[] {
    return this.heard.splice(0);
  }

  private hear(what: string, at: Micros, decisions: Decisions): void {
    this.state += 1;
    this.heard.push(what);
    this.log.push(`${this.name}: ${what}`);
    this.decide(decisions, at);
  }
}

function once(decide: (decisions: Decisions, at: Micros) => void): (decisions: Decisions, at: Micros) => void {
  let isDone = false;
  return (decisions, at) => {
    if (!isDone) decide(decisions, at);
    isDone = true;
  };
}

function deskOf(...strategies: readonly Strategy[]): TestDesk {
  return new TestDesk([perpetual(0), perpetual(1)], () => strategies);
}

describe('what a strategy hears', () => {
  it('is its own instruments, in the order of the strategies', () => {
    const log: string[] = [];
    const [b, a] = [new Scribe('b', [FIRST], log), new Scribe('a', [FIRST, SECOND], log)];
    const desk = deskOf(b, a);
    desk.depth(0);
    desk.depth(1);
    desk.trade(0);
    desk.trade(1);
    expect(log).toEqual(['b: book 0', 'a: book 0', 'a: book 1', 'b: trade 0', 'a: trade 0', 'a: trade 1']);
  });

  it('is nothing that it has no method for', () => {
    const mute: Strategy = { name: 'mute', instruments: [FIRST], snapshot: () => 0, restore: () => {} };
    const desk = deskOf(mute);
    desk.depth(0);
    desk.trade(0);
    desk.quarantine(0);
    expect(desk.entry.submitted).toEqual([]);
  });

  it('is the facts of its own orders as they are made, and one question after the input', () => {
    const [mine, other] = [new Scribe('mine', [FIRST]), new Scribe('other', [FIRST])];
    const desk = deskOf(mine, other);
    mine.decide = once((decisions) => decisions.submit(buy()));
    desk.depth(0);
    expect(mine.takeHeard()).toEqual(['book 0', 'order-intended']);
    expect(other.takeHeard()).toEqual(['book 0']);

    const [state] = desk.open('buy');
    const { clientOrderId } = state.order;
    desk.happen({ kind: 'order-sent', clientOrderId }, desk.fillOf(state, 1), desk.fillOf(state, 1));
    expect(mine.takeHeard()).toEqual(['order-sent', 'order-filled', 'order-filled', 'orders changed']);
    expect(other.takeHeard()).toEqual([]);
  });

  it('is not the question again for what its own decision made, a refusal included', () => {
    const scribe = new Scribe('mine', [FIRST]);
    const desk = deskOf(scribe);
    desk.entry.isRefusing = true;
    scribe.decide = (decisions) => decisions.submit(buy());
    desk.depth(0);
    expect(scribe.takeHeard()).toEqual(['book 0', 'order-refused']);
    desk.trade(0);
    expect(scribe.takeHeard()).toEqual(['trade 0', 'order-refused']);
  });

  it('leaves out facts of orders that nobody here owns', () => {
    const scribe = new Scribe('mine', [FIRST]);
    const stranger = 'f'.repeat(32) as ClientOrderId;
    deskOf(scribe).happen({ kind: 'order-anomaly', clientOrderId: stranger, report: 'filled', detail: '' });
    expect(scribe.heard).toEqual([]);
  });
});

describe('while a book is unproven', () => {
  it('nothing is asked of a strategy that looks at it, not even about its other books', () => {
    const [both, second] = [new Scribe('both', [FIRST, SECOND]), new Scribe('second', [SECOND])];
    const desk = deskOf(both, second);
    desk.quarantine(0);
    for (const instrument of [0, 1]) {
      desk.depth(instrument);
      desk.trade(instrument);
    }
    expect(both.heard).toEqual(['unproven 0']);
    expect(second.heard).toEqual(['book 1', 'trade 1']);
    desk.market.set(FIRST, { isProven: true });
    desk.depth(0);
    expect(both.heard).toEqual(['unproven 0', 'book 0']);
  });

  it('facts are still told, and the question about them comes when the book is proven again', () => {
    const scribe = new Scribe('mine', [FIRST]);
    const desk = deskOf(scribe);
    scribe.decide = once((decisions) => decisions.submit(buy()));
    desk.depth(0);
    desk.quarantine(0);
    scribe.takeHeard();
    desk.fill(desk.open('buy')[0], 1);
    desk.trade(1);
    expect(scribe.takeHeard()).toEqual(['order-filled']);
    desk.market.set(FIRST, { isProven: true });
    desk.trade(1);
    desk.trade(1);
    expect(scribe.takeHeard()).toEqual(['orders changed']);
  });

  it('its timers wait', () => {
    const scribe = new Scribe('mine', [FIRST]);
    const desk = deskOf(scribe);
    scribe.decide = once((decisions, at) => decisions.wakeAt(afterMs(at, 100), 'key'));
    desk.depth(0);
    desk.quarantine(0);
    scribe.takeHeard();
    desk.turn.advance(5_000);
    expect(scribe.takeHeard()).toEqual([]);
    desk.market.set(FIRST, { isProven: true });
    desk.turn.advance(5_000);
    expect(scribe.takeHeard()).toEqual(['timer key']);
  });
});

describe('what a strategy decides', () => {
  it('goes out under its name, cancels first', () => {
    const scribe = new Scribe('mine', [FIRST]);
    const desk = deskOf(scribe);
    scribe.decide = once((decisions) => decisions.submit(buy()));
    desk.depth(0);
    const { clientOrderId } = desk.open('buy')[0].order;
    scribe.decide = once((decisions) => {
      decisions.submit({ ...buy(), lots: 5 as Lots });
      decisions.cancel(clientOrderId, 'why');
    });
    const before = desk.turn.facts.length;
    desk.depth(0);
    expect(desk.turn.facts.slice(before).map((fact) => fact.kind)).toEqual([
      'order-cancel-requested',
      'order-intended',
    ]);
    expect(desk.entry.cancelled).toEqual([{ clientOrderId, reason: 'why' }]);
    expect(desk.entry.submitted[1]).toEqual({ ...buy(), lots: 5, origin: 'mine' });
  });

  it('includes timers, which come back to it alone, with their key', () => {
    const [mine, other] = [new Scribe('mine', [FIRST]), new Scribe('mine:too', [FIRST])];
    const desk = deskOf(mine, other);
    mine.decide = once((decisions, at) => {
      decisions.wakeAt(afterMs(at, 100), 'a key with spaces');
      decisions.wakeAt(afterMs(at, 200), 'moved');
      decisions.wakeAt(afterMs(at, 50), 'moved');
    });
    desk.depth(0);
    desk.turn.advance(1_000);
    expect(mine.heard).toEqual(['book 0', 'timer moved', 'timer a key with spaces']);
    expect(other.heard).toEqual(['book 0']);
  });

  it('stops the desk when it touches what is not its own, or runs away', () => {
    const [mine, other] = [new Scribe('mine', [FIRST]), new Scribe('other', [FIRST])];
    const desk = deskOf(mine, other);
    mine.decide = once((decisions) => decisions.submit(buy()));
    desk.depth(0);
    const { clientOrderId } = desk.open('buy')[0].order;
    const stops = (decide: (decisions: Decisions) => void): void => {
      const fresh = new Scribe('other', [FIRST]);
      const again = deskOf(new Scribe('mine', [FIRST]), fresh);
      again.restore(desk.snapshot());
      fresh.decide = decide;
      expect(() => again.depth(0)).toThrow(/belongs to mine|not one of its own|runs away/);
    };
    stops((decisions) => decisions.cancel(clientOrderId, 'not mine'));
    stops((decisions) => decisions.submit(buy(SECOND)));
    stops((decisions) => {
      for (let i = 0; i < 2_000; i += 1) decisions.submit(buy());
    });
  });
});

describe('the room', () => {
  it('refuses names that orders and timers could not be told apart by, and the name of the operator', () => {
    const host = (...names: readonly string[]) => {
      const desk = deskOf();
      const strategies = names.map((name) => new Scribe(name, [FIRST]));
      return new Strategies(strategies, desk.market, desk.orders, desk.entry);
    };
    expect(() => host('same', 'same')).toThrow(StrategyError);
    expect(() => host('two words')).toThrow('without spaces');
    expect(() => host('')).toThrow('no name');
    expect(() => host('operator')).toThrow('no name');
  });

  it('restores every strategy by its name, whatever their order, and the questions it owes', () => {
    const [a, b] = [new Scribe('a', [FIRST]), new Scribe('b', [FIRST, SECOND])];
    const desk = deskOf(a, b);
    a.decide = once((decisions, at) => {
      decisions.submit(buy());
      decisions.wakeAt(afterMs(at, 100), 'later');
    });
    desk.depth(0);
    desk.depth(1);
    desk.quarantine(0);
    desk.fill(desk.open('buy')[0], 1);

    const [a2, b2] = [new Scribe('a', [FIRST]), new Scribe('b', [FIRST, SECOND])];
    const restored = deskOf(b2, a2);
    restored.restore(desk.snapshot());
    expect([a2.snapshot(), b2.snapshot()]).toEqual([1, 2]);
    restored.market.set(FIRST, { isProven: true });
    restored.trade(1);
    restored.turn.advance(200);
    expect(a2.takeHeard()).toEqual(['orders changed', 'timer later']);
  });

  it('refuses the snapshot of a desk with other strategies, and restores nothing of it', () => {
    const [a, b] = [new Scribe('a', [FIRST]), new Scribe('b', [FIRST])];
    const [both, one] = [deskOf(a, b), new Scribe('a', [FIRST])];
    both.depth(0);
    const onlyA = deskOf(one);
    expect(() => onlyA.host.restore(both.host.snapshot())).toThrow("strategy 'b', which this desk does not run");
    expect(() => both.host.restore(onlyA.host.snapshot())).toThrow("no strategy 'b'");
    expect([a.snapshot(), b.snapshot(), one.snapshot()]).toEqual([1, 1, 0]);
  });

  it('says so when a timer wakes a strategy that is not there', () => {
    const desk = deskOf();
    expect(() => desk.host.wake('gone key', desk.turn)).toThrow("'gone key'");
  });
});
