import type { Instrument, InstrumentId } from '../../../../src-shared/domain/instrument.ts';
import { BinanceSymbols } from '../../../formats/binance-symbols.ts';
import type { Network } from '../network.ts';
import type { VenueStatus } from '../venue.ts';
import type { Endpoints } from './endpoints.ts';
import { FrameReader, markStreams, quoteStreams } from './frame-reader.ts';
import { Handover, type StreamFrame } from './handover.ts';
import { MarketRoute, type RouteParts, type RouteSettings } from './market-route.ts';
import { RefusedMessages } from './refused-messages.ts';

export interface MarketStreamOptions {
  readonly network: Network;
  readonly endpoints: Endpoints;
  /** The venue's name at this desk. */
  readonly venue: string;
  /** Those of the venue. */
  readonly instruments: readonly Instrument[];
  /** `seq` 0; reused after the call. */
  readonly onFrame: (frame: StreamFrame) => void;
  /** After the first depth frame of an instrument since the stream is up: from here on a snapshot is worth asking for. */
  readonly onFirstDepth: (instrument: InstrumentId) => void;
  /** Whether books, best prices and trades come, or for which other reason they still do not. A handover is no change. */
  readonly onLink: (up: boolean, detail: string) => void;
  readonly told: (news: string) => void;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly settings?: Partial<RouteSettings>;
}

export interface MarketStreamStatus {
  readonly connections: VenueStatus['connections'];
  readonly frames: number;
  /** Messages that were no frame, by reason. */
  readonly refused: RefusedMessages['counts'];
  readonly bytes: number;
  /** Connections replaced without a gap. */
  readonly handovers: number;
}

const MINUTE_MS = 60_000;
const DEFAULTS: RouteSettings = {
  maxAgeMs: (24 * 60 - 10) * MINUTE_MS,
  ageSpreadMs: 10 * MINUTE_MS,
  staleMs: 10_000,
  overlapMs: MINUTE_MS,
};

/** The venue's limit for one connection. */
const MOST_STREAMS = 200;

/**
 * The venue's market data. It has two routes since 2026, each a connection of its own: `/public` for books, best prices and trades, and
 * `/market` for mark prices; a stream asked for on the wrong one says nothing.
 */
export class MarketStream {
  private readonly options: MarketStreamOptions;
  private readonly refused: RefusedMessages;
  private readonly quotes: MarketRoute;
  private readonly marks: MarketRoute;
  /** By instrument: whether a depth frame came since the stream is up. */
  private readonly hasDepth: boolean[] = [];

  /** @throws RangeError for more instruments than one connection carries. */
  constructor(options: MarketStreamOptions) {
    this.options = options;
    const { venue, instruments, told } = options;
    this.refused = new RefusedMessages(told);
    const symbols = new BinanceSymbols('binance-usdm', instruments, venue);
    const reader = new FrameReader(symbols, instruments, this.refused);
    const read = (data: Buffer): StreamFrame | null => reader.read(data);
    const handOn = (frame: StreamFrame): void => this.handOn(frame);
    this.quotes = this.route('public', quoteStreams(instruments), {
      read,
      handover: new Handover(instruments, ['depth', 'book-ticker', 'trade'], handOn),
      onUp: () => options.onLink(true, 'market data: connected'),
      onDown: (reason) => {
        this.hasDepth.fill(false);
        options.onLink(false, `market data: ${reason}`);
      },
    });
    this.marks = this.route('market', markStreams(instruments), {
      read,
      handover: new Handover(instruments, ['mark-price'], handOn),
      onUp: () => told('mark prices: connected'),
      onDown: (reason) => told(`mark prices: ${reason}`),
    });
  }

  get isUp(): boolean {
    return this.quotes.isUp;
  }

  /** Begins to connect, and stays connected until {@link close}. @throws TypeError when the endpoint is no address of WebSockets. */
  open(): void {
    this.quotes.open();
    this.marks.open();
  }

  /** For good. */
  close(): void {
    this.quotes.close();
    this.marks.close();
  }

  /** Whether a depth frame of `instrument` came since the stream is up. */
  hasDepthOf(instrument: InstrumentId): boolean {
    return this.hasDepth[instrument] === true;
  }

  status(): MarketStreamStatus {
    const { quotes, marks } = this;
    const connection = (name: string, { isUp, quietMs, reconnects }: MarketRoute) => ({
      name,
      up: isUp,
      quietMs,
      reconnects,
    });
    return {
      connections: [connection('market data', quotes), connection('mark prices', marks)],
      frames: quotes.frames + marks.frames,
      refused: { ...this.refused.counts },
      bytes: quotes.bytes + marks.bytes,
      handovers: quotes.handovers + marks.handovers,
    };
  }

  private route(
    path: 'public' | 'market',
    streams: readonly string[],
    parts: Pick<RouteParts, 'read' | 'handover' | 'onUp' | 'onDown'>,
  ): MarketRoute {
    if (streams.length > MOST_STREAMS) {
      throw new RangeError(
        `${this.options.instruments.length} instruments make ${streams.length} streams, and ${this.options.venue} allows ` +
          `${MOST_STREAMS} on one connection: configure fewer instruments of it`,
      );
    }
    const { network, endpoints, random, told, settings } = this.options;
    return new MarketRoute({
      network,
      url: `${endpoints.streams}/${path}/stream?streams=${streams.join('/')}`,
      random,
      settings: { ...DEFAULTS, ...settings },
      told,
      ...parts,
    });
  }

  private handOn(frame: StreamFrame): void {
    // The frame is reused, and the desk numbered it the last time.
    frame.seq = 0;
    this.options.onFrame(frame);
    if (frame.kind === 'depth' && this.hasDepth[frame.instrument] !== true) {
      this.hasDepth[frame.instrument] = true;
      this.options.onFirstDepth(frame.instrument);
    }
  }
}
