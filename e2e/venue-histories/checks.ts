import { isDeepStrictEqual } from 'node:util';
import { foldRecords } from '../../src-main/app/desk/recovery.ts';
import type { Core } from '../../src-main/core/core.ts';
import { canonical, parseCanonical } from '../../src-main/core/engine/canonical.ts';
import type { Fact } from '../../src-main/core/engine/fact.ts';
import type { MarketInput } from '../../src-main/core/engine/input.ts';
import { clientOrderId } from '../../src-main/core/execution/client-order-id.ts';
import type { JournalRecord } from '../../src-main/edge/journal/record.ts';
import type { Instrument } from '../../src-shared/domain/instrument.ts';
import type { Order } from '../../src-shared/domain/order.ts';
import type { LogEntry } from '../simulators/binance-usdm/log.ts';
import { replayFault } from './replay.ts';
import type { TrueFill, VenueTruth } from './venue-truth.ts';

/** What a history has left, with its desk stopped. */
export interface Evidence {
  readonly instruments: readonly Instrument[];
  readonly truth: VenueTruth;
  /** What the truth was told by. */
  readonly log: readonly LogEntry[];
  /** In the venue's own figures: what the account holds beyond what it began with, less what its open positions cost. */
  readonly venueCash: bigint;
  readonly records: readonly JournalRecord[];
  readonly frames: readonly MarketInput[];
  readonly core: Core;
  /** Of the last door, by instrument id. */
  readonly secondCountLots: readonly number[];
  /** Of the journal: ids of orders derive from it. */
  readonly identity: string;
  /** Orders placed by another hand. */
  readonly isForeign: (clientOrderId: string) => boolean;
}

type FactOf<K extends Fact['kind']> = Extract<Fact, { readonly kind: K }>;

/** In the smallest unit of the currency: the venue rounds the profit of each fill, and so does the desk. */
const ROUNDING_PER_FILL = 2n;

export function factsOf(records: readonly JournalRecord[]): readonly Fact[] {
  return records
    .filter(({ kind }) => kind === 'fact')
    .map(({ bytes }) => parseCanonical(Buffer.from(bytes).toString('utf8')) as unknown as Fact);
}

/** Everything in which venue, ledger and journal do not agree. */
export function disagreements(evidence: Evidence): string[] {
  const facts = factsOf(evidence.records);
  return [
    ...fillFaults(evidence, facts),
    ...positionFaults(evidence),
    ...authorityFaults(evidence, facts),
    ...openFaults(evidence),
    ...moneyFaults(evidence),
    ...journalFaults(evidence),
  ];
}

/** Every fill of the venue is booked, once, as it was; and nothing else is. */
function fillFaults({ truth }: Evidence, facts: readonly Fact[]): string[] {
  const key = ({ instrument, fillId }: Pick<TrueFill, 'instrument' | 'fillId'>): string => `${instrument}/${fillId}`;
  const missing = new Map(truth.fills.map((fill) => [key(fill), fill]));
  const faults: string[] = [];
  for (const { fill } of facts.filter((fact): fact is FactOf<'order-filled'> => fact.kind === 'order-filled')) {
    const theirs = missing.get(key(fill));
    missing.delete(key(fill));
    const { clientOrderId, fillId, instrument, side, priceTicks, lots, fee } = fill;
    const ours: TrueFill = { clientOrderId, fillId, instrument, side, priceTicks, lots, fee };
    if (theirs === undefined) faults.push(`fill ${key(fill)} was booked twice, or never happened`);
    else if (!isDeepStrictEqual(ours, theirs)) faults.push(`fill ${key(fill)} was booked as ${canonical(ours)}`);
  }
  return [...faults, ...Array.from(missing.values(), (fill) => `fill ${key(fill)} of ${fill.clientOrderId} is lost`)];
}

function positionFaults({ instruments, truth, core, secondCountLots, records }: Evidence): string[] {
  const folded = foldRecords(records, instruments, 'the journal');
  return instruments.flatMap(({ id, symbol }) => {
    const venue = truth.positionLots(id);
    const positions = {
      core: core.portfolio.lots(id),
      'second check': secondCountLots[id],
      'journal, second check': folded?.secondCheck.positionLots[id],
      'journal, core': folded?.core.portfolio.holdings.find(({ instrument }) => instrument.endsWith(`:${symbol}`))
        ?.position.lots,
    };
    return Object.entries(positions)
      .filter(([, lots]) => (lots ?? 0) !== venue)
      .map(([who, lots]) => `${symbol}: the venue holds ${venue} lots, the ${who} says ${lots}`);
  });
}

