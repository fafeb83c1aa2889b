import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Micros, micros } from '../../../../src-shared/domain/time.ts';
import { DeadMan } from './dead-man.ts';
import type { Outcome, RestCall } from './outcome.ts';
import { answered, BTC, ETH, ScriptedCalls } from './scripted-calls.ts';

const PATH = '/fapi/v1/countdownCancelAll';
const UNKNOWN: Outcome = { kind: 'unknown', reason: 'no answer within 5000 ms' };

let calls: ScriptedCalls;
let fired: string[];
let news: string[];
let aliveAt: () => Micros;
let deadMan: DeadMan;

const now = (): Micros => micros(Date.now() * 1_000);
const confirm = ({ params }: RestCall): Outcome =>
  answered({ symbol: params.symbol, countdownTime: String(params.countdownTime) });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  calls = new ScriptedCalls().on(`POST ${PATH}`, confirm);
  [fired, news, aliveAt] = [[], [], now];
  deadMan = new DeadMan({
    ...{ calls, instruments: [BTC, ETH], now },
    engineAliveAt: () => aliveAt(),
    onFired: (detail) => fired.push(detail),
    told: (text) => news.push(text),
  });
});
afterEach(() => {
  deadMan.close();
  vi.useRealTimers();
});

const answers = (answer: (call: RestCall) => Outcome | Promise<Outcome>): void => void calls.on(`POST ${PATH}`, answer);

