import { OrderBook, type Side as PeerSide } from 'nodejs-order-book';
import { exp, pow } from '../src-main/core/engine/math.ts';
import { Random } from '../src-main/core/engine/random.ts';
import { MAX_ORDERS, MatchingBook, slotOf } from '../src-main/simulation/matching-book.ts';
import type { Side } from '../src-shared/domain/order.ts';
import { type BenchRow, median, row } from './rows.ts';

const PEER = 'nodejs-order-book 10.1.1';
const TARGET_RATIO = 3;
const SEED = 20240808;
const OPENING_ORDERS = 5_000;
const OPERATIONS = 200_000;
const WARM_UP_ROUNDS = 1;
const MEASURED_ROUNDS = 5;

type Operation =
  | { readonly kind: 'limit'; readonly id: string; readonly side: Side; readonly price: number; readonly lots: number }
  | { readonly kind: 'market'; readonly side: Side; readonly lots: number }
  /** `target`: index of the operation that placed the order; it may be filled by now, and then nothing happens. */
  | { readonly kind: 'cancel'; readonly id: string; readonly target: number };

/** One measured pass over the stream. */
interface Pass {
  readonly operationsPerSecond: number;
  /** Flat, per fill: index of the operation that took, index of the one that rested, price, lots. */
  readonly fills: Float64Array;
}

/**
 * A seeded stream over a walking mid price: limits whose distance from the touch falls off as a power law (Bouchaud, Mézard
 * and Potters 2002) and which cross now and then, markets, and cancels of random live orders, in proportions that keep a
 * few thousand orders on some hundreds of levels.
 */
function generateOperations(): Operation[] {
  const random = new Random(SEED);
  const operations: Operation[] = [];
  const live: number[] = [];
  let mid = 618_000;
  const lots = (median: number): number => Math.max(1, Math.round(median * exp(1.2 * random.normal())));
  const side = (): Side => (random.below(2) === 0 ? 'buy' : 'sell');
  const addLimit = (): void => {
    const of = side();
    const distance =
      Math.min(2_000, Math.floor(3 * (pow(1 - random.uniform(), -1 / 0.8) - 1))) - (random.below(20) === 0 ? 2 : 0);
    live.push(operations.length);
    const price = of === 'buy' ? mid - 1 - distance : mid + 1 + distance;
    operations.push({ kind: 'limit', id: `o${operations.length}`, side: of, price, lots: lots(100) });
  };
  while (operations.length < OPENING_ORDERS) addLimit();
  while (operations.length < OPENING_ORDERS + OPERATIONS) {
    if (random.below(50) === 0) mid += random.below(3) - 1;
    const draw = random.below(100);
    if (draw < 48) addLimit();
    else if (draw < 58) operations.push({ kind: 'market', side: side(), lots: lots(150) });
    else if (live.length > 0) {
      const index = random.below(live.length);
      const target = live[index];
      live[index] = live[live.length - 1];
      live.pop();
      operations.push({ kind: 'cancel', id: `o${target}`, target });
    }
  }
  return operations;
}

function runOurs(operations: readonly Operation[]): Pass {
  const fills = new FillLog();
  const operationOf = new Float64Array(MAX_ORDERS);
  const handles = new Float64Array(operations.length);
  let taker = 0;
  const book = new MatchingBook({
    filled: (_taker, maker, priceTicks, lots) => fills.add(taker, operationOf[slotOf(maker)], priceTicks, lots),
  });
  const start = performance.now();
  for (let index = 0; index < operations.length; index++) {
    const operation = operations[index];
    taker = index;
    if (operation.kind === 'limit') {
      const handle = book.limit(operation.side, operation.price, operation.lots);
      handles[index] = handle;
      operationOf[slotOf(handle)] = index;
    } else if (operation.kind === 'market') book.take(operation.side, null, operation.lots);
    else book.cancel(handles[operation.target]);
  }
  return { operationsPerSecond: perSecond(operations.length, start), fills: fills.toArray() };
}

/** The peer answers with the makers that are done, then the one that is not; a taker that is done ends the list. */
function runPeer(operations: readonly Operation[]): Pass {
  const fills = new FillLog();
  const book = new OrderBook();
  const start = performance.now();
  for (let index = 0; index < operations.length; index++) {
    const operation = operations[index];
    if (operation.kind === 'cancel') {
      book.cancel(operation.id);
      continue;
    }
    const side = operation.side as PeerSide;
    const answer =
      operation.kind === 'limit'
        ? book.limit({ id: operation.id, side, size: operation.lots, price: operation.price })
        : book.market({ side, size: operation.lots });
    for (const maker of answer.done) {
      if (maker.side !== side)
        fills.add(index, Number(maker.id.slice(1)), (maker as { price: number }).price, maker.size);
    }
    const partial = answer.partial;
    if (partial && partial.side !== side) {
      fills.add(index, Number(partial.id.slice(1)), partial.price, answer.partialQuantityProcessed);
    }
  }
  return { operationsPerSecond: perSecond(operations.length, start), fills: fills.toArray() };
}

class FillLog {
  private log = new Float64Array(4 * 2 ** 20);
  private length = 0;

  add(taker: number, maker: number, priceTicks: number, lots: number): void {
    this.log[this.length++] = taker;
    this.log[this.length++] = maker;
    this.log[this.length++] = priceTicks;
    this.log[this.length++] = lots;
  }

  toArray(): Float64Array {
    return this.log.slice(0, this.length);
  }
}

function perSecond(operations: number, startMs: number): number {
  return (operations * 1000) / (performance.now() - startMs);
}

function sameFills(ours: Float64Array, peers: Float64Array): boolean {
  return ours.length > 0 && ours.length === peers.length && ours.every((value, index) => value === peers[index]);
}

/**
 * Matching against the peer on one generated stream, in alternating rounds of the same run. Both write every fill to the
 * same log, inside the measured time; the ratio is no number unless the two logs are equal.
 */
export async function measure(): Promise<BenchRow[]> {
  const operations = generateOperations();
  const ours: number[] = [];
  const peers: number[] = [];
  let same = true;
  for (let round = 0; round < WARM_UP_ROUNDS + MEASURED_ROUNDS; round++) {
    const mine = runOurs(operations);
    const theirs = runPeer(operations);
    same &&= sameFills(mine.fills, theirs.fills);
    if (round < WARM_UP_ROUNDS) continue;
    ours.push(mine.operationsPerSecond);
    peers.push(theirs.operationsPerSecond);
  }
  const ratio = same ? median(ours) / median(peers) : Number.NaN;
  return [
    row('matching, same fills', ratio, 'x', { atLeast: TARGET_RATIO }, PEER),
    row('matching throughput', median(ours), 'operations/s'),
    row('matching throughput, peer', median(peers), 'operations/s', {}, PEER),
  ];
}
