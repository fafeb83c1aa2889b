import { afterEach, describe, expect, it } from 'vitest';
import { KillSwitchError } from '../src-main/app/guard/switch-files.ts';
import { replayJournal } from '../src-main/app/journal-replay.ts';
import { KillDesk } from './kill-desk.ts';

const RESTING = 20;
/** Of one kill on a machine that does other things as well: the bench measures it properly. */
const SOON_MS = 2_000;
const BLOCKED_MS = 5_000;

let desk: KillDesk;
afterEach(() => desk.end());

const endedAt = async (): Promise<number[]> =>
  (await desk.log()).flatMap((entry) => (entry.kind === 'ended' ? [entry.at] : []));
const proofs = (): number => desk.of('switch-cancelled').filter(({ isProven }) => isProven).length;
const tripped = (): boolean => desk.of('switch-tripped').length > 0;

describe('the button of a trading desk', () => {
  it('stops it, and only three acts by a person let it trade again', async () => {
    desk = await KillDesk.start({ strategy: 'market-maker' });
    await desk.until(async () => (await desk.log()).some(({ kind }) => kind === 'accepted'), 'an order at the venue');
    await desk.rest(5);
    expect(desk.desk.core.killSwitch.state).toBe('armed');

    desk.act('press');
    await desk.until(tripped, 'a trip');
    expect(desk.desk.isStopped).toBe(true);
    expect(desk.desk.core.modes.mode).toBe('emergency');
    await desk.until(() => proofs() > 0, 'the proof of zero');
    expect(await desk.openAtVenue()).toBe(0);
    const acceptedBefore = (await desk.log()).filter(({ kind }) => kind === 'accepted').length;
    expect(desk.of('alert-raised').map(({ alertKind }) => alertKind)).toContain('kill-switch');

    // Releasing the button permits a reset, and is none.
    await desk.until(() => desk.desk.core.orders.allOpen().length === 0, 'no open order in the books');
    desk.act('release');
    desk.command({ type: 'set-mode', mode: 'normal' });
    expect(desk.of('mode-refused').at(-1)?.blockedBy).toEqual([
      'the kill switch is tripped (button): release it, then reset it',
    ]);
    desk.command({ type: 'reset-switch' }, '');
    expect(desk.of('command-refused').at(-1)?.reason).toBe('needs an operator and a reason');
    await desk.release();
    // A reset switch resumes nothing.
    expect([desk.desk.core.modes.mode, desk.desk.isStopped]).toEqual(['emergency', true]);
    expect((await desk.log()).filter(({ kind }) => kind === 'accepted').length).toBe(acceptedBefore);
    desk.command({ type: 'set-mode', mode: 'normal' }, 'all is well');
    expect([desk.desk.core.modes.mode, desk.desk.isStopped]).toEqual(['normal', false]);
    await desk.until(
      async () => (await desk.log()).filter(({ kind }) => kind === 'accepted').length > acceptedBefore,
      'orders at the venue again',
    );
  });

  it('empties the venue while its loop stands still for 5 s, and once more when it runs again', async () => {
    desk = await KillDesk.start();
    await desk.rest(RESTING);
    const pressedAt = Date.now();
    desk.act('press');
    desk.block(BLOCKED_MS);
    // Not a line of the desk has run since, and nothing is open.
    const ends = await endedAt();
    expect(ends).toHaveLength(RESTING);
    expect(Math.max(...ends) - pressedAt).toBeLessThan(SOON_MS);
    expect(desk.desk.isStopped).toBe(true);
    await desk.until(() => proofs() >= 2, 'zero proven once more');
    expect(desk.desk.core.modes.mode).toBe('emergency');
    await desk.until(() => desk.desk.core.orders.allOpen().length === 0, 'no open order in the books');
  });

  it('works when the journal takes nothing any more', async () => {
    desk = await KillDesk.start();
    desk.desk.accept({ kind: 'halt', seq: 0, at: desk.desk.now(), cause: 'journal-failed', detail: 'read-only' });
    await desk.place(3);
    desk.act('press');
    await desk.until(() => proofs() > 0, 'the proof of zero');
    expect(await desk.openAtVenue()).toBe(0);
  });

  it("works with a clock that is an hour from the venue's, and with the venue's limits spent", async () => {
    desk = await KillDesk.start();
    await desk.rest(3);
    await desk.fault(
      { fault: 'clock-skew', skewMs: 3_600_000, forMs: 60_000 },
      { fault: 'too-many-requests', method: 'DELETE', path: '/fapi/v1/allOpenOrders', times: 3 },
    );
    desk.act('press');
    desk.block(SOON_MS);
    await desk.until(() => proofs() > 0, 'the proof of zero');
    expect(await desk.openAtVenue()).toBe(0);
  });

  it('names what survives, and goes on until it is gone', async () => {
    desk = await KillDesk.start();
    await desk.rest(3);
    const fault = { fault: 'service-unavailable', times: 1, forMs: 2_500 } as const;
    await desk.fault({ ...fault, method: 'DELETE' });
    desk.act('press');
    await desk.until(() => desk.of('switch-cancelled').some(({ isProven }) => !isProven), 'what survives');
    expect(desk.of('switch-cancelled')[0]?.survivors).toHaveLength(3);
    expect(desk.of('alert-raised').map(({ alertKind }) => alertKind)).toContain('orders-survive');
    await desk.until(() => proofs() > 0, 'the proof of zero');
    expect(desk.of('alert-cleared').map(({ alert }) => alert)).toContain('orders-survive:binance-usdm-sim');
  });
});

