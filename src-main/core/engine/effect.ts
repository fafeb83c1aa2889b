import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';

/** What the core asks of the world. */
export type Effect =
  | { readonly kind: 'place-order'; readonly order: Order }
  /** Put `order` in the place of `target`, in one act of the venue. */
  | { readonly kind: 'replace-order'; readonly target: ClientOrderId; readonly order: Order }
  | { readonly kind: 'cancel-order'; readonly clientOrderId: ClientOrderId; readonly instrument: InstrumentId }
  | { readonly kind: 'query-order'; readonly clientOrderId: ClientOrderId; readonly instrument: InstrumentId }
  /** The book is unproven: fetch the venue's snapshot. */
  | { readonly kind: 'request-snapshot'; readonly instrument: InstrumentId }
  /** Ask the venue what it holds for the desk's account. */
  | { readonly kind: 'request-account'; readonly venue: string };

/** Whether an effect may leave only after its facts are durable. Cancels and questions never wait. */
export function addsRisk(effect: Effect): effect is Extract<Effect, { readonly order: Order }> {
  return effect.kind === 'place-order' || effect.kind === 'replace-order';
}
