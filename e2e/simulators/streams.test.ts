import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MarketInput } from '../../src-main/core/engine/input.ts';
import { Market } from '../../src-main/core/market/market.ts';
import { BinanceJson, parseEnvelope } from '../../src-main/formats/binance-json.ts';
import { BinanceScanner } from '../../src-main/formats/binance-scanner.ts';
import { BinanceSymbols } from '../../src-main/formats/binance-symbols.ts';
import { MarketFrames } from '../../src-main/formats/market-frames.ts';
import { FakeTurn } from '../../src-main/testing/fake-turn.ts';
import { describeWithRecordings } from '../../src-main/testing/recordings.ts';
import { recording } from '../../src-main/testing/recordings-folder.ts';
import { LISTINGS } from './binance-usdm/listings.ts';
import { type Json, pass, START, type TestSocket, TestVenue } from './fixtures.ts';

let venue: TestVenue;
beforeEach(() => {
  vi.useFakeTimers({ now: START });
  venue = new TestVenue();
});
afterEach(() => {
  venue.stop();
  vi.useRealTimers();
});

/** Keys in order, and the kinds of the values; of a list its first entry. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? ['nothing'] : [shape(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.entries(value).map(([key, of]) => [key, shape(of)]);
}

function bySuffix(frames: readonly Json[], suffix: string): Json[] {
  return frames.filter(({ stream }) => String(stream).endsWith(suffix));
}

/** Texts have the same form when digits are left out of sight: `61800.20` and `999.10` both have two decimals. */
function decimalsOf(frame: Json): string[] {
  return (
    JSON.stringify(frame)
      .match(/(?<=")\d+\.\d+(?=")/g)
      ?.map((text) => text.replace(/^\d+/, '')) ?? []
  );
}

describe('the frames of market streams', () => {
  it.each([
    ['@depth@0ms', ['e', 'E', 'T', 's', 'U', 'u', 'pu', 'b', 'a']],
    ['@bookTicker', ['e', 'u', 's', 'b', 'B', 'a', 'A', 'T', 'E']],
    ['@trade', ['e', 'E', 'T', 's', 't', 'p', 'q', 'X', 'm']],
    ['@aggTrade', ['e', 'E', 's', 'a', 'p', 'q', 'nq', 'f', 'l', 'T', 'm']],
    ['@markPrice@1s', ['e', 'E', 's', 'p', 'i', 'P', 'r', 'T']],
  ])('of %s have the documented fields in their order', async (suffix, fields) => {
    const socket = venue.socket(`/stream?streams=btcusdt${suffix}`);
    await pass(3_000);
    expect(socket.messages.length).toBeGreaterThan(0);
    for (const { stream, data } of socket.messages) {
      expect(stream).toBe(`btcusdt${suffix}`);
      expect(Object.keys(data as Json)).toEqual(fields);
    }
  });

  it('chain by pu at every speed, and bridge a snapshot that was taken in between', async () => {
    const suffixes = ['@depth@0ms', '@depth@100ms', '@depth', '@depth@250ms', '@depth@500ms'];
    const socket = venue.socket(`/public/stream?streams=${suffixes.map((suffix) => `btcusdt${suffix}`).join('/')}`);
    await pass(2_000);
    const { lastUpdateId } = (await venue.get('/fapi/v1/depth?symbol=BTCUSDT&limit=1000')) as { lastUpdateId: number };
    await pass(3_000);
    const counts = suffixes.map((suffix) => {
      const frames = bySuffix(socket.messages, suffix).map(({ data }) => data as Record<string, number>);
      for (const [index, frame] of frames.entries()) {
        if (index > 0) expect(frame.pu).toBe(frames[index - 1].u);
        expect(frame.U).toBeLessThanOrEqual(frame.u);
      }
      expect(frames.filter(({ U, u }) => U <= lastUpdateId && lastUpdateId <= u)).toHaveLength(1);
      return frames.length;
    });
    const [fastest, at100, plain, at250, at500] = counts;
    expect(fastest).toBeGreaterThan(at100);
    expect(at100).toBeGreaterThan(at250);
    expect(plain).toBe(at250);
    expect(at250).toBeGreaterThan(at500);
  });

  it('are read by the byte scanner, and give a proven book that equals the venue’s own best prices', async () => {
    const instruments = LISTINGS.map(({ instrument }) => instrument);
    const symbols = new BinanceSymbols('binance-usdm', instruments);
    const scanner = new BinanceScanner(symbols, new MarketFrames());
    const json = new BinanceJson(symbols, new MarketFrames());
    for (const { symbol, lowercase } of LISTINGS) {
      scanner.learn(`${lowercase}@depth@0ms`, 'depth', symbol);
      scanner.learn(`${lowercase}@bookTicker`, 'ticker', symbol);
      scanner.learn(`${lowercase}@trade`, 'trade', symbol);
    }
    const market = new Market(instruments);
    const turn = new FakeTurn([market]);
    turn.advance(START);
    const accept = (frame: MarketInput) => turn.send(frame);
    const streams = LISTINGS.flatMap(({ lowercase }) =>
      ['depth@0ms', 'bookTicker', 'trade'].map((name) => `${lowercase}@${name}`),
    );
    const socket = venue.socket(`/stream?streams=${streams.join('/')}`);
    await pass(500);
    const snapshots = new Map<string, string>();
    for (const { symbol } of LISTINGS) {
      const { body } = await venue.http({ method: 'GET', url: `/fapi/v1/depth?symbol=${symbol}&limit=1000` });
      snapshots.set(symbol, body);
    }
    await pass(3_000);
    for (const [symbol, body] of snapshots) accept(json.read(parseEnvelope(body), symbol));
    for (const text of socket.texts) {
      const bytes = Buffer.from(`${text}\n`);
      const frame = scanner.scan(bytes, 0, bytes.length - 1);
      expect(frame, text).not.toBeNull();
      if (frame !== null) accept(frame);
    }
    for (const { id } of instruments) {
      expect(market.isProven(id)).toBe(true);
      const stats = Object.values(market.stats().instruments)[id];
      expect(stats.rejected).toEqual({});
    }
  });
});