describe("the venue's dead man's switch", () => {
  it('lets nothing be placed before every symbol is confirmed', async () => {
    expect(deadMan.mayPlace(BTC.id)).toMatch(/is not armed/);
    const held = Promise.withResolvers<Outcome>();
    answers((call) => (call.params.symbol === 'ETHUSDT' ? held.promise : confirm(call)));
    deadMan.arm();
    await pass(10);
    expect(deadMan.mayPlace(BTC.id)).toBe("the venue has not confirmed its dead man's switch for binance-usdm:ETHUSDT");
    expect(deadMan.status()).toEqual({ state: 'disarmed', firesInMs: null });
    held.resolve(answered({ symbol: 'ETHUSDT', countdownTime: '60000' }));
    await pass(0);
    expect([deadMan.mayPlace(BTC.id), deadMan.mayPlace(ETH.id)]).toEqual([null, null]);
    expect(deadMan.status()).toEqual({ state: 'armed', firesInMs: 59_990 });
    expect(calls.asked[0]).toMatchObject({
      params: { symbol: 'BTCUSDT', countdownTime: 60_000 },
      weight: 10,
      use: 'cancel',
    });
  });

  it('is refreshed every 15 s, and never fires while the engine lives', async () => {
    deadMan.arm();
    await pass(10 * 60_000);
    expect(calls.asked).toHaveLength(2 * 41);
    expect(fired).toEqual([]);
    expect(deadMan.mayPlace(ETH.id)).toBeNull();
  });

  it('is not refreshed for an engine that hangs, and fires when its time is over', async () => {
    deadMan.arm();
    await pass(15_000);
    const hungAt = now();
    aliveAt = () => hungAt;
    await pass(59_999);
    expect(calls.asked).toHaveLength(4);
    expect(news).toEqual([
      "dead man's switch of BTCUSDT: not refreshed: the engine gives no sign of life",
      "dead man's switch of ETHUSDT: not refreshed: the engine gives no sign of life",
    ]);
    expect([deadMan.status().firesInMs, deadMan.mayPlace(BTC.id)]).toEqual([1, null]);
    await pass(1);
    expect(deadMan.mayPlace(BTC.id)).toMatch(/may have fired/);
    expect(deadMan.status()).toEqual({ state: 'fired', firesInMs: null });
    aliveAt = now;
    await pass(120_000);
    expect(fired).toEqual([
      'the countdown of 60 s for BTCUSDT may have run out: not refreshed: the engine gives no sign of life',
    ]);
    expect(calls.asked).toHaveLength(4);
  });

  it('refuses at the very moment, also when the whole thread slept and no timer rang', async () => {
    deadMan.arm();
    await pass(0);
    vi.setSystemTime(Date.now() + 60_000);
    expect(deadMan.mayPlace(BTC.id)).toMatch(/may have fired/);
    expect(fired).toHaveLength(1);
  });

  it.each<[string, Outcome]>([
    ['unanswered', UNKNOWN],
    ['refused', { kind: 'refused', code: -2015, message: 'Invalid API-key' }],
    ['turned away', { kind: 'not-accepted', reason: 'status 429' }],
    ['answered with another time', answered({ symbol: 'BTCUSDT', countdownTime: '100' })],
    ['answered with nonsense', answered([])],
  ])('tries a refresh that was %s again, ever slower, until it may have fired', async (_, outcome) => {
    deadMan.arm();
    await pass(0);
    answers((call) => (call.params.symbol === 'BTCUSDT' ? outcome : confirm(call)));
    await pass(59_000);
    const tries = calls.askedOf(PATH).filter(({ params }) => params.symbol === 'BTCUSDT');
    expect(tries.length).toBeGreaterThanOrEqual(5);
    expect(tries.length).toBeLessThanOrEqual(8);
    expect(news).toHaveLength(1);
    expect(fired).toEqual([]);
    await pass(1_000);
    expect(fired).toHaveLength(1);
  });

  it('goes on as before when a later refresh is confirmed', async () => {
    deadMan.arm();
    await pass(0);
    answers(() => UNKNOWN);
    await pass(30_000);
    answers(confirm);
    await pass(200_000);
    expect(fired).toEqual([]);
    expect(deadMan.mayPlace(BTC.id)).toBeNull();
  });

  it('believes no confirmation that comes after it may have fired', async () => {
    deadMan.arm();
    await pass(0);
    const held = Promise.withResolvers<Outcome>();
    answers(() => held.promise);
    await pass(60_000);
    held.resolve(answered({ countdownTime: '60000' }));
    await pass(0);
    expect(deadMan.status().state).toBe('fired');
    expect(deadMan.mayPlace(BTC.id)).not.toBeNull();
  });

  it('counts from when it was asked, not from when it was answered', async () => {
    answers(async (call) => {
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      return confirm(call);
    });
    deadMan.arm();
    await pass(4_000);
    expect(deadMan.status()).toEqual({ state: 'armed', firesInMs: 56_000 });
  });

  it('is armed anew by a person only, and can fire again', async () => {
    deadMan.arm();
    await pass(0);
    deadMan.rearm();
    expect(calls.asked).toHaveLength(2);
    answers(() => UNKNOWN);
    await pass(60_000);
    answers(confirm);
    await pass(60_000);
    expect(deadMan.status().state).toBe('fired');
    deadMan.rearm();
    expect(deadMan.mayPlace(BTC.id)).toMatch(/has not confirmed/);
    await pass(0);
    expect(deadMan.mayPlace(BTC.id)).toBeNull();
    answers(() => UNKNOWN);
    await pass(60_000);
    expect(fired).toHaveLength(2);
  });

  it('keeps at a first arming that fails', async () => {
    answers(() => UNKNOWN);
    deadMan.arm();
    await pass(120_000);
    expect(fired).toEqual([]);
    expect(deadMan.mayPlace(BTC.id)).toMatch(/has not confirmed/);
    answers(confirm);
    await pass(15_000);
    expect(deadMan.mayPlace(BTC.id)).toBeNull();
  });

  it('is given up at the end, with word of what was not confirmed, and left to run when closed', async () => {
    deadMan.arm();
    await pass(0);
    answers((call) => (call.params.symbol === 'BTCUSDT' ? UNKNOWN : confirm(call)));
    await deadMan.end();
    expect(calls.asked.slice(-2).map(({ params }) => params)).toEqual([
      { symbol: 'BTCUSDT', countdownTime: 0 },
      { symbol: 'ETHUSDT', countdownTime: 0 },
    ]);
    expect(news).toEqual(["dead man's switch of BTCUSDT was left armed: no answer within 5000 ms"]);
    expect(deadMan.mayPlace(BTC.id)).toMatch(/is not armed/);
    const before = calls.asked.length;
    await pass(120_000);
    expect([calls.asked.length, fired.length]).toEqual([before, 0]);
  });
});
