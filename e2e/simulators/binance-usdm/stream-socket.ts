import { z } from 'zod';
import type { VenueClock } from './clock.ts';
import type { Connection, Session } from './connections.ts';
import type { StreamHub, Subscriber } from './stream-hub.ts';

z.config({ jitless: true });

/** What the path of a stream connection asks for. */
export interface StreamAddress {
  /** `/public`, `/market` or `/private` carry their own streams only; the path without any of them carries all. */
  readonly tier: 'public' | 'market' | 'private' | null;
  readonly isCombined: boolean;
  readonly streams: readonly string[];
  /** Of a user stream: the kinds of events that it wants; null for all. */
  readonly events: ReadonlySet<string> | null;
}

const requestSchema = z.object({
  method: z.string(),
  params: z.array(z.union([z.string(), z.boolean()])).default([]),
  id: z.union([z.number(), z.string(), z.null()]),
});
type Request = z.infer<typeof requestSchema>;

const MAX_STREAMS = 1_024;
const MAX_REQUESTS_PER_SECOND = 10;
const PUBLIC_STREAM = /@(depth|bookTicker|trade)(@|$|\d)/;

/** Null when the path is none of a stream. */
export function streamAddress(path: string): StreamAddress | null {
  const url = new URL(path, 'ws://venue');
  const match = /^(?:\/(public|market|private))?\/(ws|stream)(?:\/(.*))?$/.exec(url.pathname);
  if (match === null) return null;
  const [, tier, form, rest = ''] = match;
  const asked = url.searchParams;
  const names = form === 'stream' ? (asked.get('streams') ?? '') : decodeURIComponent(rest);
  const streams = [...names.split('/'), ...asked.getAll('listenKey')].filter((name) => name !== '');
  const events = asked.get('events');
  return {
    tier: tier === 'public' || tier === 'market' || tier === 'private' ? tier : null,
    isCombined: form === 'stream',
    streams,
    events: events === null ? null : new Set(events.split('/')),
  };
}

/** A connection for market streams or the reports of a listen key, with its subscriptions. */
export class StreamSocket implements Session, Subscriber {
  isCombined: boolean;
  private readonly address: StreamAddress;
  private readonly connection: Connection;
  private readonly hub: StreamHub;
  private readonly clock: VenueClock;
  private readonly names = new Set<string>();
  private second = -1;
  private requests = 0;

  constructor(address: StreamAddress, connection: Connection, hub: StreamHub, clock: VenueClock) {
    this.address = address;
    this.connection = connection;
    this.hub = hub;
    this.clock = clock;
    this.isCombined = address.isCombined;
    for (const name of address.streams) this.subscribe(name);
  }

  accepts(event: string): boolean {
    return this.address.events?.has(event) ?? true;
  }

  send(text: string): void {
    this.connection.send(text);
  }

  message(text: string): void {
    if (this.isTooOften()) {
      this.connection.close(1008, 'Too many requests');
      return;
    }
    const request = requestOf(text);
    if (request === null) this.reply({ error: { code: 3, msg: 'Invalid JSON: expected value' }, id: null });
    else this.answer(request);
  }

  closed(): void {
    for (const name of this.names) this.hub.remove(name, this);
    this.names.clear();
  }

  private answer({ method, params, id }: Request): void {
    const names = params.filter((param) => typeof param === 'string');
    switch (method) {
      case 'SUBSCRIBE':
        if (this.names.size + names.length > MAX_STREAMS) {
          this.reply({ error: { code: 2, msg: 'Invalid request: too many streams' }, id });
          return;
        }
        for (const name of names) this.subscribe(name);
        this.reply({ result: null, id });
        break;
      case 'UNSUBSCRIBE':
        for (const name of names) this.unsubscribe(name);
        this.reply({ result: null, id });
        break;
      case 'LIST_SUBSCRIPTIONS':
        this.reply({ result: [...this.names], id });
        break;
      case 'SET_PROPERTY':
        if (params[0] === 'combined' && typeof params[1] === 'boolean') this.isCombined = params[1];
        this.reply({ result: null, id });
        break;
      case 'GET_PROPERTY':
        this.reply({ result: this.isCombined, id });
        break;
      default:
        this.reply({ error: { code: 1, msg: `Invalid value type: unknown method ${method}` }, id });
    }
  }

  /** A stream that nothing is published on is no error, as at the venue. */
  private subscribe(name: string): void {
    this.names.add(name);
    const { tier } = this.address;
    if (tier === null || tier === tierOf(name)) this.hub.add(name, this);
  }

  private unsubscribe(name: string): void {
    this.names.delete(name);
    this.hub.remove(name, this);
  }

  private isTooOften(): boolean {
    const second = Math.floor(this.clock.nowMs() / 1_000);
    this.requests = second === this.second ? this.requests + 1 : 1;
    this.second = second;
    return this.requests > MAX_REQUESTS_PER_SECOND;
  }

  private reply(json: object): void {
    this.send(JSON.stringify(json));
  }
}

function tierOf(name: string): 'public' | 'market' | 'private' {
  if (!name.includes('@')) return 'private';
  return PUBLIC_STREAM.test(name) ? 'public' : 'market';
}

function requestOf(text: string): Request | null {
  try {
    const result = requestSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
