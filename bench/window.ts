import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DeskMonitor } from '../src-main/app/desk/desk-monitor.ts';
import type { DeskAccess } from '../src-main/app/window/desk-access.ts';
import { DeskWindows } from '../src-main/app/window/desk-windows.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import { isMarketInput, type MarketInput } from '../src-main/core/engine/input.ts';
import { OperatorRegistry } from '../src-main/edge/operators/registry.ts';
import { StaticFiles } from '../src-main/edge/window/static-files.ts';
import { WebServer } from '../src-main/edge/window/web-server.ts';
import { coreInputs } from './core-inputs.ts';
import { inFolder } from './live.ts';
import { LoadedDesk } from './loaded-desk.ts';
import { INSTRUMENTS, PAPER, usdmRecording } from './market.ts';
import { type BenchRow, median, quantile, rowOf } from './rows.ts';

const row = rowOf('window');

const WARM_UP_MS = 2_000;
const SPAN_MS = 2_000;
const PAIRS = 7;
const COMMANDS = 300;
const NO_WINDOW = 'the same desk without a window, in turns with it';

/** What a window costs a desk that gets all it can take, and how long a person's Pause takes to reach both doors meanwhile. */
export async function measure(): Promise<BenchRow[]> {
  const { path } = usdmRecording();
  const frames = (await coreInputs(path)).filter(isMarketInput);
  return inFolder((folder) => measured(folder, frames));
}

async function measured(folder: string, frames: readonly MarketInput[]): Promise<BenchRow[]> {
  const loaded = await LoadedDesk.start(folder, frames);
  const monitor = await monitorOf(loaded, folder);
  const access = accessTo(loaded, monitor);
  const registry = OperatorRegistry.open(folder, 'bench');
  const windows = new DeskWindows({ desk: access, registry, told: console.error, painted() {} });
  const page = join(folder, 'page');
  mkdirSync(page);
  writeFileSync(join(page, 'index.html'), '');
  const { accept, turnedAway } = windows;
  const server = await WebServer.start({ port: 0, files: StaticFiles.load(page), accept, turnedAway });

  await loaded.feed(WARM_UP_MS);
  const ratios: number[] = [];
  let values = 0;
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const off = await loaded.feed(SPAN_MS);
    const window = await WindowThread.open(server);
    await loaded.feed(SPAN_MS / 4);
    const on = await loaded.feed(SPAN_MS);
    values = await window.close(loaded);
    ratios.push(on / off);
  }
  const { doorsMs, answersMs } = await commanded(loaded, server);
  await server.close();
  windows.close('measured');
  await monitor.close();
  await loaded.end();
  return [
    row('engine with a window attached against without', median(ratios), 'x', { atLeast: 0.95 }, NO_WINDOW),
    row('updates that the window got', values / ((SPAN_MS * 1.25) / 1_000), 'a second'),
    row('command in the window → both doors, full load, p50', quantile(doorsMs, 0.5), 'ms'),
    row('command in the window → both doors, full load, p99', quantile(doorsMs, 0.99), 'ms', { atMost: 5 }),
    row('command in the window → its answer there, full load, p99', quantile(answersMs, 0.99), 'ms'),
  ];
}

function monitorOf(loaded: LoadedDesk, folder: string): Promise<DeskMonitor> {
  const { desk, client, ticks, stopFlag, recorder } = loaded;
  return DeskMonitor.start(folder, null, {
    ...{ core: desk.core, journal: client, outbox: desk.outbox, ticks, stopFlag, recorder },
    links: () => Object.fromEntries(INSTRUMENTS.map(({ venue }) => [venue, true])),
    frames: () => recorder.inputs,
    unsentEffects: () => 0,
  });
}

function accessTo(loaded: LoadedDesk, monitor: DeskMonitor): DeskAccess {
  const { desk, stopFlag } = loaded;
  const listeners: ((fact: Fact) => void)[] = [];
  loaded.heard = (fact) => {
    for (const heard of listeners) heard(fact);
  };
  return {
    ...{ core: desk.core, config: PAPER, instruments: INSTRUMENTS, speed: 1 },
    now: () => loaded.now(),
    accept: (input) => desk.accept(input),
    listen: (heard) => listeners.push(heard),
    guardSighting: () => null,
    venues: () => [],
    readings: monitor.readings,
    get isStopped() {
      return stopFlag.isSet;
    },
  };
}

interface Answered {
  readonly outcome: string;
  /** By the wall's clock, ms. */
  readonly sentMs: number;
  readonly answeredMs: number;
}

/** Pauses and resumes a desk under full load. The second door hears of a mode in the turn of the first. */
async function commanded(loaded: LoadedDesk, server: WebServer) {
  const window = await WindowThread.open(server);
  const heard = loaded.heard;
  let tightenedMs = 0;
  loaded.heard = (fact) => {
    if (fact.kind === 'mode-changed' && fact.to === 'pause') tightenedMs = performance.timeOrigin + performance.now();
    heard(fact);
  };
  let isDone = false;
  const feeding = (async () => {
    while (!isDone) await loaded.feed(100);
  })();
  const [doorsMs, answersMs] = [[] as number[], [] as number[]];
  for (let i = 0; i < COMMANDS; i += 1) {
    const { sentMs, answeredMs, outcome } = (await window.ask('pause')) as Answered;
    if (outcome !== 'done') throw new Error(`Pause came to ${outcome}`);
    doorsMs.push(tightenedMs - sentMs);
    answersMs.push(answeredMs - sentMs);
    await window.ask('normal');
    // A person, not a flood: the desk throttles those.
    await new Promise((resolve) => setTimeout(resolve, 45));
  }
  isDone = true;
  await feeding;
  await window.close(loaded);
  return { doorsMs, answersMs };
}

class WindowThread {
  private readonly worker: Worker;

  static async open(server: WebServer): Promise<WindowThread> {
    const worker = new Worker(new URL('./window-client.ts', import.meta.url), {
      workerData: { address: server.address() },
    });
    await once(worker, 'message');
    return new WindowThread(worker);
  }

  private constructor(worker: Worker) {
    this.worker = worker;
  }

  async ask(what: 'pause' | 'normal' | 'count'): Promise<unknown> {
    const answer = once(this.worker, 'message');
    this.worker.postMessage(what);
    const [found] = await answer;
    return found;
  }

  /** @returns the updates that it got. */
  async close(loaded: LoadedDesk): Promise<number> {
    const counted = this.ask('count');
    await loaded.feed(50);
    const values = Number(await counted);
    await this.worker.terminate();
    return values;
  }
}
