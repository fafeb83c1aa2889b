import type { Instrument, InstrumentId, Lots } from '../../../src-shared/domain/instrument.ts';
import { type ControlMode, MODE_TABLE } from '../../../src-shared/domain/mode.ts';
import type { ClientOrderId, OrderIntent } from '../../../src-shared/domain/order.ts';
import { afterMs } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { Fact, FlattenOutcome } from '../engine/fact.ts';
import type { Input, OperatorInput } from '../engine/input.ts';
import type { PositionsView } from '../portfolio/positions-view.ts';
import { stoppedBy } from './operator-commands.ts';
import type { Execution } from './order-entry.ts';
import type { OrdersView } from './orders-view.ts';
import { isStrategys, OPERATOR_ORIGIN } from './origins.ts';

export interface FlattenParts {
  readonly instruments: readonly Instrument[];
  readonly positions: PositionsView;
  readonly orders: OrdersView;
  readonly modes: { readonly mode: ControlMode };
  /** Its room stands before this one. */
  readonly execution: Execution;
}

/** What outlives a restart: where a flattening is under way. */
export interface FlattenMemory {
  readonly instruments: readonly InstrumentId[];
}

export interface FlattenSnapshot {
  readonly underWay: readonly (Readonly<Flattening> & { readonly instrument: InstrumentId })[];
}

/** The flattening of one instrument. */
interface Flattening {
  /** The order that closes a part of the position now. */
  sliceId: ClientOrderId | null;
  /** No slice is larger: half of one that closed nothing, twice one that did. */
  mostLots: number;
  /** Retries in a row between which nothing was closed. */
  attempts: number;
  /** Whether nothing is tried before the next retry. */
  isWaiting: boolean;
  /** Why the last attempt came to nothing. */
  obstacle: string;
  /** What a person has decided since; null while this one stands. */
  overtakenBy: string | null;
}

const RETRY_MS = 1_000;
const MAX_ATTEMPTS = 60;

/**
 * Closes positions because a person asked for it. In each instrument whoever trades it is stopped and every order cancelled; once
 * none is open any more, not even an UNKNOWN one, reduce-only market orders go through the ordinary gate one after the other, each
 * as large as it admits. So at no time can more be sold or bought than is held. What fails is tried again each second, and given
 * up after {@link MAX_ATTEMPTS} in a row: an exit that comes much later is no longer what the person wanted.
 */
export class Flatten implements Room {
  readonly name = 'flatten';
  readonly hearsMarket = false;
  private readonly parts: FlattenParts;
  private underWay = new Map<InstrumentId, Flattening>();

  constructor(parts: FlattenParts) {
    this.parts = parts;
  }

