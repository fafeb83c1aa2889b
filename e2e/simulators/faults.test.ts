import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../src-main/core/engine/random.ts';
import { NetworkError } from '../../src-main/edge/venues/network.ts';
import { parseDecimal } from '../../src-shared/domain/decimal.ts';
import { FaultError, type FaultRuleText, parseFaults } from './binance-usdm/fault-rules.ts';
import { randomFaults } from './binance-usdm/random-faults.ts';
import { type Json, pass, START, TestVenue } from './fixtures.ts';

const ORDER = '/fapi/v1/order';
let venue: TestVenue;
beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  venue?.stop();
  vi.useRealTimers();
});

async function placing(faults: readonly FaultRuleText[]) {
  venue = new TestVenue({ faultTexts: faults });
  const terms = { ...(await venue.limit('BUY', 200)), newClientOrderId: 'mine' };
  const answer = await venue.signed('POST', ORDER, terms);
  const isOpen = (await venue.ask<Json[]>('GET', '/fapi/v1/openOrders')).length === 1;
  return { ...answer, isOpen };
}

describe('instead of its answer, the venue may say', () => {
  it.each<[FaultRuleText, number, RegExp, boolean]>([
    [{ fault: 'too-many-requests', path: ORDER }, 429, /-1003/, false],
    [{ fault: 'service-unavailable', path: ORDER }, 503, /Service Unavailable\./, false],
    [{ fault: 'overloaded', path: ORDER }, 503, /-1008/, false],
    [{ fault: 'server-error', path: ORDER, executes: true }, 500, /-1000/, true],
    [{ fault: 'server-error', path: ORDER, executes: false }, 500, /-1000/, false],
    [{ fault: 'unknown-error', path: ORDER, executes: true }, 503, /Unknown error, please check your request/, true],
    [{ fault: 'unknown-error', path: ORDER, executes: false }, 503, /Unknown error, please check your request/, false],
    [{ fault: 'internal-error', path: ORDER, executes: true }, 503, /-1001/, true],
    [{ fault: 'unexpected-response', path: ORDER, executes: true }, 500, /-1006/, true],
    [{ fault: 'backend-timeout', path: ORDER, executes: false }, 408, /-1007/, false],
    [{ fault: 'bad-gateway', path: ORDER, executes: true }, 502, /<html>/, true],
    [{ fault: 'html-body', path: ORDER, executes: true }, 200, /<html>/, true],
    [{ fault: 'truncated-json', path: ORDER, executes: true }, 200, /^\{"orderId":/, true],
  ])('%j', async (fault, status, body, isOpen) => {
    const answer = await placing([fault]);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(body);
    expect(answer.isOpen).toBe(isOpen);
    if (fault.fault === 'truncated-json') expect(() => JSON.parse(answer.body)).toThrow(SyntaxError);
  });

  it('nothing, whether it did what was asked or not', async () => {
    for (const [fault, isOpen] of [
      ['timeout-before-accept', false],
      ['timeout-after-accept', true],
      ['cut-after-accept', true],
    ] as const) {
      venue = new TestVenue({ faultTexts: [{ fault, path: ORDER }] });
      const terms = await venue.limit('BUY', 200);
      await expect(venue.signed('POST', ORDER, terms)).rejects.toMatchObject({ name: 'NetworkError', sent: 'perhaps' });
      expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(isOpen ? 1 : 0);
      venue.stop();
    }
  });

  it('nothing for a while', async () => {
    const from = Date.now();
    const answer = await placing([{ fault: 'slow-answer', path: ORDER, delayMs: 2_000 }]);
    expect(answer.status).toBe(200);
    expect(Date.now() - from).toBeGreaterThan(2_000);
  });

  it('that whoever asked is banned, and go on saying so', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'banned', path: '/fapi/v1/ping', forMs: 3_000 }] });
    const status = async (url: string) => (await venue.http({ method: 'GET', url })).status;
    expect(await status('/fapi/v1/time')).toBe(200);
    expect(await status('/fapi/v1/ping')).toBe(418);
    expect(await status('/fapi/v1/time')).toBe(418);
    await pass(3_000);
    expect(await status('/fapi/v1/time')).toBe(200);
  });

  it('that it is overloaded, but not to what cancels or only reduces', async () => {
    venue = new TestVenue();
    await venue.market('BUY', '0.020');
    const { orderId } = await venue.rest('BUY', 200);
    venue.simulator.venue.faults.add(parseFaults('{"faults":[{"fault":"overloaded","forMs":60000}]}', 'here'));
    expect(await venue.codeOf('POST', ORDER, await venue.limit('BUY', 200))).toBe(-1008);
    expect(await venue.market('SELL', '0.010', { reduceOnly: 'true' })).toMatchObject({ status: 'FILLED' });
    expect(await venue.ask('DELETE', ORDER, { symbol: 'BTCUSDT', orderId: Number(orderId) })).toMatchObject({
      status: 'CANCELED',
    });
  });

  it('over the WebSocket API what it says by REST', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'unknown-error', path: 'order.place', executes: true }] });
    const socket = venue.socket('/ws-fapi/v1');
    await pass(20);
    const terms = await venue.limit('BUY', 200);
    expect(await socket.ask(1, 'order.place', terms)).toMatchObject({ id: 1, status: 503, error: { code: -1000 } });
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(1);
  });
});

