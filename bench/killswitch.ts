import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { KillDesk } from '../e2e/kill-desk.ts';
import { measureSwitch } from '../native/emulator/measure.ts';
import type { ReachedVenue } from '../src-main/app/venues/create-venue.ts';
import type { Fact } from '../src-main/core/engine/fact.ts';
import { type BenchRow, quantile, rowOf } from './rows.ts';
import { startServing } from './venue-process.ts';

const row = rowOf('killswitch');

const OPEN_ORDERS = 200;
/** The desk's way to cancel is compiled only after thousands of cancels. */
const WARM_UP_KILLS = 8;
const KILLS = 30;
const BLOCKED_KILLS = 20;
/** Longer than a kill may take. */
const BLOCKED_MS = 400;
const FIRMWARE_PRESSES = 50;
const BUDGET = 'budget: debounce 5 ms, tag 1 ms, frame 3.5 ms, host the rest';

/** All in ms since the button's edge. */
interface KillFigures {
  readonly shutMs: number;
  readonly cancelledMs: number;
  readonly provenMs: number;
  /** The venue had ended the last order, by its own log; its clock tells whole milliseconds. */
  readonly emptyMs: number;
}

/** Kills of a desk with open orders: venue, desk and guard on their own threads and processes, the firmware's binary on an emulated board. */
export async function measure(): Promise<BenchRow[]> {
  const { line, end } = await startServing('venue-simulator-main.ts');
  const venue = JSON.parse(line) as ReachedVenue;
  const desk = await KillDesk.start({ venue });
  const idle = new Worker(new URL('idle-thread.ts', import.meta.url));
  try {
    await kills(desk, WARM_UP_KILLS, false);
    await delaysOf(idle);
    const alive = await kills(desk, KILLS, false);
    const blocked = await kills(desk, BLOCKED_KILLS, true);
    return [
      ...killRows(`${OPEN_ORDERS} open orders`, alive, { cancelledMs: 100 }),
      ...killRows(`${OPEN_ORDERS} open orders, desk's loop blocked`, blocked, { cancelledMs: 150 }),
      ...(await hostRows(idle)),
      ...firmwareRows(),
    ];
  } finally {
    await idle.terminate();
    await desk.end();
    end();
  }
}

function killRows(what: string, kills: readonly KillFigures[], most: { readonly cancelledMs: number }): BenchRow[] {
  const p = (figure: keyof KillFigures, share: number): number =>
    quantile(
      kills.map((of) => of[figure]),
      share,
    );
  const name = (figure: string): string => `edge → ${figure}, ${what}`;
  const of = `p99 of ${kills.length}`;
  return [
    row(`${name('outbox shut')}, p50`, p('shutMs', 0.5), 'ms'),
    row(`${name('outbox shut')}, ${of}`, p('shutMs', 0.99), 'ms', { atMost: 20 }, BUDGET),
    row(`${name('last cancel on the wire')}, p50`, p('cancelledMs', 0.5), 'ms'),
    row(`${name('last cancel on the wire')}, ${of}`, p('cancelledMs', 0.99), 'ms', { atMost: most.cancelledMs }),
    row(`${name('venue empty by its own log')}, ${of}`, p('emptyMs', 0.99), 'ms'),
    row(`${name('zero proven')}, ${of}`, p('provenMs', 0.99), 'ms', { atMost: 2_000 }),
  ];
}

/** What a busy machine adds to every figure above. */
async function hostRows(idle: Worker): Promise<BenchRow[]> {
  const { p99Ms, maxMs } = await delaysOf(idle);
  return [
    row('host: how late an idle thread ran meanwhile, p99', p99Ms, 'ms'),
    row('host: how late an idle thread ran meanwhile, max', maxMs, 'ms'),
  ];
}

/** Since the last call. */
async function delaysOf(idle: Worker): Promise<{ readonly p99Ms: number; readonly maxMs: number }> {
  idle.postMessage('read');
  const [figures] = await once(idle, 'message');
  return figures;
}

async function kills(desk: KillDesk, count: number, isBlocked: boolean): Promise<readonly KillFigures[]> {
  const figures: KillFigures[] = [];
  for (let kill = 0; kill < count; kill += 1) figures.push(await killOnce(desk, isBlocked));
  return figures;
}

/** One kill, and back to normal. */
async function killOnce(desk: KillDesk, isBlocked: boolean): Promise<KillFigures> {
  await desk.rest(OPEN_ORDERS);
  const { length: entries } = await desk.log();
  const { length: drills } = desk.of('switch-drill');
  desk.command({ type: 'drill-switch' });
  await desk.until(() => desk.desk.guardSighting()?.view.drill.phase === 'press-now', 'the drill');
  const pressedMs = Date.now();
  desk.act('press');
  if (isBlocked) desk.block(BLOCKED_MS);
  await desk.until(() => desk.of('switch-drill').length > drills, 'the figures');
  const { shutMs, cancelledMs, provenMs } = desk.of('switch-drill').at(-1) as Extract<Fact, { kind: 'switch-drill' }>;
  if (shutMs === null || cancelledMs === null || provenMs === null) throw new Error('a kill proved nothing');
  const ends = (await desk.log()).slice(entries).flatMap((entry) => (entry.kind === 'ended' ? [entry.at] : []));
  await desk.until(() => desk.desk.core.orders.allOpen().length === 0, 'no open order in the books');
  await desk.release();
  desk.command({ type: 'set-mode', mode: 'normal' });
  await desk.until(() => !desk.desk.isStopped, 'an open door');
  return { shutMs, cancelledMs, provenMs, emptyMs: Math.max(...ends) - pressedMs };
}

/** Of the firmware alone, in the board's own time. */
function firmwareRows(): BenchRow[] {
  const { flashBytes, staticRamBytes, stackBytes, longestLoopUs, edgeToStopUs } = measureSwitch(FIRMWARE_PRESSES);
  const heardMs = edgeToStopUs.map((us) => us / 1_000);
  return [
    row(`firmware: edge → STOP on the line, p99 of ${FIRMWARE_PRESSES}`, quantile(heardMs, 0.99), 'ms', {}, BUDGET),
    row('firmware: longest loop', longestLoopUs / 1_000, 'ms', { atMost: 2 }),
    row('firmware: flash', flashBytes, 'bytes', { atMost: 16 * 1024 }),
    row('firmware: static memory', staticRamBytes, 'bytes', { atMost: 1024 }),
    row('firmware: deepest stack', stackBytes, 'bytes'),
  ];
}