/** Whatever the venue took under an id of the desk was intended, as it was taken, and taken once. */
function authorityFaults({ truth, isForeign, identity }: Evidence, facts: readonly Fact[]): string[] {
  const faults: string[] = [];
  const known = new Map<string, Order>();
  for (const fact of facts) {
    if (fact.kind !== 'order-intended' && fact.kind !== 'order-adopted') continue;
    const { order } = fact;
    if (known.has(order.clientOrderId)) faults.push(`order ${order.clientOrderId} was intended twice`);
    known.set(order.clientOrderId, order);
  }
  const reserved = reservedIds(facts, identity);
  const filled = new Set(truth.fills.map(({ clientOrderId }) => clientOrderId));
  const taken = new Set<string>();
  for (const { clientOrderId: id, instrument, side, lots, priceTicks, openLots } of truth.orders) {
    if (isForeign(id)) continue;
    if (taken.has(id)) faults.push(`order ${id} was accepted twice`);
    taken.add(id);
    const order = known.get(id);
    if (order !== undefined) {
      const ours = [order.instrument, order.side, order.lots, order.priceTicks ?? 0];
      if (isDeepStrictEqual(ours, [instrument.id, side, lots, priceTicks])) continue;
      faults.push(`order ${id} was accepted as ${side} ${lots} at ${priceTicks}, not as intended`);
    } else if (!reserved.has(id)) {
      faults.push(`order ${id} was accepted, and nobody intended it`);
    } else if (filled.has(id) || openLots > 0) {
      // One that came to nothing, unseen, between a crash and the restart is no order of the books.
      faults.push(`order ${id} left by its reserved id, and nobody adopted it`);
    }
  }
  return faults;
}

function reservedIds(facts: readonly Fact[], identity: string): Set<string> {
  const ids = new Set<string>();
  for (const fact of facts) {
    if (fact.kind !== 'order-ids-reserved') continue;
    for (let number = fact.from; number <= fact.upTo; number += 1) ids.add(clientOrderId(identity, number));
  }
  return ids;
}

/** What rests is open in the books; what is open in the books of a settled desk rests. */
function openFaults({ truth, core }: Evidence): string[] {
  const resting = new Set(truth.open().map(({ clientOrderId }) => clientOrderId));
  const open = new Map(core.orders.allOpen().map(({ order, status }) => [order.clientOrderId as string, status]));
  const unseen = [...resting]
    .filter((id) => !open.has(id))
    .map((id) => `order ${id} rests, and the books say it ended`);
  const imagined = [...open]
    .filter(([id, status]) => !resting.has(id) && status !== 'unknown')
    .map(([id, status]) => `order ${id} is ${status} in the books, and nothing rests`);
  return [...unseen, ...imagined];
}

function moneyFaults({ instruments, truth, venueCash, core: { portfolio } }: Evidence): string[] {
  const [{ settle }] = instruments;
  const faults: string[] = [];
  if (!portfolio.ledgerBalanced()) faults.push('the ledger does not balance');
  const equals = (what: string, ours: bigint, theirs: bigint, tolerance = 0n): void => {
    const apart = ours > theirs ? ours - theirs : theirs - ours;
    if (apart > tolerance) faults.push(`${what}: ours ${ours}, the venue's ${theirs}`);
  };
  equals('fees', portfolio.feesPaid(settle), truth.fees);
  equals('funding', portfolio.fundingReceived(settle), truth.funding);
  const cost = instruments.reduce((sum, { id }) => sum + portfolio.position(id).cost, 0n);
  // Profit is realised by average cost, in the order in which fills are booked, and a desk may hear of them in another one.
  // What does not depend on it is the cash without the cost of what is still open.
  const cash = portfolio.wallet(settle) - cost;
  equals('what trading brought', cash + truth.fees - truth.funding, truth.cashFlow);
  equals('cash', cash, venueCash, ROUNDING_PER_FILL * BigInt(truth.fills.length));
  return faults;
}

function journalFaults({ records, frames }: Evidence): string[] {
  const fault = replayFault(records, frames);
  return fault === null ? [] : [`replayed, ${fault}`];
}