describe('of an order the venue may', () => {
  it('not know, for a while, what it has', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'order-not-found', path: ORDER, method: 'GET', forMs: 1_000 }] });
    const { orderId } = await venue.rest('BUY', 200);
    const named = { symbol: 'BTCUSDT', orderId: Number(orderId) };
    expect(await venue.codeOf('GET', ORDER, named)).toBe(-2013);
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(1);
    await pass(1_000);
    expect(await venue.ask('GET', ORDER, named)).toMatchObject({ status: 'NEW' });
  });

  it('say what was true when it was accepted', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'stale-order', path: ORDER, method: 'GET' }] });
    const { orderId } = await venue.market('BUY', '0.010');
    const named = { symbol: 'BTCUSDT', orderId: Number(orderId) };
    expect(await venue.ask('GET', ORDER, named)).toMatchObject({ status: 'NEW', executedQty: '0.000' });
    expect(await venue.ask('GET', ORDER, named)).toMatchObject({ status: 'FILLED', executedQty: '0.010' });
  });

  it('cancel some where all was asked', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'partial-mass-cancel', leaves: 2 }] });
    for (const ticks of [200, 210, 220]) await venue.rest('BUY', ticks);
    const cancelAll = () => venue.ask('DELETE', '/fapi/v1/allOpenOrders', { symbol: 'BTCUSDT' });
    expect(await cancelAll()).toMatchObject({ code: 200 });
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(2);
    await cancelAll();
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(0);
  });
});

