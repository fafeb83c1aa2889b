import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { type DealerModel, optimalSpread, reservationPrice } from './avellaneda-stoikov.ts';
import { DEFAULT_MARKET_MAKER, type MarketMakerConfig } from './market-maker-config.ts';
import { Quotes, type Touch } from './quotes.ts';

const FAR: Touch = { bestBidTicks: () => -1, bestAskTicks: () => -1 };

function touch(bid: number, ask: number): Touch {
  return { bestBidTicks: () => bid, bestAskTicks: () => ask };
}

function placed(config: MarketMakerConfig, mid: number, sigma: number, inventory: number, at = FAR) {
  const quotes = new Quotes(config);
  quotes.place(mid, sigma, inventory, at);
  return { bid: quotes.bidTicks, ask: quotes.askTicks };
}

const config = fc
  .record({
    gammaPerSigma: fc.double({ min: 1e-6, max: 1, noNaN: true }),
    kPerSigma: fc.double({ min: 0.05, max: 10, noNaN: true }),
    horizonSeconds: fc.double({ min: 0.1, max: 1_000, noNaN: true }),
    minSpreadBps: fc.double({ min: 0, max: 20, noNaN: true }),
  })
  .map((some): MarketMakerConfig => ({ ...DEFAULT_MARKET_MAKER, ...some }));
const mid = fc.integer({ min: 2, max: 20_000_000 }).map((twice) => twice / 2);
const sigma = fc.double({ min: 0, max: 5_000, noNaN: true });
const inventory = fc.double({ min: -20, max: 20, noNaN: true });

const PARAMETERS = { seed: 42, numRuns: runs(300) };

describe('quotes', () => {
  it("are the paper's, rounded outward: in ticks and quotes, γ and k are the configured ones over σ", () => {
    fc.assert(
      fc.property(config, mid, fc.double({ min: 0.5, max: 5_000, noNaN: true }), inventory, (c, s, sigmaTicks, q) => {
        const model: DealerModel = {
          gamma: c.gammaPerSigma / sigmaTicks,
          sigma: sigmaTicks,
          k: c.kPerSigma / sigmaTicks,
        };
        const centre = reservationPrice(s, q, c.horizonSeconds, model);
        const half = Math.max(optimalSpread(c.horizonSeconds, model), 1, (c.minSpreadBps / 10_000) * s) / 2;
        const { bid, ask } = placed(c, s, sigmaTicks, q);
        const slack = 1e-9 * (Math.abs(centre) + half + s);
        expect(bid).toBeLessThanOrEqual(centre - half + slack);
        expect(bid).toBeGreaterThan(centre - half - 1 - slack);
        expect(ask).toBeGreaterThanOrEqual(centre + half - slack);
        expect(ask).toBeLessThan(centre + half + 1 + slack);
      }),
      PARAMETERS,
    );
  });

  it('fall with the inventory, both of them', () => {
    fc.assert(
      fc.property(config, mid, sigma, inventory, inventory, (c, s, v, one, other) => {
        const less = placed(c, s, v, Math.min(one, other));
        const more = placed(c, s, v, Math.max(one, other));
        expect(more.bid).toBeLessThanOrEqual(less.bid);
        expect(more.ask).toBeLessThanOrEqual(less.ask);
      }),
      PARAMETERS,
    );
  });

  it('widen with the volatility, and shift further against the inventory', () => {
    fc.assert(
      fc.property(config, mid, sigma, sigma, (c, s, one, other) => {
        const calm = placed(c, s, Math.min(one, other), 0);
        const wild = placed(c, s, Math.max(one, other), 0);
        expect(wild.bid).toBeLessThanOrEqual(calm.bid);
        expect(wild.ask).toBeGreaterThanOrEqual(calm.ask);
        expect(placed(c, s, Math.max(one, other), 5).bid).toBeLessThanOrEqual(
          placed(c, s, Math.min(one, other), 5).bid,
        );
      }),
      PARAMETERS,
    );
  });

  it('shift by a declared number of sigmas at full inventory', () => {
    const { gammaPerSigma, horizonSeconds, maxInventoryQuotes } = DEFAULT_MARKET_MAKER;
    const flat = placed(DEFAULT_MARKET_MAKER, 618_000, 85, 0);
    const full = placed(DEFAULT_MARKET_MAKER, 618_000, 85, maxInventoryQuotes);
    expect(flat.bid - full.bid).toBe(maxInventoryQuotes * gammaPerSigma * horizonSeconds * 85);
  });

  it('never cross the book or each other, and keep their prices whole', () => {
    const spread = fc.integer({ min: 1, max: 200 });
    const best = fc.integer({ min: 1, max: 10_000_000 });
    fc.assert(
      fc.property(config, best, spread, sigma, inventory, (c, bestBid, width, v, q) => {
        const bestAsk = bestBid + width;
        const { bid, ask } = placed(c, (bestBid + bestAsk) / 2, v, q, touch(bestBid, bestAsk));
        expect(Number.isSafeInteger(bid) && Number.isSafeInteger(ask)).toBe(true);
        expect(bid).toBeLessThan(bestAsk);
        expect(ask).toBeGreaterThan(bestBid);
        expect(bid).toBeLessThan(ask);
      }),
      PARAMETERS,
    );
  });
});
