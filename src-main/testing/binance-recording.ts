import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Random } from '../core/engine/random.ts';

export interface GeneratorOptions {
  readonly venue: 'binance-spot' | 'binance-usdm';
  readonly symbol: string;
  readonly frames: number;
  readonly seed: number;
}

const START_MS = 1_723_161_255_000;
/** In tenths of the quote currency, as all prices below. */
const MID = 618_000;

/**
 * The lines of a recording as Binance would have sent it: depth, tickers and trades of one symbol around a wandering mid, a snapshot after the
 * first depth frames, one receive clock that runs 1.27 s behind the venue's. Price step 0.1, quantity step 0.001.
 */
export function generateRecording({ venue, symbol, frames, seed }: GeneratorOptions): string[] {
  const random = new Random(seed);
  const futures = venue === 'binance-usdm';
  const book = { bids: new Map<number, number>(), asks: new Map<number, number>() };
  const stream = (name: string, data: object): string =>
    JSON.stringify({ stream: `${symbol.toLowerCase()}@${name}`, data });
  const price = (tenths: number): string => `${Math.floor(tenths / 10)}.${tenths % 10}0`;
  const quantity = (mills: number): string => `${Math.floor(mills / 1000)}.${String(mills % 1000).padStart(3, '0')}`;
  const lines: string[] = [];
  let mid = MID;
  let updateId = 1_000;
  let previousId = 999;
  let trade = 0;
  let snapshotDone = false;

  const changeSide = (side: Map<number, number>, direction: -1 | 1): [string, string][] => {
    const changes = new Map<number, number>();
    for (const [tenths] of side) if ((tenths - mid) * direction <= 0) changes.set(tenths, 0);
    for (let count = 1 + random.below(4); count > 0; count -= 1) {
      changes.set(mid + direction * (1 + random.below(40)), random.below(4) === 0 ? 0 : 1 + random.below(5_000));
    }
    changes.set(mid + direction * 1, 1 + random.below(5_000));
    for (const [tenths, mills] of changes) mills === 0 ? side.delete(tenths) : side.set(tenths, mills);
    return [...changes].sort(([a], [b]) => a - b).map(([tenths, mills]) => [price(tenths), quantity(mills)]);
  };
  const levels = (side: Map<number, number>, direction: -1 | 1): [string, string][] =>
    [...side].sort(([a], [b]) => (a - b) * direction).map(([tenths, mills]) => [price(tenths), quantity(mills)]);

  for (let index = 0; index < frames; index += 1) {
    const now = START_MS + index * 10;
    const [event, transaction] = [now + 1_271, now + 1_270];
    const push = (json: string): void =>
      void lines.push(`${now}${String(random.below(1_000_000)).padStart(6, '0')} ${json}`);
    const draw = random.below(10);
    if (draw < 4 || !snapshotDone) {
      mid += random.below(5) - 2;
      const firstId = updateId + 1;
      updateId += 1 + random.below(20);
      const [b, a] = [changeSide(book.bids, -1), changeSide(book.asks, 1)];
      const common = {
        e: 'depthUpdate',
        E: event,
        ...(futures ? { T: transaction } : {}),
        s: symbol,
        U: firstId,
        u: updateId,
      };
      push(stream(futures ? 'depth@0ms' : 'depth@100ms', { ...common, ...(futures ? { pu: previousId } : {}), b, a }));
      previousId = updateId;
      if (!snapshotDone && index >= 4) {
        const times = futures ? { E: event, T: transaction } : {};
        push(
          JSON.stringify({ lastUpdateId: updateId, ...times, bids: levels(book.bids, -1), asks: levels(book.asks, 1) }),
        );
        snapshotDone = true;
      }
    } else if (draw < 8) {
      const [bid] = levels(book.bids, -1);
      const [ask] = levels(book.asks, 1);
      const best = { u: updateId, s: symbol, b: bid?.[0], B: bid?.[1], a: ask?.[0], A: ask?.[1] };
      push(stream('bookTicker', futures ? { e: 'bookTicker', ...best, T: transaction, E: event } : best));
    } else {
      const buy = random.below(2) === 0;
      trade += 1;
      const common = { e: 'trade', E: event, T: transaction, s: symbol, t: trade };
      const terms = { p: price(buy ? mid + 1 : mid - 1), q: quantity(1 + random.below(900)) };
      push(
        stream(
          'trade',
          futures ? { ...common, ...terms, X: 'MARKET', m: !buy } : { ...common, ...terms, m: !buy, M: true },
        ),
      );
    }
  }
  return lines;
}

/** Writes `lines` to `path`, gzipped when its name says so. */
export function writeRecording(path: string, lines: readonly string[]): void {
  const text = `${lines.join('\n')}\n`;
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(text) : text);
}