describe('reports may', () => {
  /** Buys at the market, then rests and cancels one: what was reported, by execution and order. */
  async function reported(faults: readonly FaultRuleText[]) {
    venue = new TestVenue({ faultTexts: faults });
    const reports = await venue.reports();
    await venue.market('BUY', '0.002');
    const { orderId } = await venue.rest('BUY', 200);
    await venue.ask('DELETE', ORDER, { symbol: 'BTCUSDT', orderId: Number(orderId) });
    await pass(3_000);
    const [first] = reports.orders.map(({ i }) => Number(i)).sort();
    return reports.orders.map(({ x, i }) => `${x} ${Number(i) - first}`);
  }
  const ALL = ['NEW 0', 'TRADE 0', 'NEW 1', 'CANCELED 1'];

  it.each<[string, FaultRuleText[], string[]]>([
    ['come as they should', [], ALL],
    [
      'come twice',
      [{ fault: 'duplicate-report', execution: 'TRADE' }],
      ['NEW 0', 'TRADE 0', 'TRADE 0', 'NEW 1', 'CANCELED 1'],
    ],
    [
      'come after the next one',
      [{ fault: 'late-report', execution: 'TRADE' }],
      ['NEW 0', 'NEW 1', 'TRADE 0', 'CANCELED 1'],
    ],
    ['come not at all', [{ fault: 'lost-report', execution: 'NEW', after: 1 }], ['NEW 0', 'TRADE 0', 'CANCELED 1']],
    [
      'tell a fill before the order',
      [{ fault: 'fill-before-acknowledgement' }],
      ['TRADE 0', 'NEW 0', 'NEW 1', 'CANCELED 1'],
    ],
  ])('%s', async (_, faults, expected) => {
    expect(await reported(faults)).toEqual(expected);
  });

  it('stop while pings go on, and what was not said is never said', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'silent-reports', execution: 'NEW', forMs: 5_000 }] });
    const reports = await venue.reports();
    await venue.market('BUY', '0.002');
    reports.ping();
    await pass(20);
    expect(reports.pings).toBe(1);
    expect(reports.isOpen).toBe(true);
    await pass(5_000);
    await venue.rest('BUY', 200);
    await pass(20);
    expect(reports.orders.map(({ x }) => x)).toEqual(['NEW']);
  });

  it('tell a fill after the end of its order', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'fill-after-end', delayMs: 600_000 }], intensity: 5 });
    const reports = await venue.reports();
    // At the touch, larger than what trades at once: it is filled in parts.
    const { orderId } = await venue.rest('BUY', 0, { quantity: '10.000' });
    const partly = () => venue.ask('GET', ORDER, { symbol: 'BTCUSDT', orderId: Number(orderId) });
    while ((await partly()).status !== 'PARTIALLY_FILLED') await pass(50);
    await venue.ask('DELETE', ORDER, { symbol: 'BTCUSDT', orderId: Number(orderId) });
    await pass(20);
    const executions = reports.orders.map(({ x }) => x);
    expect(executions.indexOf('TRADE')).toBeGreaterThan(-1);
    expect(executions.lastIndexOf('TRADE')).toBeGreaterThan(executions.indexOf('CANCELED'));
  });
});

describe('market streams may', () => {
  it('leave out one change of the book', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'depth-gap', fromMs: 1_000 }] });
    const socket = venue.socket('/ws/btcusdt@depth@0ms');
    await pass(3_000);
    const holes = socket.messages.filter(({ pu }, index) => index > 0 && pu !== socket.messages[index - 1].u);
    expect(holes).toHaveLength(1);
  });

  it('be silent for a while', async () => {
    const lost: FaultRuleText = { fault: 'lost-frames', stream: 'btcusdt@bookTicker', fromMs: 1_000, forMs: 2_000 };
    venue = new TestVenue({ faultTexts: [lost] });
    const socket = venue.socket('/stream?streams=btcusdt@bookTicker/btcusdt@depth@0ms');
    await pass(5_000);
    const times = (stream: string) =>
      socket.messages
        .filter((message) => message.stream === stream)
        .map(({ data }) => Number((data as Json).E) - START);
    const during = (time: number) => time > 1_200 && time < 2_900;
    expect(times('btcusdt@bookTicker').filter(during)).toEqual([]);
    expect(times('btcusdt@bookTicker').some((time) => time > 3_100)).toBe(true);
    expect(times('btcusdt@depth@0ms').filter(during).length).toBeGreaterThan(10);
  });
});

