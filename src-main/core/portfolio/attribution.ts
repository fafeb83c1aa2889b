import { type Instrument, type InstrumentId, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import { type Currency, type Money, money, ZERO_MONEY } from '../../../src-shared/domain/money.ts';
import { type ClientOrderId, type Fill, sign } from '../../../src-shared/domain/order.ts';
import type { Room } from '../engine/engine.ts';
import type { Fact } from '../engine/fact.ts';
import { InvariantError } from './invariant-error.ts';
import { type Pnl, pnlOf } from './portfolio.ts';
import { FLAT, type Position, trade } from './positions.ts';
import { type Marks, unrealised } from './valuation.ts';

/** The origin of what belongs to no order that is still known, and of funding. */
export const UNATTRIBUTED = 'unattributed';

/** What one origin made in one instrument. */
export interface AttributedPnl {
  readonly origin: string;
  readonly instrument: InstrumentId;
  readonly pnl: ReadonlyMap<Currency, Pnl>;
}

interface Share {
  readonly origin: string;
  readonly of: Instrument;
  /** Null before the first fill. */
  position: Position | null;
  readonly fees: Map<Currency, Money>;
  readonly funding: Map<Currency, Money>;
}

type Amounts = readonly (readonly [Currency, Money])[];

export interface AttributionSnapshot {
  readonly shares: readonly {
    readonly instrument: string;
    readonly origin: string;
    readonly position: Position | null;
    readonly fees: Amounts;
    readonly funding: Amounts;
  }[];
}

/**
 * Who made which profit and loss: per origin and instrument, folded from fills, by average cost. Where several origins trade one
 * instrument, one may be long and another short: realised and unrealised then differ from the portfolio's, which nets them, and
 * only their sum is the same, but for the rounding of each share. A view: the ledger alone says what is owned.
 */
export class Attribution implements Room {
  readonly name = 'attribution';
  private readonly instruments: readonly Instrument[];
  private readonly orders: { get(id: ClientOrderId): { readonly origin: string } | undefined };
  /** By instrument id, then by origin. */
  private shares: Map<string, Share>[];

  /**
   * @param instruments the whitelist, each at the index of its id.
   * @param orders must have folded a fact before it comes here.
   */
  constructor(
    instruments: readonly Instrument[],
    orders: { get(id: ClientOrderId): { readonly origin: string } | undefined },
  ) {
    this.instruments = instruments;
    this.orders = orders;
    this.shares = instruments.map(() => new Map());
  }

  fold(fact: Fact): void {
    try {
      if (fact.kind === 'order-filled') this.fill(fact.fill);
      else if (fact.kind === 'funding-booked') this.fund(fact.instrument, fact.currency, fact.amount);
      else if (fact.kind === 'position-settled') this.close(fact.instrument, fact.priceTicks);
    } catch (error) {
      // Long and short shares may leave the range of money where their sum, which was checked before the fact, does not.
      if (!(error instanceof RangeError)) throw error;
    }
  }

  /** By instrument, then in the order of the first fill. What depends on a mark that is missing is null. */
  pnl(marks: Marks): readonly AttributedPnl[] {
    return this.shares.flatMap((byOrigin) =>
      Array.from(byOrigin.values(), (share) => ({
        origin: share.origin,
        instrument: share.of.id,
        pnl: pnlOfShare(share, marks(share.of.id)),
      })),
    );
  }

  /** Trading fees paid in `currency` for trades of `instrument`. */
  fees(instrument: InstrumentId, currency: Currency): Money {
    let sum = 0n;
    for (const { fees } of this.shares[instrument].values()) sum += fees.get(currency) ?? 0n;
    return money(sum);
  }

  snapshot(): AttributionSnapshot {
    return {
      shares: this.shares.flatMap((byOrigin) =>
        Array.from(byOrigin.values(), ({ origin, of, position, fees, funding }) => ({
          instrument: instrumentKey(of),
          origin,
          position: copyOf(position),
          fees: [...fees],
          funding: [...funding],
        })),
      ),
    };
  }

  /** @throws InvariantError for an instrument that is not in the whitelist; nothing has changed then. */
  restore(snapshot: AttributionSnapshot): void {
    const shares: Map<string, Share>[] = this.instruments.map(() => new Map());
    for (const { instrument: key, origin, position, fees, funding } of snapshot.shares) {
      const of = this.instruments.find((candidate) => instrumentKey(candidate) === key);
      if (!of) throw new InvariantError(`the snapshot attributes ${key}, which is not in the whitelist`);
      const share = { origin, of, position: copyOf(position), fees: new Map(fees), funding: new Map(funding) };
      shares[of.id].set(origin, share);
    }
    this.shares = shares;
  }

  private fill({ clientOrderId, instrument, side, lots, priceTicks, fee, feeCurrency }: Fill): void {
    const share = this.share(instrument, this.orders.get(clientOrderId)?.origin ?? UNATTRIBUTED);
    share.position = trade(share.of, share.position ?? FLAT, sign(side) * lots, priceTicks);
    addTo(share.fees, feeCurrency, fee);
  }

  private fund(instrument: InstrumentId, currency: Currency, amount: Money): void {
    addTo(this.share(instrument, UNATTRIBUTED).funding, currency, amount);
  }

  private close(instrument: InstrumentId, priceTicks: number): void {
    for (const share of this.shares[instrument].values()) {
      const { of, position } = share;
      if (position !== null && position.lots !== 0) share.position = trade(of, position, -position.lots, priceTicks);
    }
  }

  private share(instrument: InstrumentId, origin: string): Share {
    const byOrigin = this.shares[instrument];
    let share = byOrigin.get(origin);
    if (!share) {
      share = { origin, of: this.instruments[instrument], position: null, fees: new Map(), funding: new Map() };
      byOrigin.set(origin, share);
    }
    return share;
  }
}

function pnlOfShare({ of, position, fees, funding }: Share, markTicks: number): ReadonlyMap<Currency, Pnl> {
  const traded = position === null ? [] : [of.settle];
  const currencies = new Set([...traded, ...fees.keys(), ...funding.keys()]);
  return new Map(
    [...currencies].sort().map((currency) => {
      const held = currency === of.settle ? (position ?? FLAT) : FLAT;
      return [
        currency,
        pnlOf({
          realised: held.realised,
          unrealised: unrealised(of, held, markTicks),
          fees: fees.get(currency) ?? ZERO_MONEY,
          funding: funding.get(currency) ?? ZERO_MONEY,
        }),
      ];
    }),
  );
}

function addTo(sums: Map<Currency, Money>, currency: Currency, amount: Money): void {
  // As in the ledger: nothing is no entry.
  if (amount !== 0n) sums.set(currency, money((sums.get(currency) ?? 0n) + amount));
}

function copyOf(position: Position | null): Position | null {
  return position && { ...position, fifo: position.fifo.map((lot) => ({ ...lot })) };
}
