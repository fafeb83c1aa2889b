import type { ControlMode } from '../../../src-shared/domain/mode.ts';

/** What the desk knows of the world when somebody wants a looser mode. */
export interface LooseningView {
  readonly mode: ControlMode;
  /** Orders that can still trade, UNKNOWN ones among them. */
  readonly openOrders: number;
  /** Venues whose link is down. */
  readonly downVenues: readonly string[];
}

/** What stands against loosening the mode, in words for the operator. */
export function looseningBlockers({ mode, openOrders, downVenues }: LooseningView): readonly string[] {
  const blockers = downVenues.map((venue) => `the link to ${venue} is down`);
  if (mode === 'emergency' && openOrders > 0) {
    const orders = openOrders === 1 ? '1 order is' : `${openOrders} orders are`;
    blockers.unshift(`${orders} not proven cancelled yet`);
  }
  return blockers;
}
