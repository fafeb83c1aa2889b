import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A message of Binance's streams. */
export interface StreamMessage {
  /** When it was received, ms after the first one. */
  readonly atMs: number;
  readonly stream: string;
  /** As on a raw stream; a combined one puts the stream's name around it. */
  readonly data: string;
}

/** What each of a message's numbers grows by from one pass to the next. */
type Growth = ReadonlyMap<string, number>;

/** A recorded message, cut open at its numbers. */
interface Template {
  readonly atMs: number;
  readonly stream: string;
  /** One more than there are numbers. */
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  readonly growths: readonly number[];
}

type Levels = readonly (readonly [price: string, quantity: string])[];

interface Depth {
  readonly U: number;
  readonly u: number;
  readonly b: Levels;
  readonly a: Levels;
}

const LINE = /^(\d+) \{"stream":"([^"]+)","data":(.*)\}$/;
const NUMBER = /("(?:E|T|U|u|pu|t)":)(\d+)/;
const GONE = '0.000';
const PAUSE_MS = 10;
const NANOS_PER_MS = 1_000_000;

/**
 * A recording of one symbol at Binance USD-M that goes on without end. Each pass ends with an update that takes the book back to where
 * the pass began, and the next one has later times and higher numbers: nobody who listens finds a gap.
 */
export class EndlessStream {
  /** The answer to a request for the book; it joins the stream within the opening. */
  readonly snapshot: string;
  /** What comes before the first pass. */
  readonly opening: readonly StreamMessage[];
  private readonly pass: readonly Template[];
  private readonly passMs: number;
  private readonly isWanted: (line: string) => boolean;
  private passes = 0;
  private index = 0;

  /** @param kinds of the streams that are wanted, e.g. `depth`. @throws Error for a recording without a snapshot. */
  constructor(path: string, kinds: readonly string[]) {
    const bytes = readFileSync(path);
    const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trimEnd().split('\n');
    const snapshotAt = lines.findIndex((line) => line.includes('"lastUpdateId"'));
    const [first] = lines;
    if (first === undefined || snapshotAt < 0) throw new Error(`${path}: there is no snapshot in it`);
    const startMs = receivedMs(first);
    this.isWanted = (line) => kinds.some((kind) => line.includes(`@${kind}`));
    this.snapshot = lines[snapshotAt].slice(lines[snapshotAt].indexOf('{'));
    const opening = lines.slice(0, snapshotAt);
    const pass = lines.slice(snapshotAt + 1);
    const closing = closingLine(JSON.parse(this.snapshot), opening, pass);
    const growth = growthOf(opening, [...pass, closing]);
    const templates = (of: readonly string[]): Template[] =>
      of.filter(this.isWanted).map((line) => templateOf(line, startMs, growth));
    this.opening = templates(opening).map((template) => written(template, 0, 0));
    this.pass = templates([...pass, closing]);
    this.passMs = growth.get('E') ?? 0;
  }

  next(): StreamMessage {
    const message = written(this.pass[this.index], this.passes, this.passMs);
    this.index += 1;
    if (this.index === this.pass.length) {
      this.index = 0;
      this.passes += 1;
    }
    return message;
  }
}

function receivedMs(line: string): number {
  return Number(line.slice(0, line.indexOf(' '))) / NANOS_PER_MS;
}

function templateOf(line: string, startMs: number, growth: Growth): Template {
  const [, , stream = '', data = ''] = LINE.exec(line) ?? [];
  const texts: string[] = [];
  const numbers: number[] = [];
  const growths: number[] = [];
  let text = '';
  for (const [index, part] of data.split(NUMBER).entries()) {
    if (index % 3 === 2) {
      texts.push(text);
      numbers.push(Number(part));
      growths.push(growth.get(text.slice(text.lastIndexOf('"', text.length - 3) + 1, -2)) ?? 0);
      text = '';
    } else text += part;
  }
  texts.push(text);
  return { atMs: receivedMs(line) - startMs, stream, texts, numbers, growths };
}