describeWithRecordings('the frames of market streams beside recorded ones', () => {
  it('have the same keys, in the same order, with values of the same form', async () => {
    const streams = ['depth@0ms', 'bookTicker', 'trade'];
    const socket = venue.socket(`/stream?streams=${streams.map((name) => `btcusdt@${name}`).join('/')}`);
    await pass(3_000);
    const snapshot = await venue.get('/fapi/v1/depth?symbol=BTCUSDT&limit=1000');
    vi.useRealTimers();
    const recorded = await firstOfEach(streams);
    for (const [name, sample] of recorded) {
      const own = name === 'snapshot' ? [snapshot] : bySuffix(socket.messages, `@${name}`);
      // A frame may change one side of the book only.
      const whole = own.filter((frame) => !JSON.stringify(frame).includes('[]'));
      expect(whole.length, name).toBeGreaterThan(0);
      for (const frame of whole) {
        expect(shape(frame)).toEqual(shape(sample));
        expect(new Set(decimalsOf(frame).map((text) => text.length))).toEqual(
          new Set(decimalsOf(sample).map((text) => text.length)),
        );
      }
    }
  });
});

describe('a stream connection', () => {
  const listed = async (socket: TestSocket, id: number): Promise<unknown> => {
    socket.send({ method: 'LIST_SUBSCRIPTIONS', id });
    await pass(20);
    return socket.messages.find((message) => message.id === id)?.result;
  };

  it('subscribes and unsubscribes by request, and lists what it has', async () => {
    const socket = venue.socket('/ws/btcusdt@trade');
    await pass(20);
    socket.send({ method: 'SUBSCRIBE', params: ['btcusdt@bookTicker', 'ethusdt@bookTicker'], id: 1 });
    await pass(1_000);
    expect(socket.messages.find(({ id }) => id === 1)).toEqual({ result: null, id: 1 });
    expect(new Set(socket.messages.map(({ e }) => e))).toContain('bookTicker');
    expect(await listed(socket, 2)).toEqual(['btcusdt@trade', 'btcusdt@bookTicker', 'ethusdt@bookTicker']);
    socket.send({ method: 'UNSUBSCRIBE', params: ['btcusdt@bookTicker', 'ethusdt@bookTicker'], id: 3 });
    await pass(20);
    const before = socket.messages.filter(({ e }) => e === 'bookTicker').length;
    await pass(1_000);
    expect(socket.messages.filter(({ e }) => e === 'bookTicker')).toHaveLength(before);
    expect(await listed(socket, 4)).toEqual(['btcusdt@trade']);
  });

  it('carries only what belongs to its path', async () => {
    const all = 'btcusdt@bookTicker/btcusdt@markPrice@1s';
    const [open, market] = [
      venue.socket(`/public/stream?streams=${all}`),
      venue.socket(`/market/stream?streams=${all}`),
    ];
    await pass(2_500);
    expect(new Set(open.messages.map(({ stream }) => stream))).toEqual(new Set(['btcusdt@bookTicker']));
    expect(new Set(market.messages.map(({ stream }) => stream))).toEqual(new Set(['btcusdt@markPrice@1s']));
  });

  it('that says what makes no sense is told so; one that says too much is closed', async () => {
    const socket = venue.socket('/ws');
    await pass(20);
    socket.send({ method: 'SHOUT', id: 9 });
    await pass(20);
    expect(socket.messages).toMatchObject([{ error: { code: 1 }, id: 9 }]);
    for (let id = 0; id < 12; id += 1) socket.send({ method: 'LIST_SUBSCRIPTIONS', id });
    await pass(20);
    expect(socket.closedBy).toMatch(/1008/);
  });

  it('is pinged every three minutes, and ends after its longest time', async () => {
    venue.stop();
    venue = new TestVenue({ maxConnectionMs: 600_000, pumpMs: 1_000 });
    const socket = venue.socket('/ws-fapi/v1');
    await pass(590_000);
    expect(socket.pings).toBe(3);
    expect(socket.closedBy).toBeNull();
    await pass(20_000);
    expect(socket.closedBy).toMatch(/1000/);
  });
});

