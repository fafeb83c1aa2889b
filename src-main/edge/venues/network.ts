/**
 * How a venue's link reaches the world. Tests put a simulated venue behind it, in the same process and in virtual time.
 */
export interface Network {
  /** Begins to open a WebSocket. Nothing is called back before this returns. */
  open(url: string, handlers: SocketHandlers): VenueSocket;
  /**
   * One HTTP exchange. @throws NetworkError when there is no whole answer; its `sent` says whether the request may have arrived.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface SocketHandlers {
  opened(): void;
  /** One message, whole. The bytes may be reused after it returns. */
  message(data: Buffer): void;
  /** The peer pinged, or answered a ping: it lives. Pings are answered without being asked. */
  alive(): void;
  /** Called once, also when it never opened. */
  closed(reason: string): void;
}

export interface VenueSocket {
  readonly isOpen: boolean;
  /** Bytes that were handed over and that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /** Hands `text` to the operating system in this turn. @throws Error when the socket is not open. */
  send(text: string): void;
  ping(): void;
  /** At once; `closed` is still called. */
  close(): void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Form-encoded; null for none. */
  readonly body: string | null;
  readonly timeoutMs: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** There was no whole answer. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  /** Whether the request may have reached the venue. Only `no` proves that it did not. */
  readonly sent: 'no' | 'perhaps';

  constructor(message: string, sent: 'no' | 'perhaps') {
    super(message);
    this.sent = sent;
  }
}