describe('the switch of a desk', () => {
  it('trips by a broken wire and by an open case, and stays tripped across a restart of the desk', async () => {
    desk = await KillDesk.start();
    desk.act('break-wire');
    // It opens as the button does; that the other contact says nothing is noticed a little later.
    await desk.until(() => desk.of('switch-tripped').length === 2, 'two trips');
    expect(desk.of('switch-tripped').map(({ tripCause }) => tripCause)).toEqual(['button', 'button, contacts']);
    desk.act('mend-wire');
    await desk.release();
    desk.act('open-case');
    await desk.until(() => desk.of('switch-tripped').length === 3, 'another trip');
    expect(desk.of('switch-tripped')[2]?.tripCause).toBe('tamper');
    desk.act('close-case');
    await desk.stop();
    expect(replayJournal(desk.directory)).toMatchObject({ ok: true, reason: null });

    await desk.start();
    const { state, trips } = desk.desk.core.killSwitch;
    expect([state, trips.map(({ cause }) => cause)]).toEqual(['tripped', ['tamper']]);
    expect([desk.desk.core.modes.mode, desk.desk.isStopped]).toEqual(['emergency', true]);
  });

  it('trips by its plug, and only counts as armed when it is plugged in again', async () => {
    desk = await KillDesk.start();
    await desk.rest(3);
    desk.act('cut-power');
    await desk.until(tripped, 'a trip');
    expect(desk.of('switch-tripped')[0]?.tripCause).toBe('unplugged');
    await desk.until(() => proofs() > 0, 'the proof of zero');
    expect(await desk.openAtVenue()).toBe(0);
    desk.act('restore-power');
    await desk.until(() => desk.desk.core.killSwitch.state === 'armed', 'an armed switch');
    expect([desk.desk.core.modes.mode, desk.desk.isStopped]).toEqual(['emergency', true]);
    await desk.until(() => desk.desk.core.blockedBy().length === 0, 'nothing that stands against resuming');
    desk.command({ type: 'set-mode', mode: 'normal' }, 'it was plugged in again');
    expect([desk.desk.core.modes.mode, desk.desk.isStopped]).toEqual(['normal', false]);
  });

  it('is tried in a drill, which is a real trip and measured from the edge', async () => {
    desk = await KillDesk.start();
    await desk.rest(RESTING);
    desk.command({ type: 'drill-switch' });
    await desk.until(() => desk.desk.guardSighting()?.view.drill.phase === 'press-now', 'the drill');
    desk.act('press');
    await desk.until(() => desk.of('switch-drill').length > 0, 'the figures');
    const [figures] = desk.of('switch-drill');
    expect(figures).toMatchObject({ outcome: 'measured', from: 'edge' });
    const { shutMs, cancelledMs, provenMs } = figures ?? {};
    // The button has to be down for 5 ms before it counts.
    expect(shutMs).toBeGreaterThan(5);
    expect(cancelledMs).toBeGreaterThan(shutMs ?? 0);
    expect(provenMs).toBeGreaterThan(cancelledMs ?? 0);
    expect(provenMs).toBeLessThan(SOON_MS);
    expect(desk.of('switch-tripped')[0]?.isDrill).toBe(true);
    expect(desk.desk.core.modes.mode).toBe('emergency');
  });

  it('is none without one: then nothing blocks, and nothing can be reset', async () => {
    desk = await KillDesk.start({ killSwitch: { kind: 'none' } });
    desk.command({ type: 'reset-switch' });
    expect(desk.of('command-refused')[0]?.reason).toBe('this desk has no kill switch');
    expect(desk.desk.guardSighting()).toBeNull();
  });

  it.each([
    [
      { kind: 'serial', path: '/dev/interlock-nothing' },
      /\/dev\/interlock-nothing is not there|no kill switch is paired/,
    ],
    [
      { kind: 'serial', path: null },
      /no kill switch is plugged in|several devices|cannot be listed|no kill switch is paired/,
    ],
  ] as const)('lets no desk start that asks for one which is not there: %j', async (killSwitch, problem) => {
    desk = new KillDesk();
    await expect(desk.start({ killSwitch })).rejects.toThrow(KillSwitchError);
    await expect(desk.start({ killSwitch })).rejects.toThrow(problem);
  });
});
