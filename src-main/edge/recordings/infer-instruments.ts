import { DecimalError, formatDecimal, parseDecimal } from '../../../src-shared/domain/decimal.ts';
import { type InstrumentSpec, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import { type Envelope, parseEnvelope } from '../../formats/binance-json.ts';
import type { BinanceVenue } from '../../formats/binance-symbols.ts';
import { FrameError } from '../../formats/frame-error.ts';
import { lineChunks, TruncatedFileError } from './line-chunks.ts';
import { NotARecordingError, TIME_DIGITS, venueOfRecording } from './recording.ts';

/** Finer than any venue's step. */
const SCALE = 18;
/** What Binance symbols end in, longer ones first where one ends in another. */
const QUOTES = ['FDUSD', 'USDT', 'USDC', 'TUSD', 'USD', 'EUR', 'TRY', 'BRL', 'BTC', 'ETH', 'BNB'];

export interface Inference {
  readonly spec: InstrumentSpec;
  /** How many numbers it rests on. */
  readonly prices: number;
  readonly quantities: number;
}

/** The greatest step that all numbers seen are multiples of. */
class CommonStep {
  count = 0;
  private divisor = 0n;

  add(text: unknown): void {
    if (typeof text !== 'string') return;
    try {
      const value = parseDecimal(text, SCALE);
      if (value <= 0n) return;
      this.count += 1;
      if (this.divisor === 0n || value % this.divisor !== 0n) this.divisor = greatestCommonDivisor(value, this.divisor);
    } catch (error) {
      // Not a number: the replay itself will reject and tell it.
      if (!(error instanceof DecimalError)) throw error;
    }
  }

  /** The step as a plain decimal; null when no number was seen. */
  text(): string | null {
    if (this.divisor === 0n) return null;
    return formatDecimal(this.divisor, SCALE).replace(/\.?0+$/, '') || '0';
  }
}

interface Steps {
  readonly tick: CommonStep;
  readonly lot: CommonStep;
}

/**
 * Tick and lot sizes of every symbol in `paths` that `isKnown` does not know: the greatest common divisor of the prices and of
 * the quantities that the recordings show. A step that the venue allows but nobody used comes out too coarse; nothing that was
 * recorded is lost by that.
 * @throws NotARecordingError for a file that is none, or a symbol whose quote currency cannot be told from its name.
 */
export async function inferInstruments(
  paths: readonly string[],
  isKnown: (key: string) => boolean,
): Promise<Inference[]> {
  const unknown = new Map<string, { venue: BinanceVenue; symbol: string; steps: Steps }>();
  for (const path of paths) {
    const venue = await venueOfRecording(path);
    let snapshots: Envelope[] = [];
    const stepsOf = (symbol: string): Steps | null => {
      const key = instrumentKey({ venue, symbol });
      if (isKnown(key)) return null;
      const known = unknown.get(key) ?? { venue, symbol, steps: newSteps() };
      unknown.set(key, known);
      return known.steps;
    };
    const symbols = new Set<string>();
    for await (const chunk of readable(path)) {
      for (const line of chunk.bytes.toString('utf8', 0, chunk.length).split('\n')) {
        const envelope = envelopeOf(line);
        if (!envelope) continue;
        if (envelope.stream) {
          symbols.add(envelope.stream.symbol);
          learn(envelope, stepsOf(envelope.stream.symbol));
        } else snapshots.push(envelope);
      }
    }
    const [only] = symbols;
    if (symbols.size !== 1 || only === undefined) snapshots = [];
    for (const snapshot of snapshots) learn(snapshot, stepsOf(only as string));
  }
  return [...unknown.values()].flatMap(({ venue, symbol, steps }) => inferenceOf(venue, symbol, steps));
}

function inferenceOf(venue: BinanceVenue, symbol: string, { tick, lot }: Steps): Inference[] {
  const [tickSize, lotSize] = [tick.text(), lot.text()];
  // No price or no quantity: nothing of it can be replayed, and the replay rejects what there is.
  if (tickSize === null || lotSize === null) return [];
  const quote = QUOTES.find((candidate) => symbol.endsWith(candidate) && symbol.length > candidate.length);
  if (!quote) {
    throw new NotARecordingError(
      `${venue}:${symbol}: its quote currency cannot be told from its name; add it under "instruments" in the configuration`,
    );
  }
  const kind = venue === 'binance-spot' ? 'spot' : 'linear';
  const base = symbol.slice(0, -quote.length);
  const spec = { venue, symbol, kind, base, quote, settle: quote, tickSize, lotSize, multiplier: '1' } as const;
  return [{ spec, prices: tick.count, quantities: lot.count }];
}

function learn({ stream, data }: Envelope, steps: Steps | null): void {
  // Marks are averages: they keep to no tick.
  if (!steps || stream?.kind === 'mark') return;
  for (const side of [data.b, data.a, data.bids, data.asks]) {
    if (!Array.isArray(side)) continue;
    for (const level of side as readonly unknown[]) {
      if (!Array.isArray(level)) continue;
      steps.tick.add(level[0]);
      steps.lot.add(level[1]);
    }
  }
  for (const price of [data.p, data.b, data.a]) steps.tick.add(price);
  for (const quantity of [data.q, data.B, data.A]) steps.lot.add(quantity);
}

function envelopeOf(line: string): Envelope | null {
  try {
    return parseEnvelope(line.slice(TIME_DIGITS + 1));
  } catch (error) {
    if (error instanceof FrameError) return null;
    throw error;
  }
}

/** The chunks of a file up to where it breaks: the replay will tell that it does. */
async function* readable(path: string) {
  try {
    yield* lineChunks(path);
  } catch (error) {
    if (!(error instanceof TruncatedFileError)) throw error;
  }
}

function newSteps(): Steps {
  return { tick: new CommonStep(), lot: new CommonStep() };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