describe('at its time', () => {
  it('the clock goes wrong', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'clock-skew', fromMs: 1_000, skewMs: 7_000 }] });
    const ahead = async () => Number((await venue.get('/fapi/v1/time')).serverTime) - Date.now();
    expect(Math.abs(await ahead())).toBeLessThan(10);
    await pass(1_100);
    expect(await ahead()).toBeGreaterThan(6_900);
    expect(await venue.codeOf('GET', '/fapi/v2/balance')).toBe(-1021);
    expect(await venue.codeOf('GET', '/fapi/v2/balance', { timestamp: Date.now() + 7_000 })).toBe(0);
  });

  it.each(['disconnect', 'cut'] as const)('connections end: %s', async (fault) => {
    venue = new TestVenue({ faultTexts: [{ fault, fromMs: 1_000, connections: 'user' }] });
    const [user, market] = [await venue.reports(), venue.socket('/ws/btcusdt@trade')];
    await pass(1_100);
    expect(user.closedBy).not.toBeNull();
    expect(market.closedBy).toBeNull();
  });

  it('connections die without a word', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'half-open', fromMs: 1_000, connections: 'market' }] });
    const socket = venue.socket('/ws/btcusdt@bookTicker');
    await pass(1_100);
    const { length } = socket.texts;
    socket.ping();
    await pass(5_000);
    expect(socket.texts).toHaveLength(length);
    expect(socket.pings).toBe(0);
    expect(socket.closedBy).toBeNull();
  });

  it('nobody gets through', async () => {
    venue = new TestVenue({ faultTexts: [{ fault: 'refuse-connections', fromMs: 1_000, forMs: 2_000 }] });
    await pass(1_100);
    const refused = await venue.get('/fapi/v1/time').catch((error) => error);
    expect(refused).toBeInstanceOf(NetworkError);
    expect(refused.sent).toBe('no');
    const socket = venue.socket('/ws/btcusdt@trade');
    await pass(20);
    expect(socket.closedBy).not.toBeNull();
    await pass(2_000);
    expect(await venue.get('/fapi/v1/ping')).toEqual({});
  });

  it.each([true, false])('maintenance comes; orders are cancelled with it: %s', async (cancelsOrders) => {
    venue = new TestVenue({ faultTexts: [{ fault: 'maintenance', fromMs: 1_000, forMs: 2_000, cancelsOrders }] });
    const socket = venue.socket('/ws-fapi/v1');
    await venue.rest('BUY', 20_000);
    await pass(1_100);
    expect(socket.closedBy).toMatch(/maintenance/);
    expect((await venue.http({ method: 'GET', url: '/fapi/v1/time' })).status).toBe(503);
    const again = venue.socket('/ws-fapi/v1');
    await pass(20);
    expect(again.closedBy).not.toBeNull();
    await pass(2_000);
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(cancelsOrders ? 0 : 1);
  });

  it('the dead man’s switch fires early, and the listen key is no more', async () => {
    venue = new TestVenue({
      faultTexts: [
        { fault: 'dead-man-fires', fromMs: 1_000 },
        { fault: 'expire-listen-key', fromMs: 1_000 },
      ],
    });
    const reports = await venue.reports();
    await venue.rest('BUY', 20_000);
    await venue.ask('POST', '/fapi/v1/countdownCancelAll', { symbol: 'BTCUSDT', countdownTime: 120_000 });
    await pass(1_100);
    expect(await venue.ask('GET', '/fapi/v1/openOrders')).toHaveLength(0);
    expect(reports.messages.map(({ e }) => e)).toContain('listenKeyExpired');
  });
});

