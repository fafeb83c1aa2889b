import { type Order, opposite, sign } from '../../../../src-shared/domain/order.ts';
import type { OrderReport } from '../../../core/engine/input.ts';
import type { CancelRoute, VenueCapabilities } from '../../../edge/venues/venue.ts';
import { CheckFailure, type VenueRig } from './venue-rig.ts';

export interface CheckContext {
  readonly rig: VenueRig;
  /** Cuts every connection of the venue, which goes on. */
  readonly cut: () => Promise<void>;
  readonly cancelRoute: CancelRoute;
  /** Texts that nobody may ever see. */
  readonly secrets: readonly string[];
}

/** What an adapter has to do. Returns what was seen, in words. */
export interface VenueCheck {
  readonly name: string;
  run(context: CheckContext): Promise<string>;
}

const NOT_OFFERED = 'not offered by this venue';
const ENDINGS: readonly OrderReport['type'][] = ['rejected', 'cancelled', 'expired'];

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new CheckFailure(otherwise);
}

async function resting(rig: VenueRig, order: Order = rig.order('buy')): Promise<Order> {
  rig.place(order);
  await rig.report(order, ['acknowledged']);
  return order;
}

async function cancelled(rig: VenueRig, order: Order): Promise<void> {
  rig.cancel(order);
  await rig.report(order, ['cancelled', 'replaced']);
}

/** Takes, and waits until it is whole. */
async function taken(rig: VenueRig, order: Order): Promise<Order> {
  rig.place(order);
  const lots = (): number => rig.fills(order).reduce((sum, fill) => sum + fill.lots, 0);
  await rig.until(
    () => lots() === order.lots,
    () => `${order.lots} lots to be filled (${lots()} are)`,
  );
  return order;
}

function differences(ours: VenueCapabilities): readonly string[] {
  const { rateLimits } = ours;
  const isReserved =
    rateLimits.length === 0 || rateLimits.some(({ limit, reserved }) => reserved > 0 && reserved < limit);
  return [
    ...(ours.clientOrderId.test('0123456789abcdef0123456789abcdef') ? [] : ['the ids of this desk do not fit']),
    ...(ours.orderTypes.includes('limit') ? [] : ['no limit orders']),
    ...(isReserved ? [] : ['its rate limits keep nothing for cancels']),
    ...(ours.maxBatchPlace >= 1 && ours.maxBatchCancel >= 1 ? [] : ['a batch of less than one']),
  ];
}

