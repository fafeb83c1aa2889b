import { describe, expect, it } from 'vitest';
import { createInstrument, type InstrumentId, type Lots, type Ticks } from '../../src-shared/domain/instrument.ts';
import { micros } from '../../src-shared/domain/time.ts';
import { ExchangeHarness, idOf, order, PERPETUAL, QUICK, trade } from '../testing/exchange-harness.ts';
import { FakeClosedMarket, FakeMatcher } from '../testing/fake-matcher.ts';
import { SimulatedExchange } from './exchange.ts';

const ticks = (value: number) => value as Ticks;
const lots = (value: number) => value as Lots;
const limit = (name: string, price: number, quantity = 10) =>
  order(name, { priceTicks: ticks(price), lots: lots(quantity) });
const sell = (name: string, price: number, quantity = 10) =>
  order(name, { side: 'sell', priceTicks: ticks(price), lots: lots(quantity) });
const market = (name: string, side: 'buy' | 'sell', quantity = 10) =>
  order(name, { side, type: 'market', priceTicks: null, lots: lots(quantity) });

/** Asks 1001 × 4, 1002 × 6; bids 999 × 5. */
function withBook(config?: ConstructorParameters<typeof ExchangeHarness>[0]): ExchangeHarness {
  const desk = new ExchangeHarness(config);
  desk.market.level('sell', 1_001, 4);
  desk.market.level('sell', 1_002, 6);
  desk.market.level('buy', 999, 5);
  return desk;
}

/** A desk that is long 8. */
function long8(): ExchangeHarness {
  const desk = withBook();
  desk.place(limit('entry', 1_002, 8));
  expect(desk.position()).toBe(8);
  return desk;
}

describe('a limit order', () => {
  it('takes what it crosses, level by level, and rests the remainder', () => {
    const desk = withBook();
    expect(desk.place(limit('a', 1_001, 10))).toEqual(['a acknowledged', 'a filled 4@1001 taker']);
    expect(desk.trade(1_000, 2)).toEqual(['a filled 2@1001 maker']);
    expect(desk.trade(1_000, 9)).toEqual(['a filled 4@1001 maker']);
    expect(desk.query('a')).toEqual(['a filled 4@1001 taker', 'a filled 2@1001 maker', 'a filled 4@1001 maker']);
    expect(desk.exchange.counters).toMatchObject({ orders: 1, fills: 3, partialFills: 2, rejects: 0 });
    expect(desk.position()).toBe(10);
  });

  it('pays maker and taker fees, with a fill id of its own per fill', () => {
    const desk = withBook();
    desk.place(limit('a', 1_001, 10));
    desk.trade(1_000, 6);
    // 4 · 0.001 · 100.1 USDT at 5 bp, then 6 · 0.001 · 100.1 at 2 bp.
    expect(desk.fills.map(({ fee, feeCurrency }) => `${fee} ${feeCurrency}`)).toEqual(['20020 USDT', '12012 USDT']);
    expect(desk.fills.map(({ fillId }) => fillId)).toEqual(['a-1', 'a-2']);
  });
});

