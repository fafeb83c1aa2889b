import type { ConfigFile } from '../src-main/app/config/schema.ts';
import type { ClientOrderId } from '../src-shared/domain/order.ts';
import { inFolder } from './live.ts';
import { type BenchRow, quantile, rowOf } from './rows.ts';
import { VenueDesk } from './venue-desk.ts';
import { measureFloors } from './venue-floors.ts';
import { Pinger } from './venue-pinger.ts';
import { SimulatedBinance, simulatedConfig, TRADED } from './venue-simulator.ts';

const row = rowOf('venue');

type Durability = ConfigFile['execution']['durability'];

const EVERY_MS = 4;
/** Orders are rare: their path is compiled only after thousands of them. */
const WARM_UP_ORDERS = 2_000;
const ORDERS = 600;
const DISK = 'write and fsync of one page, same pace and run';
const SOCKET = 'as many bytes to a bare socket that another process reads, same pace and run';
const COMMIT = 'the same write, right after another thread has told of a commit';

/** All in µs. */
interface Ways {
  /** From the intent, admitted by the gate, until the bytes of its order were with the operating system. */
  readonly toSocket: readonly number[];
  /** From when the desk's loop saw its record on disk until then. */
  readonly fromDurable: readonly number[];
  readonly toAcknowledged: readonly number[];
}

/** One order at a time, through a whole desk with its journal on disk, to the simulated venue. */
export async function measure(): Promise<BenchRow[]> {
  const before = await ways('before-send');
  const reserved = await ways('reserved-ids');
  const { disk, socket, socketAfterCommit } = await measureFloors(EVERY_MS);
  const p50 = (values: readonly number[]): number => quantile(values, 0.5);
  const p99 = (values: readonly number[]): number => quantile(values, 0.99);
  return [
    row('durable → bytes handed to the socket, p50', p50(before.fromDurable), 'µs', { atMost: 100 }),
    row('durable → bytes handed to the socket, p99', p99(before.fromDurable), 'µs'),
    row('intent → socket, reserved-ids, p50', p50(reserved.toSocket), 'µs', { atMost: 100 }),
    row('intent → socket, reserved-ids, p99', p99(reserved.toSocket), 'µs'),
    row('intent → socket, before-send, p50', p50(before.toSocket), 'µs', { atMost: 400 }),
    row('intent → socket, before-send, p99', p99(before.toSocket), 'µs'),
    row('the socket alone, p50', p50(socket), 'µs', {}, SOCKET),
    row('the socket alone, p99', p99(socket), 'µs', {}, SOCKET),
    row('the socket alone after a commit, p50', p50(socketAfterCommit), 'µs', {}, COMMIT),
    row('the socket alone after a commit, p99', p99(socketAfterCommit), 'µs', {}, COMMIT),
    row('the disk alone, p50', p50(disk), 'µs', {}, DISK),
    row('the disk alone, p99', p99(disk), 'µs', {}, DISK),
    row('intent → acknowledged, whole desk, reserved-ids, p50', p50(reserved.toAcknowledged), 'µs'),
    row('intent → acknowledged, whole desk, before-send, p50', p50(before.toAcknowledged), 'µs'),
  ];
}

function ways(durability: Durability): Promise<Ways> {
  return SimulatedBinance.during((binance) => inFolder((directory) => waysOf(binance, directory, durability)));
}

async function waysOf(binance: SimulatedBinance, directory: string, durability: Durability): Promise<Ways> {
  const [instrument] = TRADED;
  const { network } = binance;
  const ways = { toSocket: [] as number[], fromDurable: [] as number[], toAcknowledged: [] as number[] };
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let intended: { readonly id: ClientOrderId; readonly atMs: number } | null = null;
  const sinceIntent = (): number => (performance.now() - (intended?.atMs ?? Number.NaN)) * 1_000;
  network.sent = (text) => {
    if (intended !== null && text.includes(intended.id) && text.includes('order.place'))
      ways.toSocket.push(sinceIntent());
  };
  const desk = await VenueDesk.start({
    ...{ directory, config: simulatedConfig(durability), instruments: TRADED, strategy: 'none' },
    pinger: (views) => new Pinger(instrument, EVERY_MS, views),
    createVenue: (parts) => binance.createVenue(parts),
    heard: (fact) => {
      if (fact.kind === 'order-intended') intended = { id: fact.order.clientOrderId, atMs: performance.now() };
      else if (fact.kind === 'order-acknowledged' && fact.clientOrderId === intended?.id) {
        ways.toAcknowledged.push(sinceIntent());
        if (ways.toAcknowledged.length === WARM_UP_ORDERS + ORDERS) resolve();
      }
    },
    probe: {
      nowMs: () => performance.now(),
      durable() {},
      released: (ms) => void ways.fromDurable.push(ms * 1_000),
    },
  });
  await done;
  await desk.end();
  const measured = (values: readonly number[]): readonly number[] => values.slice(WARM_UP_ORDERS);
  return {
    toSocket: measured(ways.toSocket),
    fromDurable: measured(ways.fromDurable),
    toAcknowledged: measured(ways.toAcknowledged),
  };
}
