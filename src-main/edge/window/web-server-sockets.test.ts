import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { MAX_MESSAGE_BYTES } from '../../../src-shared/contract/messages.ts';
import { ServerFixture } from './web-server-fixture.ts';
import { MAX_SOCKETS } from './web-server-sockets.ts';

let fixture: ServerFixture;
beforeEach(async () => {
  fixture = await ServerFixture.start();
});
afterEach(() => fixture.end());

interface Attempt {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function open({ path = '/ws', headers = {} }: Attempt): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${fixture.web.port}${path}`, { headers });
}

async function opened(attempt: Attempt): Promise<WebSocket> {
  const socket = open(attempt);
  await once(socket, 'open');
  return socket;
}

/** @returns the status that the handshake was refused with, and its text. */
async function refused(attempt: Attempt): Promise<[status: number | undefined, text: string, policy: unknown]> {
  const [, response] = await once(open(attempt), 'unexpected-response');
  const text = Buffer.concat(await response.toArray()).toString();
  return [response.statusCode, text, response.headers['content-security-policy']];
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}

describe('the WebSocket door', () => {
  it('opens to the cookie of a session, whose id stays the same', async () => {
    const cookie = await fixture.enter();
    const origin = `http://127.0.0.1:${fixture.web.port}`;
    await opened({ headers: { cookie, origin } });
    await opened({ headers: { cookie, origin: origin.replace('127.0.0.1', 'localhost') } });
    await opened({ headers: { cookie: await fixture.enter() } });
    const [one, two, three] = fixture.peers;
    expect(one).toMatchObject({ transport: 'websocket', address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
    expect(two?.sessionId).toBe(one?.sessionId);
    expect(three?.sessionId).not.toBe(one?.sessionId);
    expect(cookie).not.toContain(one?.sessionId ?? '');
    expect(fixture.turnedAway).toEqual([]);
  });

  it('opens to a token, once', async () => {
    const path = `/ws${fixture.newQuery()}`;
    await opened({ path });
    const [status, text, policy] = await refused({ path });
    expect([status, text]).toEqual([401, expect.stringContaining('was used already')]);
    expect(policy).toContain("default-src 'none'");
    expect(fixture.turnedAway).toEqual([['used-token', '/ws: the token was used already']]);
    expect(fixture.peers).toHaveLength(1);
  });

  it('stays shut to whoever has neither, and to what is old or guessed', async () => {
    const late = `/ws${fixture.newQuery()}`;
    fixture.nowMs = 25 * 3_600_000;
    for (const path of ['/ws', '/ws?token=', '/ws?token=guess', late]) expect((await refused({ path }))[0]).toBe(401);
    expect(fixture.reasons).toEqual(['no-token', 'wrong-token', 'wrong-token', 'wrong-token']);
    expect(fixture.peers).toEqual([]);
  });

