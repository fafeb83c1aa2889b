import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInstrument } from '../../src-shared/domain/instrument.ts';
import type { MarketInput } from '../core/engine/input.ts';
import { generateRecording } from '../testing/binance-recording.ts';
import { runs } from '../testing/runs.ts';
import { BinanceJson, parseEnvelope, venueOf } from './binance-json.ts';
import { BinanceScanner } from './binance-scanner.ts';
import { BinanceSymbols, type BinanceVenue } from './binance-symbols.ts';
import { FrameError } from './frame-error.ts';
import { MAX_LEVELS, MarketFrames } from './market-frames.ts';

const VENUES = ['binance-spot', 'binance-usdm'] as const;

function readers(venue: BinanceVenue) {
  const sizes = { tickSize: '0.01', lotSize: '0.001', multiplier: '1' };
  const names = { symbol: 'BTCUSDT', base: 'BTC', quote: 'USDT', settle: 'USDT' };
  const instrument = createInstrument({ venue, kind: 'spot', ...names, ...sizes }, 0);
  const symbols = new BinanceSymbols(venue, [instrument]);
  const scanner = new BinanceScanner(symbols, new MarketFrames());
  for (const [name, kind] of [
    ['depth@0ms', 'depth'],
    ['depth@100ms', 'depth'],
    ['bookTicker', 'ticker'],
    ['trade', 'trade'],
  ] as const) {
    scanner.learn(`btcusdt@${name}`, kind, 'BTCUSDT');
  }
  const json = new BinanceJson(symbols, new MarketFrames());
  return {
    scanner,
    fast: (text: string): MarketInput | null => {
      const bytes = Buffer.from(`${text}\n`);
      return scanner.scan(bytes, 0, bytes.length - 1);
    },
    slow: (text: string): MarketInput | FrameError => {
      try {
        return json.read(parseEnvelope(text), null);
      } catch (error) {
        if (error instanceof FrameError) return error;
        throw error;
      }
    },
  };
}

/** What a consumer can see of a frame. */
function visible(frame: MarketInput): unknown {
  if (!('bidCount' in frame)) return { ...frame };
  const count = frame.bidCount + frame.askCount;
  return { ...frame, priceTicks: [...frame.priceTicks.slice(0, count)], lots: [...frame.lots.slice(0, count)] };
}

function frames(venue: BinanceVenue, seed: number): string[] {
  const lines = generateRecording({ venue, symbol: 'BTCUSDT', frames: 60, seed });
  return lines.map((line) => line.slice(20)).filter((json) => json.startsWith('{"stream"'));
}

