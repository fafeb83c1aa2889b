import type { VenueView } from '../../../src-shared/contract/venues.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import { age, clockSeconds, number } from '../../ui/format.ts';

/** What stands in a venue's card in words, and whether it asks for a look. */
export interface Said {
  readonly level: Level;
  readonly text: string;
}
export type Level = 'normal' | 'high' | 'over';

type Budget = VenueView['budget'][number];

const MS_PER_SECOND = 1_000;
/** Venues refuse what is stamped about a second away from their own time. */
const CLOCK_LIMIT_MS = 1_000;
/** From this share of what orders may use on it is a warning. */
const BUDGET_SHARE = 0.8;

const STATES: Readonly<Record<VenueView['state'], Said>> = {
  connecting: { level: 'normal', text: '… Connecting' },
  up: { level: 'normal', text: '● Up' },
  degraded: { level: 'high', text: '▲ Up in part' },
  down: { level: 'over', text: '■ Down: open orders there are unwatched, nothing new is ordered' },
  banned: { level: 'over', text: '■ Banned: the venue answers no request' },
  maintenance: { level: 'high', text: '▲ In maintenance: nothing trades there' },
};

export function stateWords({ state }: Pick<VenueView, 'state'>): Said {
  return STATES[state];
}

/** The switch at the venue that cancels everything when nobody proves that the desk lives. */
export function deadManWords({ state, firesInMs }: VenueView['deadMan']): Said {
  switch (state) {
    case 'none':
      return normal('this venue has none: open orders would outlive the desk');
    case 'disarmed':
      return normal('not armed: it will be before the next order leaves');
    case 'armed':
      return normal(
        firesInMs === null
          ? 'armed'
          : `armed, fires in ${Math.ceil(Math.max(0, firesInMs) / MS_PER_SECOND)} s if nobody refreshes it`,
      );
    case 'fired':
      return { level: 'over', text: '■ fired: the venue has cancelled every order there' };
  }
}

export function clockWords(clock: VenueView['clock']): Said {
  if (clock === null) return normal('not measured');
  const { offsetMs, uncertaintyMs } = clock;
  const size = number(Math.abs(offsetMs), 1);
  const side = offsetMs < 0 ? 'behind' : 'ahead of';
  const text = `${size} ms ${side} this machine, ± ${number(uncertaintyMs, 1)} ms`;
  if (Math.abs(offsetMs) + uncertaintyMs < CLOCK_LIMIT_MS) return normal(text);
  return { level: 'high', text: `▲ ${text}: check this machine's clock` };
}

export function restingWords(restingUntil: VenueView['restingUntil']): Said {
  if (restingUntil === null) return normal('nothing is held back');
  return { level: 'high', text: `▲ resting until ${clockSeconds(restingUntil)} UTC: only what must be is sent` };
}

export function comparisonWords(reconciliation: VenueView['reconciliation'], ageMsOf: (at: Micros) => number): Said {
  if (reconciliation === null) return normal('not compared since the desk started');
  const { differences, at } = reconciliation;
  const when = `${age(ageMsOf(at))} ago`;
  if (differences === 0) return normal(`orders, positions and balances agree, ${when}`);
  const what = differences === 1 ? '1 difference stands' : `${differences} differences stand`;
  return { level: 'over', text: `■ ${what}, ${when}: see the alerts` };
}

/** How much is left for what is no cancel: the reserve is not orders' to use. */
export function budgetLevel({ used, limit, reserved }: Pick<Budget, 'used' | 'limit' | 'reserved'>): Level {
  const free = limit - reserved;
  if (used >= free) return 'over';
  return used >= free * BUDGET_SHARE ? 'high' : 'normal';
}

export const BUDGET_MARKS: Readonly<Record<Level, string>> = {
  normal: '',
  high: '▲ nearly used',
  over: '■ only cancels leave',
};

export function budgetText({ used, limit, intervalMs }: Budget): string {
  return `${number(used, 0)} of ${number(limit, 0)} in ${number(intervalMs / MS_PER_SECOND, 0)} s`;
}

/** A rate as a share in percent, with its sign: longs pay where it is positive. */
export function fundingText(rate: number): string {
  const percent = number(rate * 100, 4) ?? '';
  return `${rate > 0 ? '+' : ''}${percent} %`;
}

function normal(text: string): Said {
  return { level: 'normal', text };
}
