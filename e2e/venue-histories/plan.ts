import type { Handling } from '../../src-main/core/engine/fact.ts';
import type { OperatorCommand } from '../../src-main/core/engine/input.ts';
import { Random } from '../../src-main/core/engine/random.ts';
import type { InstrumentId } from '../../src-shared/domain/instrument.ts';
import type { FaultRuleText } from '../simulators/binance-usdm/fault-rules.ts';
import { VENUE } from './desk-config.ts';
import { FAULTS, type FaultName } from './fault-menu.ts';
import { STAGES, type Stage } from './order-stages.ts';

/** When something goes wrong: after so long, or when an order enters a stage for the so-many-th time. */
export type Moment = { readonly atMs: number } | { readonly stage: Stage; readonly nth: number };

export interface Placement {
  readonly fault: FaultName;
  /** What the venue does; null for a crash of the desk. */
  readonly rule: FaultRuleText | null;
  readonly when: Moment;
}

/** Another hand on the same account. */
export interface ForeignOrder {
  readonly atMs: number;
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  /** Of the mark price, how far on the passive side; negative takes. */
  readonly awayBps: number;
}

/** Everything that will happen in one history, as far as chance decides it: a function of its seed. */
export interface HistoryPlan {
  readonly seed: number;
  readonly durability: 'before-send' | 'reserved-ids';
  readonly foreignOrders: Handling;
  readonly symbols: readonly string[];
  /** Of trading, before everything is let come to rest. */
  readonly spanMs: number;
  readonly placements: readonly Placement[];
  readonly commands: readonly { readonly atMs: number; readonly command: OperatorCommand }[];
  readonly foreign: readonly ForeignOrder[];
}

const SPAN_MS = 45_000;
const RESUME_EVERY_MS = 7_000;
const MOST_PLACEMENTS = 8;
/** Shares no divisor with the number of pairs: every pair has its turn at every place. */
const TURNS_PER_SEED = 7;
/** Enough of each is sure to happen within a history that is disturbed. */
const MOST_NTH = 16;
/** How many of a hundred placements aim at a stage of an order rather than at a time. */
const AIMED_PERCENT = 70;
const HANDLINGS: readonly Handling[] = ['adopt', 'cancel', 'alarm'];
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
const INSTRUMENTS = SYMBOLS.keys().toArray();

const setMode = (mode: 'normal' | 'pause' | 'reduce' | 'emergency'): OperatorCommand => ({ type: 'set-mode', mode });
/** A strategy that a flattening has stopped may trade again. */
const reEnable = (instrument: number): OperatorCommand => ({
  type: 're-enable',
  origin: `market-maker:${VENUE}:${SYMBOLS[instrument]}`,
  instrument: instrument as InstrumentId,
});
const ACTS: readonly OperatorCommand[] = [
  setMode('pause'),
  setMode('reduce'),
  setMode('emergency'),
  { type: 'cancel-all', instruments: null },
  { type: 'flatten', instruments: null },
  { type: 'reconcile' },
];

/** @param seed from 0: 2,000 in a row aim at every fault in every stage several times. */
export function planOf(seed: number): HistoryPlan {
  const random = new Random(seed);
  const placements = Array.from({ length: random.below(MOST_PLACEMENTS + 1) }, (_, place) =>
    placement(seed * TURNS_PER_SEED + place, random),
  );
  const symbols = SYMBOLS.slice(0, 1 + random.below(SYMBOLS.length));
  return {
    seed,
    symbols,
    foreignOrders: HANDLINGS[random.below(HANDLINGS.length)],
    durability: random.below(2) === 0 ? 'before-send' : 'reserved-ids',
    spanMs: SPAN_MS,
    placements: [...placements, ...crashes(random)],
    commands: commands(random),
    foreign: foreignOrders(symbols, random),
  };
}

/** @param turn runs through all pairs of a fault and a stage in order. */
function placement(turn: number, random: Random): Placement {
  const isAimed = random.below(100) < AIMED_PERCENT;
  const { name, rule } = FAULTS[turn % FAULTS.length];
  const stage = STAGES[Math.floor(turn / FAULTS.length) % STAGES.length];
  const when = isAimed ? { stage, nth: 1 + random.below(MOST_NTH) } : { atMs: random.below(SPAN_MS) };
  return { fault: name, rule: rule?.(random) ?? null, when };
}

/** In most histories none, in some up to three. */
function crashes(random: Random): Placement[] {
  const count = Math.max(0, random.below(7) - 3);
  return Array.from({ length: count }, () => {
    const stage = STAGES[random.below(STAGES.length)];
    const when = random.below(2) === 0 ? { stage, nth: 1 + random.below(MOST_NTH) } : { atMs: random.below(SPAN_MS) };
    return { fault: 'crash', rule: null, when };
  });
}

/** Somebody interferes now and then, and has the desk trade again every few seconds. */
function commands(random: Random): HistoryPlan['commands'] {
  const acts = Array.from({ length: random.below(4) }, () => ({
    atMs: random.below(SPAN_MS),
    command: ACTS[random.below(ACTS.length)],
  }));
  const rounds = Math.floor(SPAN_MS / RESUME_EVERY_MS);
  const resumptions = Array.from({ length: rounds }, (_, round) => {
    const atMs = (round + 1) * RESUME_EVERY_MS;
    return [setMode('normal'), ...INSTRUMENTS.map(reEnable)].map((command, place) => ({ atMs: atMs + place, command }));
  });
  return [...acts, ...resumptions.flat()];
}

function foreignOrders(symbols: readonly string[], random: Random): ForeignOrder[] {
  // In most histories the desk is alone.
  const count = Math.max(0, random.below(6) - 3);
  return Array.from({ length: count }, () => ({
    atMs: random.below(SPAN_MS),
    symbol: symbols[random.below(symbols.length)],
    side: random.below(2) === 0 ? 'BUY' : 'SELL',
    awayBps: random.below(40) - 10,
  }));
}
