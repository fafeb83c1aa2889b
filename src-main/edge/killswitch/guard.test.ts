import { describe, expect, it } from 'vitest';
import { encodeFrame } from './frame.ts';
import { anchorBody, BOARD_TYPES } from './messages.ts';
import { ScriptedGuard } from './scripted-guard.ts';

const provenAttempts = (scripted: ScriptedGuard): number[] =>
  scripted.venues.map(({ attempts }) => attempts.filter(({ proven }) => proven).length);

describe('a guard', () => {
  it('says that the switch is armed once it has proven itself, and not before', async () => {
    const scripted = new ScriptedGuard();
    await scripted.guard.open();
    await scripted.wait(50);
    expect(scripted.reports).toEqual([]);
    await scripted.wait(1_000);
    expect(scripted.reports).toEqual([{ event: 'armed' }]);
    expect(scripted.guard.view).toMatchObject({ link: 'live', isArmed: true, port: 'scripted' });
  });

  it('has the board remember how far the journal reaches', async () => {
    const scripted = await ScriptedGuard.armed();
    const anchor = { size: 77n, root: new Uint8Array(16).fill(9) };
    scripted.guard.storeAnchor(anchor);
    expect(scripted.board.anchors).toEqual([anchorBody(anchor)]);
  });

  it('shuts the door in the turn that hears the button, before anybody is told', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.board.trip('button');
    expect(scripted.state.isShut).toBe(true);
    expect(scripted.of('tripped')).toEqual([
      { event: 'tripped', trip: 1, cause: 'button', detail: expect.stringContaining('button'), isDrill: false },
    ]);
  });

  it('is not armed again by what the board said before its trip', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.board.trip('button');
    scripted.board.isMute = true;
    await scripted.wait(400);
    expect(scripted.guard.view.isArmed).toBe(false);
  });

  it('leaves the first cancels to an engine that answers, and proves zero all the same', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.board.trip('button');
    await scripted.wait(60);
    expect(scripted.venues.map(({ attempts }) => attempts.length)).toEqual([0, 0]);
    await scripted.wait(500);
    expect(provenAttempts(scripted)).toEqual([1, 1]);
    expect(scripted.of('cancelled').map(({ venue, isProven }) => [venue, isProven])).toEqual([
      ['one', true],
      ['two', true],
    ]);
  });

  it('cancels at every venue itself when the engine has not answered within 20 ms, and proves zero once more when it does', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.isDeskAlive = false;
    const trippedMs = scripted.nowMs;
    scripted.board.trip('button');
    await scripted.wait(100);
    const [attempt] = scripted.venues[0].attempts;
    expect((attempt?.startedMs ?? 0) - trippedMs).toBeLessThanOrEqual(25);
    await scripted.wait(5_000);
    expect(provenAttempts(scripted)).toEqual([1, 1]);
    scripted.isDeskAlive = true;
    const answeredMs = scripted.nowMs;
    await scripted.wait(500);
    expect(provenAttempts(scripted)).toEqual([2, 2]);
    for (const { attempts } of scripted.venues) expect(attempts.at(-1)?.startedMs).toBeGreaterThanOrEqual(answeredMs);
  });

  it('goes on until a venue proves zero, and names what survives once', async () => {
    const scripted = await ScriptedGuard.armed();
    const [stubborn, broken] = scripted.venues;
    stubborn.survivors = ['BTCUSDT 17'];
    broken.isBroken = true;
    scripted.board.trip('button');
    await scripted.wait(3_000);
    expect(scripted.of('cancelled')).toEqual([
      { event: 'cancelled', trip: 1, venue: 'one', isProven: false, survivors: ['BTCUSDT 17'], detail: '' },
      { event: 'cancelled', trip: 1, venue: 'two', isProven: false, survivors: [], detail: 'the venue is broken' },
    ]);
    expect(stubborn.attempts.length).toBeGreaterThan(3);
    stubborn.survivors = [];
    broken.isBroken = false;
    await scripted.wait(1_000);
    expect(
      scripted
        .of('cancelled')
        .slice(2)
        .map(({ venue, isProven }) => [venue, isProven]),
    ).toEqual([
      ['one', true],
      ['two', true],
    ]);
    const attempts = stubborn.attempts.length;
    await scripted.wait(1_000);
    expect(stubborn.attempts.length).toBe(attempts);
  });

  it('cancels at venues that are connected after the trip, too', async () => {
    const scripted = new ScriptedGuard();
    scripted.board.causes = ['button'];
    await scripted.guard.open();
    await scripted.wait(1_000);
    expect(scripted.state.isShut).toBe(true);
    scripted.guard.setRoutes(scripted.venues);
    await scripted.wait(200);
    expect(provenAttempts(scripted)).toEqual([1, 1]);
  });

  it('shows the board Emergency from the trip on, whatever mode the desk last told', async () => {
    const scripted = await ScriptedGuard.armed();
    expect(scripted.board.hostMode).toBe('normal');
    scripted.isDeskAlive = false;
    scripted.board.trip('button');
    await scripted.wait(10);
    expect([scripted.board.hostMode, scripted.state.mode]).toEqual(['emergency', 'normal']);
    scripted.state.setMode('pause');
    scripted.state.open(1);
    await scripted.wait(10);
    expect(scripted.board.hostMode).toBe('pause');
  });
});

