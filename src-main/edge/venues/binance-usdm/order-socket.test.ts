import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runs } from '../../../testing/runs.ts';
import { Backoff } from '../backoff.ts';
import { RateBudget } from '../rate-budget.ts';
import { answered, INSTRUMENT, idNo, orderJson, ScriptedNetwork } from './order-fixtures.ts';
import { OrderSocket } from './order-socket.ts';
import type { Outcome } from './outcome.ts';
import type { OrderRequest } from './pending-requests.ts';
import { DEFAULT_LIMITS } from './rate-figures.ts';

const ANSWER_MS = 1_000;
const LIFE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Heard {
  readonly clientOrderId: string;
  readonly outcome: Outcome;
  readonly tookMs: number | null;
}

function setUp() {
  const network = new ScriptedNetwork();
  const heard: Heard[] = [];
  const links: string[] = [];
  const told: string[] = [];
  const budget = new RateBudget(DEFAULT_LIMITS, () => Date.now());
  const socket = new OrderSocket({
    network,
    url: 'wss://venue/ws-fapi/v1',
    backoff: new Backoff(() => 0.5),
    budget,
    nowMs: () => Date.now(),
    onOutcome: ({ clientOrderId }, outcome, tookMs) => heard.push({ clientOrderId, outcome, tookMs }),
    onLink: (up, detail) => links.push(`${up ? 'up' : 'down'}: ${detail}`),
    told: (news) => told.push(news),
    answerMs: ANSWER_MS,
    lifeMs: LIFE_MS,
  });
  socket.open();
  network.last().accept();
  const place = (number: number) => socket.send(request(number), (id) => JSON.stringify({ id, place: number }));
  return { network, heard, links, told, budget, socket, place };
}

function request(number: number): OrderRequest {
  return { kind: 'place', clientOrderId: idNo(number), instrument: INSTRUMENT.id, replaced: false };
}

/** The ids under which the orders were written to any socket, by order number. */
function idsIn(network: ScriptedNetwork): ReadonlyMap<number, number> {
  const texts = network.sockets.flatMap(({ sent }) => sent);
  return new Map(
    texts.map((text) => JSON.parse(text) as { id: number; place: number }).map(({ id, place }) => [place, id]),
  );
}

const success = (id: number | undefined, number: number) => ({ id, status: 200, result: orderJson(number) });

test('tells answers apart by their ids, whatever their order, and measures each', () => {
  const { network, heard, socket, place } = setUp();
  place(1);
  vi.advanceTimersByTime(5);
  place(2);
  vi.advanceTimersByTime(10);
  const ids = idsIn(network);
  network.last().say(success(ids.get(2), 2));
  network.last().say(success(ids.get(1), 1));
  expect(heard).toEqual([
    { clientOrderId: idNo(2), outcome: answered(orderJson(2)), tookMs: 10 },
    { clientOrderId: idNo(1), outcome: answered(orderJson(1)), tookMs: 15 },
  ]);
  expect([socket.outstanding, socket.strays]).toEqual([0, 0]);
});

test.each<[string, object, Partial<Outcome>]>([
  ['a refusal', { status: 400, error: { code: -5022, msg: 'maker only' } }, { kind: 'refused', code: -5022 }],
  ['an unknown status', { status: 503, error: { code: -1007, msg: 'Timeout' } }, { kind: 'unknown' }],
  ['an overload', { status: 503, error: { code: -1008, msg: 'throttled' } }, { kind: 'not-accepted' }],
  ['no result and no error', { status: 200 }, { kind: 'unknown' }],
  ['no status', { result: {} }, { kind: 'unknown' }],
  ['an error that is none', { status: 400, error: 'bad' }, { kind: 'unknown' }],
])('an answer with %s', (_name, answer, outcome) => {
  const { network, heard, place } = setUp();
  place(1);
  network.last().say({ id: idsIn(network).get(1), ...answer });
  expect(heard).toHaveLength(1);
  expect(heard[0]?.outcome).toMatchObject(outcome);
});

test("hears the venue's limits in answers, and its wish for a rest", () => {
  const { network, budget, place } = setUp();
  place(1);
  const rateLimits = [{ rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300, count: 7 }];
  network.last().say({ ...success(idsIn(network).get(1), 1), rateLimits });
  expect(budget.status().find(({ name }) => name === 'orders per 10s')?.used).toBe(7);
  const retryAfter = Date.now() + 9_000;
  network.last().say({ id: null, status: 418, error: { code: -1003, msg: 'banned', data: { retryAfter } } });
  expect(budget.resting()).toMatchObject({ banned: true, untilMs: retryAfter });
});

test('counts what answers nothing, and believes none of it', () => {
  const { network, heard, told, socket, place } = setUp();
  place(1);
  network.last().say(success(99, 1));
  network.last().say(success(undefined, 1));
  network.last().sayText('<html>');
  network.last().sayText('{"id":1,"status":200,"resu');
  expect([socket.strays, socket.unreadable, socket.outstanding]).toEqual([2, 2, 1]);
  expect(told).toHaveLength(2);
  expect(heard).toEqual([]);
});

test('gives a request up after its time, and believes no answer that comes later', () => {
  const { network, heard, socket, place } = setUp();
  place(1);
  vi.advanceTimersByTime(400);
  place(2);
  vi.advanceTimersByTime(ANSWER_MS - 400);
  expect(heard).toEqual([
    { clientOrderId: idNo(1), outcome: { kind: 'unknown', reason: 'no answer within 1000 ms' }, tookMs: null },
  ]);
  network.last().say(success(idsIn(network).get(1), 1));
  expect([heard.length, socket.strays]).toEqual([1, 1]);
  vi.advanceTimersByTime(400);
  expect(heard).toHaveLength(2);
});

