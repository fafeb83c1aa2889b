import { type Currency, formatMoney, type Money } from '../../src-shared/domain/money.ts';
import { MICROS_PER_MS } from '../../src-shared/domain/time.ts';
import type { Pnl } from '../core/portfolio/portfolio.ts';
import type { StageLatency } from '../edge/telemetry/latencies.ts';

/** The longest name of a row, and a space. */
const NAME_CHARS = 17;

/** P&L of one currency, as decimal texts; null where a mark is missing. */
export interface PnlSummary {
  readonly realised: string;
  readonly unrealised: string | null;
  readonly fees: string;
  readonly funding: string;
  readonly total: string | null;
}

/** What a run amounts to. The keys are those that `--json` prints. */
export interface RunSummary {
  /** Lines of the recordings, or frames of the closed market. */
  readonly frames: number;
  /** Of this run: a journal may hold earlier ones. */
  readonly inputs: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly gaps: number;
  readonly resyncs: number;
  readonly bookTicker: { readonly compared: number; readonly matched: number; readonly mismatched: number };
  readonly orders: number;
  readonly fills: number;
  readonly partialFills: number;
  readonly cancels: number;
  readonly gateRefusals: Readonly<Record<string, number>>;
  /** Quantity by instrument, as decimal text. */
  readonly position: Readonly<Record<string, string>>;
  readonly pnl: Readonly<Record<string, PnlSummary>>;
  readonly ledgerBalanced: boolean;
  /** Whether each instrument's book is proven at the end. */
  readonly proven: Readonly<Record<string, boolean>>;
  readonly factsHash: string;
  readonly ordersHash: string;
  readonly framesPerSecond: number;
  /** µs, by stage. */
  readonly latency: Readonly<Record<string, StageLatency>>;
  readonly maxRssMb: number;
}

export function summarisePnl(pnl: ReadonlyMap<Currency, Pnl>): Record<string, PnlSummary> {
  return Object.fromEntries(
    [...pnl].map(([currency, { realised, unrealised, fees, funding, total }]) => {
      const text = (amount: Money | null): string | null => (amount === null ? null : formatMoney(amount, currency));
      const sure = (amount: Money): string => formatMoney(amount, currency);
      const known = { realised: sure(realised), fees: sure(fees), funding: sure(funding) };
      return [currency, { ...known, unrealised: text(unrealised), total: text(total) }];
    }),
  );
}

/** The summary on stdout: text for a person, or exactly one JSON object. */
export function printSummary(summary: RunSummary, json: boolean): void {
  console.log(json ? JSON.stringify(summary) : describeSummary(summary));
}

/** One line for a person, its text in a column of its own. */
export function row(name: string, text: string): string {
  return `${name.padEnd(NAME_CHARS)}${text}`;
}

/** The summary for a person, a line each. */
export function describeSummary(of: RunSummary): string {
  return `${describeRun(of)}\n${describeAccounts(of)}`;
}

/** What this process did. */
export function describeRun(of: RunSummary): string {
  const counts = (record: Readonly<Record<string, number>>): string =>
    Object.entries(record)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  return [
    row('frames', `${of.frames} in, ${of.inputs} inputs to the core, ${Math.round(of.framesPerSecond)} frames/s`),
    row('rejected', counts(of.rejected)),
    row('book', `${of.gaps} gaps, ${of.resyncs} resyncs, ${describeProven(of.proven)}`),
    row('bookTicker', `${of.bookTicker.compared} compared, ${of.bookTicker.mismatched} mismatched`),
    row('orders', `${of.orders} sent, ${of.cancels} cancelled, ${of.fills} fills (${of.partialFills} partial)`),
    row('gate refused', counts(of.gateRefusals)),
    ...Object.entries(of.latency).map(([stage, latency]) => row(`latency ${stage}`, describeLatency(latency))),
    row('memory', `${of.maxRssMb.toFixed(0)} MB at most`),
  ].join('\n');
}

/** Where it left the accounts, which begin with the journal. */
export function describeAccounts(of: RunSummary): string {
  const positions = Object.entries(of.position).map(([key, quantity]) => `${key} ${quantity}`);
  return [
    row('position', positions.join(', ') || 'flat'),
    ...Object.entries(of.pnl).map(([currency, pnl]) => row(`P&L ${currency}`, describePnl(pnl))),
    row('ledger', of.ledgerBalanced ? 'balanced' : 'NOT BALANCED'),
    row('facts', of.factsHash),
  ].join('\n');
}

function describeLatency({ p50, p99, p999, max }: StageLatency): string {
  return `p50 ${duration(p50)}, p99 ${duration(p99)}, p99.9 ${duration(p999)}, max ${duration(max)}`;
}

function duration(micros: number): string {
  const [value, unit] = micros < MICROS_PER_MS ? [micros, 'µs'] : [micros / MICROS_PER_MS, 'ms'];
  return `${Number(value.toPrecision(3))} ${unit}`;
}

function describeProven(proven: Readonly<Record<string, boolean>>): string {
  const unproven = Object.keys(proven).filter((key) => !proven[key]);
  return unproven.length === 0 ? 'proven at the end' : `UNPROVEN at the end: ${unproven.join(', ')}`;
}

function describePnl({ realised, unrealised, fees, funding, total }: PnlSummary): string {
  const unknown = 'unknown (no mark)';
  return `${total ?? unknown} = realised ${realised} + unrealised ${unrealised ?? unknown} − fees ${fees} + funding ${funding}`;
}
