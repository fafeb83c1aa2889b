import { describe, expect, it } from 'vitest';
import type { ControlMode } from '../../../src-shared/domain/mode.ts';
import { Modes } from '../../core/safety/modes.ts';
import { ProperStop } from './proper-stop.ts';
import type { ModeChange } from './recovery.ts';

/** A desk that stands in `mode`, brought there by `by`, and what stands against loosening it. */
function deskIn(mode: ControlMode, by: ModeChange | null) {
  const modes = new Modes({ initial: mode });
  const desk = { blockedBy: [] as string[], told: [] as string[], set: [] as string[][] };
  const stop = new ProperStop(by, {
    core: () => ({ modes, blockedBy: () => desk.blockedBy }),
    setMode: (to, operator, reason) => desk.set.push([to, operator, reason]),
    told: (news) => desk.told.push(news),
  });
  return { ...desk, desk, stop };
}

const STOPPED: ModeChange = { from: 'pause', to: 'emergency', operator: 'desk: stopped' };
const PRESSED: ModeChange = { from: 'normal', to: 'emergency', operator: 'ann' };

function changed(by: ModeChange): never {
  return { ...{ kind: 'mode-changed', seq: 1, at: 0, cause: 1, reason: 'a test' }, ...by } as never;
}

describe('a proper stop', () => {
  it('is an emergency under a name of its own, and the next start goes back to the mode before', () => {
    const before = deskIn('normal', null);
    before.stop.shut('closing time');
    expect(before.set).toEqual([['emergency', 'desk: stopped', 'closing time']]);
    const { stop, set, told } = deskIn('emergency', STOPPED);
    expect(stop.nextMode(false)).toBe('pause');
    expect(stop.nextMode(true)).toBe('emergency');
    stop.open('ann', null, false);
    expect(set).toEqual([['pause', 'ann', 'started again after a proper stop']]);
    expect(told).toEqual([]);
  });

  it('leaves an emergency to whoever brought it about', () => {
    const { stop, set } = deskIn('emergency', PRESSED);
    stop.shut('closing time');
    expect(set).toEqual([]);
    expect(stop.nextMode(false)).toBe('emergency');
  });

  it('does not undo what a person, or last words, stopped, until somebody says why it may', () => {
    for (const { by, words } of [
      { by: PRESSED, words: false },
      { by: STOPPED, words: true },
    ]) {
      const { stop, set, told } = deskIn('emergency', by);
      stop.open('ann', null, words);
      expect(set).toEqual([]);
      expect(told).toEqual([expect.stringMatching(/the desk stays in emergency \(by .*\): to trade again/)]);
      stop.open('ann', 'looked at it', words);
      expect(set).toEqual([['normal', 'ann', 'looked at it']]);
    }
  });

  it('waits with opening until nothing stands against it, and gives way to whoever changes the mode meanwhile', () => {
    const { desk, stop, set } = deskIn('emergency', STOPPED);
    desk.blockedBy = ['2 orders are not proven cancelled yet'];
    stop.open('ann', null, false);
    stop.retry();
    expect(set).toEqual([]);
    desk.blockedBy = [];
    stop.retry();
    stop.retry();
    expect(set).toHaveLength(1);

    const other = deskIn('emergency', STOPPED);
    other.desk.blockedBy = ['the link to simulated is down'];
    other.stop.open('ann', null, false);
    other.stop.heard(changed(PRESSED));
    other.desk.blockedBy = [];
    other.stop.retry();
    expect(other.set).toEqual([]);
  });

  it('tells who tightened the mode and why, but for itself', () => {
    const { stop, told } = deskIn('normal', null);
    stop.heard(changed({ from: 'normal', to: 'pause', operator: 'desk: foreign orders' }));
    stop.heard(changed({ from: 'pause', to: 'normal', operator: 'ann' }));
    stop.heard(changed(STOPPED));
    expect(told).toEqual(['the desk is in pause now, by desk: foreign orders: a test']);
  });
});
