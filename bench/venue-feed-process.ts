import { startServing } from './venue-process.ts';

/** What a feed is to send, and how. */
export interface FeedOptions {
  /** Of the venue's streams: `depth`, `bookTicker`, `trade`. */
  readonly kinds: readonly string[];
  /** After the opening. */
  readonly frames: number;
  /** How much faster than recorded; 0: as fast as they are taken. */
  readonly speed: number;
}

export interface FeedProcess {
  readonly rest: string;
  /** The address of WebSockets that bring this; the venue's own paths follow. */
  readonly streams: (options: FeedOptions) => string;
  end(): void;
}

/** Starts a process that sends recorded frames. */
export async function startFeed(): Promise<FeedProcess> {
  const { line, end } = await startServing('venue-feed.ts');
  const host = `127.0.0.1:${Number(line)}`;
  return {
    rest: `http://${host}`,
    streams: ({ kinds, frames, speed }) => `ws://${host}/${kinds.join(',')}/${frames}/${speed}`,
    end,
  };
}