describe.each(VENUES)('the byte scanner on %s', (venue) => {
  it('takes every frame that the venue documents, and reads it as the JSON reader does', () => {
    const { fast, slow } = readers(venue);
    for (const text of frames(venue, 1)) {
      const scanned = fast(text);
      expect(scanned, text).not.toBeNull();
      expect(visible(scanned as MarketInput)).toEqual(visible(slow(text) as MarketInput));
    }
  });

  it('agrees with the JSON reader on whatever it takes of damaged frames', () => {
    const { fast, slow } = readers(venue);
    const texts = frames(venue, 2);
    const damage = fc.record({
      text: fc.constantFrom(...texts),
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      remove: fc.nat(12),
      insert: fc.oneof(
        fc.constantFrom(
          '',
          '-',
          '.',
          '0',
          '"',
          ',',
          '1e308',
          'NaN',
          'null',
          '[]',
          '}',
          '{',
          '00',
          '"pu":1,',
          '"b":[],',
          ' ',
          '\\u0030',
          '999999999999999999',
        ),
        fc.string({ maxLength: 4 }),
      ),
    });
    fc.assert(
      fc.property(damage, ({ text, at, remove, insert }) => {
        const position = Math.floor(at * text.length);
        const damaged = (text.slice(0, position) + insert + text.slice(position + remove)).replaceAll('\n', ' ');
        const scanned = fast(damaged);
        if (!scanned) return;
        const read = slow(damaged);
        if (read instanceof FrameError) throw new Error(`scanned what is no frame (${read.message}): ${damaged}`);
        expect(visible(scanned)).toEqual(visible(read));
      }),
      { seed: 42, numRuns: runs(3_000) },
    );
  });

  it('leaves prices off the tick, long numbers and negative ones to the JSON reader', () => {
    const { fast } = readers(venue);
    const text = frames(venue, 3).find((candidate) => candidate.includes('@trade')) as string;
    for (const price of ['0.001', '-1.00', '1234567890123456.00', '1.', '.5', '1e3', 'NaN', '']) {
      expect(fast(text.replace(/"p":"[^"]*"/, `"p":"${price}"`)), price).toBeNull();
    }
    expect(fast(text.replace(/"p":"[^"]*"/, '"p":"61800.10000000"'))).not.toBeNull();
  });
});

describe('the JSON reader', () => {
  const { slow } = readers('binance-usdm');
  const depth = frames('binance-usdm', 4).find((text) => text.includes('@depth')) as string;
  const trade = frames('binance-usdm', 4).find((text) => text.includes('@trade')) as string;
  const cases: [what: string, text: string, reason: string, message: RegExp][] = [
    ['text that is no JSON', '{"stream":', 'broken-json', /JSON/],
    ['JSON that is no object', '[1]', 'not-a-frame', /not an object/],
    ['an object of something else', '{"result":null}', 'not-a-frame', /neither a "stream"/],
    ['an unknown stream', trade.replace('@trade', '@kline'), 'not-a-frame', /@kline/],
    ['data that is no object', '{"stream":"btcusdt@trade","data":7}', 'missing-field', /"data"/],
    ['a missing symbol', trade.replace('"s":"BTCUSDT",', ''), 'missing-field', /"s"/],
    ['a symbol that is not its stream’s', trade.replace('"s":"BTCUSDT"', '"s":"ETHUSDT"'), 'bad-field', /ETHUSDT/],
    [
      'a symbol that is not configured',
      trade.replace('BTCUSDT', 'XYZUSDT').replace('btcusdt', 'xyzusdt'),
      'unknown-symbol',
      /--infer-instruments/,
    ],
    ['a missing field', depth.replace(/"pu":\d+,/, ''), 'missing-field', /"pu"/],
    ['an id that is no number', depth.replace(/"u":\d+/, '"u":"x"'), 'bad-field', /"u"/],
    ['an id beyond 2^53', depth.replace(/"u":\d+/, '"u":1e308'), 'bad-field', /"u"/],
    ['levels that are no list', depth.replace(/"a":\[.*\]\]/, '"a":{}'), 'bad-field', /"a"/],
    ['a level that is no pair', depth.replace(/"a":\[\[/, '"a":[[1,2],['), 'bad-field', /"a\[0\]"/],
    ['a price that is no number', trade.replace(/"p":"[^"]*"/, '"p":"NaN"'), 'bad-field', /NaN/],
    ['a price with an exponent', trade.replace(/"p":"[^"]*"/, '"p":"1e308"'), 'bad-field', /1e308/],
    ['a price without quotes', trade.replace(/"p":"[^"]*"/, '"p":61800.1'), 'bad-field', /in quotes/],
    ['a price beyond 2^53 ticks', trade.replace(/"p":"[^"]*"/, '"p":"99999999999999999.00"'), 'bad-field', /"p"/],
    ['a maker flag that is none', trade.replace(/"m":(true|false)/, '"m":1'), 'bad-field', /"m"/],
    ['another event', trade.replace('"e":"trade"', '"e":"aggTrade"'), 'bad-field', /"e"/],
    ['a snapshot of nobody', '{"lastUpdateId":1,"bids":[],"asks":[]}', 'snapshot-without-symbol', /names no symbol/],
  ];

  it.each(cases)('refuses %s, and names what is wrong', (_what, text, reason, message) => {
    const read = slow(text);
    expect(read).toBeInstanceOf(FrameError);
    expect((read as FrameError).reason).toBe(reason);
    expect((read as FrameError).message).toMatch(message);
  });

  const mark =
    '{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1723161255123,"s":"BTCUSDT",' +
    '"p":"61794.15000000","i":"61784.62659091","P":"61784.25641265","r":"-0.00038167","T":1723190400000}}';

  it('reads mark price and funding, which keep to no tick', () => {
    expect(slow(mark)).toMatchObject({
      ...{ kind: 'mark-price', instrument: 0, exchangeAt: 1_723_161_255_123_000 },
      ...{ markPrice: 61_794.15, indexPrice: 61_784.62659091, fundingRate: -0.00038167 },
      nextFundingAt: 1_723_190_400_000_000,
    });
    expect(venueOf(parseEnvelope(mark))).toBe('binance-usdm');
  });

  it.each([
    ['a mark that is no number', mark.replace('"p":"61794.15000000"', '"p":"1e5"'), /"p"/],
    ['a dated future, which has no funding', mark.replace('"-0.00038167"', '""'), /"r"/],
    ['a funding time that is none', mark.replace('"T":1723190400000', '"T":"soon"'), /"T"/],
    ['another event', mark.replace('"markPriceUpdate"', '"trade"'), /"e"/],
  ])('refuses %s in it', (_what, text, message) => {
    expect(slow(text)).toMatchObject({ reason: 'bad-field', message: expect.stringMatching(message) });
  });

  it('leaves them to itself: the scanner learns no such stream, and takes nothing of one', () => {
    const { fast, scanner } = readers('binance-usdm');
    scanner.learn('btcusdt@markPrice@1s', 'mark', 'BTCUSDT');
    expect(fast(mark)).toBeNull();
  });

  it('passes negative numbers on: the market room refuses them with the mid in sight', () => {
    expect(slow(trade.replace(/"q":"[^"]*"/, '"q":"-1.000"'))).toMatchObject({ kind: 'trade', lots: -1_000 });
  });
});

describe('a frame of very many levels', () => {
  const update = (count: number): string => {
    const levels = Array<string>(count - 1).fill('["100.00","1.000"]');
    const data = '"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":1,"u":2,"pu":0';
    return `{"stream":"btcusdt@depth@0ms","data":{${data},"b":[${levels.join()}],"a":[["101.00","1.000"]]}}`;
  };

  it('is read up to the limit, and refused beyond it', () => {
    const { fast, slow } = readers('binance-usdm');
    for (const read of [fast, slow]) {
      expect(read(update(MAX_LEVELS))).toMatchObject({ bidCount: MAX_LEVELS - 1, askCount: 1 });
    }
    for (const count of [MAX_LEVELS + 1, 140_000]) {
      expect(fast(update(count))).toBeNull();
      expect(slow(update(count))).toMatchObject({
        reason: 'bad-field',
        message: expect.stringMatching(/more than 100000 levels/),
      });
    }
  });
});