  /** Where it is under way, in the order it began. */
  instruments(): readonly InstrumentId[] {
    return [...this.underWay.keys()];
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind === 'operator') this.command(input, turn);
    else if (input.kind === 'restart') this.forgetAll(turn);
  }

  fold(fact: Fact): void {
    if (fact.kind === 'flatten-began') this.underWay.set(fact.instrument, fresh());
    else if (fact.kind === 'flatten-ended') this.underWay.delete(fact.instrument);
    else if (fact.kind === 'strategy-re-enabled') {
      const flattening = this.underWay.get(fact.instrument);
      if (flattening) flattening.overtakenBy = `${fact.origin} may trade again, by ${fact.operator}`;
    }
  }

  wake(key: string, turn: Turn): void {
    const instrument = Number(key) as InstrumentId;
    const flattening = this.underWay.get(instrument);
    if (!flattening) return;
    if (flattening.attempts >= MAX_ATTEMPTS) {
      this.end(instrument, 'gave-up', this.obstacleIn(instrument, flattening), turn);
      return;
    }
    flattening.attempts += 1;
    flattening.isWaiting = false;
    turn.schedule(afterMs(turn.at, RETRY_MS), this, key);
  }

  settle(turn: Turn): void {
    if (this.underWay.size === 0) return;
    for (const [instrument, flattening] of [...this.underWay]) this.advance(instrument, flattening, turn);
  }

  memory(): FlattenMemory {
    return { instruments: this.instruments() };
  }

  recover({ instruments }: FlattenMemory): void {
    this.underWay = new Map(instruments.map((instrument) => [instrument, fresh()]));
  }

  snapshot(): FlattenSnapshot {
    return { underWay: Array.from(this.underWay, ([instrument, flattening]) => ({ instrument, ...flattening })) };
  }

  restore({ underWay }: FlattenSnapshot): void {
    this.underWay = new Map(underWay.map(({ instrument, ...flattening }) => [instrument, { ...flattening }]));
  }

  private command({ commandId, operator, reason, command }: OperatorInput, turn: Turn): void {
    if (command.type !== 'flatten') return;
    const { instruments, modes } = this.parts;
    if (!MODE_TABLE[modes.mode].operatorReducing) {
      const refusal = `in mode ${modes.mode} nothing leaves but cancels: loosen it first`;
      turn.emit({ kind: 'command-refused', commandId, command: command.type, operator, reason: refusal });
      return;
    }
    for (const { id } of instruments) {
      const isMeant = command.instruments === null || command.instruments.includes(id);
      if (isMeant && !this.underWay.has(id)) this.begin(id, operator, reason, turn);
    }
  }

  private begin(instrument: InstrumentId, operator: string, reason: string, turn: Turn): void {
    const { execution } = this.parts;
    turn.emit({ kind: 'flatten-began', instrument, operator, reason });
    // First whoever could open the position again.
    for (const origin of this.tradersOf(instrument)) {
      execution.stop(origin, instrument, 'operator', stoppedBy(operator, reason), turn);
    }
    execution.cancelAll([instrument], `flatten by ${operator}: ${reason}`, turn);
    turn.schedule(afterMs(turn.at, RETRY_MS), this, String(instrument));
  }

  /** Whoever trades the instrument, or has an order in it from before. */
  private tradersOf(instrument: InstrumentId): ReadonlySet<string> {
    const { orders, execution } = this.parts;
    const running = execution.strategies.filter(({ instruments }) => instruments.includes(instrument));
    const origins = [...running.map(({ name }) => name), ...orders.open(instrument).map(({ origin }) => origin)];
    return new Set(origins.filter(isStrategys));
  }

  private advance(instrument: InstrumentId, flattening: Flattening, turn: Turn): void {
    const { positions, orders, modes } = this.parts;
    const isShut = !MODE_TABLE[modes.mode].operatorReducing;
    const overtakenBy = isShut ? `the mode is ${modes.mode}` : flattening.overtakenBy;
    if (overtakenBy !== null) {
      this.end(instrument, 'overtaken', overtakenBy, turn);
      return;
    }
    if (orders.open(instrument).length > 0) return;
    this.noteSlice(flattening);
    if (positions.lots(instrument) === 0) this.end(instrument, 'flat', '', turn);
    else if (!flattening.isWaiting) this.closeSome(instrument, flattening, turn);
  }

  /**
   * A slice that closed something leads to the next one at once. One that did not may have been too large for the last door or
   * for the venue: half of it is tried at the next retry.
   */
  private noteSlice(flattening: Flattening): void {
    if (flattening.sliceId === null) return;
    const slice = this.parts.orders.get(flattening.sliceId);
    flattening.sliceId = null;
    // Only orders that ended long ago are known no more.
    if (slice === undefined) return;
    if (slice.filledLots > 0) {
      flattening.attempts = 0;
      flattening.mostLots = slice.order.lots * 2;
    } else {
      flattening.isWaiting = true;
      flattening.mostLots = slice.order.lots / 2;
      flattening.obstacle = `the last order was ${slice.status} without a fill`;
    }
  }

  /** As much as the gate admits, found by halving, one order step at least. Asked first: a refused intent would be a fact each time. */
  private closeSome(instrument: InstrumentId, flattening: Flattening, turn: Turn): void {
    const { positions, instruments, execution } = this.parts;
    const lots = positions.lots(instrument);
    const stepLots = instruments[instrument].orderStepLots;
    const wholeSteps = (of: number): number => Math.floor(of / stepLots) * stepLots;
    flattening.obstacle = `${lots} lots are less than the venue's order step of ${stepLots}`;
    const most = Math.min(Math.abs(lots), Math.max(flattening.mostLots, stepLots));
    for (let slice = wholeSteps(most); slice > 0; slice = wholeSteps(slice / 2)) {
      const intent = closing(instrument, lots, slice);
      const verdict = execution.verdictOn(intent, turn.at);
      if (verdict.admitted) {
        const submission = execution.submit(intent, turn);
        if (submission.accepted) flattening.sliceId = submission.clientOrderId;
        return;
      }
      flattening.obstacle = `the gate refuses: ${verdict.reason}`;
    }
    flattening.isWaiting = true;
  }

  private obstacleIn(instrument: InstrumentId, { obstacle }: Flattening): string {
    const open = this.parts.orders.open(instrument).length;
    return open === 0 ? obstacle : `orders that are not proven ended: ${open}`;
  }

  /** An exit is never replayed: the person who wanted it decides anew. */
  private forgetAll(turn: Turn): void {
    for (const instrument of this.instruments()) this.end(instrument, 'gave-up', 'the desk restarted', turn);
  }

  private end(instrument: InstrumentId, outcome: FlattenOutcome, detail: string, turn: Turn): void {
    turn.emit({ kind: 'flatten-ended', instrument, outcome, detail });
    turn.unschedule(this, String(instrument));
  }
}

function fresh(): Flattening {
  return {
    sliceId: null,
    mostLots: Number.MAX_SAFE_INTEGER,
    attempts: 0,
    isWaiting: false,
    obstacle: '',
    overtakenBy: null,
  };
}

/** A market order against a position of signed `heldLots`. */
function closing(instrument: InstrumentId, heldLots: number, lots: number): OrderIntent {
  return {
    instrument,
    side: heldLots > 0 ? 'sell' : 'buy',
    type: 'market',
    timeInForce: 'ioc',
    priceTicks: null,
    stopTicks: null,
    lots: lots as Lots,
    postOnly: false,
    reduceOnly: true,
    origin: OPERATOR_ORIGIN,
    replaces: null,
  };
}
