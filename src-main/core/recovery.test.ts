import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createInstrument,
  type Instrument,
  type InstrumentId,
  type Ticks,
} from '../../src-shared/domain/instrument.ts';
import { CONTROL_MODES } from '../../src-shared/domain/mode.ts';
import type { ClientOrderId } from '../../src-shared/domain/order.ts';
import { afterMs, type Micros, micros } from '../../src-shared/domain/time.ts';
import { fillOf } from '../testing/execution-desk.ts';
import { TEST_IDENTITY } from '../testing/fake-turn.ts';
import { LINEAR, limitIntent, WIDE_LIMITS } from '../testing/fake-views.ts';
import { runs } from '../testing/runs.ts';
import { Core, type RecoverySnapshot } from './core.ts';
import { canonical, parseCanonical } from './engine/canonical.ts';
import { addsRisk, type Effect } from './engine/effect.ts';
import { EngineError } from './engine/engine.ts';
import type { Fact } from './engine/fact.ts';
import { type Input, isMarketInput, type OrderReport } from './engine/input.ts';
import { DEFAULT_EXECUTION_SETTINGS } from './execution/execution-settings.ts';
import type { OrderState } from './execution/orders-view.ts';
import { remainderPolicy } from './execution/remainder.ts';
import { depth, depthSnapshot, trade } from './market/fixtures.ts';
import { DEFAULT_MARKET_CONFIG } from './market/market-config.ts';
import type { Decisions, Strategy, StrategyViews } from './strategies/strategy.ts';

const { base, quote, settle, tickSize, lotSize, multiplier } = LINEAR;
const ABROAD = createInstrument(
  { venue: 'abroad', symbol: 'BTC', kind: 'linear', base, quote, settle, tickSize, lotSize, multiplier },
  1,
);
const INSTRUMENTS: readonly Instrument[] = [LINEAR, ABROAD];
const VENUES = INSTRUMENTS.map(({ venue }) => venue);

/** Quotes and withdraws by turns, and wakes itself: whatever it forgets or remembers wrongly shows in its next order. */
class Fidget implements Strategy {
  readonly name: string;
  readonly instruments: readonly InstrumentId[];
  private readonly instrument: InstrumentId;
  private readonly views: StrategyViews;
  private looks = 0;
  private heard = 0;

  constructor({ id, venue }: Instrument, views: StrategyViews) {
    this.name = `fidget:${venue}`;
    this.instrument = id;
    this.instruments = [id];
    this.views = views;
  }

  onBook(_instrument: InstrumentId, at: Micros, decisions: Decisions): void {
    this.act(at, decisions);
  }

  onTimer(_key: string, at: Micros, decisions: Decisions): void {
    this.act(at, decisions);
  }

  onOrder(): void {
    this.heard += 1;
  }

  snapshot(): readonly number[] {
    return [this.looks, this.heard];
  }

  restore(snapshot: unknown): void {
    [this.looks, this.heard] = snapshot as readonly [number, number];
  }

  private act(at: Micros, decisions: Decisions): void {
    this.looks += 1;
    const open = this.views.orders.open(this.instrument).filter(({ origin }) => origin === this.name);
    if (open.length > 2) decisions.cancel(open[this.heard % open.length].order.clientOrderId, 'fidgeting');
    const side = this.looks % 2 === 0 ? 'buy' : 'sell';
    const offsetTicks = 5 + (this.heard % 7);
    const priceTicks = side === 'buy' ? 10_000 - offsetTicks : 10_000 + offsetTicks;
    const instrument = this.instrument;
    const { origin: _, ...intent } = limitIntent(side, 2 + (this.looks % 3), priceTicks, { instrument });
    decisions.submit(intent);
    decisions.wakeAt(afterMs(at, 50 + this.looks), 'again');
  }
}

type Unstamped = Omit<Input, 'seq' | 'at'>;

