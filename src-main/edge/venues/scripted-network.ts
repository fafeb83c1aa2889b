/** What the tests of this folder put in a network's place: nothing happens that the test does not say. */
import type { HttpRequest, HttpResponse, Network, SocketHandlers, VenueSocket } from './network.ts';

export class ScriptedSocket implements VenueSocket {
  readonly url: string;
  isOpen = false;
  isClosed = false;
  bufferedBytes = 0;
  pings = 0;
  readonly sent: string[] = [];
  private readonly handlers: SocketHandlers;

  constructor(url: string, handlers: SocketHandlers) {
    this.url = url;
    this.handlers = handlers;
  }

  accept(): void {
    this.isOpen = true;
    this.handlers.opened();
  }

  deliver(text: string): void {
    this.handlers.message(Buffer.from(text));
  }

  answerPing(): void {
    this.handlers.alive();
  }

  /** The peer's end, or a failed attempt. */
  cut(reason: string): void {
    if (this.isClosed) return;
    this.isOpen = false;
    this.isClosed = true;
    this.handlers.closed(reason);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  ping(): void {
    this.pings += 1;
  }

  close(): void {
    this.cut('closed here');
  }
}

export class ScriptedNetwork implements Network {
  /** In the order in which they were opened. */
  readonly sockets: ScriptedSocket[] = [];

  open(url: string, handlers: SocketHandlers): VenueSocket {
    const socket = new ScriptedSocket(url, handlers);
    this.sockets.push(socket);
    return socket;
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    throw new Error(`nothing answers ${request.method} ${request.url}`);
  }

  /** The last one opened. */
  get last(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }
}
