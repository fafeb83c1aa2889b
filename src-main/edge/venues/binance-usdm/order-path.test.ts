import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { InstrumentId, Ticks } from '../../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../../src-shared/domain/order.ts';
import type { OrderReport } from '../../../core/engine/input.ts';
import { Backoff } from '../backoff.ts';
import { LatencyRecorder } from '../latency-recorder.ts';
import { RateBudget } from '../rate-budget.ts';
import {
  API_KEY,
  answered,
  INSTRUMENT,
  idNo,
  orderJson,
  orderNo,
  ScriptedNetwork,
  ScriptedRest,
  tradeFields,
  tradeJson,
  updateJson,
} from './order-fixtures.ts';
import { OrderPath } from './order-path.ts';
import type { Outcome } from './outcome.ts';
import { DEFAULT_LIMITS } from './rate-figures.ts';

const ANSWER_MS = 1_000;

/** Everything that any test in here heard in words: no secret may be among it. */
const words: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface SentRequest {
  readonly id: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

async function connected(answer: (path: string, method: string) => Outcome = () => answered([])) {
  const network = new ScriptedNetwork();
  const rest = new ScriptedRest(({ path, method }) => answer(path, method));
  const reports: { readonly id: ClientOrderId; readonly report: OrderReport }[] = [];
  const heard: string[] = [];
  const known = new Set<ClientOrderId>();
  const blocked = { reason: null as string | null };
  const budget = new RateBudget(DEFAULT_LIMITS, () => Date.now());
  const latencies = new LatencyRecorder();
  const path = new OrderPath({
    network,
    endpoints: { rest: 'https://rest', streams: 'wss://streams', orders: 'wss://orders' },
    apiKey: API_KEY,
    clock: { nowMs: () => Date.now() },
    rest,
    listenKeys: {
      open: async () => answered({ listenKey: 'listen-key' }),
      keepAlive: async () => answered({}),
      close: async () => answered({}),
    },
    budget,
    latencies,
    instruments: [INSTRUMENT],
    nowMs: () => Date.now(),
    backoff: () => new Backoff(() => 0.5),
    knows: (id) => known.has(id),
    mayPlace: () => blocked.reason,
    answerMs: ANSWER_MS,
    handlers: {
      input: ({ clientOrderId: id, report }) => {
        reports.push({ id, report });
        words.push(JSON.stringify(report, (_key, value) => (typeof value === 'bigint' ? String(value) : value)));
      },
      link: (up, detail) => hear(`${up ? 'up' : 'down'}: ${detail}`),
      incident: (incident, detail) => hear(`${incident}: ${detail}`),
      clockRefused: () => hear('clock refused'),
      accountMoved: () => hear('account moved'),
      unsure: (reason) => hear(`unsure: ${reason}`),
      told: (news) => hear(`told: ${news}`),
    },
  });
  const hear = (news: string) => {
    heard.push(news);
    words.push(news);
  };
  path.open();
  await vi.advanceTimersByTimeAsync(0);
  const orders = network.last('orders');
  const stream = network.last('streams');
  orders.accept();
  stream.accept();
  const requests = () => orders.sent.map((text) => JSON.parse(text) as SentRequest);
  const place = (number: number, terms: Partial<Order> = {}) => {
    known.add(idNo(number));
    const sent = path.send({ kind: 'place-order', order: orderNo(number, terms) });
    if (!sent.ok) words.push(sent.reason);
    return sent;
  };
  const cancel = (number: number) =>
    path.send({ kind: 'cancel-order', clientOrderId: idNo(number), instrument: INSTRUMENT.id });
  const query = (number: number) =>
    path.send({ kind: 'query-order', clientOrderId: idNo(number), instrument: INSTRUMENT.id });
  const answerLast = (json: object) => orders.say({ id: requests().at(-1)?.id, ...json });
  return {
    path,
    network,
    rest,
    reports,
    heard,
    known,
    blocked,
    budget,
    latencies,
    orders,
    stream,
    requests,
    place,
    cancel,
    query,
    answerLast,
  };
}

const fault = (status: number, code: number, msg = 'said the venue') => ({ status, error: { code, msg } });

describe('placing', () => {
  test('writes the order in this turn, and reports what the venue says of it', async () => {
    const { requests, reports, latencies, place, answerLast, heard } = await connected();
    expect(place(1)).toEqual({ ok: true });
    expect(requests()).toMatchObject([{ method: 'order.place', params: { newClientOrderId: idNo(1) } }]);
    vi.advanceTimersByTime(3);
    answerLast({ status: 200, result: orderJson(1) });
    expect(reports).toEqual([{ id: idNo(1), report: { type: 'acknowledged', venueOrderId: '8389765001' } }]);
    expect(latencies.summary()).toMatchObject([{ name: 'place', samples: 1 }]);
    expect(heard).toEqual(['up: orders and reports are connected']);
  });

  test.each([
    ['a refusal', fault(400, -2019), { type: 'rejected' }],
    ['a post-only order that would take', fault(400, -5022), { type: 'rejected' }],
    ['an overload', fault(503, -1008), { type: 'rejected', reason: expect.stringMatching(/^not accepted: /) }],
    ['too many requests', fault(429, -1003), { type: 'rejected', reason: expect.stringMatching(/^not accepted: /) }],
    ['a failure that may be none', fault(503, -1007), { type: 'unanswered' }],
    ['a 503 without a meaning', { status: 503, error: { code: -1000, msg: 'Unknown error' } }, { type: 'unanswered' }],
  ])('%s', async (_name, answer, report) => {
    const { reports, requests, place, answerLast } = await connected();
    place(1);
    answerLast(answer);
    expect(reports).toMatchObject([{ id: idNo(1), report }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests()).toHaveLength(1);
  });

  test('that nobody answers, or whose connection ends, is never sent again', async () => {
    const { reports, requests, orders, place } = await connected();
    place(1);
    await vi.advanceTimersByTimeAsync(ANSWER_MS);
    place(2);
    orders.drop('cut');
    expect(reports).toMatchObject([
      { id: idNo(1), report: { type: 'unanswered' } },
      { id: idNo(2), report: { type: 'unanswered' } },
    ]);
    expect(requests()).toHaveLength(2);
  });

  test.each<[string, Partial<Order>, string]>([
    ['a stop order', { type: 'stop-market', priceTicks: null, stopTicks: 1 as Ticks }, 'conditional'],
    ['another instrument', { instrument: 7 as InstrumentId }, 'not traded'],
  ])('is refused for %s', async (_name, terms, reason) => {
    const { requests, place } = await connected();
    expect(place(1, terms)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
    expect(requests()).toEqual([]);
  });

  test('is refused while something stands against it, and nothing is sent', async () => {
    const { blocked, budget, orders, stream, requests, place } = await connected();
    blocked.reason = "the dead man's switch is not armed";
    expect(place(1)).toEqual({ ok: false, reason: "the dead man's switch is not armed" });
    blocked.reason = null;
    budget.close({ untilMs: Date.now() + 1_000, banned: false, reason: 'too much' });
    expect(place(1)).toMatchObject({ ok: false, reason: expect.stringContaining('too much') });
    vi.advanceTimersByTime(1_000);
    orders.bufferedBytes = 1_000_000;
    expect(place(1)).toMatchObject({ ok: false, reason: expect.stringContaining('take in') });
    orders.bufferedBytes = 0;
    stream.drop('cut');
    expect(place(1)).toMatchObject({ ok: false, reason: expect.stringContaining('stream of reports') });
    orders.drop('cut');
    expect(place(1)).toMatchObject({ ok: false, reason: expect.stringContaining('connection is down') });
    expect(requests()).toEqual([]);
  });

  test('is refused after a refused key, until the venue accepts a cancel or a person resumes', async () => {
    const { path, heard, place, cancel, answerLast } = await connected();
    place(1);
    answerLast(fault(401, -2015));
    expect(heard.at(-1)).toMatch(/^refused-access: /);
    expect(place(2)).toMatchObject({ ok: false, reason: expect.stringContaining('-2015') });
    cancel(1);
    answerLast(fault(400, -2011));
    expect(place(2)).toEqual({ ok: true });
    answerLast(fault(401, -2015));
    expect(place(3)).toMatchObject({ ok: false });
    path.resumed();
    expect(place(3)).toEqual({ ok: true });
  });

  test('with a clock that is off has the clock measured', async () => {
    const { heard, reports, place, answerLast } = await connected();
    place(1);
    answerLast(fault(400, -1021));
    expect(heard.at(-1)).toBe('clock refused');
    expect(reports).toMatchObject([{ report: { type: 'rejected' } }]);
  });

  test('is counted against the limit of orders, which cancels are not', async () => {
    const { requests, place, cancel } = await connected();
    for (let number = 1; number <= 300; number += 1) expect(place(number)).toEqual({ ok: true });
    expect(place(301)).toMatchObject({ ok: false, reason: expect.stringContaining('orders per 10s') });
    expect(cancel(1)).toEqual({ ok: true });
    expect(requests()).toHaveLength(301);
  });
});

describe('replacing', () => {
  const replace = (path: OrderPath) =>
    path.send({ kind: 'replace-order', target: idNo(1), order: orderNo(2, { postOnly: false }) });

  test('is a cancel and a place, back to back', async () => {
    const { path, requests, reports, orders } = await connected();
    expect(replace(path)).toEqual({ ok: true });
    expect(requests()).toMatchObject([
      { method: 'order.cancel', params: { origClientOrderId: idNo(1) } },
      { method: 'order.place', params: { newClientOrderId: idNo(2) } },
    ]);
    const [cancel, place] = requests();
    orders.say({ id: cancel?.id, status: 200, result: orderJson(1, { status: 'CANCELED' }) });
    orders.say({ id: place?.id, status: 200, result: orderJson(2) });
    expect(reports).toMatchObject([
      { id: idNo(1), report: { type: 'cancelled' } },
      { id: idNo(2), report: { type: 'acknowledged' } },
    ]);
  });

  test('lets an exit that cannot rest go past what keeps others from resting', async () => {
    const { blocked, place, requests } = await connected();
    blocked.reason = "the dead man's switch may have fired";
    const exit: Partial<Order> = { type: 'market', timeInForce: 'ioc', priceTicks: null, reduceOnly: true };
    expect(place(1, { ...exit, reduceOnly: false }).ok).toBe(false);
    expect(place(2, { reduceOnly: true }).ok).toBe(false);
    expect(place(3, exit)).toEqual({ ok: true });
    expect(place(4, { timeInForce: 'ioc', reduceOnly: true })).toEqual({ ok: true });
    expect(requests().length).toBe(2);
  });

  test('cancels nothing where the new order cannot go', async () => {
    const { path, blocked, requests } = await connected();
    blocked.reason = 'not now';
    expect(replace(path)).toEqual({ ok: false, reason: 'not now' });
    expect(requests()).toEqual([]);
  });

  test('of an order that cannot be cancelled asks where that one stands', async () => {
    const { path, requests, reports, orders, known } = await connected((of) =>
      answered(
        of.endsWith('/order') ? orderJson(1, { status: 'FILLED', executedQty: '0.010' }) : [tradeJson(1, 5, 10)],
      ),
    );
    known.add(idNo(1));
    replace(path);
    const [cancel] = requests();
    orders.say({ id: cancel?.id, ...fault(400, -2011) });
    await vi.advanceTimersByTimeAsync(0);
    expect(reports).toMatchObject([{ id: idNo(1), report: { type: 'filled', fill: { lots: 10 } } }]);
  });
});

describe('cancelling', () => {
  test('goes over the socket, and its refusal is reported', async () => {
    const { requests, reports, latencies, cancel, answerLast } = await connected();
    expect(cancel(1)).toEqual({ ok: true });
    expect(requests()).toMatchObject([{ method: 'order.cancel', params: { origClientOrderId: idNo(1) } }]);
    answerLast(fault(400, -2011, 'Unknown order sent.'));
    expect(reports).toEqual([
      { id: idNo(1), report: { type: 'cancel-rejected', reason: '-2011: Unknown order sent.' } },
    ]);
    expect(latencies.summary()).toMatchObject([{ name: 'cancel', samples: 1 }]);
  });

  test.each([
    ['is down', (socket: { drop(reason: string): void; bufferedBytes: number }) => socket.drop('cut')],
    [
      'is full',
      (socket: { bufferedBytes: number }) => {
        socket.bufferedBytes = 1_000_000;
      },
    ],
  ])('goes by HTTP while the socket %s', async (_name, impair) => {
    const { rest, orders, reports, cancel } = await connected(() => answered(orderJson(1, { status: 'CANCELED' })));
    impair(orders);
    expect(cancel(1)).toEqual({ ok: true });
    expect(rest.calls).toMatchObject([
      {
        method: 'DELETE',
        path: '/fapi/v1/order',
        params: { symbol: 'BTCUSDT', origClientOrderId: idNo(1) },
        use: 'cancel',
      },
    ]);
    await vi.advanceTimersByTimeAsync(0);
    expect(reports).toMatchObject([{ id: idNo(1), report: { type: 'cancelled' } }]);
  });

  test('is refused by a ban alone', async () => {
    const { budget, requests, rest, cancel } = await connected();
    budget.close({ untilMs: Date.now() + 5_000, banned: false, reason: 'too much' });
    expect(cancel(1)).toEqual({ ok: true });
    budget.close({ untilMs: Date.now() + 5_000, banned: true, reason: 'banned' });
    expect(cancel(1)).toMatchObject({ ok: false });
    expect([requests().length, rest.calls.length]).toEqual([1, 0]);
  });

  test('of an order or an instrument that cannot be is refused', async () => {
    const { path } = await connected();
    const cancel = (clientOrderId: string, instrument: number) =>
      path.send({
        kind: 'cancel-order',
        clientOrderId: clientOrderId as ClientOrderId,
        instrument: instrument as InstrumentId,
      });
    expect(cancel('a"b', 0)).toMatchObject({ ok: false });
    expect(cancel(idNo(1), 9)).toMatchObject({ ok: false });
  });
});

describe('asking', () => {
  test('reports where the order stands, also while the socket is down', async () => {
    const { orders, reports, latencies, known, query } = await connected(() => answered(orderJson(1)));
    known.add(idNo(1));
    orders.drop('cut');
    expect(query(1)).toEqual({ ok: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(reports).toMatchObject([{ id: idNo(1), report: { type: 'open', venueOrderId: '8389765001' } }]);
    expect(latencies.summary()).toMatchObject([{ name: 'query', samples: 1 }]);
  });

  test('believes what it hears of a cancel meanwhile over an answer that is older', async () => {
    let answer: (outcome: Outcome) => void = () => undefined;
    const { rest, reports, known, cancel, query, answerLast } = await connected();
    known.add(idNo(1));
    rest.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    query(1);
    cancel(1);
    answerLast({ status: 200, result: orderJson(1, { status: 'CANCELED' }) });
    const older = answer;
    older(answered(orderJson(1)));
    await vi.advanceTimersByTimeAsync(0);
    answer(answered(orderJson(1, { status: 'CANCELED' })));
    await vi.advanceTimersByTimeAsync(0);
    expect(reports.map(({ report }) => report.type)).toEqual(['cancelled', 'cancelled']);
  });

  test('looks for the trades of an order that the venue has acknowledged and does not find any more', async () => {
    const notFound: Outcome = { kind: 'refused', code: -2013, message: 'Order does not exist.' };
    const { rest, reports, stream, known, query } = await connected((path) => {
      if (path.endsWith('/order')) return notFound;
      return answered(path.endsWith('/userTrades') ? [tradeJson(1, 5, 10)] : []);
    });
    known.add(idNo(1));
    stream.say(updateJson(1));
    query(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(rest.calls.at(-1)?.params).toMatchObject({ orderId: '8389765001' });
    expect(reports.map(({ report }) => report.type)).toEqual(['acknowledged', 'filled', 'not-found']);
  });
});

describe('the stream of reports', () => {
  test('tells of an order of another hand before it tells what became of it', async () => {
    const { reports, stream } = await connected();
    const foreign = updateJson(1, { ...tradeFields(5, 4, 7), c: 'web_abc' });
    stream.say(foreign);
    expect(reports).toMatchObject([
      {
        id: 'web_abc',
        report: {
          type: 'seen',
          order: { clientOrderId: 'web_abc', lots: 10, side: 'buy' },
          venueOrderId: '8389765001',
          cumulativeLots: 3,
        },
      },
      { id: 'web_abc', report: { type: 'filled', fill: { clientOrderId: 'web_abc', lots: 4 } } },
    ]);
  });

  test('reports a fill before the answer to its order arrives', async () => {
    const { reports, stream, place, answerLast } = await connected();
    place(1);
    stream.say(updateJson(1, tradeFields(5, 10, 10)));
    answerLast({ status: 200, result: orderJson(1, { status: 'FILLED', executedQty: '0.010' }) });
    expect(reports.map(({ report }) => report.type)).toEqual(['filled', 'acknowledged']);
  });

  test('does not believe in an end whose fills it has not heard', async () => {
    const { reports, stream, known } = await connected();
    known.add(idNo(1));
    stream.say(updateJson(1, tradeFields(5, 3, 3)));
    stream.say(updateJson(1, { x: 'CANCELED', X: 'CANCELED', z: '0.007' }));
    stream.say(updateJson(1, tradeFields(6, 4, 7)));
    stream.say(updateJson(1, { x: 'CANCELED', X: 'CANCELED', z: '0.007' }));
    expect(reports.map(({ report }) => report)).toMatchObject([
      { type: 'filled' },
      { type: 'open', venueOrderId: '8389765001', cumulativeLots: 7 },
      { type: 'filled' },
      { type: 'cancelled' },
    ]);
  });

  test('tells of a change that no report can say', async () => {
    const { heard, reports, stream, known } = await connected();
    known.add(idNo(1));
    stream.say(updateJson(1, { x: 'AMENDMENT' }));
    expect(reports).toEqual([]);
    expect(heard.slice(-2)).toEqual([
      expect.stringMatching(/^told: order 0/),
      expect.stringMatching(/^unsure: order 0/),
    ]);
  });

  test('makes an incident of a margin call, and an account that moved of funding', async () => {
    const { heard, stream } = await connected();
    stream.say({ e: 'MARGIN_CALL', cw: '1' });
    stream.say({ e: 'ACCOUNT_UPDATE', a: { m: 'FUNDING_FEE' } });
    expect(heard.slice(-2)).toEqual([expect.stringContaining('margin call'), 'account moved']);
  });
});

describe('the link', () => {
  test('is up while orders can be sent and their reports arrive', async () => {
    const { path, network, heard, orders, stream } = await connected();
    expect(path.connections().map(({ name, up }) => [name, up])).toEqual([
      ['orders', true],
      ['reports', true],
    ]);
    orders.drop('cut');
    stream.drop('cut as well');
    await vi.advanceTimersByTimeAsync(1_000);
    network.last('orders').accept();
    expect(path.isUp).toBe(false);
    network.last('streams').accept();
    await vi.advanceTimersByTimeAsync(0);
    expect(path.isUp).toBe(true);
    expect(heard).toEqual([
      'up: orders and reports are connected',
      'down: orders: cut',
      'down: reports: cut as well',
      'up: orders and reports are connected',
    ]);
  });

  test('is gone when it was closed', async () => {
    const { path, network, heard, place } = await connected();
    path.close(false);
    await vi.advanceTimersByTimeAsync(100_000_000);
    expect([path.isUp, network.sockets.filter(({ isOpen }) => isOpen).length]).toEqual([false, 0]);
    expect(place(1)).toMatchObject({ ok: false });
    expect(heard).toHaveLength(1);
  });
});

test('no text that anyone hears shows the key, the secret, a signature or the listen key', async () => {
  const { orders, stream, place, cancel, requests, answerLast } = await connected();
  place(1);
  const [request] = requests();
  // A venue that repeats what it was sent.
  orders.sayText(orders.sent[0]?.slice(0, 200) ?? '');
  stream.sayText('{"e":"listenKeyExpired","listenKey":"listen-key"');
  answerLast({ status: 400, error: { code: -1022, msg: `Signature ${request?.params.signature} is not valid.` } });
  cancel(1);
  answerLast({ status: 200, result: 'nonsense' });
  expect(words.length).toBeGreaterThan(3);
  for (const secret of [API_KEY.key, API_KEY.secret, String(request?.params.signature), 'listen-key']) {
    expect(words.filter((text) => text.includes(secret))).toEqual([]);
  }
});
