/** A live desk without disk, venue and clock of its own, for the tests. */
import type { InstrumentId, Lots, Ticks } from '../../../src-shared/domain/instrument.ts';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import { Core } from '../../core/core.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { Fact } from '../../core/engine/fact.ts';
import type { Input, MarketInput, OrderReport, StartInput } from '../../core/engine/input.ts';
import { DEFAULT_EXECUTION_SETTINGS } from '../../core/execution/execution-settings.ts';
import type { OrderState } from '../../core/execution/orders-view.ts';
import { keepRemainder } from '../../core/execution/remainder.ts';
import { depth, depthSnapshot } from '../../core/market/fixtures.ts';
import { DEFAULT_MARKET_CONFIG } from '../../core/market/market-config.ts';
import type { Decisions, Strategy, StrategyIntent } from '../../core/strategies/strategy.ts';
import { Outbox } from '../../edge/outbox/outbox.ts';
import { SecondCheck } from '../../edge/outbox/second-check.ts';
import { createStopFlag, StopFlag } from '../../threads/stop-flag.ts';
import { instrumentLimits } from '../config/instrument-limits.ts';
import { DeskJournal, type JournalFault, type TurnClient } from './desk-journal.ts';
import { CONFIG, TRADED } from './fixtures.ts';
import { LiveDesk } from './live-desk.ts';

interface Staged {
  readonly isInput: boolean;
  readonly text: string;
  readonly isReserved: boolean;
}

const INTENT: StrategyIntent = {
  ...{ instrument: TRADED.id, side: 'buy', type: 'limit', timeInForce: 'gtc' },
  ...{ priceTicks: 9_990 as Ticks, stopTicks: null, lots: 2 as Lots },
  ...{ postOnly: true, reduceOnly: false, replaces: null },
};
/** The same order may be sent again at once. */
const LIMITS = { ...instrumentLimits(TRADED, CONFIG), duplicateWindowMs: 0 };

export const START: StartInput = {
  ...{ kind: 'start', seq: 0, at: micros(0), seed: 1 },
  identity: '0123456789abcdef0123456789abcdef',
};

const RESERVED_BYTES = 16 * 1024;
const HEADER_BYTES = 24;

/** A journal whose room, disk and durability are the test's to say. */
export class FakeClient implements TurnClient {
  /** Published, in order. */
  readonly turns: Staged[][] = [];
  readonly lastWords: string[] = [];
  durableSeq = 0;
  /** Of the unreserved part; nothing gives it back. */
  roomBytes = 8 * 1024 * 1024;
  reservedBytes = RESERVED_BYTES;
  /** What the ring does not take whatever it says of its room. */
  refuses: (text: string) => boolean = () => false;
  takesWords = true;
  onWords: () => void = () => {};
  private staged: Staged[] = [];
  private failed: string | null = null;

  get appendedSeq(): number {
    return this.turns.flat().length;
  }

  /** Whether a turn is neither published nor discarded. */
  get isStaging(): boolean {
    return this.staged.length > 0;
  }

  get freeBytes(): number {
    return Math.max(0, this.roomBytes);
  }

  get queuedBytes(): number {
    return 0;
  }

  /** The journal's worker found that the disk takes nothing any more. */
  fail(text: string): void {
    this.failed = text;
  }

  failure(): ReturnType<TurnClient['failure']> {
    return this.failed === null ? undefined : { code: 'SQLITE_FULL', text: this.failed };
  }

  stage(kind: string, _at: Micros, content: string | Uint8Array, reserved = false): boolean {
    const text = String(content);
    const room = this.roomBytes + (reserved ? this.reservedBytes : 0);
    if (this.refuses(text) || room < text.length + HEADER_BYTES) return false;
    this.roomBytes -= text.length + HEADER_BYTES;
    this.staged.push({ isInput: kind === 'input', text, isReserved: reserved });
    return true;
  }

  publish(): number {
    if (this.staged.length > 0) this.turns.push(this.staged);
    this.staged = [];
    return this.appendedSeq;
  }

  discard(): void {
    this.staged = [];
  }

  leaveLastWords(words: string): void {
    this.onWords();
    if (!this.takesWords) throw new Error('no space left on device');
    this.lastWords.push(words);
  }

  /** Kinds of the inputs and facts, turn by turn: `halt: mode-changed order-cancel-requested`. */
  story(): string[] {
    return this.turns.map((turn) => {
      const kinds = turn.map(({ text }) => /"kind":"([^"]+)"/.exec(text)?.[1] ?? '');
      return turn[0]?.isInput ? `${kinds[0]}: ${kinds.slice(1).join(' ')}` : kinds.join(' ');
    });
  }
}

/** Does what the test says, once, the next time that it sees a book or wakes up. */
export class Scripted implements Strategy {
  readonly name = 'scripted';
  readonly instruments: readonly InstrumentId[] = [TRADED.id];
  next: (decisions: Decisions, at: Micros) => void = () => {};
  /** Times at which it was woken. */
  readonly wokenAt: Micros[] = [];

