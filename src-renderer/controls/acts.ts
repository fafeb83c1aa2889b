import type { EmulatedAct } from '../../src-shared/contract/switch.ts';
import { CONTROL_MODES, type ControlMode } from '../../src-shared/domain/mode.ts';
import { useDesk } from '../state/desk.ts';
import { MODE_WORDS } from '../ui/mode-words.ts';
import { type Ask, askFor, dropAsk } from './ask.ts';
import { give, sayRefused } from './feedback.ts';
import { type NamedScope, pressFlatten } from './flatten.ts';
import { type Act, flattenRefusalOf, modeStep, refusalOf } from './permission.ts';

/** What buttons, keys and palette do. All of them do it here, so that all of them do the same. */

const [LOOSEST] = CONTROL_MODES;

/** Asks for a mode: at once where that is tighter than `current`, with reason and hold where it is looser. */
export function requestMode(target: ControlMode, current: ControlMode | null): void {
  const { word } = MODE_WORDS[target];
  const step = modeStep(current, target);
  if (step === 'loosen') {
    if (!isAllowed('loosen', word)) return;
    if (current === null) sayRefused(`${word}: not asked for. The desk's mode is not known now.`);
    else askFor({ title: `Go to ${word}`, command: { type: 'set-mode', mode: target, from: current } });
    return;
  }
  if (step === 'stay' && target === LOOSEST) {
    sayRefused(`The desk is in ${word} already.`);
    return;
  }
  // A mode that holds already is asked for all the same: whoever stops the desk wants to hear it from the desk.
  if (!isAllowed('tighten', word)) return;
  dropAsk();
  void give({ type: 'set-mode', mode: target }, word);
}

export function cancelAll({ scope, name }: NamedScope): void {
  const what = `Cancel ${name}`;
  if (isAllowed('exit', what)) void give({ type: 'cancel-all', scope }, what);
}

/** Arms, and fires at the second press; `mode` is the desk's. */
export function flatten(target: NamedScope, mode: ControlMode | null): void {
  const what = `Flatten ${target.name}`;
  if (!isAllowed('exit', what)) return;
  const refusal = flattenRefusalOf(mode);
  if (refusal === null) pressFlatten(target);
  else sayRefused(`${what}: not sent. ${refusal}`);
}

export function stopStrategy(origin: string, instrument: string): void {
  const what = `Stop ${origin} on ${instrument}`;
  if (isAllowed('strategies', what)) void give({ type: 'disable-strategy', origin, instrument }, what);
}

export function startStrategy(origin: string, instrument: string): void {
  const title = `Start ${origin} on ${instrument}`;
  if (isAllowed('strategies', title)) askFor({ title, command: { type: 'enable-strategy', origin, instrument } });
}

/** What it finds is no answer to the command: it shows when the venues have answered. */
export function compareWithVenues(): void {
  const what = 'Compare with the venue';
  if (isAllowed('compare', what)) void give({ type: 'reconcile' }, what);
}

/** The second of the three acts after a trip. `against`: what has to be cleared first, in words; null: nothing. */
export function resetSwitch(against: string | null): void {
  askOfSwitch({ title: 'Reset the kill switch', command: { type: 'reset-switch' } }, against);
}

/** Asks for a press of the button that is measured. `against` as in {@link resetSwitch}. */
export function drillSwitch(against: string | null): void {
  askOfSwitch({ title: 'Begin the drill', command: { type: 'drill-switch' } }, against);
}

export function handleEmulated(act: EmulatedAct, what: string): void {
  if (isAllowed('killSwitch', what)) void give({ type: 'press-emulated-switch', act }, what);
}

export function acknowledge(alert: string, title: string): void {
  const what = `Acknowledge “${title}”`;
  if (isAllowed('alerts', what)) void give({ type: 'acknowledge-alert', alert }, what);
}

export function shelve(alert: string, title: string, forMinutes: number): void {
  const what = `Shelve “${title}”`;
  if (isAllowed('alerts', what)) void give({ type: 'shelve-alert', alert, forMinutes }, what);
}

function askOfSwitch(ask: Ask, against: string | null): void {
  if (!isAllowed('killSwitch', ask.title)) return;
  if (against === null) askFor(ask);
  else sayRefused(`${ask.title}: not asked for. ${against}`);
}

function isAllowed(act: Act, what: string): boolean {
  const { session, link } = useDesk.getState();
  const isLinkUp = link.state === 'up';
  const refusal = refusalOf(act, session, isLinkUp);
  if (refusal !== null) sayRefused(`${what}: not sent. ${refusal}`, !isLinkUp);
  return refusal === null;
}
