import { coreConfig, type StrategyName } from '../src-main/app/config/core-config.ts';
import type { ConfigFile } from '../src-main/app/config/schema.ts';
import { DeskJournal } from '../src-main/app/desk/desk-journal.ts';
import { EarlyOrders } from '../src-main/app/desk/early-orders.ts';
import { LiveDesk } from '../src-main/app/desk/live-desk.ts';
import { DeskClock } from '../src-main/app/desk-clock.ts';
import { JOURNAL_WORKER, TICKS_RING_BYTES, TICKS_WORKER } from '../src-main/app/workers.ts';
import { Core } from '../src-main/core/core.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import type { Strategy, StrategyViews } from '../src-main/core/strategies/strategy.ts';
import { JournalClient } from '../src-main/edge/journal/client.ts';
import { Outbox, type ReleaseProbe } from '../src-main/edge/outbox/outbox.ts';
import { SecondCheck } from '../src-main/edge/outbox/second-check.ts';
import { TickRecorder } from '../src-main/edge/ticks/tick-recorder.ts';
import type { Venue, VenueParts } from '../src-main/edge/venues/venue.ts';
import { hostClock } from '../src-main/threads/host-clock.ts';
import { createRing } from '../src-main/threads/ring.ts';
import { createStopFlag, StopFlag } from '../src-main/threads/stop-flag.ts';
import type { Instrument } from '../src-shared/domain/instrument.ts';

/** What the bench uses of a venue. */
export type BenchVenue = Pick<Venue, 'connect' | 'begin' | 'send' | 'close'>;

export interface VenueDeskOptions {
  readonly directory: string;
  readonly config: ConfigFile;
  readonly instruments: readonly Instrument[];
  readonly strategy: StrategyName;
  /** Beside that one. */
  readonly pinger: ((views: StrategyViews) => Strategy) | null;
  readonly createVenue: (parts: VenueParts) => Promise<BenchVenue>;
  /** Hears every fact, in the turn that makes it. */
  readonly heard: (fact: Fact) => void;
  readonly probe?: ReleaseProbe;
}

const HOUSEKEEPING_MS = 100;

/** A live desk with journal, ticks and outbox, put together as in the product, at a venue of the bench's. */
export class VenueDesk {
  readonly desk: LiveDesk;
  private readonly options: VenueDeskOptions;
  private readonly client: JournalClient;
  private readonly ticks: TickRecorder;
  private readonly clock = new DeskClock();
  private readonly housekeeping: NodeJS.Timeout;
  private venue: BenchVenue | null = null;
  private halted: string | null = null;

  /** Connected, and trading. */
  static async start(options: VenueDeskOptions): Promise<VenueDesk> {
    const { directory } = options;
    const ring = createRing(TICKS_RING_BYTES);
    const client = await JournalClient.start({
      directory,
      workerEntry: JOURNAL_WORKER,
      now: hostClock,
      ticksRing: ring,
    });
    const ticks = await TickRecorder.start({ directory, workerEntry: TICKS_WORKER, ring, segment: 1 });
    const desk = new VenueDesk(options, client, ticks);
    await desk.begin();
    return desk;
  }

  private constructor(options: VenueDeskOptions, client: JournalClient, ticks: TickRecorder) {
    this.options = options;
    this.client = client;
    this.ticks = ticks;
    this.desk = this.createDesk();
    client.onChange(() => this.desk.watermarkMoved());
    this.housekeeping = setInterval(() => this.desk.proveLife(), HOUSEKEEPING_MS);
  }

  get core(): Core {
    return this.desk.core;
  }

  /** @throws Error when the desk stopped by itself. */
  async end(): Promise<void> {
    clearInterval(this.housekeeping);
    this.desk.end();
    this.venue?.close();
    await this.ticks.close();
    await this.client.close();
    if (this.halted !== null) throw new Error(`the desk stopped: ${this.halted}`);
  }

  private createDesk(): LiveDesk {
    const { client, ticks, clock, options } = this;
    const { config, instruments, strategy, pinger, heard, probe } = options;
    const early = new EarlyOrders(client.opened.identity, client);
    const stopFlag = new StopFlag(createStopFlag());
    const rooms = coreConfig(config, instruments, strategy);
    const strategies = (views: StrategyViews): readonly Strategy[] =>
      pinger === null ? rooms.strategies(views) : [...rooms.strategies(views), pinger(views)];
    return new LiveDesk(
      (desk) => {
        const outbox = new Outbox({
          secondCheck: new SecondCheck(instruments, rooms.limits),
          stopFlag,
          durableSeq: () => client.durableSeq(),
          mayLeaveEarly: (id) => early.mayLeave(id),
          send: (effect) => this.venue?.send(effect) ?? { ok: false, reason: 'not connected yet' },
          now: () => clock.now(),
          heard: (clientOrderId, report) =>
            desk.accept({ kind: 'order-report', seq: 0, at: clock.now(), clientOrderId, report }),
          ...(probe === undefined ? {} : { probe }),
        });
        const core = new Core({ ...rooms, strategies }, desk);
        return { core, outbox, journal: new DeskJournal(client), ticks, stopFlag, clock };
      },
      {
        fact: (fact) => {
          early.heard(fact);
          heard(fact);
        },
        input: () => early.turnEnded(),
        halted: ({ detail }) => {
          this.halted = detail;
        },
      },
    );
  }

  private async begin(): Promise<void> {
    const { desk, clock, client, options } = this;
    const { instruments, createVenue } = options;
    const name = instruments[0]?.venue ?? '';
    this.venue = await createVenue({
      name,
      instruments,
      now: () => clock.now(),
      onInput: (input) => desk.accept(input),
      onLink: (up, detail) => desk.accept({ kind: 'venue-link', seq: 0, at: clock.now(), venue: name, up, detail }),
      knows: (id) => desk.core.knowsOrder(id),
      engineAliveAt: () => desk.aliveAt,
      told() {},
    });
    await this.venue.connect();
    desk.begin({ kind: 'start', seq: 0, at: clock.now(), seed: 1, identity: client.opened.identity });
    await client.whenDurable(client.appendedSeq);
    this.venue.begin();
    desk.open();
  }
}