  onBook(_instrument: InstrumentId, at: Micros, decisions: Decisions): void {
    const { next } = this;
    this.next = () => {};
    next(decisions, at);
  }

  onTimer(_key: string, at: Micros): void {
    this.wokenAt.push(at);
  }

  snapshot(): null {
    return null;
  }

  restore(): void {}
}

/** What goes to the venue, as short texts. */
function shown(effect: Effect): string {
  return effect.kind === 'request-snapshot' ? 'snapshot' : effect.kind.replace('-order', '');
}

/** Its clock is `Date`'s: with fake timers it is the test's. */
export class LiveBench {
  readonly client: FakeClient;
  readonly strategy = new Scripted();
  readonly stopFlag = new StopFlag(createStopFlag());
  readonly sent: string[] = [];
  readonly facts: Fact[] = [];
  /** Numbers of the frames that went to the ticks. */
  readonly ticks: number[] = [];
  readonly inputs: { readonly kind: Input['kind']; readonly seq: number; readonly at: Micros }[] = [];
  readonly halts: JournalFault[] = [];
  readonly desk: LiveDesk;
  /** Called in the middle of a turn. */
  onFact: (fact: Fact) => void = () => {};
  onInput: (input: Input) => void = () => {};
  private updateId = 100;

  constructor(client = new FakeClient()) {
    this.client = client;
    const listener = {
      fact: (fact: Fact) => {
        this.facts.push(fact);
        this.onFact(fact);
      },
      input: (input: Input) => {
        this.inputs.push({ kind: input.kind, seq: input.seq, at: input.at });
        this.onInput(input);
      },
      halted: (fault: JournalFault) => void this.halts.push({ cause: fault.cause, detail: fault.detail }),
    };
    const clock = {
      now: () => micros(Date.now() * 1_000),
      msUntil: (at: number) => Math.max(0, at / 1_000 - Date.now()),
    };
    const ticks = { offer: (frame: MarketInput) => this.ticks.push(frame.seq) > 0 };
    this.desk = new LiveDesk((desk) => {
      const core = new Core(
        {
          instruments: [TRADED],
          limits: [LIMITS],
          market: DEFAULT_MARKET_CONFIG,
          execution: DEFAULT_EXECUTION_SETTINGS,
          remainder: keepRemainder,
          strategies: () => [this.strategy],
        },
        desk,
      );
      const outbox = new Outbox({
        secondCheck: new SecondCheck([TRADED], [LIMITS]),
        stopFlag: this.stopFlag,
        durableSeq: () => client.durableSeq,
        send: (effect) => {
          this.sent.push(shown(effect));
          return { ok: true };
        },
        now: clock.now,
        heard: (clientOrderId, report) =>
          desk.accept({ kind: 'order-report', seq: 0, at: clock.now(), clientOrderId, report }),
      });
      return { core, outbox, journal: new DeskJournal(client), ticks, stopFlag: this.stopFlag, clock };
    }, listener);
  }

  /** Started and open, with a proven book. */
  static trading(): LiveBench {
    const bench = new LiveBench();
    bench.desk.begin({ ...START });
    bench.desk.open();
    bench.prove();
    return bench;
  }

  prove(): void {
    this.desk.accept(depthSnapshot(this.updateId, [[9_999, 5]], [[10_001, 5]]));
    this.book();
  }

  /** One more frame of the book: the strategy has its say. */
  book(next?: Scripted['next']): void {
    if (next) this.strategy.next = next;
    this.updateId += 1;
    this.desk.accept(depth([this.updateId, this.updateId], [[9_999, 4]], [[10_001, 4]]));
  }

  /** The strategy asks for one order. */
  order(): void {
    this.book((decisions) => decisions.submit(INTENT));
  }

  /** An order that rests at the venue. */
  resting(): OrderState {
    this.order();
    this.durable();
    const [state] = this.open().slice(-1);
    if (state === undefined) throw new Error('the gate refused');
    this.report(state, { type: 'acknowledged', venueOrderId: 'v' });
    this.durable();
    return state;
  }

  report({ order: { clientOrderId } }: OrderState, report: OrderReport): void {
    this.desk.accept({ kind: 'order-report', seq: 0, at: micros(0), clientOrderId, report });
  }

  link(up: boolean): void {
    this.desk.accept({ kind: 'venue-link', seq: 0, at: micros(0), venue: TRADED.venue, up, detail: 'a test' });
  }

  /** All that was published is on disk, and so is what follows from that. */
  durable(): void {
    while (this.client.durableSeq < this.client.appendedSeq) {
      this.client.durableSeq = this.client.appendedSeq;
      this.desk.watermarkMoved();
    }
  }

  open(): readonly OrderState[] {
    return this.desk.core.orders.open(TRADED.id);
  }
}
