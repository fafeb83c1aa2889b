import type { Channel } from '../../../src-shared/transport.ts';
import type { Accept, Peer, ServerConnection } from './server-channel.ts';

/** Both ends of a pipe within one process. */
interface MemoryPipe {
  readonly channel: Channel;
  /** Ends it from the desk's side, as a desk that dies does. */
  cut(reason: string): void;
}

/** Opens a pipe to a desk in this process. Texts arrive in later turns, copied, as they would from another process. */
export function memoryPipe(accept: Accept, peer: Omit<Peer, 'transport'>): MemoryPipe {
  let isOpen = true;
  let connection: ServerConnection | null = null;
  // What was said before the end still arrives, as on a socket.
  const later = (deliver: () => void): void => {
    if (isOpen) setImmediate(deliver);
  };
  const cut = (reason: string): void => {
    if (!isOpen) return;
    isOpen = false;
    setImmediate(() => {
      connection?.closed();
      channel.onClose(reason);
    });
  };
  const channel: Channel = {
    send: (text) => {
      const copy = structuredClone(text);
      later(() => connection?.receive(copy));
    },
    close: () => cut('closed by the window'),
    onText: () => {},
    onClose: () => {},
  };
  connection = accept(
    {
      send: (text) => {
        const copy = structuredClone(text);
        later(() => channel.onText(copy));
      },
      bufferedBytes: 0,
      close: (_code, reason) => cut(reason),
    },
    { transport: 'memory', ...peer },
  );
  return { channel, cut };
}
