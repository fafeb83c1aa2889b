import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createInstrument, type Instrument } from '../../../../src-shared/domain/instrument.ts';
import { generateRecording } from '../../../testing/binance-recording.ts';
import { ScriptedNetwork, type ScriptedSocket } from '../scripted-network.ts';
import type { StreamFrame } from './handover.ts';
import { MarketStream, type MarketStreamOptions } from './market-stream.ts';

const VENUE = 'binance-test';

function instrument(symbol: string, id: number): Instrument {
  const base = symbol.slice(0, -4);
  const terms = { kind: 'linear', quote: 'USDT', settle: 'USDT', tickSize: '0.10', lotSize: '0.001' } as const;
  return createInstrument({ venue: VENUE, symbol, base, multiplier: '1', ...terms }, id);
}

/** Messages of the public stream of one symbol, a snapshot left out. */
const RECORDED = generateRecording({ venue: 'binance-usdm', symbol: 'BTCUSDT', frames: 400, seed: 7 })
  .map((line) => line.slice(line.indexOf(' ') + 1))
  .filter((message) => message.startsWith('{"stream"'));
const DEPTH = RECORDED.filter((message) => message.includes('@depth'));

function markMessage(second: number, symbol = 'BTCUSDT'): string {
  const data = {
    ...{ e: 'markPriceUpdate', E: 1_723_161_255_000 + 1_000 * second, s: symbol, p: '61794.15', i: '61784.62' },
    ...{ P: '61784.25', r: '-0.00038167', T: 1_723_190_400_000 },
  };
  return JSON.stringify({ stream: `${symbol.toLowerCase()}@markPrice@1s`, data });
}

