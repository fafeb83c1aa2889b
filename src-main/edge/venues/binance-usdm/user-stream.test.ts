import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Backoff } from '../backoff.ts';
import { answered, BY_SYMBOL, idNo, ScriptedNetwork, tradeFields, updateJson } from './order-fixtures.ts';
import type { OrderUpdate } from './order-reports.ts';
import type { Outcome } from './outcome.ts';
import { type ListenKeys, UserStream } from './user-stream.ts';

const LIFE_MS = 24 * 3_600_000;
const KEEP_ALIVE_MS = 30 * 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const FAILED: Outcome = { kind: 'unknown', reason: 'no answer' };

function setUp(open: Outcome = answered({ listenKey: 'first/key' })) {
  const network = new ScriptedNetwork();
  const heard: string[] = [];
  const updates: OrderUpdate[] = [];
  const calls: string[] = [];
  const answers: { open: Outcome; keepAlive: Outcome } = {
    open,
    keepAlive: answered({}),
  };
  const call = (name: string, outcome: () => Outcome) => async () => {
    calls.push(name);
    return outcome();
  };
  const listenKeys: ListenKeys = {
    open: call('open', () => answers.open),
    keepAlive: call('keepAlive', () => answers.keepAlive),
    close: call('close', () => answered({})),
  };
  const stream = new UserStream({
    network,
    url: 'wss://streams',
    listenKeys,
    instruments: BY_SYMBOL,
    backoff: () => new Backoff(() => 0.5),
    lifeMs: LIFE_MS,
    handlers: {
      order: (update) => updates.push(update),
      accountMoved: () => heard.push('account moved'),
      marginCall: (detail) => heard.push(detail),
      unsure: (reason) => heard.push(`unsure: ${reason}`),
      link: (up, detail) => heard.push(`${up ? 'up' : 'down'}: ${detail}`),
      told: (news) => heard.push(`told: ${news}`),
    },
  });
  stream.open();
  return { network, heard, updates, calls, answers, stream };
}

/** Lets what was answered be heard. */
const settle = () => vi.advanceTimersByTimeAsync(0);

async function connected() {
  const desk = setUp();
  await settle();
  desk.network.last().accept();
  desk.heard.length = 0;
  desk.calls.length = 0;
  return desk;
}

describe('the connection', () => {
  test('is made under the listen key, where private streams are', async () => {
    const { network, heard, calls } = setUp();
    await settle();
    expect(network.last().url).toBe('wss://streams/private/ws?listenKey=first%2Fkey');
    expect(heard).toEqual([]);
    network.last().accept();
    expect([heard, calls]).toEqual([['up: connected'], ['open']]);
  });

  test('waits for a listen key, and asks again', async () => {
    const { network, heard, answers } = setUp(FAILED);
    await settle();
    expect([heard, network.sockets.length]).toEqual([['down: no listen key: no answer'], 0]);
    answers.open = answered({ listenKey: 'first/key' });
    await vi.advanceTimersByTimeAsync(1_000);
    network.last().accept();
    expect(heard.at(-1)).toBe('up: connected');
  });

  test.each([answered({}), answered(null), answered({ listenKey: '' })])('is not made under %o', async (outcome) => {
    const { network, heard } = setUp(outcome);
    await settle();
    expect([network.sockets.length, heard]).toEqual([0, ['down: no listen key: an answer without a listen key']]);
  });

  test('that was made again is up only once the key is confirmed', async () => {
    const { network, heard, answers } = await connected();
    answers.open = FAILED;
    network.last().drop('cut');
    await vi.advanceTimersByTimeAsync(100);
    network.last().accept();
    await settle();
    expect(heard.filter((news) => news.startsWith('up'))).toEqual([]);
    answers.open = answered({ listenKey: 'first/key' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard.at(-1)).toBe('up: connected');
  });

  test('is made anew under a key that is another one now', async () => {
    const { network, heard, answers } = await connected();
    answers.open = answered({ listenKey: 'second' });
    const old = network.last();
    old.say({ e: 'listenKeyExpired', E: 1, listenKey: 'first/key' });
    await settle();
    expect([old.isOpen, network.last().url]).toEqual([false, 'wss://streams/private/ws?listenKey=second']);
    network.last().accept();
    expect(heard).toEqual(['down: the listen key is lost: it expired', 'up: connected']);
  });

  test('keeps its key alive, and tries again soon when that fails', async () => {
    const { heard, calls, answers } = await connected();
    await vi.advanceTimersByTimeAsync(KEEP_ALIVE_MS);
    expect(calls).toEqual(['keepAlive']);
    answers.keepAlive = FAILED;
    await vi.advanceTimersByTimeAsync(KEEP_ALIVE_MS + 60_000);
    expect([calls.length, heard]).toEqual([3, []]);
    answers.keepAlive = { kind: 'refused', code: -1125, message: 'This listenKey does not exist.' };
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls.slice(3)).toEqual(['keepAlive', 'open']);
    expect(heard[0]).toContain('-1125');
  });

  test('is renewed by overlap before its day is over', async () => {
    const { network, heard, updates } = await connected();
    const old = network.last();
    await vi.advanceTimersByTimeAsync(LIFE_MS);
    network.last().accept();
    old.say(updateJson(1));
    network.last().say(updateJson(2));
    expect([network.sockets.length, updates.length, heard]).toEqual([2, 2, []]);
  });

  test('is made anew when it is not believed any more, under the same key', async () => {
    const { network, heard, updates, stream } = await connected();
    const old = network.last();
    stream.renew('it was silent');
    await settle();
    expect([old.isOpen, network.last().url]).toEqual([false, old.url]);
    network.last().accept();
    network.last().say(updateJson(1));
    expect([heard, updates.length]).toEqual([['down: it was silent', 'up: connected'], 1]);
  });

  test('is closed for good, with the key if that is wanted', async () => {
    const { network, heard, calls, stream } = await connected();
    stream.close(true);
    await vi.advanceTimersByTimeAsync(3 * LIFE_MS);
    expect([network.last().isOpen, network.sockets.length, heard, calls]).toEqual([false, 1, [], ['close']]);
  });
});

