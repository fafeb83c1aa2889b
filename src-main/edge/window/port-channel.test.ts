import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_MESSAGE_BYTES } from '../../../src-shared/contract/messages.ts';
import { servePort } from './port-channel.ts';
import type { Peer, ServerChannel } from './server-channel.ts';

const PEER: Peer = { transport: 'port', sessionId: 'window', address: 'this window' };

let page: MessagePort;
let channel: ServerChannel;
let heard: unknown[];
let gone: Promise<void>;

beforeEach(() => {
  const { port1, port2 } = new MessageChannel();
  page = port1;
  heard = [];
  const closed = Promise.withResolvers<void>();
  gone = closed.promise;
  servePort(
    port2,
    (given, peer) => {
      channel = given;
      heard.push(peer);
      return {
        receive: (text) => heard.push(text),
        oversized: (bytes) => heard.push(bytes),
        closed: () => closed.resolve(),
      };
    },
    PEER,
  );
});
afterEach(() => page.close());

/** Messages keep their order: whatever was sent before has arrived when this has. */
async function settled(): Promise<void> {
  page.postMessage('last');
  while (heard.at(-1) !== 'last') await new Promise(setImmediate);
  heard.pop();
}

describe('the port channel', () => {
  it('carries texts both ways, and says who is there', async () => {
    page.postMessage('hello');
    channel.send('welcome');
    const [answer] = await once(page, 'message');
    await settled();
    expect(answer).toBe('welcome');
    expect(heard).toEqual([PEER, 'hello']);
    expect(channel.bufferedBytes).toBe(0);
  });

  it('hands nothing on that is no text, or longer than any message may be', async () => {
    const longest = 'x'.repeat(MAX_MESSAGE_BYTES);
    // Half as many characters, and still a byte too long.
    const wide = `${'é'.repeat(MAX_MESSAGE_BYTES / 2)}x`;
    for (const message of [longest, `${longest}x`, wide, { t: 'hello' }, null, new Uint8Array(3)])
      page.postMessage(message);
    await settled();
    expect(heard).toEqual([PEER, longest, MAX_MESSAGE_BYTES + 1, MAX_MESSAGE_BYTES + 1, 0, 0, 0]);
  });

  it('hears that the page is gone', async () => {
    page.close();
    await gone;
    channel.send('nobody is there');
  });

  it('ends the pipe of the page when the desk closes it', async () => {
    const closed = once(page, 'close');
    channel.close(1001, 'the desk stops');
    await closed;
    await gone;
  });
});