/** A core, everything that went into it, and everything that came out. */
class Bench {
  readonly inputs: Input[] = [];
  readonly facts: Fact[] = [];
  readonly effects: Effect[] = [];
  readonly core: Core;
  private asked = 0;

  constructor() {
    const limits = { ...WIDE_LIMITS, maxExecutionsPerWindow: 3, executionWindowMs: 200, duplicateWindowMs: 20 };
    const remainder = { minLots: 1, minNotional: 0n as never, repriceBehindTicks: 3 };
    this.core = new Core(
      {
        instruments: INSTRUMENTS,
        limits: INSTRUMENTS.map(() => limits),
        market: DEFAULT_MARKET_CONFIG,
        execution: {
          ...DEFAULT_EXECUTION_SETTINGS,
          ...{ ackTimeoutMs: 100, cancelTimeoutMs: 100, notFoundAnswers: 1, notFoundSpanMs: 0 },
          ...{ foreignOrders: 'adopt', durability: 'reserved-ids', reservedIds: 3, reconcileEveryMs: 700 },
          orderLifeMs: 900,
        },
        remainder: remainderPolicy(INSTRUMENTS.map(() => remainder)),
        strategies: (views) => INSTRUMENTS.map((instrument) => new Fidget(instrument, views)),
      },
      { fact: (fact) => this.facts.push(fact), effect: (effect) => this.effects.push(effect) },
    );
  }

  get at(): number {
    return this.inputs.at(-1)?.at ?? 0;
  }

  /** The effects since the last time. */
  takeAsked(): readonly Effect[] {
    if (this.asked > this.effects.length) this.asked = 0;
    const effects = this.effects.slice(this.asked);
    this.asked = this.effects.length;
    return effects;
  }

  accept(input: Input): void {
    this.inputs.push(input);
    this.core.accept(input);
  }

  send(input: Unstamped, waitMicros = 1): void {
    const stamp = { seq: this.core.lastSeq + 1, at: micros(this.at + waitMicros) };
    this.accept({ ...input, ...stamp } as Input);
  }

  open(): readonly OrderState[] {
    return INSTRUMENTS.flatMap(({ id }) => this.core.orders.open(id));
  }
}

type Step =
  | { readonly kind: 'prove' | 'book' | 'gap' | 'trade'; readonly instrument: InstrumentId }
  | { readonly kind: 'report'; readonly order: number; readonly type: string; readonly lots: number }
  /** The venues answer what was asked: of ids that are in no book, now and then with an order of that id. */
  | { readonly kind: 'answer'; readonly seen: number }
  /** Another hand's order is told of. */
  | { readonly kind: 'foreign'; readonly instrument: InstrumentId; readonly id: number; readonly lots: number }
  | { readonly kind: 'account'; readonly instrument: InstrumentId; readonly off: number; readonly wallet: number }
  | { readonly kind: 'wait'; readonly ms: number }
  /** The machine slept: all timers of the time ring at once. */
  | { readonly kind: 'sleep'; readonly hours: number }
  | { readonly kind: 'input'; readonly input: Unstamped };

const START: Unstamped = { kind: 'start', seed: 1, identity: TEST_IDENTITY } as Unstamped;
const restart = (seed: number, lastWords: readonly string[] = []) =>
  ({ kind: 'restart', seed, crashed: true, lastWords }) as Unstamped;

/** A venue's answer about an order, as it might be. */
function reportOf(
  { order, filledLots, ...state }: OrderState,
  type: string,
  lots: number,
  fillId: string,
): OrderReport {
  const venueOrderId = `v-${order.clientOrderId}`;
  switch (type) {
    case 'acknowledged':
      return { type, venueOrderId };
    case 'open':
      return { type, venueOrderId, cumulativeLots: (filledLots + (lots % 2)) as never };
    case 'filled': {
      const most = Math.max(1, Math.min(lots, order.lots - filledLots));
      return { type, fill: fillOf(order.clientOrderId, fillId, most, { order, filledLots, ...state }) };
    }
    case 'released':
    case 'not-found':
      return { type };
    default:
      return { type, reason: 'venue' } as OrderReport;
  }
}

