import type { SwitchTopic } from '../../../src-shared/contract/switch.ts';
import { formatMicros, type Micros } from '../../../src-shared/domain/time.ts';
import { clock, number } from '../../ui/format.ts';

/** What stands in the panel in words, and whether it asks for a look. */
export interface Said {
  readonly level: 'normal' | 'high' | 'over';
  readonly text: string;
}

export type Board = NonNullable<SwitchTopic['board']>;
type PastDrill = SwitchTopic['drill']['past'][number];

/** The board is heard every tenth of a second. */
const LATE_MS = 500;
const DATE_LENGTH = 'YYYY-MM-DD'.length;

const LINKS: Readonly<Record<Board['link'], Said>> = {
  silent: { level: 'over', text: '■ nothing has greeted at this port' },
  opening: { level: 'high', text: '▲ being asked to prove itself' },
  live: { level: 'normal', text: '● live: it proves itself ten times a second' },
  lost: { level: 'over', text: '■ lost: it was live, and is not any more' },
  refused: { level: 'over', text: '■ refused: it is not to be trusted' },
};

const LATCHES: Readonly<Record<NonNullable<Board['latch']>, Said>> = {
  clear: { level: 'normal', text: '● clear' },
  tripped: { level: 'over', text: '■ tripped' },
  'may-reset': { level: 'high', text: '▲ tripped; a reset is permitted' },
  'reset-armed': { level: 'high', text: '▲ tripped; waiting for its reset button' },
};

const CAUSES: Readonly<Record<string, string>> = {
  button: 'the button was pressed, or its wire is broken',
  contacts: 'the contacts of the button disagree',
  tamper: 'the case is open, or its loop is damaged',
  'bad-tags': 'frames with wrong tags',
  host: 'the desk told it to stop',
  'self-test': 'its self-test failed',
  watchdog: 'its program was stuck',
  storage: 'its memory of the latch cannot be trusted',
  'heartbeat-lost': 'its heartbeat was lost',
  silent: 'it fell silent',
  unplugged: 'it was unplugged',
  garbage: 'nothing but garbage came from it',
  replayed: 'frames were played again',
  intruder: 'somebody else spoke on its line',
  'wrong-device': 'another device is plugged in',
  'wrong-firmware': 'its firmware is not trusted here',
  rebooted: 'it restarted',
  'stuck-button': 'the button is stuck',
  'guard-failed': 'its guard failed',
  unnamed: 'it named no cause',
};

export function linkWords({ link }: Pick<Board, 'link'>): Said {
  return LINKS[link];
}

export function latchWords({ latch }: Pick<Board, 'latch'>): Said {
  return latch === null ? { level: 'high', text: '▲ not told yet' } : LATCHES[latch];
}

/** What is wrong with its heartbeat; null: nothing is. */
export function heartbeatFault({ heartbeatAgeMs }: Pick<Board, 'heartbeatAgeMs'>): string | null {
  if (heartbeatAgeMs === null) return '■ none: there is no proven session';
  return heartbeatAgeMs > LATE_MS ? '■ late' : null;
}

export function doorWords({ isShut }: Pick<SwitchTopic, 'isShut'>): Said {
  return isShut
    ? { level: 'over', text: '■ shut: nothing leaves but cancels' }
    : { level: 'normal', text: '● open: the mode alone decides what leaves' };
}

export function selfTestWords({ selfTest }: Pick<Board, 'selfTest'>): Said {
  if (selfTest === null) return { level: 'high', text: '▲ not told yet' };
  const { failed } = selfTest;
  if (failed.length === 0) return { level: 'normal', text: '● passed' };
  return { level: 'over', text: `■ failed: ${failed.join(', ')}` };
}

/** What stands against a reset now, by the name of its cause. */
export function standingWords(cause: string): string {
  return cause === 'button' ? 'the button is pressed, or its wire is broken' : causeWords(cause);
}

/** Causes by name, one or several with commas between: `button, contacts`. A name that is not known is its own word. */
export function causeWords(causes: string): string {
  return causes
    .split(', ')
    .map((cause) => CAUSES[cause] ?? cause)
    .join('; ');
}

export function drillWords({ outcome, from }: PastDrill): Said {
  switch (outcome) {
    case 'measured':
      return { level: 'normal', text: `● measured from the ${from === 'edge' ? "button's edge" : "button's frame"}` };
    case 'not-pressed':
      return { level: 'high', text: '▲ nobody pressed the button' };
    case 'not-proven':
      return { level: 'over', text: '■ zero open orders was not proven' };
  }
}

/** A measured time in ms, or a dash where there is none. */
export function milliseconds(ms: number | null): string {
  return ms === null ? '—' : `${number(ms, 1)} ms`;
}

/** `2026-11-25 19:57:02.123`, UTC: what happened on another day does not look as if it were of today. */
export function dayAndClock(at: Micros): string {
  return `${formatMicros(at).slice(0, DATE_LENGTH)} ${clock(at)}`;
}
