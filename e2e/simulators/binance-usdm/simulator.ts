import { Api } from './api.ts';
import { Connection, type ConnectionKind, type Peer } from './connections.ts';
import { FaultError, parseFaults } from './fault-rules.ts';
import { LISTINGS, quantityText } from './listings.ts';
import { OrderSocket } from './order-socket.ts';
import { DEFAULT_LIMITS, type LimitOptions } from './rate-limits.ts';
import { type HttpCall, type HttpReply, RestApi } from './rest-api.ts';
import type { ApiKeyPair } from './security.ts';
import { type StreamAddress, StreamSocket, streamAddress } from './stream-socket.ts';
import { amountText } from './texts.ts';
import { DEFAULT_VENUE, Venue, type VenueOptions } from './venue.ts';

export interface SimulatorOptions extends Partial<VenueOptions> {
  readonly keys: ApiKeyPair;
  readonly limits?: LimitOptions;
}

const ORDERS_PATH = '/ws-fapi/v1';

/** Binance USDⓈ-M futures, as a transport sees it: requests and connections in, answers and messages out. */
export class Simulator {
  readonly venue: Venue;
  private readonly api: Api;
  private readonly rest: RestApi;

  /** @throws VenueLogError when the log of an earlier run makes no sense. */
  constructor({ keys, limits = DEFAULT_LIMITS, ...options }: SimulatorOptions) {
    this.venue = new Venue({ ...DEFAULT_VENUE, ...options });
    this.api = new Api(this.venue, keys, limits);
    this.rest = new RestApi(this.api, () => this.venue.clock.nowMs());
  }

  /** From here on time passes by itself. */
  start(): void {
    this.venue.start();
  }

  stop(): void {
    this.venue.stop();
  }

  /** @param reply called once, now or later; never, when the venue stays silent. Null: the connection is cut. */
  request(call: HttpCall, reply: (reply: HttpReply) => void): void {
    if (call.path.startsWith('/simulator/')) reply(this.inside(call));
    else if (this.venue.incidents.isUnreachable) reply(null);
    else this.rest.handle(call, reply);
  }

  /** A client opens a WebSocket. Null: it is not let in. */
  connect(path: string, peer: Peer): Connection | null {
    const { venue } = this;
    if (venue.incidents.isDown || venue.incidents.isUnreachable) return null;
    const isOrders = path.split('?', 1)[0] === ORDERS_PATH;
    const address = isOrders ? null : streamAddress(path);
    if (isOrders ? !this.api.handshake() : address === null) return null;
    const connection = new Connection(this.kindOf(address), peer, venue.clock);
    connection.session =
      address === null
        ? new OrderSocket(path, connection, this.api, venue.clock)
        : new StreamSocket(address, connection, venue.hub, venue.clock);
    venue.connections.add(connection);
    return connection;
  }

  /** The truth, as it is now. */
  state() {
    const { venue } = this;
    const nowMs = venue.advance();
    return {
      time: nowMs,
      wallet: amountText(venue.account.wallet),
      positions: Object.fromEntries(
        LISTINGS.map((listing) => [listing.symbol, quantityText(listing, venue.account.position(listing).lots)]),
      ),
      openOrders: venue.orders.open(null).map(({ orderId, clientOrderId, listing, side, executedLots, lots }) => {
        const executed = quantityText(listing, executedLots);
        return {
          orderId,
          clientOrderId,
          symbol: listing.symbol,
          side,
          quantity: quantityText(listing, lots),
          executed,
        };
      }),
      connections: venue.connections.count,
      deadMan: Object.fromEntries(LISTINGS.map(({ symbol }) => [symbol, venue.deadMan.firesInMs(symbol, nowMs)])),
      faults: venue.faults.happened,
    };
  }

  private kindOf(address: StreamAddress | null): ConnectionKind {
    if (address === null) return 'orders';
    const isUser = address.tier === 'private' || address.streams.some((name) => this.venue.userStream.isKey(name));
    return isUser ? 'user' : 'market';
  }

  /** What only a simulator answers: the truth, and more faults. */
  private inside({ method, path, body }: HttpCall): HttpReply {
    const url = new URL(path, 'http://venue');
    switch (`${method} ${url.pathname}`) {
      case 'GET /simulator/state':
        return json(200, this.state());
      case 'GET /simulator/log': {
        const from = Number(url.searchParams.get('from') ?? '0');
        return json(200, { next: this.venue.log.entries.length, entries: this.venue.log.entries.slice(from) });
      }
      case 'POST /simulator/faults':
        try {
          this.venue.faults.add(parseFaults(body, 'the request'));
          return json(200, {});
        } catch (error) {
          if (!(error instanceof FaultError)) throw error;
          return json(400, { error: error.message });
        }
      default:
        return json(404, { error: 'GET /simulator/state, GET /simulator/log?from=N, POST /simulator/faults' });
    }
  }
}

function json(status: number, value: unknown): HttpReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
