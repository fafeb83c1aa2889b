import type { Instrument } from '../../../../src-shared/domain/instrument.ts';
import type { BookTicker, DepthUpdate, MarkPrice, Trade } from '../../../core/engine/input.ts';

export type StreamFrame = DepthUpdate | BookTicker | Trade | MarkPrice;
export type StreamFrameKind = StreamFrame['kind'];

/** Frames of one lane that wait; more mean that the two connections are too far apart, and waiting begins anew. */
const MOST_HELD = 4_096;
/** A lane on which the current connection says nothing for so many whole ticks holds nothing back: all that it had under way has come. */
const IDLE_TICKS = 3;

/** One kind of frames of one instrument: what the venue numbers in one rising sequence. */
interface Lane {
  /** Number of the last frame handed on; −1 before the first. */
  last: number;
  /** After a handover, until the connection has got beyond what the one before had brought. */
  behind: boolean;
  /** The next connection has brought, or will bring, everything after {@link last}. */
  ready: boolean;
  idleTicks: number;
  /** Copies of the next connection's frames beyond {@link last}, oldest first. */
  readonly held: StreamFrame[];
}

const PLACES: Readonly<Record<StreamFrameKind, number>> = { depth: 0, trade: 1, 'book-ticker': 2, 'mark-price': 3 };
const PLACES_PER_INSTRUMENT = 4;

/**
 * Passes a stream from one connection on to the next without a gap and without a duplicate. While both are there the current one's
 * frames are handed on, and the next one's that lie beyond them are held. Each lane is ready as soon as the next connection's frames
 * are known to reach back to the last one handed on; once all are, the next one goes on from exactly there.
 */
export class Handover {
  private readonly handOn: (frame: StreamFrame) => void;
  private readonly lanes: Lane[] = [];
  /** By instrument and kind. */
  private readonly places: (Lane | undefined)[] = [];
  private isOverlap = false;
  private unready = 0;

  constructor(
    instruments: readonly Pick<Instrument, 'id'>[],
    kinds: readonly StreamFrameKind[],
    handOn: (frame: StreamFrame) => void,
  ) {
    this.handOn = handOn;
    for (const { id } of instruments) {
      for (const kind of kinds) {
        const lane: Lane = { last: -1, behind: false, ready: false, idleTicks: 0, held: [] };
        this.lanes.push(lane);
        this.places[id * PLACES_PER_INSTRUMENT + PLACES[kind]] = lane;
      }
    }
  }

  /** Whether the current connection is not needed any more. */
  get isReady(): boolean {
    return this.isOverlap && this.unready === 0;
  }

  /** The only connection was lost: the frames of another one are no continuation. */
  reset(): void {
    this.abandon();
    for (const lane of this.lanes) {
      lane.last = -1;
      lane.behind = false;
    }
  }

  /** A next connection brings frames from now on. */
  begin(): void {
    this.abandon();
    this.isOverlap = true;
    this.unready = this.lanes.length;
  }

  /** The next connection is gone. */
  abandon(): void {
    this.isOverlap = false;
    for (const lane of this.lanes) {
      lane.ready = false;
      lane.idleTicks = 0;
      lane.held.length = 0;
    }
  }

  /** A frame of the current connection. */
  current(frame: StreamFrame): void {
    const lane = this.laneOf(frame);
    if (lane === undefined) return;
    this.pass(lane, frame);
    if (!this.isOverlap) return;
    lane.idleTicks = 0;
    const [first] = lane.held;
    if (first !== undefined && continues(first, lane.last)) this.makeReady(lane);
    while (lane.held.length > 0 && numberOf(lane.held[0]) <= lane.last) lane.held.shift();
  }

  /** A frame of the next connection. */
  next(frame: StreamFrame): void {
    const lane = this.laneOf(frame);
    if (lane === undefined || !this.isOverlap) return;
    if (continues(frame, lane.last)) this.makeReady(lane);
    if (numberOf(frame) <= lane.last) return;
    if (lane.held.length === MOST_HELD) this.startAnew(lane);
    lane.held.push(copyOf(frame));
  }

  /** To be called at equal intervals, each longer than a frame can be under way. */
  tick(): void {
    if (!this.isOverlap) return;
    for (const lane of this.lanes) {
      lane.idleTicks += 1;
      if (lane.idleTicks >= IDLE_TICKS) this.makeReady(lane);
    }
  }

  /** The next connection is the current one from now on. */
  complete(): void {
    for (const lane of this.lanes) {
      lane.behind = true;
      for (const frame of lane.held) this.pass(lane, frame);
    }
    this.abandon();
  }

  private pass(lane: Lane, frame: StreamFrame): void {
    const number = numberOf(frame);
    // Only then: what a single connection brings twice, or out of order, is for the core to see.
    if (lane.behind && number <= lane.last) return;
    lane.behind = false;
    lane.last = number;
    this.handOn(frame);
  }

  private makeReady(lane: Lane): void {
    if (lane.ready) return;
    lane.ready = true;
    this.unready -= 1;
  }

  private startAnew(lane: Lane): void {
    lane.held.length = 0;
    if (!lane.ready) return;
    lane.ready = false;
    this.unready += 1;
  }

  private laneOf(frame: StreamFrame): Lane | undefined {
    return this.places[frame.instrument * PLACES_PER_INSTRUMENT + PLACES[frame.kind]];
  }
}

function numberOf(frame: StreamFrame): number {
  switch (frame.kind) {
    case 'depth':
      return frame.lastId;
    case 'trade':
      return frame.tradeId;
    case 'book-ticker':
      return frame.updateId;
    case 'mark-price':
      return frame.exchangeAt;
  }
}

/** Whether nothing can lie between the frame numbered `last` and this one, or this one comes before it. */
function continues(frame: StreamFrame, last: number): boolean {
  return (frame.kind === 'depth' ? frame.previousId : numberOf(frame) - 1) <= last;
}

function copyOf(frame: StreamFrame): StreamFrame {
  if (frame.kind !== 'depth') return { ...frame };
  const count = frame.bidCount + frame.askCount;
  return { ...frame, priceTicks: frame.priceTicks.slice(0, count), lots: frame.lots.slice(0, count) };
}
