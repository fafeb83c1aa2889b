import { Random } from '../../../src-main/core/engine/random.ts';
import { type FaultRule, type FaultRuleText, faultRules } from './fault-rules.ts';

/** One fault at a random time, with what makes it bite within a short history. Each may come in any history. */
const MENU: readonly ((random: Random) => FaultRuleText)[] = [
  () => ({ fault: 'too-many-requests', probability: 0.05 }),
  () => ({ fault: 'banned', forMs: 2_000, probability: 0.02 }),
  () => ({ fault: 'server-error', method: 'POST', probability: 0.2, times: 2 }),
  () => ({ fault: 'bad-gateway', probability: 0.1 }),
  () => ({ fault: 'unknown-error', path: '/fapi/v1/order', executes: true }),
  () => ({ fault: 'unknown-error', path: '/fapi/v1/order', executes: false }),
  () => ({ fault: 'service-unavailable', probability: 0.2, times: 2 }),
  () => ({ fault: 'overloaded', path: '/fapi/v1/order', method: 'POST', forMs: 1_000 }),
  () => ({ fault: 'internal-error', probability: 0.2 }),
  () => ({ fault: 'unexpected-response', path: '/fapi/v1/order', probability: 0.3, times: 2 }),
  () => ({ fault: 'backend-timeout', path: '/fapi/v1/order', probability: 0.3, times: 2 }),
  () => ({ fault: 'html-body', probability: 0.1 }),
  () => ({ fault: 'truncated-json', probability: 0.1, times: 2 }),
  () => ({ fault: 'timeout-before-accept', path: '/fapi/v1/order' }),
  () => ({ fault: 'timeout-after-accept', path: '/fapi/v1/order' }),
  () => ({ fault: 'cut-after-accept', path: '/fapi/v1/order' }),
  (random) => ({ fault: 'slow-answer', probability: 0.3, times: 5, delayMs: 200 + random.below(3_000) }),
  (random) => ({ fault: 'order-not-found', forMs: 200 + random.below(3_000) }),
  () => ({ fault: 'stale-order', forMs: 1_000 }),
  () => ({ fault: 'partial-mass-cancel', times: 2 }),
  () => ({ fault: 'duplicate-report', probability: 0.5, times: 5 }),
  () => ({ fault: 'late-report', probability: 0.5, times: 5 }),
  () => ({ fault: 'lost-report', probability: 0.3 }),
  (random) => ({ fault: 'silent-reports', forMs: 1_000 + random.below(5_000) }),
  () => ({ fault: 'fill-before-acknowledgement', times: 3 }),
  () => ({ fault: 'fill-after-end', times: 3 }),
  () => ({ fault: 'depth-gap', probability: 0.1, times: 2 }),
  (random) => ({ fault: 'lost-frames', forMs: 500 + random.below(3_000) }),
  (random) => ({ fault: 'clock-skew', skewMs: random.below(8_000) - 4_000 }),
  () => ({ fault: 'expire-listen-key' }),
  () => ({ fault: 'disconnect' }),
  () => ({ fault: 'cut' }),
  () => ({ fault: 'cut', connections: 'user' }),
  () => ({ fault: 'cut', connections: 'orders' }),
  () => ({ fault: 'half-open', connections: 'market' }),
  () => ({ fault: 'half-open', connections: 'user' }),
  () => ({ fault: 'half-open', connections: 'orders' }),
  (random) => ({ fault: 'refuse-connections', forMs: 500 + random.below(2_000) }),
  (random) => ({ fault: 'maintenance', forMs: 1_000 + random.below(3_000), cancelsOrders: random.below(2) === 0 }),
  () => ({ fault: 'dead-man-fires' }),
];

/**
 * `count` faults of every kind, spread at random over `spanMs`. The same seed gives the same faults.
 * @param seed any safe integer.
 */
export function randomFaults(seed: number, count: number, spanMs: number): FaultRule[] {
  const random = new Random(seed);
  const rules = Array.from({ length: count }, () => {
    const fromMs = random.below(spanMs);
    return { ...MENU[random.below(MENU.length)](random), fromMs };
  });
  return faultRules(rules);
}