function see(bench: Bench, clientOrderId: ClientOrderId, instrument: InstrumentId, lots: number): void {
  const { origin: _, replaces: __, ...terms } = limitIntent('buy', 1 + lots, 9_000, { instrument });
  const report = { type: 'seen', order: { ...terms, clientOrderId }, venueOrderId: 'v', cumulativeLots: lots % 2 };
  bench.send({ kind: 'order-report', clientOrderId, report } as Unstamped);
}

function answer(bench: Bench, seen: number): void {
  const asked = bench.takeAsked().filter((effect) => effect.kind === 'query-order');
  for (const [index, { clientOrderId, instrument }] of asked.entries()) {
    if (bench.core.knowsOrder(clientOrderId)) continue;
    if (index === seen) see(bench, clientOrderId, instrument, seen);
    else bench.send({ kind: 'order-report', clientOrderId, report: { type: 'not-found' } } as Unstamped);
  }
}

/** What the venue may say of the account: what the books say, or a little beside it. */
function accountOf({ core, at }: Bench, { instrument, off, wallet }: Extract<Step, { kind: 'account' }>): Unstamped {
  const openOrders = core.orders.open(instrument).map(({ order, venueOrderId, filledLots }) => ({
    ...{ order, venueOrderId: venueOrderId ?? `v-${order.clientOrderId}`, cumulativeLots: filledLots },
  }));
  return {
    kind: 'account-report',
    venue: VENUES[instrument],
    askedAt: at,
    positions: [{ instrument, lots: core.portfolio.lots(instrument) + off }],
    otherPositions: off > 1 ? ['DOGE'] : [],
    balances: [{ currency: settle, wallet: BigInt(wallet) + core.portfolio.cash(VENUES[instrument], settle) }],
    openOrders: openOrders.slice(off),
  } as Unstamped;
}

function perform(bench: Bench, step: Step): void {
  const { core } = bench;
  if (step.kind === 'input') {
    bench.send(step.input);
  } else if (step.kind === 'report') {
    const open = bench.open();
    const state = open[step.order % Math.max(1, open.length)];
    if (!state) return;
    const report = reportOf(state, step.type, step.lots, `f${core.lastSeq}`);
    bench.send({ kind: 'order-report', clientOrderId: state.order.clientOrderId, report } as Unstamped);
  } else if (step.kind === 'answer') {
    answer(bench, step.seen);
  } else if (step.kind === 'foreign') {
    const { instrument, id, lots } = step;
    see(bench, `web${id}` as ClientOrderId, instrument, lots);
  } else if (step.kind === 'account') {
    bench.send(accountOf(bench, step));
  } else if (step.kind === 'sleep') {
    bench.send({ kind: 'timer' } as Unstamped, step.hours * 3_600_000_000);
  } else if (step.kind === 'wait') {
    const until = bench.at + step.ms * 1_000;
    while (core.nextTimerAt() <= until) bench.send({ kind: 'timer' } as Unstamped, core.nextTimerAt() - bench.at);
  } else {
    const { instrument } = step;
    // Ids are those of the input, so that a book is in step with its venue wherever the history is cut.
    const id = core.lastSeq * 10;
    const of = <T extends object>(frame: T) => ({ ...frame, instrument, exchangeAt: -1 });
    const update = (firstId: number) => of(depth([firstId, firstId], [[9_999, 4]], [[10_001, 4]]));
    if (step.kind === 'trade') bench.send(of(trade(10_000, 1)) as Unstamped);
    else if (step.kind === 'gap') bench.send(update(id));
    else if (step.kind === 'book') {
      const at = bench.inputs.findLast((input) => input.kind === 'depth' && input.instrument === instrument);
      bench.send(update(at?.kind === 'depth' ? at.lastId + 1 : id));
    } else {
      bench.send(of(depthSnapshot(id, [[9_999, 5]], [[10_001, 5]])) as Unstamped);
      bench.send(update(id + 1));
    }
  }
}