describe('time in force', () => {
  it('market: takes what there is, and the rest expires', () => {
    const desk = withBook();
    expect(desk.place(market('a', 'buy', 12))).toEqual([
      'a acknowledged',
      'a filled 4@1001 taker',
      'a filled 6@1002 taker',
      'a expired no-liquidity',
    ]);
    expect(desk.place(market('b', 'buy'))).toEqual(['b acknowledged', 'b expired no-liquidity']);
    expect(desk.exchange.counters.expired).toBe(2);
  });

  it('IOC: takes up to its limit, and the rest expires', () => {
    const desk = withBook();
    const ioc = { ...limit('a', 1_001, 6), timeInForce: 'ioc' as const };
    expect(desk.place(ioc)).toEqual(['a acknowledged', 'a filled 4@1001 taker', 'a expired immediate-or-cancel']);
    expect(desk.trade(900, 50)).toEqual([]);
  });

  it('FOK: all or nothing', () => {
    const desk = withBook();
    const fok = (name: string, quantity: number) => ({ ...limit(name, 1_002, quantity), timeInForce: 'fok' as const });
    expect(desk.place(fok('a', 11))).toEqual(['a acknowledged', 'a expired fill-or-kill']);
    expect(desk.place(fok('b', 10))).toEqual(['b acknowledged', 'b filled 4@1001 taker', 'b filled 6@1002 taker']);
  });

  it('post-only: rests, or is rejected', () => {
    const desk = withBook();
    const post = (name: string, price: number) => ({ ...limit(name, price), postOnly: true });
    expect(desk.place(post('a', 1_001))).toEqual(['a rejected post-only-would-take']);
    expect(desk.place(post('b', 1_000))).toEqual(['b acknowledged']);
    expect(desk.place({ ...sell('c', 1_000), postOnly: true })).toEqual(['c rejected post-only-would-take']);
    expect(desk.trade(1_000, 10)).toEqual(['b filled 10@1000 maker']);
  });
});

describe('reduce-only', () => {
  const reduce = (name: string, price: number, quantity: number) => ({
    ...sell(name, price, quantity),
    reduceOnly: true,
  });

  it('is rejected from flat, and on the position’s own side', () => {
    expect(withBook().place(reduce('a', 999, 5))).toEqual(['a rejected reduce-only-would-increase']);
    const more = { ...limit('a', 999), reduceOnly: true };
    expect(long8().place(more)).toEqual(['a rejected reduce-only-would-increase']);
  });

  it('takes no more than the position', () => {
    const desk = long8();
    desk.market.level('buy', 999, 50);
    expect(desk.place(reduce('a', 999, 20))).toEqual([
      'a acknowledged',
      'a filled 8@999 taker',
      'a cancelled reduce-only',
    ]);
    expect(desk.position()).toBe(0);
  });

  it('is killed as FOK when the position is smaller', () => {
    const desk = long8();
    desk.market.level('buy', 999, 50);
    const fok = { ...reduce('a', 999, 9), timeInForce: 'fok' as const };
    expect(desk.place(fok)).toEqual(['a acknowledged', 'a expired fill-or-kill']);
  });

  it('resting, is filled with no more than the position, and goes when nothing is left to reduce', () => {
    const desk = long8();
    desk.place(sell('plain', 1_010, 5), reduce('a', 1_011, 6), reduce('b', 1_012, 6));
    // One print meets all three: 5 + 3 close the position.
    expect(desk.trade(1_020, 100, 'buy')).toEqual([
      'plain filled 5@1010 maker',
      'a filled 3@1011 maker',
      'a cancelled reduce-only',
      'b cancelled reduce-only',
    ]);
    expect(desk.position()).toBe(0);
    expect(desk.trade(1_020, 100, 'buy')).toEqual([]);
  });

  it('goes when another order turns the position round', () => {
    const desk = long8();
    desk.market.level('buy', 999, 50);
    desk.place(reduce('a', 1_011, 6));
    expect(desk.place(market('b', 'sell', 10))).toEqual([
      'b acknowledged',
      'b filled 10@999 taker',
      'a cancelled reduce-only',
    ]);
    expect(desk.position()).toBe(-2);
  });
});

