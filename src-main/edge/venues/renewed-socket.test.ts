import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Backoff } from './backoff.ts';
import { ScriptedNetwork } from './binance-usdm/order-fixtures.ts';
import { RenewedSocket } from './renewed-socket.ts';

const LIFE_MS = 60_000;
const GRACE_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const network = new ScriptedNetwork();
  const heard: string[] = [];
  const socket = new RenewedSocket({
    socket: { network, url: () => 'wss://venue', backoff: new Backoff(() => 0.5) },
    lifeMs: LIFE_MS,
    graceMs: GRACE_MS,
    listener: {
      up: () => heard.push('up'),
      down: (reason) => heard.push(`down ${reason}`),
      message: (connection, data) => heard.push(`${connection} says ${data}`),
      gone: (connection, reason) => heard.push(`${connection} gone ${reason}`),
    },
  });
  socket.open();
  return { network, heard, socket };
}

test('has the next connection before it lets go of the one that is old', () => {
  const { network, heard, socket } = setUp();
  const [first] = network.sockets;
  first?.accept();
  vi.advanceTimersByTime(LIFE_MS);
  const second = network.last();
  expect(socket.send('to the first')).toEqual({ ok: true });
  second.accept();
  expect(socket.send('to the second')).toEqual({ ok: true });
  expect([first?.sent, second.sent]).toEqual([['to the first'], ['to the second']]);
  first?.sayText('late');
  second.sayText('early');
  vi.advanceTimersByTime(GRACE_MS);
  expect(heard).toEqual(['up', '1 says late', '2 says early', '1 gone replaced by a new one']);
  expect([first?.isOpen, socket.isUp, socket.connection]).toEqual([false, true, 2]);
});

test('keeps the old connection while the next one cannot be made', () => {
  const { network, heard, socket } = setUp();
  network.last().accept();
  vi.advanceTimersByTime(LIFE_MS);
  network.last().drop('refused');
  expect([socket.isUp, heard]).toEqual([true, ['up']]);
  vi.advanceTimersByTime(1_000);
  network.last().accept();
  expect([network.sockets.length, socket.connection, heard]).toEqual([3, 2, ['up']]);
});

test('is up again as soon as either of two is', () => {
  const { network, heard, socket } = setUp();
  const [first] = network.sockets;
  first?.accept();
  vi.advanceTimersByTime(LIFE_MS);
  const second = network.last();
  first?.drop('cut at last');
  expect(socket.isUp).toBe(false);
  second.accept();
  expect(socket.isUp).toBe(true);
  expect(heard).toEqual(['up', '1 gone cut at last', 'down cut at last', 'up']);
});

test('lets an old connection go that ends by itself, and is not down for it', () => {
  const { network, heard, socket } = setUp();
  const [first] = network.sockets;
  first?.accept();
  vi.advanceTimersByTime(LIFE_MS);
  network.last().accept();
  first?.drop('24 hours are over');
  vi.advanceTimersByTime(5_000);
  expect(heard).toEqual(['up', '1 gone 24 hours are over']);
  expect([network.sockets.length, socket.isUp]).toEqual([2, true]);
});

test('renews each connection, and none after it was closed', () => {
  const { network, heard, socket } = setUp();
  for (let age = 0; age < 3; age += 1) {
    network.last().accept();
    vi.advanceTimersByTime(LIFE_MS);
  }
  expect([network.sockets.length, heard.filter((news) => news === 'up').length]).toEqual([4, 1]);
  socket.close();
  vi.advanceTimersByTime(10 * LIFE_MS);
  expect([network.sockets.length, network.sockets.some(({ isOpen }) => isOpen)]).toEqual([4, false]);
  expect(socket.send('too late')).toMatchObject({ ok: false });
});
