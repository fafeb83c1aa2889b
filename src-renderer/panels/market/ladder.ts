import type { InstrumentView } from '../../../src-shared/contract/methods.ts';
import type { TopicValue } from '../../../src-shared/contract/topics.ts';
import { formatDecimal, parseDecimal } from '../../../src-shared/domain/decimal.ts';

type Depth = TopicValue<'depth'>;
type Level = Depth['bids'][number];
type Decimals = Pick<InstrumentView, 'priceDecimals' | 'quantityDecimals'>;

/** One price of one side, as exact decimal texts. */
export interface LadderRow {
  readonly price: string;
  /** Null beyond the worst level that the desk sent: an own order rests there, what else does is not known. */
  readonly quantity: string | null;
  /** This level and all better ones. */
  readonly cumulative: string | null;
  /** What the desk itself has resting here; null where nothing. */
  readonly own: string | null;
  /** `quantity` against the largest level shown on either side, 0 to 1. */
  readonly share: number;
}

export interface Ladder {
  /** Worst first: the best ask is the last, next to the spread. */
  readonly asks: readonly LadderRow[];
  /** Best first. */
  readonly bids: readonly LadderRow[];
  /** Null unless both sides have a level. */
  readonly spread: string | null;
}

interface ScaledRow {
  readonly price: bigint;
  readonly quantity: bigint;
  readonly cumulative: bigint;
  readonly own: bigint;
  readonly isKnown: boolean;
}

/**
 * The `levels` best levels of each side, and below them the desk's own orders that rest further away: those are never cut off.
 * @throws DecimalError for a price or quantity with more decimals than the instrument has.
 */
export function buildLadder(depth: Depth, { priceDecimals, quantityDecimals }: Decimals, levels: number): Ladder {
  const scaled = (side: readonly Level[]): [price: bigint, quantity: bigint][] =>
    side.map(([price, quantity]) => [parseDecimal(price, priceDecimals), parseDecimal(quantity, quantityDecimals)]);
  const asks = sideRows(scaled(depth.asks), scaled(depth.ownAsks), 1n, levels);
  const bids = sideRows(scaled(depth.bids), scaled(depth.ownBids), -1n, levels);
  const largest = [...asks, ...bids].reduce((most, { quantity }) => (quantity > most ? quantity : most), 1n);
  const row = ({ price, quantity, cumulative, own, isKnown }: ScaledRow): LadderRow => ({
    price: formatDecimal(price, priceDecimals),
    quantity: isKnown ? formatDecimal(quantity, quantityDecimals) : null,
    cumulative: isKnown ? formatDecimal(cumulative, quantityDecimals) : null,
    own: own === 0n ? null : formatDecimal(own, quantityDecimals),
    share: Number(quantity) / Number(largest),
  });
  const [ask] = depth.asks;
  const [bid] = depth.bids;
  return {
    asks: asks.map(row).reverse(),
    bids: bids.map(row),
    spread:
      ask && bid
        ? formatDecimal(parseDecimal(ask[0], priceDecimals) - parseDecimal(bid[0], priceDecimals), priceDecimals)
        : null,
  };
}

/** Best first. `worse`: 1n where higher prices are worse, −1n where lower ones are. */
function sideRows(
  book: readonly (readonly [price: bigint, quantity: bigint])[],
  ownOrders: readonly (readonly [price: bigint, quantity: bigint])[],
  worse: 1n | -1n,
  levels: number,
): ScaledRow[] {
  const own = new Map<bigint, bigint>();
  for (const [price, quantity] of ownOrders) own.set(price, (own.get(price) ?? 0n) + quantity);
  const quantities = new Map(book);
  const prices = [...new Set([...quantities.keys(), ...own.keys()])].sort((a, b) => Number((a - b) * worse));
  const lastKnown = prices.findLastIndex((price) => quantities.has(price));
  let cumulative = 0n;
  const rows: ScaledRow[] = [];
  for (const [index, price] of prices.entries()) {
    const quantity = quantities.get(price) ?? 0n;
    cumulative += quantity;
    if (index >= levels && !own.has(price)) continue;
    rows.push({ price, quantity, cumulative, own: own.get(price) ?? 0n, isKnown: index <= lastKnown });
  }
  return rows;
}