describe('stops', () => {
  const stop = (name: string, side: 'buy' | 'sell', trigger: number, price: number | null = null) =>
    order(name, {
      side,
      type: price === null ? 'stop-market' : 'stop-limit',
      priceTicks: price === null ? null : ticks(price),
      stopTicks: ticks(trigger),
    });

  it('wait for a trade at their trigger or beyond', () => {
    const desk = withBook();
    expect(desk.place(stop('up', 'buy', 1_001), stop('down', 'sell', 999))).toEqual([
      'up acknowledged',
      'down acknowledged',
    ]);
    expect(desk.trade(1_000, 1)).toEqual([]);
    expect(desk.trade(1_003, 1)).toEqual(['up triggered', 'up filled 4@1001 taker', 'up filled 6@1002 taker']);
    expect(desk.trade(998, 1)).toEqual(['down triggered', 'down filled 5@999 taker', 'down expired no-liquidity']);
    expect(desk.exchange.counters.triggered).toBe(2);
  });

  it('limit: takes up to the limit and rests', () => {
    const desk = withBook();
    desk.place(stop('a', 'buy', 1_001, 1_001));
    expect(desk.trade(1_001, 1, 'buy')).toEqual(['a triggered', 'a filled 4@1001 taker']);
    expect(desk.trade(1_000, 6)).toEqual(['a filled 6@1001 maker']);
  });

  it('are rejected when the last trade triggers them already', () => {
    const desk = withBook();
    desk.trade(1_000, 1);
    expect(desk.place(stop('a', 'buy', 1_000))).toEqual(['a rejected stop-would-trigger-immediately']);
    expect(desk.place(stop('b', 'sell', 1_000))).toEqual(['b rejected stop-would-trigger-immediately']);
    expect(desk.place(stop('c', 'sell', 999))).toEqual(['c acknowledged']);
  });

  it('can be cancelled, and cancelled ones stay quiet', () => {
    const desk = withBook();
    desk.place(stop('a', 'sell', 999));
    expect(desk.cancel('a')).toEqual(['a cancelled requested']);
    expect(desk.trade(990, 1)).toEqual([]);
  });

  it('expire at the trigger when they may not trade then', () => {
    const desk = long8();
    desk.place({ ...stop('reduce', 'sell', 990), reduceOnly: true });
    desk.place({ ...stop('post', 'sell', 990, 999), postOnly: true });
    desk.place(sell('close', 1_003, 8));
    expect(desk.trade(1_003, 8, 'buy')).toEqual(['close filled 8@1003 maker']);
    expect(desk.trade(985, 1)).toEqual([
      'reduce triggered',
      'reduce expired reduce-only',
      'post triggered',
      'post expired post-only-would-take',
    ]);
  });
});

describe('self-trade prevention', () => {
  it('cancel-resting: the desk’s own orders make way, and only those in the way', () => {
    const desk = withBook();
    desk.place(sell('near', 1_000), sell('same', 1_001), sell('far', 1_005));
    expect(desk.place(limit('a', 1_005, 7))).toEqual([
      'a acknowledged',
      'near cancelled self-trade',
      'same cancelled self-trade',
      'a filled 4@1001 taker',
      'a filled 3@1002 taker',
    ]);
    expect(desk.query('far')).toEqual(['far open 0']);
  });

  it('cancel-incoming: takes what comes before its own order, and ends', () => {
    const desk = withBook({ selfTrade: 'cancel-incoming' });
    desk.place(sell('own', 1_002));
    expect(desk.place(limit('a', 1_005, 7))).toEqual([
      'a acknowledged',
      'a filled 4@1001 taker',
      'a cancelled self-trade',
    ]);
    expect(desk.query('own')).toEqual(['own open 0']);
    expect(desk.place(limit('b', 1_001, 3))).toEqual(['b acknowledged']);
  });

  it('cancel-both: ends both', () => {
    const desk = withBook({ selfTrade: 'cancel-both' });
    desk.place(sell('own', 1_002), sell('next', 1_003));
    expect(desk.place(market('a', 'buy', 7))).toEqual([
      'a acknowledged',
      'own cancelled self-trade',
      'a filled 4@1001 taker',
      'a cancelled self-trade',
    ]);
    expect(desk.query('next')).toEqual(['next open 0']);
  });

  it('post-only is rejected when it would meet an own order', () => {
    const desk = new ExchangeHarness();
    desk.place(limit('own', 1_000));
    expect(desk.place({ ...sell('a', 1_000), postOnly: true })).toEqual(['a rejected post-only-would-take']);
  });
});

