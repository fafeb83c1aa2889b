import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { encodeFrame } from './frame.ts';
import { DEFAULT_GUARD_POLICY } from './guard-policy.ts';
import { ScriptedGuard } from './scripted-guard.ts';

/** What hands, lines, venues and desks do to a guard. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 5, max: 1_500 }) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['press', 'tamper', 'clear', 'mute', 'unmute', 'unplug', 'replug', 'reboot', 'garbage', 'replay'] as const),
        ...(['block-desk', 'unblock-desk', 'resume', 'venue-fails', 'venue-mends', 'venue-breaks', 'drill'] as const),
      ),
      ms: fc.constantFrom(5, 20, 400),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What has to hold at every moment, kept without looking into the guard. */
class Model {
  private readonly scripted: ScriptedGuard;
  /** Trips that were opened again by a person. */
  private opened = 0;
  private mutedSinceMs: number | null = null;
  private reportsSeen = 0;

  constructor(scripted: ScriptedGuard) {
    this.scripted = scripted;
  }

  do({ do: act }: Step): void {
    const { scripted } = this;
    const { board, state } = scripted;
    const isHeard = board.isPlugged && !board.isMute && board.isLive;
    const before = state.trips;
    switch (act) {
      case 'wait':
        return;
      case 'press':
      case 'tamper': {
        const isNew = !board.causes.includes(act === 'press' ? 'button' : 'tamper');
        const isArmed = scripted.guard.view.isArmed;
        board.trip(act === 'press' ? 'button' : 'tamper');
        if (isHeard && isNew && isArmed) expect(state.trips).toBe(before + 1);
        if (isHeard && isNew && isArmed) expect(state.isShut).toBe(true);
        return;
      }
      case 'clear':
        board.clear();
        return;
      case 'mute':
        board.isMute = true;
        this.mutedSinceMs ??= scripted.nowMs;
        return;
      case 'unmute':
        board.isMute = false;
        this.mutedSinceMs = null;
        return;
      case 'unplug': {
        const wasArmed = scripted.guard.view.isArmed && board.isPlugged;
        if (board.isPlugged) board.unplug();
        if (wasArmed) expect(state.isShut).toBe(true);
        return;
      }
      case 'replug':
        board.replug();
        return;
      case 'reboot':
        board.reboot();
        return;
      case 'garbage':
        for (let sent = 0; sent < 12; sent += 1) board.sendRaw(Uint8Array.of(sent + 1, 9, 9, 0));
        return;
      case 'replay':
        if (board.lastFrame !== null) board.sendRaw(encodeFrame(board.lastFrame));
        return;
      case 'block-desk':
        scripted.isDeskAlive = false;
        return;
      case 'unblock-desk':
        scripted.isDeskAlive = true;
        return;
      case 'resume':
        // As the core has it: only while the switch is armed, and only for trips that it has heard of.
        if (!scripted.guard.view.isArmed || !scripted.isDeskAlive) return;
        this.opened = state.trips;
        state.open(this.opened);
        return;
      case 'venue-fails':
        scripted.venues[0].survivors = ['A 1'];
        return;
      case 'venue-breaks':
        scripted.venues[1].isBroken = true;
        return;
      case 'venue-mends':
        scripted.venues[0].survivors = [];
        scripted.venues[1].isBroken = false;
        return;
      case 'drill':
        scripted.guard.beginDrill();
    }
  }

  check(): void {
    const { scripted } = this;
    const { state, guard, reports, board, nowMs } = scripted;
    // Nothing but a person opens the door.
    expect(state.isShut).toBe(state.trips > this.opened);
    // Trips are told, each under its number.
    expect(scripted.of('tripped').map(({ trip }) => trip)).toEqual(
      Array.from({ length: state.trips }, (_, index) => index + 1),
    );
    // A fault that was told has tightened something.
    for (const report of reports.slice(this.reportsSeen)) {
      if (report.event === 'fault') expect(report.mode).toBe(DEFAULT_GUARD_POLICY.modes[report.fault]);
    }
    this.reportsSeen = reports.length;
    // Only what proves itself is armed; of a muted board nobody knows for half a second.
    if (guard.view.isArmed && !board.isMute) expect([board.causes, board.isPlugged]).toEqual([[], true]);
    const isMuted = this.mutedSinceMs !== null && nowMs - this.mutedSinceMs >= 2_100;
    if (isMuted) expect(guard.view.isArmed).toBe(false);
    if (isMuted && reports.length > 0) expect(state.trips).toBeGreaterThan(0);
  }

  /** What has to have come true once everything is quiet: the switch well, the desk alive, every venue answering. */
  async settle(): Promise<void> {
    const { scripted } = this;
    const { state, venues, board } = scripted;
    venues[0].survivors = [];
    venues[1].isBroken = false;
    scripted.isDeskAlive = true;
    board.isMute = false;
    board.replug();
    board.clear();
    const { isShut } = state;
    await scripted.wait(4_000);
    // A switch that is well again opens nothing.
    if (isShut) expect(state.isShut).toBe(true);
    expect(scripted.guard.view.drill.phase).not.toBe('measuring');
    if (state.trips === 0) return;
    for (const { venue } of venues) {
      const last = scripted.of('cancelled').findLast((report) => report.venue === venue);
      expect(last).toMatchObject({ isProven: true, trip: state.trips });
    }
  }
}

it('whatever happens: no trip is lost, nobody but a person opens, only proof is armed, and every venue proves zero in the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const scripted = await ScriptedGuard.armed();
      const model = new Model(scripted);
      for (const of of steps) {
        model.do(of);
        await scripted.wait(of.ms);
        model.check();
      }
      await model.settle();
    }),
    { seed: 6, numRuns: runs(200) },
  );
});
