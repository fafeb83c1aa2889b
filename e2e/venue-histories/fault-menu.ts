import type { Random } from '../../src-main/core/engine/random.ts';
import type { FaultRuleText, RequestRule } from '../simulators/binance-usdm/fault-rules.ts';

export type FaultName = FaultRuleText['fault'] | 'crash';

interface MenuItem {
  readonly name: FaultName;
  /** Each time a little different; absent where nothing goes wrong at the venue. */
  readonly rule?: (random: Random) => FaultRuleText;
}

const ORDER_PATH = '/fapi/v1/order';
const CONNECTIONS = ['all', 'market', 'user', 'orders'] as const;

/** How long something lasts: mostly short, sometimes longer than any patience of the desk. */
function lasting(random: Random): number {
  return random.below(4) === 0 ? 3_000 + random.below(9_000) : 100 + random.below(2_000);
}

function connections(random: Random): (typeof CONNECTIONS)[number] {
  return CONNECTIONS[random.below(CONNECTIONS.length)];
}

/** Of the next requests of any kind, or of those about one order. */
function request(fault: RequestRule['fault']): MenuItem {
  return {
    name: fault,
    rule: (random) => ({
      fault,
      times: 1 + random.below(3),
      after: random.below(2),
      delayMs: lasting(random),
      ...(random.below(3) === 0 ? {} : { path: ORDER_PATH }),
      ...(random.below(4) === 0 ? { forMs: lasting(random) } : {}),
    }),
  };
}

/** Everything that can go wrong, each of it in some of its shapes. */
export const FAULTS: readonly MenuItem[] = [
  { name: 'crash' },
  request('too-many-requests'),
  { name: 'banned', rule: (random) => ({ fault: 'banned', forMs: lasting(random) }) },
  request('service-unavailable'),
  request('overloaded'),
  request('timeout-before-accept'),
  request('server-error'),
  request('bad-gateway'),
  request('unknown-error'),
  request('internal-error'),
  request('unexpected-response'),
  request('backend-timeout'),
  request('html-body'),
  request('truncated-json'),
  request('timeout-after-accept'),
  request('cut-after-accept'),
  request('slow-answer'),
  { name: 'order-not-found', rule: (random) => ({ fault: 'order-not-found', forMs: lasting(random) }) },
  { name: 'stale-order', rule: (random) => ({ fault: 'stale-order', forMs: lasting(random) }) },
  {
    name: 'partial-mass-cancel',
    rule: (random) => ({ fault: 'partial-mass-cancel', times: 1 + random.below(2), leaves: 1 + random.below(2) }),
  },
  { name: 'duplicate-report', rule: (random) => ({ fault: 'duplicate-report', times: 1 + random.below(5) }) },
  {
    name: 'late-report',
    rule: (random) => ({ fault: 'late-report', times: 1 + random.below(5), delayMs: lasting(random) }),
  },
  { name: 'lost-report', rule: (random) => ({ fault: 'lost-report', times: 1 + random.below(3) }) },
  { name: 'silent-reports', rule: (random) => ({ fault: 'silent-reports', forMs: lasting(random) }) },
  {
    name: 'fill-before-acknowledgement',
    rule: (random) => ({ fault: 'fill-before-acknowledgement', times: 1 + random.below(3), delayMs: lasting(random) }),
  },
  {
    name: 'fill-after-end',
    rule: (random) => ({ fault: 'fill-after-end', times: 1 + random.below(3), delayMs: lasting(random) }),
  },
  { name: 'depth-gap', rule: (random) => ({ fault: 'depth-gap', times: 1 + random.below(3) }) },
  { name: 'lost-frames', rule: (random) => ({ fault: 'lost-frames', forMs: lasting(random) }) },
  {
    name: 'clock-skew',
    rule: (random) => ({ fault: 'clock-skew', skewMs: random.below(8_000) - 4_000 }),
  },
  { name: 'expire-listen-key', rule: () => ({ fault: 'expire-listen-key' }) },
  { name: 'disconnect', rule: (random) => ({ fault: 'disconnect', connections: connections(random) }) },
  { name: 'cut', rule: (random) => ({ fault: 'cut', connections: connections(random) }) },
  { name: 'half-open', rule: (random) => ({ fault: 'half-open', connections: connections(random) }) },
  { name: 'refuse-connections', rule: (random) => ({ fault: 'refuse-connections', forMs: lasting(random) }) },
  {
    name: 'maintenance',
    rule: (random) => ({ fault: 'maintenance', forMs: lasting(random), cancelsOrders: random.below(2) === 0 }),
  },
  { name: 'dead-man-fires', rule: () => ({ fault: 'dead-man-fires' }) },
];