describe('cancels', () => {
  it('take an open order out', () => {
    const desk = withBook();
    desk.place(limit('a', 1_000));
    desk.trade(1_000, 3);
    expect(desk.cancel('a')).toEqual(['a cancelled requested']);
    expect(desk.query('a')).toEqual(['a filled 3@1000 maker', 'a cancelled requested']);
    expect(desk.trade(990, 50)).toEqual([]);
    expect(desk.exchange.counters.cancels).toBe(1);
  });

  it('lose the race against a fill while they are under way', () => {
    const desk = withBook();
    desk.place(limit('a', 1_000));
    desk.send({ kind: 'cancel-order', clientOrderId: idOf('a'), instrument: PERPETUAL.id });
    expect(desk.trade(1_000, 10)).toEqual(['a filled 10@1000 maker', 'a cancel-rejected too-late']);
    expect(desk.exchange.counters.cancelRejects).toBe(1);
  });

  it('of nobody’s order are rejected', () => {
    expect(withBook().cancel('ghost')).toEqual(['ghost cancel-rejected unknown-order']);
  });

  it('arrive after the order they were sent after, however the entry latency falls', () => {
    const entry = {
      kind: 'interpolated' as const,
      rows: [
        { at: 1_000, latencyMicros: 500 },
        { at: 1_001, latencyMicros: 0 },
      ],
    };
    const desk = withBook({ latency: { ...QUICK.latency, entry } });
    desk.send({ kind: 'place-order', order: limit('a', 1_000) });
    desk.at = micros(1_001);
    expect(desk.cancel('a')).toEqual(['a acknowledged', 'a cancelled requested']);
  });
});

describe('replacements', () => {
  it('put the new order in the place of the old one', () => {
    const desk = withBook();
    desk.place(limit('a', 1_000));
    desk.trade(1_000, 4);
    expect(desk.replace('a', limit('b', 998, 7))).toEqual(['a replaced by b', 'b acknowledged']);
    expect(desk.trade(997, 50)).toEqual(['b filled 7@998 maker']);
    expect(desk.exchange.counters).toMatchObject({ orders: 2, replaced: 1 });
  });

  it('are rejected when their target has ended meanwhile', () => {
    const desk = withBook();
    desk.place(limit('a', 1_000));
    desk.send({ kind: 'replace-order', target: idOf('a'), order: limit('b', 998) });
    expect(desk.trade(1_000, 10)).toEqual(['a filled 10@1000 maker', 'b rejected replace-target-not-open']);
    expect(desk.replace('ghost', limit('c', 998))).toEqual(['c rejected replace-target-not-open']);
    expect(desk.query('b')).toEqual(['b rejected replace-target-not-open']);
  });

  it('that would be rejected leave their target alone', () => {
    const desk = withBook();
    desk.place(limit('a', 1_000));
    expect(desk.replace('a', { ...limit('b', 1_001), postOnly: true })).toEqual(['b rejected post-only-would-take']);
    expect(desk.replace('a', sell('c', 1_005))).toEqual(['c rejected replace-mismatch']);
    expect(desk.query('a')).toEqual(['a open 0']);
  });
});

describe('client order ids', () => {
  it('are used once, open or ended, and the first order keeps its name', () => {
    const desk = withBook();
    desk.place(limit('a', 1_000));
    expect(desk.place(limit('a', 998))).toEqual(['a rejected duplicate-client-order-id']);
    expect(desk.query('a')).toEqual(['a open 0']);
    desk.cancel('a');
    expect(desk.place(limit('a', 998))).toEqual(['a rejected duplicate-client-order-id']);
    expect(desk.query('a')).toEqual(['a cancelled requested']);
  });

  it('are forgotten, the longest ended first, when memory is full', () => {
    const desk = withBook({ maxEndedOrders: 2 });
    for (const name of ['a', 'b', 'c']) {
      desk.place(limit(name, 990));
      desk.cancel(name);
    }
    expect([...desk.query('a'), ...desk.query('b')]).toEqual(['a not-found', 'b cancelled requested']);
    expect(() => new ExchangeHarness({ maxEndedOrders: 0 })).toThrow(/from 1, not 0/);
  });
});

