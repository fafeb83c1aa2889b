import { closeSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Fill } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import { canonical } from '../../core/engine/canonical.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { OrderReport } from '../../core/engine/input.ts';
import { decodeLine, effectSchema, type VenueReport, venueReportSchema } from '../../edge/venues/simulated-wire.ts';
import { CANONICAL } from '../canonical-codec.ts';
import { OrderHistory } from './order-history.ts';

/** One line of the log. `at` is the exchange's time: that of a report when it was due, that of the rest when it was written. */
export type OrderLogEntry =
  /** An exchange began, with these instruments at the places of their ids. */
  | { readonly kind: 'start'; readonly at: Micros; readonly seed: number; readonly listings: readonly string[] }
  /** The desk sent it. */
  | { readonly kind: 'received'; readonly at: Micros; readonly effect: Effect }
  /** Delivered to the desk, or to nobody when none was there. */
  | {
      readonly kind: 'report';
      readonly at: Micros;
      readonly clientOrderId: ClientOrderId;
      readonly report: VenueReport;
    }
  | { readonly kind: 'end'; readonly at: Micros; readonly reason: string };

/** The log cannot be used; the message names file, line and remedy. */
export class OrderLogError extends Error {
  override readonly name = 'OrderLogError';
}

const at = z.custom<Micros>(Number.isSafeInteger, 'a time in whole microseconds');
const entrySchema: z.ZodType<OrderLogEntry> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start'), at, seed: z.int(), listings: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('received'), at, effect: effectSchema }),
  z.strictObject({
    kind: z.literal('report'),
    at,
    clientOrderId: z.custom<ClientOrderId>((value) => typeof value === 'string', 'the id of an order'),
    report: venueReportSchema,
  }),
  z.strictObject({ kind: z.literal('end'), at, reason: z.string() }),
]);

const CHUNK_BYTES = 65_536;
const NEWLINE = 0x0a;

/** Where the exchange of a data folder keeps what is its own. */
export function exchangeFolder(directory: string): string {
  return join(directory, 'exchange');
}

export function orderLogFile(directory: string): string {
  return join(exchangeFolder(directory), 'orders.log');
}

/**
 * The exchange's own record of every order it was sent and every report it made: one canonical line each, appended with one write
 * before the report leaves. A line is in the operating system's hands then, which a kill of the process does not undo.
 */
export class OrderLog {
  readonly history: OrderHistory;
  private readonly descriptor: number;
  private started: readonly string[] | null = null;
  private last = 0 as Micros;

  private constructor(descriptor: number, maxEnded: number) {
    this.descriptor = descriptor;
    this.history = new OrderHistory(maxEnded);
  }

  /**
   * Reads what is there and goes on behind it; half a line at the end, which a killed process left, is cut off.
   * @param maxEnded ended orders that {@link history} remembers.
   * @throws OrderLogError naming the line that is none.
   */
  static open(directory: string, maxEnded: number): OrderLog {
    mkdirSync(exchangeFolder(directory), { recursive: true });
    const file = orderLogFile(directory);
    const log = new OrderLog(openSync(file, 'a+'), maxEnded);
    try {
      const wholeBytes = readEntries(file, log.descriptor, (entry) => log.fold(entry));
      ftruncateSync(log.descriptor, wholeBytes);
      return log;
    } catch (error) {
      log.close();
      throw error;
    }
  }

  /** The instruments of the run before; null in a new log. */
  get listings(): readonly string[] | null {
    return this.started;
  }

  /** The latest time of any line; 0 in a new log. */
  get lastAt(): Micros {
    return this.last;
  }

  append(entry: OrderLogEntry): void {
    const line = Buffer.from(`${canonical(entry)}\n`);
    for (let done = 0; done < line.length; ) done += writeSync(this.descriptor, line, done);
    this.fold(entry);
  }

  /** Writes a report, unless it only repeats what is written: a fill and an end happen once, however often they are asked for. */
  report(clientOrderId: ClientOrderId, report: VenueReport, at: Micros): void {
    if (this.history.isNews(clientOrderId, report)) this.append({ kind: 'report', at, clientOrderId, report });
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private fold(entry: OrderLogEntry): void {
    if (entry.at > this.last) this.last = entry.at;
    if (entry.kind === 'start') this.started = entry.listings;
    foldOrders(this.history, entry);
  }
}

/** What an exchange's log says, of all its runs, for whoever compares it with a ledger of his own. */
export interface OrderLogContents {
  /** How often an order was sent under an id. More than once is one time too many. */
  readonly received: ReadonlyMap<ClientOrderId, number>;
  /** By fill id, in the order they were reported. */
  readonly fills: ReadonlyMap<string, Fill>;
  /** The report that ended an order; orders that are still open are not in here. */
  readonly ends: ReadonlyMap<ClientOrderId, OrderReport>;
  positionLots(instrument: InstrumentId): number;
}

/** Reads the whole log, which an exchange may be writing: half a line at its end is left out. @throws OrderLogError. */
export function readOrderLog(directory: string): OrderLogContents {
  const received = new Map<ClientOrderId, number>();
  const fills = new Map<string, Fill>();
  const history = new OrderHistory(Number.POSITIVE_INFINITY);
  const file = orderLogFile(directory);
  const descriptor = openSync(file, 'r');
  try {
    readEntries(file, descriptor, (entry) => {
      foldOrders(history, entry);
      if (entry.kind === 'report' && entry.report.type === 'filled') {
        fills.set(entry.report.fill.fillId, entry.report.fill);
      } else if (entry.kind === 'received' && 'order' in entry.effect) {
        const { clientOrderId } = entry.effect.order;
        received.set(clientOrderId, (received.get(clientOrderId) ?? 0) + 1);
      }
    });
  } finally {
    closeSync(descriptor);
  }
  const ends = new Map<ClientOrderId, OrderReport>();
  for (const { order, end } of history.registry().ended) if (end !== null) ends.set(order.clientOrderId, end);
  return { received, fills, ends, positionLots: (instrument) => history.positionLots(instrument) };
}

function foldOrders(history: OrderHistory, entry: OrderLogEntry): void {
  if (entry.kind === 'received' && 'order' in entry.effect) history.received(entry.effect.order);
  if (entry.kind === 'report') history.reported(entry.clientOrderId, entry.report);
}

/** Hands on each whole line. @returns how many bytes they are. @throws OrderLogError naming the line that is none. */
function readEntries(file: string, descriptor: number, take: (entry: OrderLogEntry) => void): number {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let carried = Buffer.alloc(0);
  let readBytes = 0;
  let lines = 0;
  for (;;) {
    const count = readSync(descriptor, chunk, 0, CHUNK_BYTES, readBytes);
    if (count === 0) return readBytes - carried.length;
    readBytes += count;
    const bytes = Buffer.concat([carried, chunk.subarray(0, count)]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      lines += 1;
      take(parseEntry(bytes.toString('utf8', start, end), file, lines));
      start = end + 1;
    }
    carried = bytes.subarray(start);
  }
}

function parseEntry(line: string, file: string, number: number): OrderLogEntry {
  try {
    return decodeLine(entrySchema, CANONICAL, line);
  } catch (error) {
    const remedy = 'Move the exchange folder away, so that the exchange begins anew, or restore it from a backup';
    throw new OrderLogError(`${file}, line ${number}: ${(error as Error).message}. ${remedy}.`);
  }
}
