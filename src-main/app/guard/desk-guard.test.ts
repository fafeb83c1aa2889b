import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import type { Fact, FactBody } from '../../core/engine/fact.ts';
import type { KillSwitchInput, SwitchOrder } from '../../core/engine/input.ts';
import { writeJournal } from '../../edge/journal/fixtures.ts';
import { DEFAULT_GUARD_POLICY } from '../../edge/killswitch/guard-policy.ts';
import { BenchDesk, place } from '../../edge/outbox/fixtures.ts';
import { GUARD_WORKER } from '../workers.ts';
import { DeskGuard } from './desk-guard.ts';
import type { RouteData } from './kill-routes.ts';
import type { SwitchChoice } from './switch-choice.ts';

const WAIT = { timeout: 10_000, interval: 5 };

/** A desk as its guard knows it: it takes inputs, and says what becomes of its mode. */
class GuardedDesk {
  readonly inputs: KillSwitchInput[] = [];
  readonly told: string[] = [];
  readonly guard: DeskGuard;
  readonly directory = mkdtempSync(join(tmpdir(), 'interlock-guard-'));
  /** Whether it takes inputs, or lets them wait. */
  isOpen = true;
  private seq = 0;

  constructor(choice: SwitchChoice = { kind: 'emulated' }, entry = GUARD_WORKER) {
    this.guard = new DeskGuard({
      ...{ entry, directory: this.directory, choice, policy: DEFAULT_GUARD_POLICY, operator: 'ann' },
      now: () => micros(Math.round(performance.now() * 1_000)) as Micros,
      accept: (input) => this.accept(input),
      told: (news) => this.told.push(news),
    });
  }

  accept(input: KillSwitchInput): void {
    this.inputs.push(input);
    if (!this.isOpen) return;
    this.seq += 1;
    input.seq = this.seq;
    if (input.event !== 'tripped') return;
    const { trip, cause: tripCause, detail, isDrill } = input;
    this.fact({ kind: 'switch-tripped', trip, tripCause, detail, isDrill });
  }

  fact(body: FactBody): void {
    this.guard.heard({ ...body, seq: 1, at: micros(1), cause: 1 } as Fact);
  }

  order(order: SwitchOrder): void {
    this.fact({ kind: 'switch-commanded', order, operator: 'ann', reason: '' });
  }

  mode(from: ControlMode, to: ControlMode): void {
    this.fact({ kind: 'mode-changed', from, to, operator: 'ann', reason: 'a test' });
  }

  events(): string[] {
    return this.inputs.map(({ event }) => event);
  }

  async end(): Promise<void> {
    await this.guard.close();
    rmSync(this.directory, { recursive: true });
  }
}

describe("a desk's guard", () => {
  let desk: GuardedDesk;
  beforeEach(() => {
    desk = new GuardedDesk();
  });
  afterEach(() => desk.end());

  it('says nothing before the desk takes inputs, and then first what watches over it', async () => {
    await desk.guard.start();
    expect(desk.inputs).toEqual([]);
    desk.guard.begin('normal');
    expect(desk.inputs).toMatchObject([
      { event: 'guarded', switchKind: 'emulated', detail: expect.stringContaining('firmware 1.0.0') },
      { event: 'armed' },
    ]);
    await expect.poll(() => desk.guard.sighting?.view.isArmed, WAIT).toBe(true);
  });

  it('opens its door for a mode that was loosened after the trip, and for nothing else', async () => {
    await desk.guard.start();
    desk.guard.begin('normal');
    desk.order('press');
    await expect.poll(() => desk.events(), WAIT).toContain('tripped');
    expect(desk.guard.isShut).toBe(true);
    desk.mode('normal', 'emergency');
    desk.mode('pause', 'normal');
    expect(desk.guard.isShut).toBe(true);
    desk.mode('emergency', 'pause');
    expect(desk.guard.isShut).toBe(false);
  });

  it('is seen to live as long as its loop comes round', async () => {
    await desk.guard.start();
    desk.guard.begin('normal');
    for (let looks = 0; looks < 5; looks += 1) {
      desk.guard.look();
      const seenAt = desk.guard.sighting?.at;
      await expect.poll(() => desk.guard.sighting?.at, WAIT).not.toBe(seenAt);
    }
    expect([desk.events(), desk.guard.isShut]).toEqual([['guarded', 'armed'], false]);
  });

  it('keeps its door shut for a trip that the core has not taken yet', async () => {
    await desk.guard.start();
    desk.guard.begin('emergency');
    desk.isOpen = false;
    desk.order('press');
    await expect.poll(() => desk.events(), WAIT).toContain('tripped');
    desk.mode('emergency', 'normal');
    expect(desk.guard.isShut).toBe(true);
  });

  it('lets nothing survive that waited in the outbox when it tripped, however soon it opens again', async () => {
    const stopFlag = { isSet: false };
    const outbox = new BenchDesk({ stopFlag: desk.guard.door(stopFlag) });
    await desk.guard.start();
    desk.guard.begin('normal');
    outbox.turn(place('a'), place('b'));
    desk.order('press');
    await expect.poll(() => desk.guard.isShut, WAIT).toBe(true);
    expect(outbox.durable()).toEqual([]);
    await expect.poll(() => desk.events(), WAIT).toContain('tripped');
    desk.mode('emergency', 'normal');
    expect(desk.guard.isShut).toBe(false);
    expect([outbox.durable(), outbox.outbox.waitingCount]).toEqual([[], 0]);
    expect(outbox.turn(place('c'))).toEqual([]);
    expect(outbox.durable()).toEqual(['place c']);
    stopFlag.isSet = true;
    outbox.turn(place('d'));
    expect(outbox.durable()).toEqual([]);
  });

  it('trips the desk when its own thread is gone, for good', async () => {
    await desk.guard.start();
    desk.guard.begin('normal');
    desk.guard.setRoutes([null as unknown as RouteData]);
    await expect.poll(() => desk.inputs.at(-1), WAIT).toMatchObject({ event: 'tripped', cause: 'guard-failed' });
    expect(desk.guard.isShut).toBe(true);
    // That it does not come round any more is known.
    for (let looks = 0; looks < 4; looks += 1) desk.guard.look();
    expect(desk.events().filter((event) => event === 'tripped')).toHaveLength(1);
  });
});