describe('orders that make no sense', () => {
  it.each([
    ['invalid-quantity', { lots: lots(0) }],
    ['invalid-quantity', { lots: lots(1.5) }],
    ['invalid-price', { priceTicks: null }],
    ['invalid-price', { priceTicks: ticks(-5) }],
    ['invalid-price', { type: 'market' as const }],
    ['invalid-stop-price', { stopTicks: ticks(5) }],
    ['invalid-stop-price', { type: 'stop-limit' as const }],
    ['post-only-never-rests', { postOnly: true, timeInForce: 'ioc' as const }],
    ['unknown-instrument', { instrument: 7 as InstrumentId }],
  ])('are rejected: %s', (reason, terms) => {
    const desk = withBook();
    expect(desk.place(order('a', terms))).toEqual([`a rejected ${reason}`]);
    expect(desk.exchange.counters).toMatchObject({ orders: 1, rejects: 1 });
  });

  it('are rejected: a quantity between the steps of the venue', () => {
    const coarse = createInstrument({ ...PERPETUAL, orderStep: '0.005' }, 0);
    const exchange = new SimulatedExchange([coarse], QUICK, (_instrument, events) => new FakeMatcher(events));
    exchange.send({ kind: 'place-order', order: limit('a', 1_000, 7) }, micros(0));
    exchange.step({ deliver: () => {} });
    expect(exchange.counters.rejects).toBe(1);
  });

  it('are rejected while the market is not live', () => {
    const desk = withBook();
    desk.market.live = false;
    expect(desk.place(limit('a', 1_000))).toEqual(['a rejected no-market']);
  });
});

describe('time', () => {
  it('a report takes entry and response latency to come back, and is stamped with its due time', () => {
    const desk = withBook();
    desk.place(limit('a', 1_000));
    expect(desk.inputs[0]).toMatchObject({ kind: 'order-report', seq: 0, at: 1_030, clientOrderId: 'a' });
    expect(desk.fills).toEqual([]);
  });

  it('fills carry the exchange’s time', () => {
    const desk = withBook();
    desk.place(limit('a', 1_001, 4));
    expect(desk.fills[0].exchangeAt).toBe(1_010);
  });

  it('cannot be turned back or skipped by the driver', () => {
    const desk = withBook();
    desk.place(limit('a', 1_000));
    expect(() => desk.exchange.send({ kind: 'request-snapshot', instrument: PERPETUAL.id }, micros(5))).toThrow(
      'an effect of 5, where the exchange stands at 1030 already',
    );
    desk.send({ kind: 'request-snapshot', instrument: PERPETUAL.id });
    expect(() => desk.exchange.market(trade(1_000, 1), micros(5_000))).toThrow(
      /a frame of 5000 came before the own event/,
    );
    expect(() => desk.exchange.market({ ...trade(1, 1), instrument: 3 as InstrumentId }, desk.at)).toThrow(
      /not listed/,
    );
    desk.run();
    expect(() => desk.exchange.step(desk)).toThrow(/no own event/);
  });
});

describe('snapshot requests', () => {
  it('of a recorded market are counted and come to nothing', () => {
    const desk = withBook();
    desk.send({ kind: 'request-snapshot', instrument: PERPETUAL.id });
    expect(desk.run()).toEqual([]);
    expect(desk.exchange.counters.snapshotRequestsIgnored).toBe(1);
  });
});

describe('a matcher that breaks its contract is found out', () => {
  it('by filling an order that is not open', () => {
    const desk = withBook();
    desk.market.rest(idOf('ghost'), 'buy', 1_000, 1);
    expect(() => desk.trade(990, 50)).toThrow('the matcher executed ghost, which is not open');
  });

  it('by filling more than an order’s lots', () => {
    const desk = withBook();
    desk.place(limit('a', 1_000, 2));
    desk.market.remove(idOf('a'));
    desk.market.rest(idOf('a'), 'buy', 1_000, 5);
    expect(() => desk.trade(990, 50)).toThrow('the matcher filled a with 5 of 2 lots');
  });
});