const instrument = fc.constantFrom(...INSTRUMENTS.map(({ id }) => id));
const venue = fc.constantFrom(...VENUES);
const commandId = fc.nat(20).map((id) => `c${id}`);
const origin = venue.map((name) => `fidget:${name}`);
const scope = fc.option(fc.subarray(INSTRUMENTS.map(({ id }) => id)));
const alert = fc.constantFrom(
  ...['emergency:desk', 'crashed:desk', 'order-anomaly:test:BTCUSDT', 'order-anomaly:desk'],
  ...['orders-unknown:abroad:BTC', 'book-unproven:test:BTCUSDT', 'nothing:at all', 'account-differs:test'],
);
const mode = fc.constantFrom(...CONTROL_MODES, 'normal', 'normal', 'normal');
const command = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('set-mode'), mode }) },
  fc.record({ type: fc.constant('cancel-all'), instruments: scope }),
  fc.record({ type: fc.constant('reconcile') }),
  fc.record({ type: fc.constant('flatten'), instruments: scope }),
  fc.record({ type: fc.constant('stop-strategy'), origin, instrument }),
  { weight: 3, arbitrary: fc.record({ type: fc.constant('re-enable'), origin, instrument }) },
  fc.record({ type: fc.constant('acknowledge-alert'), alert }),
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('shelve-alert'), alert, untilAt: fc.constantFrom(0, 1e12) }),
  },
);
const input = (content: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ kind: fc.constant('input' as const), input: fc.record(content) as unknown as fc.Arbitrary<Unstamped> });
const anyRestart = input({
  kind: fc.constant('restart'),
  seed: fc.nat(9),
  crashed: fc.boolean(),
  lastWords: fc.constantFrom([], [], [], ['the disk was full']),
});
const reportTypes = [
  ...['released', 'acknowledged', 'acknowledged', 'filled', 'filled', 'open', 'not-found', 'cancelled'],
  ...['cancel-rejected', 'rejected', 'expired', 'unanswered', 'blocked'],
] as const;
const anyReport = fc.record({
  kind: fc.constant('report' as const),
  order: fc.nat(20),
  type: fc.constantFrom(...reportTypes),
  lots: fc.integer({ min: 1, max: 4 }),
});
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: anyReport },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('answer' as const), seen: fc.nat(30) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('foreign' as const), instrument, id: fc.nat(5), lots: fc.nat(3) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('account' as const),
      instrument,
      off: fc.constantFrom(0, 0, 0, 2),
      wallet: fc.constantFrom(0, 0, 500),
    }),
  },
  {
    weight: 1,
    arbitrary: input({
      kind: fc.constant('venue-incident'),
      venue,
      incident: fc.constantFrom('dead-man-fired', 'rate-limited', 'silent-reports'),
      detail: fc.constant('a test'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('prove' as const), instrument }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('book' as const, 'trade' as const), instrument }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gap' as const), instrument }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 1_500 }).map((ms) => ({ kind: 'wait' as const, ms })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'sleep', hours: 20 }) },
  {
    weight: 2,
    arbitrary: input({
      kind: fc.constant('operator'),
      commandId,
      operator: fc.constant('ada'),
      reason: fc.constant('a test'),
      command,
    }),
  },
  {
    weight: 3,
    arbitrary: input({ kind: fc.constant('venue-link'), venue, up: fc.boolean(), detail: fc.constant('a test') }),
  },
  {
    weight: 1,
    arbitrary: input({
      kind: fc.constant('access'),
      event: fc.constant('sign-in-failed'),
      operator: fc.constant('eve'),
      detail: fc.constant('a wrong PIN'),
      count: fc.nat(9),
    }),
  },
  {
    weight: 1,
    arbitrary: input({
      kind: fc.constant('funding'),
      instrument,
      fundingId: fc.nat(5).map(String),
      amount: fc.bigInt({ min: -9n, max: 9n }),
      currency: fc.constant(settle),
    }),
  },
  {
    weight: 1,
    arbitrary: input({
      kind: fc.constant('settlement'),
      instrument,
      settlementId: fc.nat(5).map(String),
      priceTicks: fc.constant(10_000 as Ticks),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>({
      kind: 'input',
      input: { kind: 'halt', cause: 'journal-full', detail: 'no room' } as Unstamped,
    }),
  },
  { weight: 1, arbitrary: anyRestart },
);
const history = fc
  .array(anyStep, { maxLength: 60, size: 'max' })
  .map((steps): readonly Step[] => [
    ...INSTRUMENTS.map(({ id }): Step => ({ kind: 'prove', instrument: id })),
    ...steps,
  ]);

/** What a journal of this history holds after the input `fromSeq`: every input but market frames, and then its facts. */
function journalAfter(fromSeq: number, { inputs, facts }: Bench): readonly { kind: 'input' | 'fact'; text: string }[] {
  return inputs
    .filter(({ seq }) => seq > fromSeq)
    .flatMap((input) => [
      ...(isMarketInput(input) ? [] : [{ kind: 'input' as const, text: canonical(input) }]),
      ...facts
        .filter(({ cause }) => cause === input.seq)
        .map((fact) => ({ kind: 'fact' as const, text: canonical(fact) })),
    ]);
}

function readBack<T>(value: T): T {
  return parseCanonical(canonical(value)) as T;
}

/** A history, and a snapshot taken somewhere on the way. */
function lived(steps: readonly Step[], snapshotAfter: number) {
  const bench = new Bench();
  bench.send(START);
  const taken = { seq: 0, snapshot: null as RecoverySnapshot | null };
  steps.forEach((step, index) => {
    perform(bench, step);
    if (index !== snapshotAfter) return;
    taken.seq = bench.core.lastSeq;
    taken.snapshot = bench.core.recoverySnapshot();
  });
  return { bench, taken };
}

/** Lives through the same inputs up to the last one that the journal knows of. */
function truncated({ inputs, facts }: Bench): Bench {
  const whole = new Bench();
  const lastKnown = Math.max(
    facts.at(-1)?.cause ?? 0,
    ...inputs.filter((input) => !isMarketInput(input)).map(({ seq }) => seq),
  );
  for (const input of inputs) if (input.seq <= lastKnown) whole.accept(input);
  return whole;
}

/** Knows of the history what its journal holds. */
function recovered(whole: Bench, { seq, snapshot }: { seq: number; snapshot: RecoverySnapshot | null }): Bench {
  const bench = new Bench();
  const useSnapshot = snapshot !== null && seq <= whole.core.lastSeq;
  if (useSnapshot) bench.core.recover(readBack(snapshot));
  for (const { kind, text } of journalAfter(useSnapshot ? seq : 0, whole)) {
    if (kind === 'fact') bench.core.fold(parseCanonical(text) as unknown as Fact);
    else bench.core.recall(parseCanonical(text) as unknown as Input);
  }
  return bench;
}

describe('a restart', () => {
  it('makes one desk of a desk that lived through everything and one that knows it from the journal alone', () => {
    const seen = new Map<string, number>();
    const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(
        history,
        fc.nat(80),
        fc.constantFrom([], [], ['the disk was full']),
        history,
        (before, k, words, after) => {
          const { bench, taken } = lived(before, k);
          const whole = truncated(bench);
          const folded = recovered(whole, taken);
          expect(folded.core.lastSeq).toBe(whole.core.lastSeq);
          expect(folded.core.recoverySnapshot()).toEqual(whole.core.recoverySnapshot());
          expect([folded.facts, folded.effects]).toEqual([[], []]);

          whole.facts.length = 0;
          whole.effects.length = 0;
          const acceptBoth = (from: number) => {
            for (const input of whole.inputs.slice(from)) folded.accept(input);
          };
          const from = whole.inputs.length;
          whole.send(restart(7, words));
          acceptBoth(from);
          expect(folded.core.snapshot()).toEqual(whole.core.snapshot());
          expect(whole.effects.filter(addsRisk)).toEqual([]);
          note(whole.open().length === 0 ? 'nothing open' : 'orders open');

          const next = whole.inputs.length;
          for (const step of after) perform(whole, step);
          acceptBoth(next);
          expect(folded.facts).toEqual(whole.facts);
          expect(folded.effects).toEqual(whole.effects);
          expect(folded.core.snapshot()).toEqual(whole.core.snapshot());
          for (const fact of whole.facts) note(fact.kind === 'order-refused' ? fact.reason : fact.kind);
        },
      ),
      { seed: 42, numRuns: runs(150) },
    );
    for (const what of ['nothing open', 'orders open', 'venue-down', 'venue-not-reconciled', 'order-intended'])
      expect(seen.get(what), what).toBeGreaterThan(10);
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining([
        'order-filled',
        'strategy-stopped',
        'mode-changed',
        'funding-booked',
        'position-settled',
        'day-began',
        'flatten-began',
        'flatten-ended',
        'alert-raised',
        'alert-cleared',
        'alert-acknowledged',
        'alert-shelved',
        'access-recorded',
        'venue-incident',
        'order-adopted',
        'order-ids-reserved',
        'order-ids-settled',
        'account-baseline',
        'account-reconciled',
        'reconciliation-difference',
      ]),
    );
  });

  it('asks each venue for every open order, and orders nothing there before it has answered for all of them', () => {
    let restarts = 0;
    const answers: readonly string[] = [
      ...reportTypes.filter((type) => !['released', 'unanswered', 'blocked'].includes(type)),
      'seen',
    ];
    fc.assert(
      fc.property(history, history, (before, after) => {
        const { bench } = lived(before, -1);
        const placed = new Set<string>();
        const waitedFor = VENUES.map(() => new Set<string>());
        const sendAndLook = (step: Step) => {
          const [inputs, facts, effects] = [bench.inputs.length, bench.facts.length, bench.effects.length];
          const wereOpen = new Set(bench.open().map(({ order }) => order.clientOrderId));
          perform(bench, step);
          const made = bench.facts.slice(facts);
          const asked = bench.effects.slice(effects);
          for (const said of bench.inputs.slice(inputs)) {
            if (said.kind === 'order-report' && answers.includes(said.report.type))
              for (const ids of waitedFor) ids.delete(said.clientOrderId);
            // What is listed as open is answered for, too.
            if (said.kind === 'account-report')
              for (const { order } of said.openOrders) for (const ids of waitedFor) ids.delete(order.clientOrderId);
          }
          const stillOpen = new Set(bench.open().map(({ order }) => order.clientOrderId));
          for (const ids of waitedFor) for (const id of ids) if (!stillOpen.has(id as never)) ids.delete(id);
          for (const fact of made)
            if (fact.kind === 'order-intended') expect(waitedFor[fact.order.instrument].size).toBe(0);
          if (step.kind !== 'input' || step.input.kind !== 'restart') return;
          restarts += 1;
          expect(bench.open().map(({ order }) => order.clientOrderId)).toEqual([...wereOpen]);
          for (const state of bench.open()) {
            const { clientOrderId, instrument } = state.order;
            waitedFor[instrument].add(clientOrderId);
            expect(state.status).toBe('unknown');
            expect(asked).toContainEqual({ kind: 'query-order', clientOrderId, instrument });
            // An exit that a person asked for is not taken back, nor what another hand sent.
            if (state.origin === 'operator' || state.origin === 'foreign') continue;
            if (state.origin === 'recovered') continue;
            expect(state.cancelRequested).toBe(true);
            expect(
              asked.filter((effect) => effect.kind === 'cancel-order' && effect.clientOrderId === clientOrderId),
            ).toHaveLength(1);
          }
        };
        sendAndLook({ kind: 'input', input: restart(1) });
        for (const step of after) sendAndLook(step);
        for (const effect of bench.effects.filter(addsRisk)) {
          expect(placed.has(effect.order.clientOrderId)).toBe(false);
          placed.add(effect.order.clientOrderId);
        }
      }),
      { seed: 43, numRuns: runs(150) },
    );
    expect(restarts).toBeGreaterThan(150);
  });

  it('goes on from a snapshot of the core, the orders that are waited for included', () => {
    fc.assert(
      fc.property(history, history, (before, after) => {
        const { bench: whole } = lived(before, -1);
        whole.send(restart(1));
        whole.send({ kind: 'venue-link', venue: 'abroad', up: false, detail: '' } as Unstamped);
        const second = new Bench();
        second.core.restore(structuredClone(whole.core.snapshot()));
        const from = whole.inputs.length;
        whole.facts.length = 0;
        for (const step of after) perform(whole, step);
        for (const input of whole.inputs.slice(from)) second.accept(input);
        expect(second.facts).toEqual(whole.facts);
        expect(second.core.snapshot()).toEqual(whole.core.snapshot());
      }),
      { seed: 44, numRuns: runs(40) },
    );
  });
});

describe('recovery', () => {
  const started = () => lived([], -1).bench;

  it('refuses a journal with a fact or an input missing, doubled or out of order', () => {
    const { bench } = lived(
      [
        { kind: 'prove', instrument: LINEAR.id },
        { kind: 'wait', ms: 500 },
      ],
      -1,
    );
    const { core } = new Bench();
    const [first, second, third] = bench.facts;
    expect(() => core.fold(second)).toThrow(/fact 2 of input \d+ follows fact 0 of input 0 in the journal: check it/);
    core.fold(first);
    expect(() => core.fold(first)).toThrow(EngineError);
    expect(() => core.fold(third)).toThrow(EngineError);
    expect(() => core.fold({ ...second, at: micros(0) })).toThrow(/is stamped 0, after 1/);
    expect(() => core.recall(bench.inputs[0])).toThrow(/input 1 follows 1 in the journal/);
    core.fold(second);
    expect(core.lastSeq).toBe(second.cause);
  });

  it('goes on with a restart and nothing else', () => {
    const whole = started();
    const { core } = recovered(whole, { seq: 0, snapshot: null });
    const stamp = { seq: 2, at: micros(2) };
    expect(() => core.accept({ kind: 'timer', ...stamp })).toThrow(/after the facts of an earlier run comes 'restart'/);
    expect(() => core.accept({ ...restart(1), seq: 3, at: micros(2) } as Input)).toThrow(/arrived where 2 was due/);
    core.accept({ ...restart(1), ...stamp } as Input);
    core.accept({ kind: 'timer', seq: 3, at: micros(3) });
    const other = new Bench().core;
    other.recover(whole.core.recoverySnapshot());
    expect(() => other.accept({ kind: 'timer', ...stamp })).toThrow(EngineError);
  });

  it('of nothing goes on with a start', () => {
    const { core } = new Bench();
    core.recover(new Bench().core.recoverySnapshot());
    expect(() => core.accept({ ...restart(1), seq: 1, at: micros(1) } as Input)).toThrow(
      /the first input, and no other/,
    );
    core.accept({ ...START, seq: 1, at: micros(1) } as Input);
  });

  it('knows the commands of the runs before', () => {
    const command = (commandId: string, mode: string) =>
      ({ kind: 'operator', commandId, operator: 'ada', reason: 'r', command: { type: 'set-mode', mode } }) as Unstamped;
    const whole = started();
    whole.send(command('c1', 'pause'));
    whole.send(command('c2', 'normal'));
    const folded = recovered(whole, { seq: 0, snapshot: null });
    folded.accept({ ...restart(1), seq: 4, at: micros(4) } as Input);
    folded.send(command('c1', 'pause'));
    expect(folded.core.modes.mode).toBe('normal');
  });
});
