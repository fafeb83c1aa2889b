import { setTimeout as sleep } from 'node:timers/promises';
import { inFolder } from './live.ts';
import { type BenchRow, quantile, rowOf } from './rows.ts';
import { VenueDesk } from './venue-desk.ts';
import { SimulatedBinance, simulatedConfig, TRADED } from './venue-simulator.ts';

const row = rowOf('venue');

const CUTS = 30;
/** A connection that lived for less counts as one more failure: the next attempt waits longer. */
const STABLE_MS = 1_100;

/** Every connection is cut at the venue's end, again and again: from the cut until a book is proven, each instrument's for itself. */
export function measure(): Promise<BenchRow[]> {
  return SimulatedBinance.during((binance) =>
    inFolder(async (directory) => {
      const provenMs: number[] = [];
      let cutAtMs = Number.NaN;
      let allProven = Promise.withResolvers<void>();
      let unproven = TRADED.length;
      const desk = await VenueDesk.start({
        ...{ directory, config: simulatedConfig('before-send'), instruments: TRADED, strategy: 'none', pinger: null },
        createVenue: (parts) => binance.createVenue(parts),
        heard: ({ kind }) => {
          if (kind !== 'book-proven') return;
          provenMs.push(performance.now() - cutAtMs);
          unproven -= 1;
          if (unproven === 0) allProven.resolve();
        },
      });
      await allProven.promise;
      provenMs.length = 0;
      for (let cut = 0; cut < CUTS; cut += 1) {
        await sleep(STABLE_MS);
        allProven = Promise.withResolvers<void>();
        unproven = TRADED.length;
        cutAtMs = performance.now();
        await binance.cut();
        await allProven.promise;
      }
      await desk.end();
      return [
        row(`cut → proven book, ${CUTS} cuts, ${TRADED.length} books, p50`, quantile(provenMs, 0.5), 'ms'),
        row('cut → proven book, p99', quantile(provenMs, 0.99), 'ms', { atMost: 1_000 }),
        row('cut → proven book, longest', Math.max(...provenMs), 'ms'),
      ];
    }),
  );
}