function written(template: Template, passes: number, passMs: number): StreamMessage {
  const { stream, texts, numbers, growths } = template;
  let data = texts[0];
  for (let index = 0; index < numbers.length; index += 1) {
    data += numbers[index] + passes * growths[index] + texts[index + 1];
  }
  return { atMs: template.atMs + passes * passMs, stream, data };
}

function depthsOf(lines: readonly string[]): Depth[] {
  return lines.flatMap((line) => (line.includes('@depth') ? [JSON.parse(LINE.exec(line)?.[3] ?? '{}')] : []));
}

/** Every number of this name, in the order of the lines. */
function numbersOf(lines: readonly string[], name: string): number[] {
  const pattern = new RegExp(`"${name}":(\\d+)`);
  return lines.flatMap((line) => {
    const [, digits] = pattern.exec(line) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
}

function growthOf(opening: readonly string[], pass: readonly string[]): Growth {
  const span = (name: string): number => {
    const numbers = numbersOf(pass, name);
    return numbers.length === 0 ? 0 : (numbers.at(-1) ?? 0) - numbers[0];
  };
  const ids = (depthsOf(pass).at(-1)?.u ?? 0) - (depthsOf(opening).at(-1)?.u ?? 0);
  const ms = span('E') + PAUSE_MS;
  return new Map([
    ...(['U', 'u', 'pu'] as const).map((name) => [name, ids] as const),
    ...(['E', 'T'] as const).map((name) => [name, ms] as const),
    ['t', span('t') + 1],
  ]);
}

/** The line that takes the book from the end of `pass` back to its beginning. */
function closingLine(
  snapshot: { readonly lastUpdateId: number; readonly bids: Levels; readonly asks: Levels },
  opening: readonly string[],
  pass: readonly string[],
): string {
  const began = { b: new Map(snapshot.bids), a: new Map(snapshot.asks) };
  apply(
    began,
    depthsOf(opening).filter(({ u }) => u >= snapshot.lastUpdateId),
  );
  const depths = depthsOf(pass);
  const ended = { b: new Map(began.b), a: new Map(began.a) };
  apply(ended, depths);
  const last = pass.at(-1) ?? '';
  const [[E], [T], previous] = [numbersOf([last], 'E'), numbersOf([last], 'T'), depths.at(-1)?.u ?? 0];
  const u = Math.max(...numbersOf(pass, 'u').slice(-1_000)) + 1;
  const s = /"s":"(\w+)"/.exec(last)?.[1] ?? '';
  // Whatever lies deeper than the snapshot reaches crosses nothing, and the next pass sets it again.
  const deepest = { b: Number(snapshot.bids.at(-1)?.[0]), a: Number(snapshot.asks.at(-1)?.[0]) };
  const b = changes(ended.b, began.b).filter(([price]) => Number(price) >= deepest.b);
  const a = changes(ended.a, began.a).filter(([price]) => Number(price) <= deepest.a);
  const data = { e: 'depthUpdate', E, T, s, U: previous + 1, u, pu: previous, b, a };
  const [receivedAt] = last.split(' ');
  return `${receivedAt} ${JSON.stringify({ stream: `${s.toLowerCase()}@depth@0ms`, data })}`;
}

function apply(book: { readonly b: Map<string, string>; readonly a: Map<string, string> }, depths: readonly Depth[]) {
  for (const { b, a } of depths) {
    for (const [price, quantity] of b) quantity === GONE ? book.b.delete(price) : book.b.set(price, quantity);
    for (const [price, quantity] of a) quantity === GONE ? book.a.delete(price) : book.a.set(price, quantity);
  }
}

function changes(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): Levels {
  const gone = [...from.keys()].filter((price) => !to.has(price)).map((price) => [price, GONE] as const);
  return [...gone, ...[...to].filter(([price, quantity]) => from.get(price) !== quantity)];
}
