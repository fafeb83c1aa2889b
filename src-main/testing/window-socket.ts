import { WebSocket } from 'ws';
import type { Channel } from '../../src-shared/transport.ts';

/** A window's pipe over the WebSocket that an address with its token leads to, and the socket itself, to be cut. */
export async function windowSocket(
  address: string,
): Promise<{ readonly channel: Channel; readonly socket: WebSocket }> {
  const { host, search } = new URL(address);
  const socket = new WebSocket(`ws://${host}/ws${search}`);
  const channel: Channel = {
    send: (text) => socket.send(text),
    close: () => socket.close(),
    onText: () => {},
    onClose: () => {},
  };
  socket.on('message', (data) => channel.onText(String(data)));
  socket.on('close', () => channel.onClose('closed'));
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return { channel, socket };
}