  it('stays shut to pages of other origins, even with the cookie, and spends no token on them', async () => {
    const cookie = await fixture.enter();
    const { port } = fixture.web;
    const path = `/ws${fixture.newQuery()}`;
    const origins = [
      'https://evil.example',
      'null',
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port + 1}`,
      'http://127.0.0.1',
      `http://127.0.0.1:${port}.evil.example`,
    ];
    for (const origin of origins) expect((await refused({ path, headers: { cookie, origin } }))[0]).toBe(403);
    expect(fixture.turnedAway).toEqual(origins.map((origin) => ['wrong-origin', JSON.stringify(origin)]));
    await opened({ path });
  });

  it('stays shut to names that were pointed here', async () => {
    const cookie = await fixture.enter();
    expect((await refused({ headers: { cookie, host: 'evil.example' } }))[0]).toBe(403);
    expect(fixture.reasons).toEqual(['wrong-host']);
  });

  it('is at /ws only', async () => {
    const cookie = await fixture.enter();
    expect((await refused({ path: '/', headers: { cookie } }))[0]).toBe(404);
    expect((await refused({ path: '/ws/', headers: { cookie } }))[0]).toBe(404);
  });

  it('lets so many in and no more, until one leaves', async () => {
    const cookie = await fixture.enter();
    const sockets = await Promise.all(Array.from({ length: MAX_SOCKETS }, () => opened({ headers: { cookie } })));
    const path = `/ws${fixture.newQuery()}`;
    expect((await refused({ path }))[0]).toBe(503);
    expect(fixture.turnedAway).toEqual([['too-many', `${MAX_SOCKETS} windows are open`]]);
    sockets[0]?.close();
    await until(() => fixture.closed === 1);
    await opened({ path });
  });

  it('survives a handshake that breaks off or makes no sense', async () => {
    const cookie = await fixture.enter();
    const { port } = fixture.web;
    const head = `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
    for (const rest of ['\r\n', 'Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n', 'Sec-WebSocket-']) {
      const raw = connect(port, '127.0.0.1');
      raw.on('error', () => {});
      raw.write(head + rest);
      await sleep(5);
      raw.resetAndDestroy();
    }
    await opened({ headers: { cookie } });
    expect(fixture.peers).toHaveLength(1);
  });
});

describe('the WebSocket of a window', () => {
  it('carries texts both ways, and hears of the end', async () => {
    const socket = await opened({ path: `/ws${fixture.newQuery()}` });
    const [channel] = fixture.channels;
    socket.send('hello');
    channel?.send('welcome');
    const [data, isBinary] = await once(socket, 'message');
    expect([String(data), isBinary]).toEqual(['welcome', false]);
    await until(() => fixture.heard.length === 1);
    expect(fixture.heard).toEqual(['hello']);
    socket.close();
    await until(() => fixture.closed === 1);
    channel?.send('to nobody');
  });

  it('hands nothing on that is no text, or longer than any message may be; far too long ends it', async () => {
    const socket = await opened({ path: `/ws${fixture.newQuery()}` });
    const longest = 'x'.repeat(MAX_MESSAGE_BYTES);
    for (const message of [longest, `${longest}x`, Buffer.from('hello'), 'after']) socket.send(message);
    await until(() => fixture.heard.length === 4);
    expect(fixture.heard).toEqual([longest, MAX_MESSAGE_BYTES + 1, 5, 'after']);
    socket.send('x'.repeat(1024 * 1024 + 1));
    const [code] = await once(socket, 'close');
    expect([code, fixture.heard.at(-1)]).toEqual([1009, 1024 * 1024]);
    await until(() => fixture.closed === 1);
  });

  it('is closed by the desk with code and reason, which is cut within no character', async () => {
    const socket = await opened({ path: `/ws${fixture.newQuery()}` });
    fixture.channels[0]?.close(4_001, 'é'.repeat(100));
    const [code, reason] = await once(socket, 'close');
    expect([code, String(reason)]).toEqual([4_001, 'é'.repeat(61)]);
  });

  it('says what it holds for a window that does not read', async () => {
    const socket = await opened({ path: `/ws${fixture.newQuery()}` });
    const [channel] = fixture.channels;
    expect(channel?.bufferedBytes).toBe(0);
    socket.pause();
    const text = 'x'.repeat(1024 * 1024);
    for (let sent = 0; sent < 64; sent += 1) channel?.send(text);
    await sleep(20);
    expect(channel?.bufferedBytes).toBeGreaterThan(1024 * 1024);
  });

  it('is cut off when its browser does not answer pings, and only then', async () => {
    const pinged = await ServerFixture.start({ pingMs: 40 });
    const url = () => `ws://127.0.0.1:${pinged.web.port}/ws${pinged.newQuery()}`;
    const alive = new WebSocket(url());
    const dead = new WebSocket(url(), { autoPong: false });
    await Promise.all([once(alive, 'open'), once(dead, 'open')]);
    const [code] = await once(dead, 'close');
    expect(code).toBe(1006);
    await sleep(100);
    expect(alive.readyState).toBe(WebSocket.OPEN);
    await pinged.end();
  });

  it('ends with the server', async () => {
    const socket = await opened({ path: `/ws${fixture.newQuery()}` });
    const closed = once(socket, 'close');
    await fixture.web.close();
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([1_001, 'the desk stops']);
    expect(fixture.closed).toBe(1);
  });
});
