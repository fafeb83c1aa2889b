import { formatLots, type Instrument, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import { formatMoney } from '../../../src-shared/domain/money.ts';
import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import { isTerminal } from '../../../src-shared/domain/order.ts';
import type { DifferenceSubject } from '../engine/fact.ts';
import type { AccountReportInput, ListedOrder } from '../engine/input.ts';
import { shown } from '../engine/shown.ts';
import type { PositionsView } from '../portfolio/positions-view.ts';
import type { AccountBooks } from './account-books.ts';
import type { OrderState } from './orders-view.ts';

/** Something that a venue holds otherwise than the desk's books say. */
export interface Difference {
  readonly subject: DifferenceSubject;
  readonly what: string;
  readonly ours: string;
  readonly theirs: string;
  readonly explanation: string;
  /** What stays the same while both sides move: by it a difference is known again. */
  readonly gap: string;
  /** When our side changed last, by the desk's clock. */
  readonly changedAt: number;
}

export interface ComparedBooks {
  /** The whitelist, each at the index of its id. */
  readonly instruments: readonly Instrument[];
  readonly positions: PositionsView;
  readonly orders: { get(id: ClientOrderId): OrderState | undefined };
  readonly books: AccountBooks;
}

const UNKNOWN = 'unknown';

/**
 * Everything in which `report` and the desk's books differ. Balances are compared once there is a baseline, and those only that
 * the report names.
 */
export function differencesIn(report: AccountReportInput, compared: ComparedBooks): readonly Difference[] {
  return [
    ...positionDifferences(report, compared),
    ...balanceDifferences(report, compared),
    ...report.openOrders.flatMap((listed) => orderDifference(listed, compared) ?? []),
    ...report.otherPositions.map((symbol) => otherPosition(shown(symbol))),
  ];
}

/** Whether the venue lists another order than the desk's under the same client order id. */
function isOtherOrder(state: OrderState, { venueOrderId }: ListedOrder): boolean {
  return state.venueOrderId !== null && state.venueOrderId !== venueOrderId;
}

function positionDifferences({ positions }: AccountReportInput, compared: ComparedBooks): Difference[] {
  return positions.flatMap(({ instrument, lots: theirs }) => {
    const of = compared.instruments[instrument];
    const ours = compared.positions.lots(instrument);
    if (ours === theirs) return [];
    return {
      subject: 'position',
      what: instrumentKey(of),
      ours: formatLots(of, ours),
      theirs: formatLots(of, theirs),
      explanation: UNKNOWN,
      gap: String(BigInt(theirs) - BigInt(ours)),
      changedAt: compared.books.positionChangedAt(instrument),
    };
  });
}

function balanceDifferences({ venue, balances }: AccountReportInput, { books }: ComparedBooks): Difference[] {
  if (!books.hasBaseline(venue)) return [];
  return balances.flatMap(({ currency, wallet: theirs }) => {
    const ours = books.wallet(venue, currency);
    const gap = theirs - ours;
    if ((gap < 0n ? -gap : gap) <= books.tolerance(venue, currency)) return [];
    return {
      subject: 'balance',
      what: currency,
      ours: formatMoney(ours, currency),
      theirs: formatMoney(theirs, currency),
      explanation: 'deposit or withdrawal',
      gap: String(gap),
      changedAt: books.cashChangedAt(venue),
    };
  });
}

/** Of an order that is open at the venue, and is none of the desk's open ones even after the desk was told of it. */
function orderDifference(listed: ListedOrder, { orders }: ComparedBooks): Difference | null {
  const { clientOrderId } = listed.order;
  const state = orders.get(clientOrderId);
  const isOther = state !== undefined && isOtherOrder(state, listed);
  if (state !== undefined && !isOther && !isTerminal(state.status)) return null;
  const venueOrderId = shown(listed.venueOrderId);
  return {
    subject: 'order',
    what: shown(clientOrderId),
    ours: state?.status ?? 'not known',
    theirs: `open as ${venueOrderId}`,
    explanation: isOther ? 'another order under the same id' : UNKNOWN,
    gap: venueOrderId,
    changedAt: state?.changedAt ?? 0,
  };
}

function otherPosition(symbol: string): Difference {
  const explanation = 'no instrument of the desk';
  return { subject: 'other-position', what: symbol, ours: 'none', theirs: 'held', explanation, gap: '', changedAt: 0 };
}