describe('what is wrong with a switch', () => {
  it('heartbeats that are lost pause the desk after 500 ms, and stop it after 2 s', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.board.isMute = true;
    await scripted.wait(400);
    expect(scripted.reports).toHaveLength(1);
    await scripted.wait(250);
    expect(scripted.of('fault')).toMatchObject([{ fault: 'heartbeat-lost', mode: 'pause' }]);
    expect(scripted.state.isShut).toBe(false);
    await scripted.wait(1_500);
    expect(scripted.of('tripped')).toMatchObject([{ cause: 'silent' }]);
    expect(scripted.state.isShut).toBe(true);
  });

  it('a switch that is unplugged stops the desk, and one that is plugged in again only counts as armed', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.board.unplug();
    expect(scripted.of('tripped')).toMatchObject([{ cause: 'unplugged' }]);
    await scripted.wait(2_000);
    scripted.board.replug();
    await scripted.wait(2_000);
    expect(scripted.of('armed')).toHaveLength(2);
    expect(scripted.state.isShut).toBe(true);
  });

  it('a board that starts anew while it is live stops the desk', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.board.reboot();
    await scripted.wait(100);
    expect(scripted.of('tripped')).toMatchObject([{ cause: 'rebooted' }]);
    expect(scripted.of('fault')).toEqual([]);
  });

  it('garbage pauses the desk, and a few bad frames do not', async () => {
    const scripted = await ScriptedGuard.armed();
    for (let sent = 0; sent < 5; sent += 1) scripted.board.sendRaw(Uint8Array.of(1, 2, 3, 0));
    await scripted.wait(1_500);
    expect(scripted.of('fault')).toEqual([]);
    for (let sent = 0; sent < 20; sent += 1) scripted.board.sendRaw(Uint8Array.of(1, 2, 3, 0));
    await scripted.wait(10);
    expect(scripted.of('fault')).toMatchObject([{ fault: 'garbage', mode: 'pause' }]);
    await scripted.wait(2_000);
    expect(scripted.of('armed')).toHaveLength(2);
  });

  it('a frame that is replayed pauses the desk; many of them stop it', async () => {
    const scripted = await ScriptedGuard.armed();
    const { lastFrame } = scripted.board;
    const replay = (): void => {
      if (lastFrame !== null) scripted.board.sendRaw(encodeFrame(lastFrame));
    };
    replay();
    expect(scripted.of('fault')).toMatchObject([{ fault: 'replayed', mode: 'pause' }]);
    for (let sent = 0; sent < 10; sent += 1) replay();
    expect(scripted.of('tripped')).toMatchObject([{ cause: 'intruder' }]);
  });

  it.each([
    ['wrong-firmware', { hash: 'ffffffffffffffff' }],
    ['wrong-device', { protocol: 9 }],
  ])('%s in the place of the switch stops the desk', async (fault, change) => {
    const scripted = await ScriptedGuard.armed();
    scripted.board.unplug();
    Object.assign(scripted.board, change);
    scripted.board.replug();
    await scripted.wait(1_500);
    expect(scripted.of('tripped').map(({ cause }) => cause)).toEqual(['unplugged', fault]);
    expect(scripted.guard.view.isArmed).toBe(false);
  });

  it('a button that stays down is stuck after a minute', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.board.standing = ['button'];
    scripted.board.trip('button');
    await scripted.wait(59_000);
    expect(scripted.of('tripped')).toHaveLength(1);
    await scripted.wait(2_000);
    expect(scripted.of('tripped').map(({ cause }) => cause)).toEqual(['button', 'stuck-button']);
  });

  it('a stop that proves nothing stops the desk all the same, once', async () => {
    const scripted = await ScriptedGuard.armed();
    const tag = new Uint8Array(8);
    const frame = encodeFrame({ type: BOARD_TYPES.stop, sequence: 1, body: new Uint8Array(0), tag });
    for (let sent = 0; sent < 3; sent += 1) scripted.board.sendRaw(frame);
    expect(scripted.of('tripped').map(({ cause }) => cause)).toEqual(['unnamed']);
  });
});

describe('a drill', () => {
  it('measures from the frame to the proof, and says that the trip was one', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.guard.beginDrill();
    expect(scripted.guard.view.drill).toEqual({ phase: 'press-now', pressWithinMs: 30_000 });
    await scripted.wait(1_000);
    scripted.board.trip('button');
    await scripted.wait(1_000);
    expect(scripted.of('tripped')).toMatchObject([{ isDrill: true }]);
    const [figures] = scripted.of('drilled');
    expect(figures).toMatchObject({ outcome: 'measured', from: 'frame', shutMs: 0 });
    expect(figures?.provenMs).toBeGreaterThan(figures?.cancelledMs ?? Number.POSITIVE_INFINITY);
    expect(scripted.guard.view.drill.phase).toBe('none');
  });

  it('ends when nobody presses the button, and the next press is none', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.guard.beginDrill();
    await scripted.wait(30_000);
    expect(scripted.of('drilled')).toMatchObject([{ outcome: 'not-pressed', shutMs: null }]);
    scripted.board.trip('button');
    expect(scripted.of('tripped')).toMatchObject([{ isDrill: false }]);
  });

  it('is not over before every venue has proven zero', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.venues[1].survivors = ['ETHUSDT 4'];
    scripted.guard.beginDrill();
    scripted.board.trip('button');
    await scripted.wait(5_000);
    expect(scripted.guard.view.drill.phase).toBe('measuring');
    await scripted.wait(26_000);
    expect(scripted.of('drilled')).toMatchObject([{ outcome: 'not-proven', provenMs: null }]);
  });

  it('is not begun by a trip with another cause', async () => {
    const scripted = await ScriptedGuard.armed();
    scripted.guard.beginDrill();
    scripted.board.trip('tamper');
    expect(scripted.of('tripped')).toMatchObject([{ cause: 'tamper', isDrill: false }]);
    expect(scripted.guard.view.drill.phase).toBe('press-now');
  });
});
