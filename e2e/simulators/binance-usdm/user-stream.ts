import type { Random } from '../../../src-main/core/engine/random.ts';
import { type Account, amountOf } from './account.ts';
import { accountUpdate } from './account-messages.ts';
import type { VenueClock } from './clock.ts';
import type { ReportRule } from './fault-rules.ts';
import type { Faults } from './faults.ts';
import type { Entry } from './log.ts';
import { type Execution, type FillOf, orderTradeUpdate, tradeLite } from './order-messages.ts';
import { isOpen, type VenueOrder } from './orders.ts';
import { badListenKey } from './refusal.ts';
import type { StreamHub } from './stream-hub.ts';

const LISTEN_KEY_MS = 3_600_000;
const KEY_CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const KEY_LENGTH = 64;

/** A report that a fault holds back, until `isFreed` by a later one or its time has come. */
interface Held {
  readonly text: string;
  readonly dueMs: number;
  readonly isFreed: (order: VenueOrder, execution: Execution) => boolean;
}

/** The account's stream of reports, on whatever connection listens to its key. */
export class UserStream {
  private readonly hub: StreamHub;
  private readonly clock: VenueClock;
  private readonly faults: Faults;
  private readonly random: Random;
  private listenKey: string | null = null;
  private validUntilMs = 0;
  private held: Held[] = [];
  private silentUntilMs = 0;

  constructor(hub: StreamHub, clock: VenueClock, faults: Faults, random: Random) {
    this.hub = hub;
    this.clock = clock;
    this.faults = faults;
    this.random = random;
  }

  /** The account's key, valid for another hour; a new one when there is none. */
  open(): string {
    this.listenKey ??= this.newKey();
    this.validUntilMs = this.clock.nowMs() + LISTEN_KEY_MS;
    return this.listenKey;
  }

  /** @throws Refusal −1125 when there is no key. */
  extend(): string {
    if (this.listenKey === null) throw badListenKey();
    return this.open();
  }

  close(): void {
    this.listenKey = null;
  }

  /** Whether reports are on this stream. */
  isKey(stream: string): boolean {
    return stream === this.listenKey;
  }

  /** Says so on the stream; nothing follows on this key. */
  expire(): void {
    const { listenKey } = this;
    if (listenKey === null) return;
    this.emit('listenKeyExpired', { e: 'listenKeyExpired', E: this.clock.shownNow(), listenKey });
    this.listenKey = null;
  }

  /** Lets go what was held back long enough, and a key that nobody extended. */
  tend(nowMs: number): void {
    if (this.listenKey !== null && nowMs >= this.validUntilMs) this.expire();
    this.release((held) => nowMs >= held.dueMs);
  }

  /** An order was accepted, changed or ended. */
  order(order: VenueOrder, execution: Execution, at: number): void {
    this.report(order, execution, null, at);
  }

  filled(order: VenueOrder, fill: FillOf, account: Account, unrealised: bigint): void {
    const { entry, realised } = fill;
    this.emit('TRADE_LITE', tradeLite(order, fill, this.clock));
    const change = { listing: order.listing, unrealised };
    this.emit(
      'ACCOUNT_UPDATE',
      accountUpdate(account, 'ORDER', change, walletChange(entry, realised), entry.at, this.clock),
    );
    this.report(order, 'TRADE', fill, entry.at);
  }

  funded(entry: Entry<'funded'>, account: Account): void {
    const amount = amountOf(entry.amount);
    this.emit('ACCOUNT_UPDATE', accountUpdate(account, 'FUNDING_FEE', null, amount, entry.at, this.clock));
  }

  leverageSet({ at, symbol, leverage }: Entry<'leverage-set'>): void {
    const times = { E: this.clock.shownNow(), T: this.clock.shown(at) };
    this.emit('ACCOUNT_CONFIG_UPDATE', { e: 'ACCOUNT_CONFIG_UPDATE', ...times, ac: { s: symbol, l: leverage } });
  }

  private report(order: VenueOrder, execution: Execution, fill: FillOf | null, at: number): void {
    const text = JSON.stringify(orderTradeUpdate(order, execution, fill, at, this.clock));
    const rule = this.faults.report({ execution, symbol: order.listing.symbol });
    const held = rule === null ? null : heldBy(rule, order, text, this.clock.nowMs());
    if (held !== null) {
      this.held.push(held);
      return;
    }
    if (rule?.fault === 'silent-reports') this.silentUntilMs = this.clock.nowMs() + rule.forMs;
    if (rule?.fault !== 'lost-report') {
      this.send('ORDER_TRADE_UPDATE', text);
      if (rule?.fault === 'duplicate-report') this.send('ORDER_TRADE_UPDATE', text);
    }
    this.release((waiting) => waiting.isFreed(order, execution));
  }

  private release(isDue: (held: Held) => boolean): void {
    const due = this.held.filter(isDue);
    if (due.length === 0) return;
    this.held = this.held.filter((held) => !due.includes(held));
    for (const { text } of due) this.send('ORDER_TRADE_UPDATE', text);
  }

  private emit(event: string, json: object): void {
    this.send(event, JSON.stringify(json));
  }

  private send(event: string, text: string): void {
    const { listenKey } = this;
    if (listenKey === null || this.clock.nowMs() < this.silentUntilMs) return;
    this.hub.publish(listenKey, text, event);
  }

  private newKey(): string {
    return Array.from({ length: KEY_LENGTH }, () => KEY_CHARS[this.random.below(KEY_CHARS.length)]).join('');
  }
}

/** Null when the rule holds nothing back. */
function heldBy(rule: ReportRule, order: VenueOrder, text: string, nowMs: number): Held | null {
  const held = (isFreed: Held['isFreed']): Held => ({ text, dueMs: nowMs + rule.delayMs, isFreed });
  const isSame = (other: VenueOrder) => other.orderId === order.orderId;
  switch (rule.fault) {
    case 'late-report':
      return held(() => true);
    case 'fill-before-acknowledgement':
      return held((other, execution) => isSame(other) && execution !== 'NEW');
    case 'fill-after-end':
      // A fill that ends its order is the end itself.
      return isOpen(order) ? held((other) => isSame(other) && !isOpen(other)) : null;
    default:
      return null;
  }
}

/** What a fill changes in the wallet. */
function walletChange(entry: Entry<'filled'>, realised: bigint): bigint {
  return realised - amountOf(entry.commission);
}
