import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId, Lots, Ticks } from '../../../src-shared/domain/instrument.ts';
import type { Currency, Money } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import { canonical, parseCanonical } from '../../core/engine/canonical.ts';
import type { Effect } from '../../core/engine/effect.ts';
import { runs } from '../../testing/runs.ts';
import { SIMULATED } from './fixtures.ts';
import {
  type DeskMessage,
  type ExchangeInput,
  type ExchangeMessage,
  listingText,
  readDeskMessage,
  readExchangeMessage,
  type VenueReport,
  WireError,
  writeMessage,
} from './simulated-wire.ts';

const CODEC = { encode: canonical, decode: parseCanonical };

const whole = fc.nat({ max: 2 ** 40 });
const at = whole.map((value) => value as Micros);
const ticks = fc.maxSafeInteger().map((value) => value as Ticks);
const lots = whole.map((value) => value as Lots);
const instrument = fc.nat({ max: 9 }).map((value) => value as InstrumentId);
const idText = fc.string({ maxLength: 100 });
const id = idText.map((value) => value as ClientOrderId);
const side = fc.constantFrom('buy' as const, 'sell' as const);
const reason = fc.string({ unit: 'binary', maxLength: 500 });

const order: fc.Arbitrary<Order> = fc.record({
  clientOrderId: id,
  instrument,
  side,
  type: fc.constantFrom('limit', 'market', 'stop-market', 'stop-limit'),
  timeInForce: fc.constantFrom('gtc', 'ioc', 'fok'),
  priceTicks: fc.option(ticks),
  stopTicks: fc.option(ticks),
  lots,
  postOnly: fc.boolean(),
  reduceOnly: fc.boolean(),
});

const effect: fc.Arbitrary<Effect> = fc.oneof(
  fc.record({ kind: fc.constant('place-order' as const), order }),
  fc.record({ kind: fc.constant('replace-order' as const), target: id, order }),
  fc.record({ kind: fc.constant('cancel-order' as const), clientOrderId: id, instrument }),
  fc.record({ kind: fc.constant('query-order' as const), clientOrderId: id, instrument }),
  fc.record({ kind: fc.constant('request-snapshot' as const), instrument }),
);

const fill = fc.record({
  clientOrderId: id,
  fillId: idText,
  instrument,
  side,
  priceTicks: ticks,
  lots,
  fee: fc.bigInt().map((value) => value as Money),
  feeCurrency: fc.constantFrom('USDT' as Currency, 'BTC' as Currency),
  liquidity: fc.constantFrom('maker' as const, 'taker' as const),
  exchangeAt: at,
});

const report: fc.Arbitrary<VenueReport> = fc.oneof(
  fc.record({ type: fc.constant('acknowledged' as const), venueOrderId: idText }),
  fc.record({ type: fc.constantFrom('rejected' as const, 'cancelled', 'cancel-rejected', 'expired'), reason }),
  fc.record({ type: fc.constant('filled' as const), fill }),
  fc.record({ type: fc.constant('replaced' as const), by: id }),
  fc.record({ type: fc.constantFrom('triggered' as const, 'not-found') }),
  fc.record({ type: fc.constant('open' as const), venueOrderId: idText, cumulativeLots: lots }),
) as fc.Arbitrary<VenueReport>;

/** Any number that a frame may hold, absurd ones included; −0 has no text of its own. */
const figure = fc.oneof(whole, fc.double({ noNaN: true, noDefaultInfinity: true })).map((value) => value + 0);
const frame = { seq: fc.constant(0), at, instrument, exchangeAt: figure };
const levels = fc.array(fc.tuple(fc.boolean(), figure, figure)).map((rows) => {
  const sorted = [...rows.filter(([isBid]) => isBid), ...rows.filter(([isBid]) => !isBid)];
  const bidCount = rows.filter(([isBid]) => isBid).length;
  return {
    bidCount,
    askCount: rows.length - bidCount,
    priceTicks: Float64Array.from(sorted.map(([, price]) => price)),
    lots: Float64Array.from(sorted.map(([, , quantity]) => quantity)),
  };
});

const input: fc.Arbitrary<ExchangeInput> = fc.oneof(
  fc.record({ kind: fc.constant('order-report' as const), seq: fc.constant(0), at, clientOrderId: id, report }),
  fc
    .tuple(
      fc.record({ kind: fc.constant('depth' as const), ...frame, firstId: figure, lastId: figure, previousId: figure }),
      levels,
    )
    .map(([head, tail]) => ({ ...head, ...tail })),
  fc
    .tuple(fc.record({ kind: fc.constant('depth-snapshot' as const), ...frame, lastId: figure }), levels)
    .map(([head, tail]) => ({ ...head, ...tail })),
  fc.record({
    kind: fc.constant('book-ticker' as const),
    ...frame,
    updateId: figure,
    bidTicks: figure,
    bidLots: figure,
    askTicks: figure,
    askLots: figure,
  }),
  fc.record({
    kind: fc.constant('trade' as const),
    ...frame,
    tradeId: figure,
    priceTicks: figure,
    lots: figure,
    aggressor: side,
  }),
  fc.record({
    kind: fc.constant('mark-price' as const),
    ...frame,
    markPrice: figure,
    indexPrice: figure,
    fundingRate: figure,
    nextFundingAt: figure,
  }),
);