describe('configuration', () => {
  it('a venue without fees is refused', () => {
    expect(() => new ExchangeHarness({ fees: {} })).toThrow(
      'binance-usdm:BTCUSDT: no fees are configured for its venue',
    );
  });

  it('a snapshot of other instruments is refused', () => {
    const desk = withBook();
    const none = new SimulatedExchange([], QUICK, () => desk.market);
    expect(() => desk.exchange.restore(none.snapshot())).toThrow(/snapshot of 0 instruments, where 1/);
    const broken = { ...desk.exchange.snapshot() };
    const listings = broken.listings.map((listing) => ({ ...listing, resting: [idOf('ghost')] }));
    expect(() => desk.exchange.restore({ ...broken, listings })).toThrow(/lists ghost as open/);
  });
});

describe('a closed market', () => {
  const closed = (...prints: { at: number; price: number; lots: number }[]) =>
    new ExchangeHarness({}, (_instrument, events) => {
      const trades = prints.map(({ at, price, lots: size }) => ({ ...trade(price, size), exchangeAt: at }));
      const book = new FakeClosedMarket(events, trades);
      book.level('sell', 1_001, 4);
      return book;
    });

  it('runs by itself; its market data reach the desk after the feed latency, reports after theirs', () => {
    const desk = closed({ at: 1_100, price: 999, lots: 3 }, { at: 1_200, price: 1_000, lots: 1 });
    desk.send({ kind: 'place-order', order: limit('a', 1_000) });
    expect(desk.exchange.nextAt()).toBe(1_010);
    desk.run();
    expect(desk.inputs.map(({ kind, at }) => `${kind} ${at}`)).toEqual([
      'order-report 1030',
      'trade 1105',
      'order-report 1120',
      'trade 1205',
      'order-report 1220',
    ]);
    expect(desk.position()).toBe(4);
  });

  it('lets messages of the same time go first', () => {
    const desk = closed({ at: 1_010, price: 999, lots: 3 });
    expect(desk.place(limit('a', 1_000))).toEqual(['a acknowledged', 'a filled 3@1000 maker']);
  });

  it('its trades trigger stops', () => {
    const desk = closed({ at: 1_100, price: 1_005, lots: 1 });
    const stop = order('a', { type: 'stop-market', priceTicks: null, stopTicks: ticks(1_003) });
    expect(desk.place(stop)).toEqual([
      'a acknowledged',
      'a triggered',
      'a filled 4@1001 taker',
      'a expired no-liquidity',
    ]);
  });

  it('answers a snapshot request through the feed', () => {
    const desk = closed();
    desk.send({ kind: 'request-snapshot', instrument: PERPETUAL.id });
    desk.run();
    expect(desk.inputs).toMatchObject([{ kind: 'depth-snapshot', at: 1_015, exchangeAt: 1_010 }]);
  });

  it('takes no recorded frames', () => {
    const desk = closed();
    expect(() => desk.exchange.market(trade(1_000, 1), desk.at)).toThrow('binance-usdm:BTCUSDT is a closed market');
  });

  it('market data under way are in a snapshot as copies', () => {
    const desk = closed({ at: 1_000, price: 999, lots: 3 });
    desk.send({ kind: 'request-snapshot', instrument: PERPETUAL.id });
    desk.exchange.step(desk);
    desk.exchange.step(desk);
    desk.exchange.step(desk);
    const before = desk.exchange.snapshot();
    expect(before.events.events).toHaveLength(1);
    const kept = structuredClone(before);
    desk.run();
    for (const input of desk.inputs) if (input.kind === 'depth-snapshot') input.priceTicks.fill(-1);
    expect(before).toEqual(kept);
    desk.exchange.restore(before);
    desk.run();
    expect(before).toEqual(kept);
    expect(desk.inputs.at(-1)).toMatchObject({ kind: 'depth-snapshot', at: 1_015 });
  });
});
