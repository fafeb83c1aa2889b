import { type Instrument, type InstrumentId, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, OrderStatus } from '../../../src-shared/domain/order.ts';
import type { AlertKind, Fact } from '../engine/fact.ts';

/** Something that a person has to be told of, as long as it lasts. */
export interface Condition {
  readonly alertKind: AlertKind;
  /** An instrument, a venue, a strategy, or the desk. */
  readonly subject: string;
  /** In words. */
  readonly detail: string;
  /** Which of several things of this kind it is. */
  readonly aspect: string;
}

/** What one fact changes. */
export interface ConditionChanges {
  readonly begun: readonly Condition[];
  /** Ids. */
  readonly ended: readonly string[];
}

/** What alerts read of the orders. */
export interface AlertedOrders {
  get(id: ClientOrderId): { readonly order: { readonly instrument: InstrumentId } } | undefined;
  open(instrument: InstrumentId): readonly { readonly status: OrderStatus }[];
}

const DESK = 'desk';
const NO_CHANGE: ConditionChanges = { begun: [], ended: [] };

export function alertId(of: Pick<Condition, 'alertKind' | 'subject'>): string {
  return `${of.alertKind}:${of.subject}`;
}

/**
 * What `fact` says of the conditions that alerts stand for.
 * @param instruments the whitelist, each at the index of its id.
 * @param orders must have folded the fact.
 * @param stands whether the condition of this id lasts.
 */
export function changesBy(
  fact: Fact,
  instruments: readonly Instrument[],
  orders: AlertedOrders,
  stands: (id: string) => boolean,
): ConditionChanges {
  const key = (id: InstrumentId): string => instrumentKey(instruments[id]);
  switch (fact.kind) {
    case 'desk-restarted':
      return restarted(fact, instruments);
    case 'venue-link-changed': {
      const { venue: subject, up, detail } = fact;
      return up ? end('venue-link-down', subject) : begin('venue-link-down', subject, detail);
    }
    case 'book-quarantined': {
      const { instrument, reason, detail } = fact;
      // Every book of a venue that is not connected is unproven: one alert says it all.
      if (stands(alertId({ alertKind: 'venue-link-down', subject: instruments[instrument].venue }))) return NO_CHANGE;
      return begin('book-unproven', key(instrument), `${reason}: ${detail}`, reason);
    }
    case 'book-proven':
      return end('book-unproven', key(fact.instrument));
    case 'strategy-stopped': {
      const { origin, instrument, stopCause, detail } = fact;
      if (stopCause === 'operator') return NO_CHANGE;
      return begin('strategy-stopped', `${origin} in ${key(instrument)}`, detail, stopCause);
    }
    case 'strategy-re-enabled':
      return end('strategy-stopped', `${fact.origin} in ${key(fact.instrument)}`);
    case 'order-anomaly': {
      const instrument = orders.get(fact.clientOrderId)?.order.instrument;
      const subject = instrument === undefined ? DESK : key(instrument);
      return begin('order-anomaly', subject, `${fact.report}: ${fact.detail}`, fact.report);
    }
    case 'order-fill-unclaimed':
      return begin('order-anomaly', DESK, `a fill of order ${fact.clientOrderId}, which nobody intended`, fact.fillId);
    case 'order-adopted':
      return fact.handling === 'alarm' ? foreignOrder(fact, key) : NO_CHANGE;
    case 'reconciliation-difference': {
      const { venue, subject, what, ours, theirs, explanation } = fact;
      const detail = `${subject} ${what}: ${ours} in the books, ${theirs} at the venue (${explanation})`;
      return begin('account-differs', venue, detail, `${subject} ${what}`);
    }
    case 'account-reconciled':
      return fact.differences === 0 ? end('account-differs', fact.venue) : NO_CHANGE;
    case 'venue-incident':
      return begin(fact.incident, fact.venue, fact.detail);
    case 'switch-fault':
      return begin('kill-switch', DESK, fact.detail, fact.fault);
    case 'switch-tripped':
      return begin('kill-switch', DESK, `tripped, ${fact.tripCause}`, `trip ${fact.trip}`);
    case 'switch-armed':
      return end('kill-switch', DESK);
    case 'switch-cancelled': {
      const { venue, isProven, survivors, detail } = fact;
      if (isProven) return end('orders-survive', venue);
      const named = survivors.join(', ');
      return begin('orders-survive', venue, named === '' ? detail : named, `${named}; ${detail}`);
    }
    case 'portfolio-anomaly':
      return begin('portfolio-anomaly', DESK, fact.detail, fact.report);
    case 'mode-changed':
      if (fact.to === 'emergency')
        return begin('emergency', DESK, fact.reason === '' ? fact.operator : `${fact.operator}: ${fact.reason}`);
      return fact.from === 'emergency' ? end('emergency', DESK) : NO_CHANGE;
    case 'flatten-ended':
      if (fact.outcome !== 'gave-up') return NO_CHANGE;
      return begin('flatten-failed', key(fact.instrument), fact.detail, fact.detail);
    case 'order-unknown':
    case 'order-acknowledged':
    case 'order-filled':
    case 'order-cancelled':
    case 'order-rejected':
    case 'order-expired':
    case 'order-replaced':
    case 'order-triggered':
      return unknownOrders(fact.kind === 'order-filled' ? fact.fill.clientOrderId : fact.clientOrderId, orders, key);
    default:
      return NO_CHANGE;
  }
}

function restarted(
  { crashed, lastWords }: Extract<Fact, { readonly kind: 'desk-restarted' }>,
  instruments: readonly Instrument[],
): ConditionChanges {
  const begun = [
    ...(crashed ? [condition('crashed', DESK, '')] : []),
    ...(lastWords.length > 0 ? [condition('last-words', DESK, lastWords.join('; '))] : []),
  ];
  // Every link counts as up from here on.
  const ended = instruments.map(({ venue }) => alertId({ alertKind: 'venue-link-down', subject: venue }));
  return { begun, ended };
}

function foreignOrder(
  { order }: Extract<Fact, { readonly kind: 'order-adopted' }>,
  key: (id: InstrumentId) => string,
): ConditionChanges {
  const { clientOrderId, instrument, side, type, lots } = order;
  return begin('foreign-order', key(instrument), `${type} ${side} of ${lots} lots, ${clientOrderId}`, clientOrderId);
}

function unknownOrders(id: ClientOrderId, orders: AlertedOrders, key: (id: InstrumentId) => string): ConditionChanges {
  const instrument = orders.get(id)?.order.instrument;
  if (instrument === undefined) return NO_CHANGE;
  let count = 0;
  for (const { status } of orders.open(instrument)) if (status === 'unknown') count += 1;
  return count === 0 ? end('orders-unknown', key(instrument)) : begin('orders-unknown', key(instrument), '');
}

function condition(alertKind: AlertKind, subject: string, detail: string, aspect = ''): Condition {
  return { alertKind, subject, detail, aspect };
}

function begin(...of: Parameters<typeof condition>): ConditionChanges {
  return { begun: [condition(...of)], ended: [] };
}

function end(alertKind: AlertKind, subject: string): ConditionChanges {
  return { begun: [], ended: [alertId({ alertKind, subject })] };
}