const exchangeMessage: fc.Arbitrary<ExchangeMessage> = fc.oneof(
  fc.record({ type: fc.constant('hello' as const), version: fc.nat(), listings: fc.array(fc.string()), now: at }),
  fc.record({ type: fc.constant('input' as const), input }),
  fc.record({ type: fc.constant('open' as const), orders: fc.array(fc.string({ maxLength: 32 })) }),
);
const deskMessage: fc.Arbitrary<DeskMessage> = fc.oneof(
  fc.record({ type: fc.constantFrom('attach' as const, 'cancel-all' as const, 'end' as const) }),
  fc.record({ type: fc.constant('effect' as const), effect }),
);

describe('a message', () => {
  it('from the exchange is one line, and what is read is what was written', () => {
    fc.assert(
      fc.property(exchangeMessage, (message) => {
        const line = writeMessage(CODEC, message);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(readExchangeMessage(CODEC, line.trimEnd())).toEqual(message);
      }),
      { seed: 42, numRuns: runs(300) },
    );
  });

  it('from the desk is one line, and what is read is what was written', () => {
    fc.assert(
      fc.property(deskMessage, (message) => {
        const line = writeMessage(CODEC, message);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(readDeskMessage(CODEC, line.trimEnd())).toEqual(message);
      }),
      { seed: 42, numRuns: runs(300) },
    );
  });

  it('holds the counted levels of a frame and not what lies behind them', () => {
    const depth = { kind: 'depth-snapshot', seq: 0, at: 1 as Micros, instrument: SIMULATED.id, exchangeAt: 1 } as const;
    const input = {
      ...depth,
      lastId: 1,
      bidCount: 1,
      askCount: 1,
      priceTicks: Float64Array.of(9, 11, 99, 99),
      lots: Float64Array.of(1, 2, 99),
    };
    const line = writeMessage(CODEC, { type: 'input', input });
    expect(readExchangeMessage(CODEC, line.trimEnd())).toEqual({
      type: 'input',
      input: { ...input, priceTicks: Float64Array.of(9, 11), lots: Float64Array.of(1, 2) },
    });
  });

  it('with anything left out or of another type is refused', () => {
    fc.assert(
      fc.property(exchangeMessage, fc.nat(), fc.constantFrom(undefined, {}), (message, pick, wrong) => {
        const value = parseCanonical(writeMessage(CODEC, message).trimEnd()) as Record<string, unknown>;
        const inner = message.type === 'input' ? (value.input as Record<string, unknown>) : value;
        // An exchange of another version may leave out what this one needs: it is refused for its version.
        const keys = message.type === 'hello' ? ['type', 'version'] : Object.keys(inner);
        const key = keys[pick % keys.length];
        if (wrong === undefined) delete inner[key];
        else inner[key] = wrong;
        expect(() => readExchangeMessage(CODEC, canonical(value))).toThrow(WireError);
      }),
      { seed: 42, numRuns: runs(300) },
    );
  });

  it.each([
    ['', /no canonical text/],
    ['garbage', /no canonical text/],
    ['{"type":"effect","effect":{"kind":"withdraw-all"}}', /effect\.kind/],
    [
      '{"type":"effect","effect":{"instrument":-1,"kind":"request-snapshot"}}',
      /effect\.instrument: the id of an instr/,
    ],
    ['{"type":"end","why":1}', /why/],
    ['[]', /expected object/],
  ])('%s says what is wrong with it', (line, problem) => {
    expect(() => readDeskMessage(CODEC, line)).toThrow(problem);
  });

  const report = (said: object, clientOrderId = 'a'): string =>
    `${canonical({ type: 'input', input: { kind: 'order-report', seq: 0, at: 0, clientOrderId, report: said } })}`;

  it.each([
    ['a reason', (length: number) => report({ type: 'rejected', reason: 'x'.repeat(length) }), 1_000],
    ['the id of an order', (length: number) => report({ type: 'triggered' }, 'x'.repeat(length)), 100],
    ["a venue's id", (length: number) => report({ type: 'acknowledged', venueOrderId: 'x'.repeat(length) }), 100],
  ])('with %s that no journal should have to take is refused', (_what, lineOf, most) => {
    expect(readExchangeMessage(CODEC, lineOf(most)).type).toBe('input');
    expect(() => readExchangeMessage(CODEC, lineOf(most + 1))).toThrow(WireError);
  });

  it('of a venue never says what only its connection can', () => {
    const line =
      '{"input":{"at":0,"clientOrderId":"a","kind":"order-report","report":{"type":"released"},"seq":0},"type":"input"}';
    expect(() => readExchangeMessage(CODEC, line)).toThrow(/input\.report\.type/);
  });
});

describe('a listing', () => {
  it('differs with everything that gives numbers their meaning', () => {
    const own = listingText(SIMULATED);
    expect(own).toContain('simulated:BTCUSDT');
    for (const change of [{ tickSize: '0.01' }, { lotSize: '0.01' }, { orderStepLots: 2 }, { multiplier: '10' }]) {
      expect(listingText({ ...SIMULATED, ...change })).not.toBe(own);
    }
  });
});
