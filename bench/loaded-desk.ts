import { createCheckedCore } from '../src-main/app/desk/checked-core.ts';
import { DeskJournal } from '../src-main/app/desk/desk-journal.ts';
import { LiveDesk } from '../src-main/app/desk/live-desk.ts';
import { RunRecorder } from '../src-main/app/run-recorder.ts';
import { JOURNAL_WORKER, TICKS_RING_BYTES, TICKS_WORKER } from '../src-main/app/workers.ts';
import type { Effect } from '../src-main/core/engine/effect.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import type { MarketInput, OrderReport } from '../src-main/core/engine/input.ts';
import { JournalClient } from '../src-main/edge/journal/client.ts';
import { Outbox, type SendResult } from '../src-main/edge/outbox/outbox.ts';
import { TickRecorder } from '../src-main/edge/ticks/tick-recorder.ts';
import { hostClock } from '../src-main/threads/host-clock.ts';
import { createRing } from '../src-main/threads/ring.ts';
import { createStopFlag, StopFlag } from '../src-main/threads/stop-flag.ts';
import type { Micros } from '../src-shared/domain/time.ts';
import { INSTRUMENTS, PAPER } from './market.ts';

/** What a link reads in one turn of the event loop. */
const TURN_MS = 1;

/** A live desk with journal, ticks and outbox, to be fed recorded frames; its venue acknowledges and cancels at once. */
export class LoadedDesk {
  readonly desk: LiveDesk;
  readonly client: JournalClient;
  readonly ticks: TickRecorder;
  readonly stopFlag = new StopFlag(createStopFlag());
  readonly recorder = new RunRecorder();
  /** Hears every fact. */
  heard: (fact: Fact) => void = () => {};
  private readonly frames: readonly MarketInput[];
  private next = 0;
  private last = hostClock();
  private halted: string | null = null;

  static async start(directory: string, frames: readonly MarketInput[]): Promise<LoadedDesk> {
    const ring = createRing(TICKS_RING_BYTES);
    const client = await JournalClient.start({
      ...{ directory, workerEntry: JOURNAL_WORKER, now: hostClock, ticksRing: ring },
    });
    const ticks = await TickRecorder.start({ directory, workerEntry: TICKS_WORKER, ring, segment: 1 });
    return new LoadedDesk(client, ticks, frames);
  }

  private constructor(client: JournalClient, ticks: TickRecorder, frames: readonly MarketInput[]) {
    this.client = client;
    this.ticks = ticks;
    this.frames = frames;
    this.desk = new LiveDesk(
      (made) => {
        const run = { config: PAPER, instruments: INSTRUMENTS, strategy: 'market-maker' } as const;
        const { core, secondCheck } = createCheckedCore(run, made);
        const outbox = new Outbox({
          ...{ secondCheck, stopFlag: this.stopFlag, durableSeq: () => client.durableSeq(), now: () => this.now() },
          send: (effect) => this.answer(effect),
          heard: (clientOrderId, report) =>
            made.accept({ kind: 'order-report', seq: 0, at: this.now(), clientOrderId, report }),
        });
        const clock = { now: () => this.now(), msUntil: (at: number) => Math.max(0, (at - this.now()) / 1_000) };
        return { core, outbox, journal: new DeskJournal(client), ticks, stopFlag: this.stopFlag, clock };
      },
      {
        fact: (fact) => this.heard(fact),
        input: () => this.recorder.input(),
        halted: ({ detail }) => {
          this.halted = detail;
        },
      },
    );
    client.onChange(() => this.desk.watermarkMoved());
    this.desk.begin({ kind: 'start', seq: 0, at: this.now(), seed: 1, identity: client.opened.identity });
    this.desk.open();
  }

  now(): Micros {
    const at = hostClock();
    if (at > this.last) this.last = at;
    return this.last;
  }

  /** Gives it frames, over and over, a millisecond's worth in one turn. @returns inputs per second. */
  async feed(durationMs: number): Promise<number> {
    const seqBefore = this.desk.core.lastSeq;
    const startMs = performance.now();
    while (performance.now() < startMs + durationMs) {
      const turnEndMs = performance.now() + TURN_MS;
      do {
        this.desk.accept({ ...this.frames[this.next] } as MarketInput);
        this.next = (this.next + 1) % this.frames.length;
      } while (performance.now() < turnEndMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return (this.desk.core.lastSeq - seqBefore) / ((performance.now() - startMs) / 1_000);
  }

  /** @throws when it stopped by itself. */
  async end(): Promise<void> {
    this.desk.end();
    await this.ticks.close();
    await this.client.close();
    if (this.halted !== null) throw new Error(`the desk stopped under load: ${this.halted}`);
  }

  private answer(effect: Effect): SendResult {
    const [id, report] = reportOf(effect);
    if (report !== null) {
      setImmediate(() => this.desk.accept({ kind: 'order-report', seq: 0, at: this.now(), clientOrderId: id, report }));
    }
    return { ok: true };
  }
}

function reportOf(effect: Effect) {
  if (effect.kind === 'place-order') {
    const { clientOrderId: id } = effect.order;
    return [id, { type: 'acknowledged', venueOrderId: id } satisfies OrderReport] as const;
  }
  if (effect.kind === 'cancel-order') {
    return [effect.clientOrderId, { type: 'cancelled', reason: 'requested' } satisfies OrderReport] as const;
  }
  return ['' as never, null] as const;
}
