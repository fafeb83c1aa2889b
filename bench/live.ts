import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCheckedCore } from '../src-main/app/desk/checked-core.ts';
import { DeskJournal } from '../src-main/app/desk/desk-journal.ts';
import { LiveDesk } from '../src-main/app/desk/live-desk.ts';
import { JOURNAL_WORKER, TICKS_RING_BYTES, TICKS_WORKER } from '../src-main/app/workers.ts';
import type { Effect } from '../src-main/core/engine/effect.ts';
import { isMarketInput, type MarketInput, type OrderReport } from '../src-main/core/engine/input.ts';
import { JournalClient } from '../src-main/edge/journal/client.ts';
import { Outbox, type SendResult } from '../src-main/edge/outbox/outbox.ts';
import { LoopMonitor } from '../src-main/edge/telemetry/loop-monitor.ts';
import { TickRecorder } from '../src-main/edge/ticks/tick-recorder.ts';
import { hostClock } from '../src-main/threads/host-clock.ts';
import { createRing } from '../src-main/threads/ring.ts';
import { createStopFlag, StopFlag } from '../src-main/threads/stop-flag.ts';
import { coreInputs } from './core-inputs.ts';
import { INSTRUMENTS, PAPER, usdmRecording } from './market.ts';
import { replayOnce } from './replay-once.ts';
import { type BenchRow, median, rowOf } from './rows.ts';

const row = rowOf('journal');

const WARM_UP_PAIRS = 3;
const PAIRS = 9;
const FULL_LOAD_MS = 5_000;
/** What a link reads in one turn of the event loop. */
const TURN_MS = 1;
const NO_JOURNAL = 'the same replay without a journal, in turns with it';

/** What the journal and the ticks cost the desk: a replay with them and without, and the loop of a desk that gets all it can take. */
export async function measure(): Promise<BenchRow[]> {
  const { path, name } = usdmRecording();
  const rates: { readonly on: number; readonly off: number }[] = [];
  for (let pair = 0; pair < WARM_UP_PAIRS + PAIRS; pair += 1) {
    const off = (await replayOnce(path)).framesPerSecond;
    const on = (await inFolder((folder) => replayOnce(path, folder))).framesPerSecond;
    if (pair >= WARM_UP_PAIRS) rates.push({ on, off });
  }
  const frames = (await coreInputs(path)).filter(isMarketInput);
  const loaded = await inFolder((folder) => fullLoad(folder, frames));
  return [
    row(`replay with journal and ticks, ${name}`, median(rates.map(({ on }) => on)), 'frames/s'),
    row(
      'engine with journal against without',
      median(rates.map(({ on, off }) => on / off)),
      'x',
      { atLeast: 0.9 },
      NO_JOURNAL,
    ),
    row('live desk, full load', loaded.inputsPerSecond, 'inputs/s'),
    row('live desk, full load, loop delay p99', loaded.delayP99Ms, 'ms', { atMost: 5 }),
    row('live desk, full load, loop delay max', loaded.delayMaxMs, 'ms'),
  ];
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Loaded {
  readonly inputsPerSecond: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

/** A live desk with journal, ticks and outbox, fed without a pause; its venue acknowledges and cancels at once. */
async function fullLoad(directory: string, frames: readonly MarketInput[]): Promise<Loaded> {
  const ring = createRing(TICKS_RING_BYTES);
  const client = await JournalClient.start({ directory, workerEntry: JOURNAL_WORKER, now: hostClock, ticksRing: ring });
  const ticks = await TickRecorder.start({ directory, workerEntry: TICKS_WORKER, ring, segment: 1 });
  const stopFlag = new StopFlag(createStopFlag());
  const startedAt = hostClock();
  let last = startedAt;
  const now = (): typeof startedAt => {
    const at = hostClock();
    if (at > last) last = at;
    return last;
  };
  let halted: string | null = null;
  const desk = new LiveDesk(
    (made) => {
      const run = { config: PAPER, instruments: INSTRUMENTS, strategy: 'market-maker' } as const;
      const { core, secondCheck } = createCheckedCore(run, made);
      const outbox = new Outbox({
        secondCheck,
        stopFlag,
        durableSeq: () => client.durableSeq(),
        send: (effect) => answer(effect, made, now),
        now,
        heard: (clientOrderId, report) =>
          made.accept({ kind: 'order-report', seq: 0, at: now(), clientOrderId, report }),
      });
      const clock = { now, msUntil: (at: number) => Math.max(0, (at - now()) / 1_000) };
      return { core, outbox, journal: new DeskJournal(client), ticks, stopFlag, clock };
    },
    {
      fact() {},
      input() {},
      halted: ({ detail }) => {
        halted = detail;
      },
    },
  );
  client.onChange(() => desk.watermarkMoved());
  desk.begin({ kind: 'start', seq: 0, at: now(), seed: 1, identity: client.opened.identity });
  desk.open();
  const feeder = new Feeder(desk, frames);
  await feeder.run(FULL_LOAD_MS / 5);
  const seqBefore = desk.core.lastSeq;
  const loop = new LoopMonitor();
  await feeder.run(FULL_LOAD_MS);
  const { delayMs, seconds } = loop.read().sinceStart;
  loop.close();
  desk.end();
  await ticks.close();
  await client.close();
  if (halted !== null) throw new Error(`the desk stopped under load: ${halted}`);
  return {
    inputsPerSecond: (desk.core.lastSeq - seqBefore) / seconds,
    delayP99Ms: delayMs.p99,
    delayMaxMs: delayMs.max,
  };
}

function answer(effect: Effect, desk: LiveDesk, now: () => ReturnType<typeof hostClock>): SendResult {
  const [id, report] = reportOf(effect);
  if (report !== null) {
    setImmediate(() => desk.accept({ kind: 'order-report', seq: 0, at: now(), clientOrderId: id, report }));
  }
  return { ok: true };
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

/** Gives a desk recorded frames, over and over, a millisecond's worth in one turn. */
class Feeder {
  private readonly desk: LiveDesk;
  private readonly frames: readonly MarketInput[];
  private next = 0;

  constructor(desk: LiveDesk, frames: readonly MarketInput[]) {
    this.desk = desk;
    this.frames = frames;
  }

  async run(durationMs: number): Promise<void> {
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs) {
      const turnEndMs = performance.now() + TURN_MS;
      do {
        this.desk.accept({ ...this.frames[this.next] } as MarketInput);
        this.next = (this.next + 1) % this.frames.length;
      } while (performance.now() < turnEndMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
