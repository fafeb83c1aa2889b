/** One window's pipe, as the desk sees it. What is sent after it closed is lost without a word. */
export interface ServerChannel {
  send(text: string): void;
  /** What the transport holds for a window that does not read; 0 where it cannot say. */
  readonly bufferedBytes: number;
  /** @param code of RFC 6455, for the transports that have one. */
  close(code: number, reason: string): void;
}

/** The desk's end of that pipe. */
export interface ServerConnection {
  receive(text: string): void;
  /** It was longer than any message may be, or no text: it is answered with a typed error, unread. */
  oversized(bytes: number): void;
  closed(): void;
}

/** Who is at the other end. */
export interface Peer {
  readonly transport: 'websocket' | 'port' | 'memory';
  /** The same browser or window, across reloads: who signed in there stays signed in. */
  readonly sessionId: string;
  readonly address: string;
}

export type Accept = (channel: ServerChannel, peer: Peer) => ServerConnection;

export type TurnedAwayReason = 'no-token' | 'wrong-token' | 'used-token' | 'wrong-host' | 'wrong-origin' | 'too-many';

/** Hears of whoever did not get in. */
export type TurnedAway = (reason: TurnedAwayReason, detail: string) => void;