describe('the stream of reports', () => {
  it('needs its key extended every hour, and says when it has expired', async () => {
    venue.stop();
    venue = new TestVenue({ pumpMs: 5_000, intensity: 0.05, warmUpSeconds: 0.1 });
    const reports = await venue.reports();
    await pass(3_500_000);
    const extending = {
      method: 'PUT' as const,
      url: '/fapi/v1/listenKey',
      headers: { 'X-MBX-APIKEY': 'a'.repeat(64) },
    };
    expect((await venue.http(extending)).status).toBe(200);
    await pass(3_500_000);
    expect(reports.messages).toEqual([]);
    await pass(200_000);
    expect(reports.messages).toMatchObject([{ e: 'listenKeyExpired' }]);
    const late = await venue.http(extending);
    expect(JSON.parse(late.body).code).toBe(-1125);
    await venue.rest('BUY', 20_000);
    expect(reports.messages).toHaveLength(1);
  });

  it('sends only the events that its address names', async () => {
    const { body } = await venue.http({
      method: 'POST',
      url: '/fapi/v1/listenKey',
      headers: { 'X-MBX-APIKEY': 'a'.repeat(64) },
    });
    const { listenKey } = JSON.parse(body);
    const socket = venue.socket(`/private/stream?listenKey=${listenKey}&events=ACCOUNT_UPDATE`);
    await pass(20);
    await venue.market('BUY', '0.010');
    await pass(20);
    expect(socket.messages.length).toBeGreaterThan(0);
    for (const { stream, data } of socket.messages) {
      expect(stream).toBe(listenKey);
      expect((data as Json).e).toBe('ACCOUNT_UPDATE');
    }
  });
});

/** The first recorded frame of each stream that changes both sides where it has any, and the snapshot. */
async function firstOfEach(streams: readonly string[]): Promise<Map<string, Json>> {
  const found = new Map<string, Json>();
  const input = createReadStream(recording('binance-usdm-btcusdt-20240808.gz')).pipe(createGunzip());
  for await (const line of createInterface({ input })) {
    const frame = JSON.parse(line.slice(line.indexOf(' ') + 1));
    const name = 'lastUpdateId' in frame ? 'snapshot' : String(frame.stream).replace(/^[^@]*@/, '');
    if (!found.has(name) && !line.includes('[]')) found.set(name, frame);
    if (found.size > streams.length) break;
  }
  return found;
}
