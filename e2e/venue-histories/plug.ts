import {
  type HttpRequest,
  type HttpResponse,
  type Network,
  NetworkError,
  type SocketHandlers,
  type VenueSocket,
} from '../../src-main/edge/venues/network.ts';

/** Hears what goes through a plug, in the turn in which it does. */
export interface PlugListener {
  /** The text is made, and not handed over yet. */
  leaving(text: string): void;
  /** The network has taken it. */
  left(text: string): void;
}

const GONE = 'the process is gone';

/**
 * One process's way to a network. Pulled, it is as if the process had been killed: the other side sees its connections end, and
 * whatever still runs here reaches nobody and hears nothing.
 */
export class Plug implements Network {
  private readonly network: Network;
  private readonly listener: PlugListener;
  private readonly sockets = new Set<VenueSocket>();
  private isPulled = false;

  constructor(network: Network, listener: PlugListener) {
    this.network = network;
    this.listener = listener;
  }

  pull(): void {
    this.isPulled = true;
    for (const socket of this.sockets) socket.close();
    this.sockets.clear();
  }

  open(url: string, handlers: SocketHandlers): VenueSocket {
    const whenIn = (call: () => void): void => {
      if (!this.isPulled) call();
    };
    const socket = this.network.open(url, {
      opened: () => whenIn(() => handlers.opened()),
      message: (data) => whenIn(() => handlers.message(data)),
      alive: () => whenIn(() => handlers.alive()),
      closed: (reason) => {
        this.sockets.delete(socket);
        whenIn(() => handlers.closed(reason));
      },
    });
    this.sockets.add(socket);
    return this.plugged(socket);
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const text = `${request.method} ${request.url} ${request.body ?? ''}`;
    if (!this.isPulled) this.listener.leaving(text);
    if (this.isPulled) throw new NetworkError(GONE, 'no');
    const answer = this.network.request(request);
    this.listener.left(text);
    try {
      return await answer;
    } finally {
      // Nobody is left who could be told.
      if (this.isPulled) await new Promise(() => {});
    }
  }

  private plugged(socket: VenueSocket): VenueSocket {
    const isPulled = (): boolean => this.isPulled;
    const { listener } = this;
    return {
      get isOpen() {
        return !isPulled() && socket.isOpen;
      },
      get bufferedBytes() {
        return socket.bufferedBytes;
      },
      send(text) {
        if (!isPulled()) listener.leaving(text);
        if (isPulled()) throw new Error(GONE);
        socket.send(text);
        listener.left(text);
      },
      ping: () => {
        if (!isPulled()) socket.ping();
      },
      close: () => {
        if (!isPulled()) socket.close();
      },
    };
  }
}
