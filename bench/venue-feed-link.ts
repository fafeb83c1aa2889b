import type { ConfigFile } from '../src-main/app/config/schema.ts';
import type { Effect } from '../src-main/core/engine/effect.ts';
import type { MarketInput, OrderReport } from '../src-main/core/engine/input.ts';
import { MarketStream } from '../src-main/edge/venues/binance-usdm/market-stream.ts';
import type { RestCall, RestCalls } from '../src-main/edge/venues/binance-usdm/outcome.ts';
import { Snapshots } from '../src-main/edge/venues/binance-usdm/snapshots.ts';
import { LatencyRecorder } from '../src-main/edge/venues/latency-recorder.ts';
import type { Network } from '../src-main/edge/venues/network.ts';
import type { Sent, VenueParts } from '../src-main/edge/venues/venue.ts';
import { createInstrument, type Instrument } from '../src-shared/domain/instrument.ts';
import type { ClientOrderId } from '../src-shared/domain/order.ts';
import { PAPER } from './market.ts';
import type { BenchVenue } from './venue-desk.ts';

const VENUE = 'binance-usdm';
const SYMBOL = 'BTCUSDT';
const NO_LIMIT = 100_000;
/** The route of mark prices stays silent here. */
const SILENCE_MS = 1_000_000_000;

/** What the feed sends frames of, alone in its desk. */
export const FED: Instrument = createInstrument(fedSpec(), 0);

/** The paper configuration, with limits that let a desk order as often as it likes. */
export const UNLIMITED: ConfigFile = {
  ...PAPER,
  limits: {
    ...PAPER.limits,
    default: {
      ...PAPER.limits.default,
      ...{ maxMessagesPerSecond: NO_LIMIT, duplicateWindowMs: 0, maxOpenOrders: 100 },
    },
  },
};

function fedSpec() {
  const spec = PAPER.instruments.find(({ venue, symbol }) => venue === VENUE && symbol === SYMBOL);
  if (spec === undefined) throw new Error(`the paper configuration has no ${VENUE}:${SYMBOL}`);
  return spec;
}

/** The adapter's market data, fed with recorded frames; what is ordered here is acknowledged, and cancelled, in the next turn. */
export class FeedVenue implements BenchVenue {
  private readonly parts: VenueParts;
  private readonly market: MarketStream;
  private readonly snapshots: Snapshots;
  private hasBegun = false;
  private readonly connected = Promise.withResolvers<void>();

  /** @param feed where it is, and what it is to send. */
  constructor(network: Network, feed: { readonly rest: string; readonly streams: string }, parts: VenueParts) {
    this.parts = parts;
    const { instruments, told } = parts;
    this.snapshots = new Snapshots({
      ...{ calls: plainCalls(feed.rest), venue: VENUE, instruments, latencies: new LatencyRecorder(), told },
      hasDepthOf: () => true,
      onSnapshot: (frame) => this.hand(frame),
    });
    this.market = new MarketStream({
      ...{ network, instruments, random: Math.random, told, venue: VENUE },
      endpoints: { ...feed, orders: '' },
      onFrame: (frame) => this.hand(frame),
      onFirstDepth() {},
      onLink: (up) => {
        if (up) this.connected.resolve();
      },
      settings: { staleMs: SILENCE_MS },
    });
  }

  async connect(): Promise<null> {
    this.market.open();
    await this.connected.promise;
    return null;
  }

  begin(): void {
    this.hasBegun = true;
  }

  send(effect: Effect): Sent {
    if (effect.kind === 'request-snapshot') this.snapshots.request(effect.instrument);
    else if (effect.kind === 'cancel-order') {
      this.report(effect.clientOrderId, { type: 'cancelled', reason: 'requested' });
    } else if (effect.kind === 'place-order' || effect.kind === 'replace-order') {
      const { clientOrderId } = effect.order;
      this.report(clientOrderId, { type: 'acknowledged', venueOrderId: clientOrderId });
      if (effect.kind === 'replace-order') this.report(effect.target, { type: 'replaced', by: clientOrderId });
    }
    return { ok: true };
  }

  close(): void {
    this.market.close();
    this.snapshots.close();
  }

  /** Frames are reused: a desk that does not read them yet cannot keep them. */
  private hand(frame: MarketInput): void {
    if (this.hasBegun) this.parts.onInput(frame);
  }

  private report(clientOrderId: ClientOrderId, report: OrderReport): void {
    const { onInput, now } = this.parts;
    setImmediate(() => onInput({ kind: 'order-report', seq: 0, at: now(), clientOrderId, report }));
  }
}

/** Unsigned requests, without limits. */
function plainCalls(rest: string): RestCalls {
  return {
    call: async ({ path }: RestCall) => {
      const response = await fetch(`${rest}${path}`);
      return { kind: 'answered', json: await response.json() };
    },
  };
}
