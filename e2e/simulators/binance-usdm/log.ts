import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

z.config({ jitless: true });

const at = z.int().min(0);
const orderId = z.int();
const symbol = z.string();
const side = z.enum(['BUY', 'SELL']);
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const named = { at, orderId, clientOrderId: z.string(), symbol };

const entrySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('started'), at, seed: z.int(), balance: decimal }),
  z.strictObject({
    kind: z.literal('accepted'),
    ...named,
    side,
    type: z.enum(['LIMIT', 'MARKET']),
    timeInForce: z.enum(['GTC', 'IOC', 'FOK', 'GTX', 'GTD']),
    price: decimal,
    quantity: decimal,
    reduceOnly: z.boolean(),
    goodTillDate: at,
  }),
  z.strictObject({ kind: z.literal('amended'), ...named, price: decimal, quantity: decimal }),
  z.strictObject({
    kind: z.literal('filled'),
    ...named,
    side,
    tradeId: z.int(),
    price: decimal,
    quantity: decimal,
    commission: decimal,
    maker: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('ended'),
    ...named,
    status: z.enum(['CANCELED', 'EXPIRED', 'EXPIRED_IN_MATCH']),
    reason: z.string(),
  }),
  z.strictObject({ kind: z.literal('funded'), at, symbol, amount: decimal, rate: decimal, markPrice: decimal }),
  z.strictObject({ kind: z.literal('leverage-set'), at, symbol, leverage: z.int().min(1) }),
  z.strictObject({ kind: z.literal('dead-man-fired'), at, symbol }),
]);

/** What truly happened at the venue. Times are ms of the venue's unskewed clock, prices, quantities and amounts decimal texts. */
export type LogEntry = z.infer<typeof entrySchema>;
export type Entry<K extends LogEntry['kind']> = Extract<LogEntry, { readonly kind: K }>;

/** The file of an earlier run cannot be used; the message names the line and the remedy. */
export class VenueLogError extends Error {
  override readonly name = 'VenueLogError';
}

/** Everything that truly happened, in order; on disk as well when there is a folder for it. */
export class VenueLog {
  readonly entries: LogEntry[] = [];
  private readonly descriptor: number | null;

  /**
   * @param directory where the file of this and earlier runs lies; null keeps everything in memory.
   * @throws VenueLogError for a line that is no entry. Half a line at the end, of a killed process, is cut off.
   */
  constructor(directory: string | null) {
    if (directory === null) {
      this.descriptor = null;
      return;
    }
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'account.jsonl');
    this.descriptor = openSync(file, 'a+');
    const text = readFileSync(file, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) ftruncateSync(this.descriptor, Buffer.byteLength(whole));
    for (const [index, line] of whole.split('\n').entries()) {
      if (line !== '') this.entries.push(parsed(line, `${file}, line ${index + 1}`));
    }
  }

  append(entry: LogEntry): void {
    this.entries.push(entry);
    if (this.descriptor !== null) writeSync(this.descriptor, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    if (this.descriptor !== null) closeSync(this.descriptor);
  }
}

function parsed(line: string, where: string): LogEntry {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new VenueLogError(`${where} is no JSON. Use another folder (--state)`);
  }
  const result = entrySchema.safeParse(json);
  if (result.success) return result.data;
  throw new VenueLogError(
    `${where} is no entry of a venue's log: ${z.prettifyError(result.error)}. Use another folder (--state)`,
  );
}
