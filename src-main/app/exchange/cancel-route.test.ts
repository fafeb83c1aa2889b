import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';
import { SimulatedCancelRoute } from '../../edge/venues/simulated-cancel-route.ts';
import { SimulatedExchangeLink } from '../../edge/venues/simulated-exchange-link.ts';
import { CANONICAL } from '../canonical-codec.ts';
import { localSocket } from '../local-socket.ts';
import type { ExchangeServer } from './exchange-server.ts';
import { CONFIG, INSTRUMENTS } from './fixtures.ts';
import { hostExchange } from './host-exchange.ts';
import { readOrderLog } from './order-log.ts';

let directory: string;
let server: ExchangeServer;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'interlock-cancel-'));
  server = await hostExchange({ directory, config: CONFIG, seed: 1, speed: 1, lingerMs: 60_000, log() {} });
});
afterAll(async () => {
  server.end('the test is over');
  await server.ended;
  rmSync(directory, { recursive: true });
});

const [listed] = INSTRUMENTS;
const far = (id: string, priceTicks: number): Order =>
  ({
    ...{ clientOrderId: id.padEnd(32, '0') as ClientOrderId, instrument: listed?.id, side: 'buy', type: 'limit' },
    ...{
      timeInForce: 'gtc',
      priceTicks,
      stopTicks: null,
      lots: listed?.orderStepLots,
      postOnly: false,
      reduceOnly: false,
    },
  }) as Order;

it('cancels what another connection left resting, and does not take the place of the desk', async () => {
  const reports: string[] = [];
  const links: boolean[] = [];
  const link = await SimulatedExchangeLink.connect({
    ...{ path: localSocket(directory, 'exchange'), codec: CANONICAL, instruments: INSTRUMENTS },
    onInput: (input) => {
      if (input.kind === 'order-report') reports.push(input.report.type);
    },
    onLink: (up) => links.push(up),
  });
  for (const id of ['a', 'b', 'c']) link.send({ kind: 'place-order', order: far(id, 1_000) });
  await expect.poll(() => reports.filter((type) => type === 'acknowledged').length).toBe(3);
  const route = new SimulatedCancelRoute({
    ...{ venue: 'simulated', path: localSocket(directory, 'exchange'), codec: CANONICAL },
  });
  const proof = await route.cancelAll(5_000);
  expect(proof).toMatchObject({ proven: true, survivors: [], faults: [] });
  expect(proof.rounds).toBeGreaterThan(1);
  expect(readOrderLog(directory).ends.size).toBe(3);
  await expect.poll(() => reports.filter((type) => type === 'cancelled').length).toBe(3);
  expect(links).toEqual([true]);
  link.close();
});

it('says that nothing is proven when nobody answers', async () => {
  const path = join(directory, 'nobody.sock');
  const proof = await new SimulatedCancelRoute({ venue: 'simulated', path, codec: CANONICAL }).cancelAll(60);
  expect(proof.proven).toBe(false);
  expect(proof.faults[0]).toContain(path);
});