describe('the events', () => {
  test('of orders are handed on as reports', async () => {
    const { network, updates } = await connected();
    network.last().say(updateJson(3, tradeFields(9, 2, 2)));
    expect(updates).toMatchObject([
      { listed: { order: { clientOrderId: idNo(3) } }, reports: [{ type: 'filled', fill: { fillId: '9', lots: 2 } }] },
    ]);
  });

  test.each([
    ['FUNDING_FEE', 1],
    ['WITHDRAW', 1],
    ['ORDER', 0],
  ])('of the account moved by %s', async (m, times) => {
    const { network, heard } = await connected();
    network.last().say({ e: 'ACCOUNT_UPDATE', E: 1, T: 1, a: { m, B: [], P: [] } });
    expect(heard).toEqual(Array(times).fill('account moved'));
  });

  test('of a margin call are told', async () => {
    const { network, heard } = await connected();
    network.last().say({ e: 'MARGIN_CALL', E: 1, cw: '3.16', p: [] });
    expect(heard).toEqual([expect.stringContaining('margin call')]);
  });

  test('that repeat others are passed over, and those that are not known are told once', async () => {
    const { network, heard } = await connected();
    for (const e of ['TRADE_LITE', 'ACCOUNT_CONFIG_UPDATE', 'ACCOUNT_CONFIG_UPDATE']) network.last().say({ e });
    expect(heard).toEqual([
      expect.stringContaining('told: the venue reports a ACCOUNT_CONFIG_UPDATE'),
      expect.anything(),
    ]);
  });

  test.each([
    ['no JSON', '{"e":"ORDER_TRADE_UPDATE","listenKey":"first/key'],
    ['no object', '[1]'],
    ['no event', '{"E":1}'],
    ['half an order', '{"e":"ORDER_TRADE_UPDATE","o":{"s":"BTCUSDT"}}'],
    ['half an account', '{"e":"ACCOUNT_UPDATE"}'],
  ])('that are %s are told, and the account is compared', async (_name, text) => {
    const { network, heard, updates } = await connected();
    network.last().sayText(text);
    expect(heard).toEqual([
      expect.stringMatching(/^told: a report of the venue cannot be read/),
      expect.stringMatching(/^unsure: a report of the venue cannot be read/),
    ]);
    expect(heard.join()).not.toContain('first/key');
    expect(updates).toEqual([]);
  });
});
