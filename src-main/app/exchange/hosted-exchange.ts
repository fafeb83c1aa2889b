import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import type { Input } from '../../core/engine/input.ts';
import { listingText } from '../../edge/venues/simulated-wire.ts';
import { type Desk, SimulatedExchange } from '../../simulation/exchange.ts';
import type { ExchangeCounters } from '../../simulation/listing.ts';
import { ConfigError } from '../config/load.ts';
import type { ConfigFile } from '../config/schema.ts';
import { closedMarkets, exchangeConfig } from '../config/simulated-exchange.ts';
import type { OrderLog } from './order-log.ts';

/** More events than any order needs from the cancel to its end. */
const MAX_CLOSING_STEPS = 100_000;

export interface HostedExchangeOptions {
  readonly config: ConfigFile;
  readonly instruments: readonly Instrument[];
  readonly seed: number;
  /** Not before the last line of `log`. */
  readonly startAt: Micros;
  readonly log: OrderLog;
}

/**
 * A simulated exchange that writes its order log: what it was sent when it arrives, what it says before anybody hears it.
 * One that starts on the log of an earlier run knows the orders and the position of that run. Its market is a new one, and
 * what rested in the old one was cancelled with it.
 */
export class HostedExchange {
  /** Who hears of reports and market data; nobody when null, as at a venue whose client is gone. */
  desk: Desk | null = null;
  private readonly exchange: SimulatedExchange;
  private readonly log: OrderLog;

  /** @throws ConfigError when the log is of other instruments; what {@link SimulatedExchange} throws. */
  constructor({ config, instruments, seed, startAt, log }: HostedExchangeOptions) {
    const listings = instruments.map(listingText);
    checkListings(log.listings, listings);
    this.log = log;
    this.exchange = new SimulatedExchange(
      instruments,
      exchangeConfig(config, config.simulation.closedMarketLatency),
      closedMarkets(seed, startAt),
    );
    this.cancelRest('the venue restarted', startAt);
    log.append({ kind: 'start', at: startAt, seed, listings });
    const fresh = this.exchange.snapshot();
    this.exchange.restore({
      ...fresh,
      orders: log.history.registry(),
      listings: fresh.listings.map((listing, place) => ({
        ...listing,
        positionLots: log.history.positionLots(instruments[place].id),
      })),
    });
  }

  get counters(): Readonly<ExchangeCounters> {
    return this.exchange.counters;
  }

  /** The desk's effect arrives at the exchange's door at `at`. */
  send(effect: Effect, at: Micros): void {
    if (effect.kind !== 'query-order' && effect.kind !== 'request-snapshot') {
      this.log.append({ kind: 'received', at, effect });
    }
    this.exchange.send(effect, at);
  }

  /** Cancels for every open order arrive at the door at `at`. @returns the orders' ids. */
  cancelAll(at: Micros): readonly string[] {
    const open = this.log.history.open();
    for (const { clientOrderId, instrument } of open)
      this.send({ kind: 'cancel-order', clientOrderId, instrument }, at);
    return open.map(({ clientOrderId }) => clientOrderId);
  }

  /** When its earliest event is due. */
  nextAt(): number {
    return this.exchange.nextAt();
  }

  step(): void {
    this.exchange.step(this);
  }

  deliver(input: Input): void {
    if (input.kind === 'order-report') {
      const { report } = input;
      if (report.type === 'released' || report.type === 'blocked' || report.type === 'unanswered') {
        throw new TypeError(`a venue does not say '${report.type}'`);
      }
      this.log.report(input.clientOrderId, report, input.at);
    }
    this.desk?.deliver(input);
  }

  /** Cancels what rests and lets every last report arrive, in no time of the wall's. */
  close(reason: string, now: Micros): void {
    const { history } = this.log;
    for (const { clientOrderId, instrument } of history.open()) {
      this.exchange.send({ kind: 'cancel-order', clientOrderId, instrument }, now);
    }
    for (let steps = 0; history.openCount > 0 && steps < MAX_CLOSING_STEPS; steps += 1) this.step();
    const at = micros(Math.max(now, this.log.lastAt));
    this.cancelRest('the venue ended', at);
    this.log.append({ kind: 'end', at, reason });
  }

  private cancelRest(reason: string, at: Micros): void {
    for (const { clientOrderId } of this.log.history.open()) {
      this.log.report(clientOrderId, { type: 'cancelled', reason }, at);
    }
  }
}

function checkListings(before: readonly string[] | null, now: readonly string[]): void {
  if (before === null) return;
  const place = before.findIndex((listing, index) => listing !== now[index]);
  if (place < 0) return;
  const change = `its exchange listed ${before[place]} where the configuration has ${now[place] ?? 'nothing'} now`;
  throw new ConfigError(`the data folder belongs to other instruments: ${change}. Use another folder (--data)`);
}