describe('a script of faults', () => {
  it.each([
    ['{"faults":[{"fault":"earthquake"}]}', /here: faults\.0\.fault: .*[Ii]nvalid/],
    ['{"faults":[{"fault":"cut"},{"fault":"cut","after":-1}]}', /here: faults\.1\.after/],
    ['{"faults":[{"fault":"cut","colour":"red"}]}', /here: faults\.0: .*colour/],
    ['{"faults":', /here: not JSON/],
    ['[]', /here: the top level/],
  ])('%s is refused with the place of what is wrong', (text, problem) => {
    expect(() => parseFaults(text, 'here')).toThrow(FaultError);
    expect(() => parseFaults(text, 'here')).toThrow(problem);
  });

  it('strikes after so many, so often, and as likely as it says', async () => {
    venue = new TestVenue({
      faultTexts: [
        { fault: 'server-error', path: '/fapi/v1/ping', after: 2, times: 2 },
        { fault: 'server-error', path: '/fapi/v1/time', probability: 0.5, times: 1_000 },
      ],
    });
    const statuses = async (url: string, count: number) => {
      const all: number[] = [];
      for (let calls = 0; calls < count; calls += 1) all.push((await venue.http({ method: 'GET', url })).status);
      return all;
    };
    expect(await statuses('/fapi/v1/ping', 6)).toEqual([200, 200, 500, 500, 200, 200]);
    const struck = (await statuses('/fapi/v1/time', 100)).filter((status) => status === 500).length;
    expect(struck).toBeGreaterThan(30);
    expect(struck).toBeLessThan(70);
    expect(venue.simulator.state().faults).toHaveLength(2 + struck);
  });

  it('is drawn from a seed, every kind in time', () => {
    expect(randomFaults(3, 20, 60_000)).toEqual(randomFaults(3, 20, 60_000));
    expect(randomFaults(4, 20, 60_000)).not.toEqual(randomFaults(3, 20, 60_000));
    const kinds = new Set(randomFaults(1, 2_000, 60_000).map(({ fault }) => fault));
    expect(kinds.size).toBe(35);
  });

  it('grows while the venue runs', async () => {
    venue = new TestVenue();
    const add = (body: string) => venue.http({ method: 'POST', url: '/simulator/faults', body });
    expect((await add('{"faults":[{"fault":"server-error","path":"/fapi/v1/ping"}]}')).status).toBe(200);
    expect((await venue.http({ method: 'GET', url: '/fapi/v1/ping' })).status).toBe(500);
    const refused = await add('{"faults":[{"fault":"flood"}]}');
    expect([refused.status, refused.body]).toEqual([400, expect.stringMatching(/faults\.0\.fault/)]);
  });
});

describe('whatever goes wrong', () => {
  it.each([1, 2, 3, 4])('the venue itself keeps its books, seed %i', async (seed) => {
    venue = new TestVenue({ seed, faults: randomFaults(seed, 40, 20_000), balance: '25000', warmUpSeconds: 1 });
    const random = new Random(seed);
    while (Date.now() < START + 22_000) {
      const side = random.below(2) === 0 ? 'BUY' : 'SELL';
      const terms = { symbol: 'BTCUSDT', side, quantity: '0.010' };
      const request =
        random.below(3) === 0
          ? venue.signed('DELETE', '/fapi/v1/allOpenOrders', { symbol: 'BTCUSDT' })
          : venue.signed('POST', ORDER, { ...terms, type: 'MARKET' });
      // Most of what comes back is a fault, and none of this test's business.
      await request.catch((error) => expect(error).toBeInstanceOf(NetworkError));
      await venue.rest(side, 0).catch(() => null);
      await pass(random.below(300));
    }
    const { account, log, faults } = venue.simulator.venue;
    expect(faults.happened.length).toBeGreaterThan(10);
    const opening = parseDecimal('25000', 8);
    expect(account.wallet).toBe(account.income.reduce((sum, { amount }) => sum + amount, opening));
    const fills = log.entries.filter((entry) => entry.kind === 'filled');
    expect(fills.length).toBeGreaterThan(0);
    const lots = fills.reduce(
      (sum, { side, quantity }) => sum + (side === 'BUY' ? 1 : -1) * Number(quantity) * 1_000,
      0,
    );
    expect(account.positions[0].lots).toBe(Math.round(lots));
  });
});

describe('the network', () => {
  it('can be cut, stalled and unplugged', async () => {
    venue = new TestVenue();
    const [first, second] = [venue.socket('/ws/btcusdt@bookTicker'), venue.socket('/ws-fapi/v1')];
    await pass(20);
    venue.network.stall();
    const { length } = first.texts;
    await pass(2_000);
    expect(first.texts).toHaveLength(length);
    expect(first.closedBy).toBeNull();
    venue.network.cut();
    await pass(20);
    expect([first.closedBy, second.closedBy]).not.toContain(null);
    venue.network.refusesConnections = true;
    await expect(venue.get('/fapi/v1/ping')).rejects.toMatchObject({ sent: 'no' });
  });
});
