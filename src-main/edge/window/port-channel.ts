import type { MessagePort } from 'node:worker_threads';
import { MAX_MESSAGE_BYTES } from '../../../src-shared/contract/messages.ts';
import type { Accept, Peer, ServerChannel } from './server-channel.ts';

/** Lets the desk talk with the window behind `port`, until either closes it. What is no text, or too long, is never read. */
export function servePort(port: MessagePort, accept: Accept, peer: Peer): void {
  const channel: ServerChannel = {
    send: (text) => port.postMessage(text),
    // A port cannot say. The protocol's acknowledgements bound what is under way.
    bufferedBytes: 0,
    // A port has neither code nor reason.
    close: () => port.close(),
  };
  const connection = accept(channel, peer);
  port.on('message', (message: unknown) => {
    const bytes = typeof message === 'string' ? Buffer.byteLength(message) : 0;
    if (typeof message !== 'string' || bytes > MAX_MESSAGE_BYTES) connection.oversized(bytes);
    else connection.receive(message);
  });
  port.on('close', () => connection.closed());
}