test('knows nothing of what was under way on a connection that ended, and connects again', () => {
  const { network, heard, links, socket, place } = setUp();
  place(1);
  network.last().drop('reset by peer');
  expect(heard).toMatchObject([{ outcome: { kind: 'unknown', reason: expect.stringContaining('reset by peer') } }]);
  expect(place(2)).toMatchObject({ ok: false });
  vi.advanceTimersByTime(1_000);
  network.last().accept();
  expect(place(3)).toEqual({ ok: true });
  expect(links).toEqual(['up: connected', 'down: reset by peer', 'up: connected']);
  expect(socket.reconnects).toBe(1);
});

test('takes nothing that the operating system would keep waiting', () => {
  const { network, heard, socket, place } = setUp();
  network.last().bufferedBytes = 1_000_000;
  expect(place(1)).toMatchObject({ ok: false });
  vi.advanceTimersByTime(2 * ANSWER_MS);
  expect([heard.length, socket.outstanding, network.last().sent.length]).toEqual([0, 0, 0]);
});

test('changes to a new connection before the old one is cut, and still hears the old one', () => {
  const { network, heard, links, place } = setUp();
  const [old] = network.sockets;
  vi.advanceTimersByTime(LIFE_MS);
  expect(network.sockets).toHaveLength(2);
  place(1);
  network.last().accept();
  place(2);
  expect([old?.sent.length, network.last().sent.length]).toEqual([1, 1]);
  old?.say(success(idsIn(network).get(1), 1));
  network.last().say(success(idsIn(network).get(2), 2));
  expect(heard.map(({ outcome }) => outcome.kind)).toEqual(['answered', 'answered']);
  vi.advanceTimersByTime(2 * ANSWER_MS);
  expect(old?.isOpen).toBe(false);
  expect(links).toEqual(['up: connected']);
});

test('says nothing after it was closed', () => {
  const { network, heard, links, socket, place } = setUp();
  place(1);
  socket.close();
  network.last().drop('gone');
  vi.advanceTimersByTime(10 * LIFE_MS);
  expect([heard.length, links.length, network.sockets.length]).toEqual([0, 1, 1]);
  expect(place(2)).toMatchObject({ ok: false });
});

type Step =
  | { readonly type: 'place' }
  /** The n-th request, of those ever written, is answered: for the first time, again, or too late. */
  | { readonly type: 'answer'; readonly nth: number; readonly fails: boolean }
  | { readonly type: 'nonsense'; readonly id: number }
  | { readonly type: 'drop' }
  | { readonly type: 'accept' }
  | { readonly type: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ type: 'place' }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('answer' as const), nth: fc.nat(30), fails: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('nonsense' as const), id: fc.integer({ min: 500, max: 900 }) }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ type: 'drop' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ type: 'accept' }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 700 }) }) },
);

test('every request gets exactly one outcome, and only its own first answer in time counts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { network, heard, socket, place } = setUp();
      let orders = 0;
      /** What has to be heard of each order that was taken; undefined while it is open. */
      const expected = new Map<number, Outcome['kind'] | undefined>();
      const sentAtMs = new Map<number, number>();
      const settle = (test: (number: number) => boolean) => {
        for (const [number, kind] of expected) if (kind === undefined && test(number)) expected.set(number, 'unknown');
      };
      const expire = () => settle((number) => Date.now() - (sentAtMs.get(number) ?? 0) >= ANSWER_MS);
      for (const step of steps) {
        const last = network.last();
        if (step.type === 'place') {
          orders += 1;
          if (!place(orders).ok) continue;
          expected.set(orders, undefined);
          sentAtMs.set(orders, Date.now());
        } else if (step.type === 'answer') {
          const ids = Array.from(idsIn(network));
          const [number, id] = ids[step.nth % Math.max(1, ids.length)] ?? [];
          if (number === undefined || !last.isOpen) continue;
          const error = { id, status: 400, error: { code: -2019, msg: 'Margin is insufficient.' } };
          last.say(step.fails ? error : success(id, number));
          if (expected.get(number) === undefined) expected.set(number, step.fails ? 'refused' : 'answered');
        } else if (step.type === 'nonsense') {
          if (last.isOpen) last.say(success(step.id, 1));
        } else if (step.type === 'drop') {
          const wasOpen = last.isOpen;
          last.drop('cut');
          if (wasOpen) settle(() => true);
        } else if (step.type === 'accept') {
          if (!last.isOpen && !socket.isUp) last.accept();
        } else {
          vi.advanceTimersByTime(step.ms);
          expire();
        }
        expect(socket.outstanding).toBe(Array.from(expected.values()).filter((kind) => kind === undefined).length);
      }
      vi.advanceTimersByTime(2 * ANSWER_MS);
      expire();
      settle(() => true);
      socket.close();
      const got = heard.map(({ clientOrderId, outcome }) => `${clientOrderId} ${outcome.kind}`);
      const wanted = Array.from(expected, ([number, kind]) => `${idNo(number)} ${kind}`);
      expect(got.toSorted()).toEqual(wanted.toSorted());
    }),
    { seed: 42, numRuns: runs(300) },
  );
});