/** In this order: a later check may rely on what an earlier one has shown. */
export const VENUE_CHECKS: readonly VenueCheck[] = [
  {
    name: 'declares what it can do',
    run: async ({ rig }) => {
      const faults = differences(rig.venue.capabilities);
      expectThat(faults.length === 0, faults.join('; '));
      const { orderTypes, replace, massCancel, deadMan } = rig.venue.capabilities;
      return `${orderTypes.join(', ')}; replace ${replace}, mass cancel ${massCancel}, dead man ${deadMan}`;
    },
  },
  {
    name: 'proves a book',
    run: async ({ rig }) => {
      await rig.until(
        () => rig.isProven,
        () => 'a proven book',
      );
      return `bid ${rig.book.bestBidTicks()}, ask ${rig.book.bestAskTicks()} ticks`;
    },
  },
  {
    name: 'acknowledges an order that rests, and cancels it',
    run: async ({ rig }) => {
      const order = await resting(rig);
      await cancelled(rig, order);
      expectThat(rig.fills(order).length === 0, 'it was filled');
      return 'acknowledged, cancelled';
    },
  },
  {
    name: 'reports a fill with price, fee and liquidity, once',
    run: async ({ rig }) => {
      const order = await taken(rig, rig.taker('buy'));
      const fills = rig.fills(order);
      const ids = new Set(fills.map(({ fillId }) => fillId));
      expectThat(ids.size === fills.length, 'a fill was told twice under one id');
      for (const fill of fills) {
        expectThat(fill.liquidity === 'taker', `a taker's fill was told as ${fill.liquidity}`);
        expectThat(fill.fee > 0n, `the fee of a taker is ${fill.fee}`);
        expectThat(fill.priceTicks > 0 && fill.exchangeAt > 0, 'a fill without price or time');
      }
      await taken(rig, rig.taker('sell', { lots: order.lots, reduceOnly: true }));
      return `${fills.length} fills, closed again`;
    },
  },
  {
    name: 'refuses a post-only order that would take',
    run: async ({ rig }) => {
      const priceTicks = Math.round(rig.book.bestAskTicks() * 1.001) as Order['priceTicks'];
      const order = rig.order('buy', { priceTicks, postOnly: true });
      rig.place(order);
      const { type } = await rig.report(order, ENDINGS);
      expectThat(rig.fills(order).length === 0, 'it was filled');
      return type;
    },
  },
  {
    name: 'does not enlarge a position by a reduce-only order',
    run: async ({ rig }) => {
      if (!rig.venue.capabilities.reduceOnly) return NOT_OFFERED;
      const order = rig.taker('buy', { reduceOnly: true });
      rig.place(order);
      const { type } = await rig.report(order, ENDINGS);
      expectThat(rig.fills(order).length === 0, 'it was filled');
      return type;
    },
  },
  {
    name: 'puts an order in the place of another',
    run: async ({ rig }) => {
      const old = await resting(rig);
      const order = rig.order('buy', { priceTicks: ((old.priceTicks ?? 0) - 10) as Order['priceTicks'] });
      rig.send({ kind: 'replace-order', target: old.clientOrderId, order });
      await rig.report(order, ['acknowledged']);
      const { type } = await rig.report(old, ['replaced', 'cancelled']);
      await cancelled(rig, order);
      return `the old one ${type}`;
    },
  },
  {
    name: 'answers a question about an order',
    run: async ({ rig }) => {
      const order = await resting(rig);
      rig.query(order);
      await rig.report(order, ['open']);
      await cancelled(rig, order);
      const heard = rig.said(order).length;
      rig.query(order);
      await rig.report(order, ['cancelled'], heard);
      return 'open, then cancelled';
    },
  },
  {
    name: 'says of an order it never saw that it is not there, and nothing stronger',
    run: async ({ rig }) => {
      const order = rig.order('buy');
      rig.query(order);
      await rig.report(order, ['not-found']);
      const [stronger] = rig.said(order).filter(({ type }) => type !== 'not-found');
      expectThat(stronger === undefined, `it was told as ${stronger?.type}`);
      return 'not found';
    },
  },
  {
    name: 'does not take the id of an open order twice',
    run: async ({ rig }) => {
      const order = await resting(rig);
      const heard = rig.said(order).length;
      rig.place(order);
      await rig.report(order, ['rejected', 'acknowledged', 'unanswered', 'open'], heard);
      await cancelled(rig, order);
      const ids = new Set(
        rig.said(order).flatMap((report) => (report.type === 'acknowledged' ? [report.venueOrderId] : [])),
      );
      expectThat(ids.size === 1, `it rests as ${[...ids].join(' and ')}`);
      return 'one order';
    },
  },
  {
    name: 'refuses plainly what makes no sense, once',
    run: async ({ rig }) => {
      const order = rig.order('buy', { priceTicks: -1 as Order['priceTicks'] });
      const sent = rig.venue.send({ kind: 'place-order', order });
      if (!sent.ok) return `not sent: ${sent.reason}`;
      const report = await rig.report(order, ENDINGS);
      return 'reason' in report ? `${report.type}: ${report.reason}` : report.type;
    },
  },
  {
    name: 'tells the account as its fills make it',
    run: async ({ rig }) => {
      if (rig.venue.capabilities.massCancel === 'none') return NOT_OFFERED;
      const { venue: name } = rig.instrument;
      const ask = async (): Promise<number> => {
        const before = rig.accounts.length;
        rig.send({ kind: 'request-account', venue: name });
        await rig.until(
          () => rig.accounts.length > before,
          () => 'a report of the account',
        );
        const positions = rig.accounts.at(-1)?.positions ?? [];
        return positions.find(({ instrument }) => instrument === rig.instrument.id)?.lots ?? Number.NaN;
      };
      const before = await ask();
      const order = await taken(rig, rig.taker('buy'));
      const after = await ask();
      const expected = before + sign(order.side) * order.lots;
      expectThat(after === expected, `the position is ${after} lots, and the fills say ${expected}`);
      await taken(rig, rig.taker(opposite(order.side), { lots: order.lots, reduceOnly: true }));
      return `${before} lots before, ${after} after`;
    },
  },
  {
    name: "arms the venue's dead man's switch before the first order",
    run: async ({ rig }) => {
      if (rig.venue.capabilities.deadMan === 'none') return NOT_OFFERED;
      const { deadMan } = rig.venue.status();
      expectThat(deadMan.state === 'armed' && (deadMan.firesInMs ?? 0) > 0, `it is ${deadMan.state}`);
      return `fires in ${deadMan.firesInMs} ms unless refreshed`;
    },
  },
  {
    name: 'cancels everything over a route of its own, and proves it',
    run: async ({ rig, cancelRoute }) => {
      const orders = [await resting(rig), await resting(rig, rig.order('sell'))];
      const proof = await cancelRoute.cancelAll(5_000);
      expectThat(proof.proven, `not proven: ${[...proof.faults, ...proof.survivors].join('; ')}`);
      for (const order of orders) await rig.report(order, ['cancelled']);
      return `${proof.rounds} round(s), proven after ${Math.round(proof.tookMs)} ms`;
    },
  },
  {
    name: 'tells a lost link, takes nothing meanwhile, and proves the book anew',
    run: async ({ rig, cut }) => {
      const before = rig.links.length;
      await cut();
      await rig.until(
        () => rig.links.length > before,
        () => 'the loss of the link to be told',
      );
      expectThat(rig.links[before] === false, 'the link was told to be up');
      if (!rig.venue.isUp) {
        const sent = rig.venue.send({ kind: 'place-order', order: rig.order('buy') });
        expectThat(!sent.ok, 'an order was taken while the link was down');
      }
      await rig.until(
        () => rig.links.at(-1) === true && rig.isProven,
        () => 'the link to be back and the book to be proven',
      );
      return 'down, up, proven';
    },
  },
  {
    name: 'lets no secret out',
    run: async ({ rig, secrets }) => {
      const told = [...rig.texts, JSON.stringify(rig.venue.status())].join('\n');
      expectThat(!secrets.some((secret) => told.includes(secret)), 'a secret stands in what it told');
      return `${told.length} characters looked at`;
    },
  },
];