/** A guard of the test's own: `program` may say things to the desk, and has its shared state. */
function scriptedGuard(program: string): URL {
  const state = new URL('../../threads/guard-state.ts', import.meta.url);
  const text = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { GuardState } from '${state}';
    const state = new GuardState(workerData.state);
    const say = (message) => parentPort.postMessage(message);
    parentPort.once('message', () => process.exit());
    ${program}
    say({ kind: 'ready', switchKind: 'real', detail: '' });
  `;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

describe('a trip while the desk begins', () => {
  it('is answered once the desk has taken what waited, so that zero is proven once more', async () => {
    const entry = scriptedGuard(`
      const trip = { event: 'tripped', trip: state.trip(), cause: 'button', detail: '', isDrill: false };
      say({ kind: 'report', report: trip });
      setInterval(() => state.answered === 1 && say({ kind: 'report', report: { event: 'armed' } }), 5);
    `);
    const desk = new GuardedDesk({ kind: 'serial', path: null }, entry);
    desk.isOpen = false;
    await desk.guard.start();
    desk.guard.begin('normal');
    expect(desk.events()).toEqual(['guarded', 'tripped']);
    desk.fact({ kind: 'switch-tripped', trip: 1, tripCause: 'button', detail: '', isDrill: false });
    desk.guard.begun();
    await expect.poll(() => desk.events(), WAIT).toContain('armed');
    await desk.end();
  });
});

describe('a guard whose loop stands still', () => {
  it('trips the desk after two looks, once', async () => {
    const desk = new GuardedDesk({ kind: 'serial', path: null }, scriptedGuard(''));
    await desk.guard.start();
    desk.guard.begin('normal');
    desk.guard.look();
    expect(desk.guard.isShut).toBe(false);
    for (let looks = 0; looks < 3; looks += 1) desk.guard.look();
    expect(desk.inputs.slice(1)).toMatchObject([
      { event: 'tripped', cause: 'guard-failed', detail: 'its loop stands still' },
    ]);
    expect(desk.guard.isShut).toBe(true);
    await desk.end();
  });
});

describe("a desk's journal", () => {
  it('is anchored in the switch at the first look and every half minute', async () => {
    // Each anchor comes back as a report that tells its size.
    const entry = scriptedGuard(`
      parentPort.removeAllListeners('message');
      parentPort.on('message', (message) => {
        if (message.kind !== 'anchor') process.exit();
        const detail = String(message.anchor.size) + ':' + message.anchor.root.length;
        say({ kind: 'report', report: { event: 'fault', fault: 'garbage', mode: 'pause', detail } });
      });
      setInterval(() => state.beat(), 1);
    `);
    const desk = new GuardedDesk({ kind: 'serial', path: null }, entry);
    writeJournal(desk.directory, 5);
    await desk.guard.start();
    desk.guard.begin('normal');
    const anchors = (): string[] => desk.inputs.flatMap((input) => (input.event === 'fault' ? [input.detail] : []));
    desk.guard.look();
    await expect.poll(anchors, WAIT).toEqual(['6:16']);
    for (let looks = 1; looks <= 30; looks += 1) {
      desk.guard.look();
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await expect.poll(anchors, WAIT).toEqual(['6:16', '6:16']);
    await desk.end();
  });
});

describe('a desk without a switch', () => {
  it('has an open door, and says who accepts that', async () => {
    const desk = new GuardedDesk({ kind: 'waived', reason: 'it is being mended' });
    await desk.guard.start();
    desk.guard.begin('normal');
    expect(desk.inputs).toMatchObject([{ event: 'waived', operator: 'ann', reason: 'it is being mended' }]);
    expect([desk.guard.isShut, desk.guard.sighting]).toEqual([false, null]);
    await desk.end();
  });
});
