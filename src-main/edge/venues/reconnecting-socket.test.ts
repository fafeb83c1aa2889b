import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { Backoff } from './backoff.ts';
import { RealNetwork } from './real-network.ts';
import { ReconnectingSocket, type ReconnectingSocketOptions } from './reconnecting-socket.ts';
import { ScriptedNetwork } from './scripted-network.ts';

describe('a socket that reconnects', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function opened(options: Partial<ReconnectingSocketOptions> = {}) {
    const network = new ScriptedNetwork();
    const events: string[] = [];
    const socket = new ReconnectingSocket({
      network,
      url: () => `ws://venue/${network.sockets.length}`,
      backoff: new Backoff(() => 0.5, 50, 1_000),
      listener: {
        up: () => events.push('up'),
        down: (reason) => events.push(`down: ${reason}`),
        message: (data) => events.push(data.toString()),
      },
      openWithinMs: 1_000,
      pingAfterMs: 100,
      pongWithinMs: 50,
      ...options,
    });
    socket.open();
    return { network, events, socket };
  }

  it('hands messages over, and counts them', () => {
    const { network, events, socket } = opened();
    expect(socket.isUp).toBe(false);
    network.last.accept();
    network.last.deliver('one');
    network.last.deliver('three');
    expect(events).toEqual(['up', 'one', 'three']);
    expect(socket).toMatchObject({ isUp: true, messages: 2, bytes: 8, reconnects: 0, quietMs: 0 });
  });

  it('connects again at once when it is cut, asking anew where to', () => {
    const { network, events, socket } = opened();
    network.last.accept();
    network.last.cut('reset by peer');
    expect(socket.isUp).toBe(false);
    vi.advanceTimersByTime(50);
    expect(network.sockets.map(({ url }) => url)).toEqual(['ws://venue/0', 'ws://venue/1']);
    network.last.accept();
    expect(events).toEqual(['up', 'down: reset by peer', 'up']);
    expect(socket).toMatchObject({ isUp: true, reconnects: 1 });
  });

  it('waits longer after each failure, also of connections that live for a moment only', () => {
    const { network } = opened();
    const waitsMs: number[] = [];
    for (let failure = 0; failure < 8; failure += 1) {
      if (failure % 2 === 1) network.last.accept();
      const failedAt = Date.now();
      const before = network.sockets.length;
      network.last.cut('refused');
      while (network.sockets.length === before) vi.advanceTimersToNextTimer();
      waitsMs.push(Date.now() - failedAt);
    }
    expect(waitsMs).toEqual([25, 50, 100, 200, 400, 500, 500, 500]);
  });

  it('is quick again after a connection that lasted', () => {
    const { network } = opened({ pingAfterMs: 10_000, stableMs: 2_000 });
    for (let failure = 0; failure < 5; failure += 1) {
      network.last.cut('refused');
      vi.advanceTimersByTime(1_000);
    }
    network.last.accept();
    vi.advanceTimersByTime(2_000);
    network.last.cut('reset by peer');
    const before = network.sockets.length;
    vi.advanceTimersByTime(25);
    expect(network.sockets).toHaveLength(before + 1);
  });

  it('gives up an attempt that nobody answers', () => {
    const { network, events } = opened();
    vi.advanceTimersByTime(1_001);
    expect(network.sockets[0]?.isClosed).toBe(true);
    expect(events).toEqual(['down: not connected within 1000 ms']);
    // What comes of it after all is of no interest any more.
    network.sockets[0]?.accept();
    network.sockets[0]?.deliver('late');
    expect(events).toHaveLength(1);
  });

  it('pings a quiet peer, and gives up one that does not answer', () => {
    const { network, events } = opened();
    network.last.accept();
    const [first] = network.sockets;
    vi.advanceTimersByTime(99);
    expect(first?.pings).toBe(0);
    vi.advanceTimersByTime(2);
    expect(first?.pings).toBe(1);
    first?.answerPing();
    vi.advanceTimersByTime(90);
    expect(first).toMatchObject({ pings: 1, isClosed: false });
    vi.advanceTimersByTime(20);
    expect(first?.pings).toBe(2);
    vi.advanceTimersByTime(60);
    expect(first?.isClosed).toBe(true);
    expect(events).toEqual(['up', 'down: a ping was not answered within 50 ms']);
  });

  it('never pings a peer that speaks', () => {
    const { network } = opened();
    network.last.accept();
    for (let round = 0; round < 20; round += 1) {
      vi.advanceTimersByTime(60);
      network.last.deliver('tick');
    }
    expect(network.sockets).toHaveLength(1);
    expect(network.last.pings).toBe(0);
  });

  it('gives up a peer that only answers pings, where messages are due', () => {
    const { network, events } = opened({ silentMs: 500 });
    network.last.accept();
    network.last.deliver('one');
    const heartbeat = setInterval(() => network.sockets[0]?.answerPing(), 20);
    vi.advanceTimersByTime(505);
    clearInterval(heartbeat);
    expect(network.sockets[0]).toMatchObject({ isClosed: true, pings: 0 });
    expect(events).toEqual(['up', 'one', 'down: no message for 500 ms']);
  });

  it('sends in the same turn or says why not', () => {
    const { network, socket } = opened({ maxBufferedBytes: 100 });
    expect(socket.send('early')).toEqual({ ok: false, reason: 'the connection is down' });
    network.last.accept();
    network.last.bufferedBytes = 100;
    expect(socket.send('now')).toEqual({ ok: true });
    network.last.bufferedBytes = 101;
    expect(socket.send('too much')).toMatchObject({ ok: false });
    network.last.bufferedBytes = 0;
    network.last.cut('gone');
    expect(socket.send('late')).toEqual({ ok: false, reason: 'the connection is down' });
    expect(network.sockets.flatMap(({ sent }) => sent)).toEqual(['now']);
  });

  it.each(['while it connects', 'while it is up', 'while it waits'])('stops for good when it is closed %s', (when) => {
    const { network, events, socket } = opened();
    if (when !== 'while it connects') network.last.accept();
    if (when === 'while it waits') network.last.cut('gone');
    const heard = events.length;
    const opens = network.sockets.length;
    socket.close();
    vi.advanceTimersByTime(60_000);
    expect(network.last.isClosed).toBe(true);
    expect(socket.isUp).toBe(false);
    expect(events).toHaveLength(heard);
    expect(network.sockets).toHaveLength(opens);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a socket on a loop that is blocked', () => {
  it('hears what waited meanwhile before it judges', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const events: string[] = [];
    const heard = Promise.withResolvers<void>();
    const block = (): void => {
      for (const peer of server.clients) peer.send('two');
      const untilMs = performance.now() + 400;
      while (performance.now() < untilMs);
    };
    const socket = new ReconnectingSocket({
      network: new RealNetwork(),
      url: () => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
      backoff: new Backoff(() => 0),
      listener: {
        up: () => events.push('up'),
        down: (reason) => events.push(reason),
        message: (data) => {
          events.push(data.toString());
          if (events.length === 3) heard.resolve();
          else block();
        },
      },
      silentMs: 200,
    });
    server.on('connection', (peer: WebSocket) => peer.send('one'));
    socket.open();
    await heard.promise;
    socket.close();
    server.close();
    expect(events).toEqual(['up', 'one', 'two']);
  });
});