describe('the market stream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function opened(options: Partial<MarketStreamOptions> = {}) {
    const network = new ScriptedNetwork();
    const frames: StreamFrame[] = [];
    const events: string[] = [];
    const told: string[] = [];
    const stream = new MarketStream({
      network,
      endpoints: { rest: '', streams: 'wss://venue', orders: '' },
      venue: VENUE,
      instruments: [instrument('BTCUSDT', 0)],
      onFrame: (frame) => {
        expect(frame.seq).toBe(0);
        frames.push(structuredClone(frame));
        // As a desk does, before the next frame comes in the same object.
        frame.seq = frames.length;
      },
      onFirstDepth: (id) => events.push(`first depth of ${id}`),
      onLink: (up, detail) => events.push(`${up ? 'up' : 'down'}: ${detail}`),
      told: (news) => told.push(news),
      random: () => 0,
      settings: { maxAgeMs: 60_000, ageSpreadMs: 0, staleMs: 10_000, overlapMs: 30_000 },
      ...options,
    });
    stream.open();
    const [quotes, marks] = network.sockets as [ScriptedSocket, ScriptedSocket];
    return { network, frames, events, told, stream, quotes, marks };
  }

  function lastIds(frames: readonly StreamFrame[]): number[] {
    return frames.flatMap((frame) => (frame.kind === 'depth' ? [frame.lastId] : []));
  }

  /** Every depth update follows the one before. */
  function expectChain(frames: readonly StreamFrame[]): void {
    const updates = frames.filter((frame) => frame.kind === 'depth');
    for (const [index, update] of updates.entries()) {
      if (index > 0) expect(update.previousId).toBe(updates[index - 1]?.lastId);
    }
  }

  it('asks for each stream on the route that carries it', () => {
    const { quotes, marks } = opened({ instruments: [instrument('BTCUSDT', 0), instrument('ETHUSDT', 1)] });
    const names = (url: string): string[] =>
      url
        .slice(url.indexOf('=') + 1)
        .split('/')
        .sort();
    expect(quotes.url).toMatch(/^wss:\/\/venue\/public\/stream\?streams=/);
    const of = (symbol: string): string[] => [`${symbol}@bookTicker`, `${symbol}@depth@0ms`, `${symbol}@trade`];
    expect(names(quotes.url)).toEqual([...of('btcusdt'), ...of('ethusdt')]);
    expect(marks.url).toMatch(/^wss:\/\/venue\/market\/stream\?streams=/);
    expect(names(marks.url)).toEqual(['btcusdt@markPrice@1s', 'ethusdt@markPrice@1s']);
  });

  it('hands every frame on, and says when a book begins', () => {
    const { quotes, marks, frames, events, stream } = opened();
    quotes.accept();
    marks.accept();
    expect(stream.hasDepthOf(instrument('BTCUSDT', 0).id)).toBe(false);
    for (const message of RECORDED) quotes.deliver(message);
    marks.deliver(markMessage(0));
    expect(frames).toHaveLength(RECORDED.length + 1);
    expect(frames.map(({ kind }) => kind).slice(0, -1)).toEqual(
      RECORDED.map((message) =>
        message.includes('@depth') ? 'depth' : message.includes('@trade') ? 'trade' : 'book-ticker',
      ),
    );
    expect(frames.at(-1)).toMatchObject({ kind: 'mark-price', markPrice: 61_794.15, fundingRate: -0.00038167 });
    expect(events).toEqual(['up: market data: connected', 'first depth of 0']);
    expect(stream.hasDepthOf(instrument('BTCUSDT', 0).id)).toBe(true);
    expect(stream.status()).toMatchObject({
      connections: [
        { name: 'market data', up: true, quietMs: 0, reconnects: 0 },
        { name: 'mark prices', up: true, quietMs: 0, reconnects: 0 },
      ],
      frames: RECORDED.length + 1,
      refused: {},
      bytes: [...RECORDED, markMessage(0)].reduce((sum, message) => sum + Buffer.byteLength(message), 0),
    });
  });

  it('counts what is no frame, and tells the first of each kind', () => {
    const { quotes, frames, told, stream } = opened();
    quotes.accept();
    const [message = ''] = DEPTH;
    const bad = [
      '{"stream":',
      '[]',
      '{"hello":1}',
      message.replaceAll('BTCUSDT', 'XRPUSDT').replace('btcusdt', 'xrpusdt'),
      message.replace('"pu"', '"pv"'),
      '{"lastUpdateId":1,"bids":[],"asks":[]}',
      '{"error":{"code":2,"msg":"Invalid request"},"id":1}',
    ];
    for (const text of [...bad, ...bad]) quotes.deliver(text);
    quotes.deliver('{"result":null,"id":1}');
    expect(frames).toEqual([]);
    expect(stream.status().refused).toEqual({
      ...{ 'broken-json': 2, 'not-a-frame': 4, 'unknown-symbol': 2, 'missing-field': 2 },
      ...{ 'snapshot-without-symbol': 2, 'venue-error': 2 },
    });
    expect(told).toHaveLength(6);
    expect(told.join()).toContain('Invalid request');
    quotes.deliver(message);
    expect(frames).toHaveLength(1);
  });

  it('reads what is not quite as documented the slow way', () => {
    const { quotes, frames } = opened();
    quotes.accept();
    for (const message of DEPTH) quotes.deliver(message.replace('"data":{', '"data": {"new":1,'));
    expect(lastIds(frames)).toHaveLength(DEPTH.length);
    expectChain(frames);
  });

  it('tells of a cut, and after it of the next beginning of each book', () => {
    const { network, quotes, events, stream } = opened();
    quotes.accept();
    quotes.deliver(DEPTH[0] ?? '');
    quotes.cut('reset by peer');
    expect(stream.isUp).toBe(false);
    expect(stream.hasDepthOf(instrument('BTCUSDT', 0).id)).toBe(false);
    for (const reason of ['refused', 'refused', 'timed out']) {
      vi.advanceTimersByTime(1);
      network.last.cut(reason);
    }
    vi.advanceTimersByTime(1);
    network.last.accept();
    network.last.deliver(DEPTH[9] ?? '');
    const first = ['up: market data: connected', 'first depth of 0'];
    const down = ['reset by peer', 'refused', 'timed out'].map((reason) => `down: market data: ${reason}`);
    expect(events).toEqual([...first, ...down, ...first]);
    expect(stream.status().connections[0]).toMatchObject({ up: true, reconnects: 1 });
  });

  it('gives up a connection that brings nothing', () => {
    const { network, quotes, marks, events } = opened();
    quotes.accept();
    marks.accept();
    quotes.deliver(DEPTH[0] ?? '');
    const alive = setInterval(() => {
      quotes.answerPing();
      marks.deliver(markMessage(Date.now()));
    }, 1_000);
    vi.advanceTimersByTime(10_010);
    clearInterval(alive);
    expect(quotes.isClosed).toBe(true);
    expect(marks.isClosed).toBe(false);
    expect(events.at(-1)).toBe('down: market data: no message for 10000 ms');
    expect(network.sockets).toHaveLength(3);
  });

  it('says of lost mark prices, but takes no book for them', () => {
    const { network, quotes, marks, events, told } = opened();
    quotes.accept();
    marks.accept();
    marks.cut('reset by peer');
    vi.advanceTimersByTime(1);
    network.last.accept();
    expect(network.last.url).toContain('/market/');
    expect(events).toEqual(['up: market data: connected']);
    expect(told).toEqual(['mark prices: connected', 'mark prices: reset by peer', 'mark prices: connected']);
  });

  describe('when its connection gets old', () => {
    /** Up since a minute: a second connection was opened. */
    function aged() {
      const desk = opened();
      desk.quotes.accept();
      let sent = 0;
      for (; sent < 60; sent += 1) {
        desk.quotes.deliver(DEPTH[sent] ?? '');
        vi.advanceTimersByTime(1_000);
      }
      const next = desk.network.sockets.filter(({ url }) => url.includes('/public/'))[1];
      if (next === undefined) throw new Error('no second connection was opened');
      return { ...desk, next, sent };
    }

    it('has gone over to a new one without a gap, a duplicate or a word to the desk', () => {
      const { quotes, next, sent, frames, events, stream } = aged();
      quotes.deliver(DEPTH[sent] ?? '');
      next.accept();
      // The new one is ahead, and then the old one catches up.
      for (const ahead of [2, 3]) next.deliver(DEPTH[sent + ahead] ?? '');
      quotes.deliver(DEPTH[sent + 1] ?? '');
      expect(quotes.isClosed).toBe(false);
      // Nothing was traded or quoted on either.
      vi.advanceTimersByTime(3_000);
      expect(quotes.isClosed).toBe(true);
      for (let more = 4; more < 20; more += 1) next.deliver(DEPTH[sent + more] ?? '');
      expect(lastIds(frames)).toEqual(lastIds(frames).sort((a, b) => a - b));
      expect(lastIds(frames)).toHaveLength(sent + 20);
      expectChain(frames);
      expect(events).toEqual(['up: market data: connected', 'first depth of 0']);
      expect(stream.status()).toMatchObject({ handovers: 1, connections: [{ up: true, reconnects: 0 }, {}] });
    });

    it('replaces the new one too when its time has come', () => {
      const { network, next, sent } = aged();
      next.accept();
      next.deliver(DEPTH[sent - 1] ?? '');
      for (let second = 0; second < 64; second += 1) {
        vi.advanceTimersByTime(1_000);
        next.deliver(DEPTH[sent + second] ?? '');
      }
      expect(network.sockets.filter(({ url }) => url === next.url)).toHaveLength(3);
    });

    it('goes on with the old one when the new one fails, and tries again', () => {
      const { network, quotes, next, sent, frames, events } = aged();
      next.accept();
      next.deliver(DEPTH[sent + 1] ?? '');
      next.cut('reset by peer');
      vi.advanceTimersByTime(1);
      const third = network.last;
      expect(third.url).toBe(next.url);
      for (let more = 0; more < 5; more += 1) quotes.deliver(DEPTH[sent + more] ?? '');
      third.accept();
      third.deliver(DEPTH[sent + 4] ?? '');
      vi.advanceTimersByTime(3_000);
      expect(quotes.isClosed).toBe(true);
      third.deliver(DEPTH[sent + 5] ?? '');
      expect(lastIds(frames)).toHaveLength(sent + 6);
      expectChain(frames);
      expect(events).toHaveLength(2);
    });

    it('gives up a new one that does not bring what the old one brings', () => {
      const { network, quotes, next, sent, told, frames } = aged();
      next.accept();
      const keepAlive = setInterval(() => next.deliver('{"result":null,"id":1}'), 1_000);
      for (let second = 0; second < 31; second += 1) {
        quotes.deliver(DEPTH[sent + second] ?? '');
        vi.advanceTimersByTime(1_000);
      }
      clearInterval(keepAlive);
      expect(next.isClosed).toBe(true);
      expect(quotes.isClosed).toBe(false);
      expect(told.at(-1)).toContain('did not catch up');
      expectChain(frames);
      const opens = network.sockets.filter(({ url }) => url === quotes.url).length;
      for (let second = 31; second < 92; second += 1) {
        quotes.deliver(DEPTH[sent + second] ?? '');
        vi.advanceTimersByTime(1_000);
      }
      expect(network.sockets.filter(({ url }) => url === quotes.url)).toHaveLength(opens + 1);
    });

    it('goes over at once when the old one is lost meanwhile', () => {
      const { quotes, next, sent, frames, events, stream, told } = aged();
      next.accept();
      quotes.deliver(DEPTH[sent] ?? '');
      next.deliver(DEPTH[sent] ?? '');
      next.deliver(DEPTH[sent + 1] ?? '');
      quotes.cut('24 h are over');
      next.deliver(DEPTH[sent + 2] ?? '');
      expect(lastIds(frames)).toHaveLength(sent + 3);
      expectChain(frames);
      expect(events).toHaveLength(2);
      expect(told.at(-1)).toContain('24 h are over');
      expect(stream.isUp).toBe(true);
    });

    it('tells of a cut while the new one is not there yet', () => {
      const { network, quotes, next, events } = aged();
      quotes.cut('reset by peer');
      expect(next.isClosed).toBe(true);
      expect(events.at(-1)).toBe('down: market data: reset by peer');
      vi.advanceTimersByTime(1);
      network.last.accept();
      expect(events.at(-1)).toBe('up: market data: connected');
    });
  });

  it('does nothing any more when it is closed', () => {
    const { network, quotes, marks, stream, events } = opened();
    quotes.accept();
    marks.accept();
    stream.close();
    quotes.deliver(DEPTH[0] ?? '');
    vi.advanceTimersByTime(3_600_000);
    expect(network.sockets).toHaveLength(2);
    expect(network.sockets.every(({ isClosed }) => isClosed)).toBe(true);
    expect(events).toEqual(['up: market data: connected']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('refuses more instruments than one connection carries', () => {
    const instruments = Array.from({ length: 67 }, (_, id) => instrument(`C${id}USDT`, id));
    expect(() => opened({ instruments })).toThrow(/67 instruments make 201 streams.*configure fewer/);
  });
});
