import type {
  HttpRequest,
  HttpResponse,
  Network,
  SocketHandlers,
  VenueSocket,
} from '../src-main/edge/venues/network.ts';
import { RealNetwork } from '../src-main/edge/venues/real-network.ts';

/** The operating system's network, with an eye on when messages come and go. Times are of `performance.now()`. */
export class TimedNetwork implements Network {
  /** When the message at hand was given to its reader; NaN while none is being read. */
  receivedMs = Number.NaN;
  /** Hears of each message, when its reader is done with it. */
  read: () => void = () => {};
  /** Hears of each text that was handed to a socket. */
  sent: (text: string) => void = () => {};
  private readonly network = new RealNetwork();

  open(url: string, handlers: SocketHandlers): VenueSocket {
    const socket = this.network.open(url, {
      opened: () => handlers.opened(),
      message: (data) => {
        this.receivedMs = performance.now();
        handlers.message(data);
        this.read();
        this.receivedMs = Number.NaN;
      },
      alive: () => handlers.alive(),
      closed: (reason) => handlers.closed(reason),
    });
    return {
      get isOpen() {
        return socket.isOpen;
      },
      get bufferedBytes() {
        return socket.bufferedBytes;
      },
      send: (text) => {
        socket.send(text);
        this.sent(text);
      },
      ping: () => socket.ping(),
      close: () => socket.close(),
    };
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    return this.network.request(request);
  }

  close(): void {
    this.network.close();
  }
}
