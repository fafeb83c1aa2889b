import type { LatestTopic, TopicParams, TopicValue } from '../../../src-shared/contract/topics.ts';
import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { LatestReader, type ReadLatest } from '../../edge/window/latest-reader.ts';
import { instrumentLimits } from '../config/instrument-limits.ts';
import { exposureOf, pnlOf, positionsOf, reportingCurrency } from './account-readers.ts';
import { type DeskAccess, listedInstrument } from './desk-access.ts';
import type { EquityCurve } from './equity-curve.ts';
import { HealthReader } from './health-reader.ts';
import { barsOf, depthOf, quoteOf } from './market-readers.ts';
import { SwitchReader } from './switch-reader.ts';
import { VenueReader } from './venue-reader.ts';

/** How often each topic is read at most. A person reads figures no faster than this, and prices are not only figures. */
const EVERY_MS: Readonly<Record<Exclude<LatestTopic, 'session'>, number>> = {
  ...{ status: 0, quotes: 0, depth: 0, pnl: 0, risk: 0, positions: 0 },
  ...{ bar: 100, switch: 100, health: 1_000, venues: 1_000 },
};
/** The last closed bar, which a window may not have seen closing, and the open one. */
const BARS_SHOWN = 2;

/** The latest-value topics, read from the core as it is at that moment. */
export class DeskReaders {
  private readonly desk: DeskAccess;
  private readonly curve: EquityCurve;
  private readonly health: HealthReader;
  private readonly venues: VenueReader;
  private readonly killSwitch: SwitchReader;
  private readonly readers = new Map<string, LatestReader>();

  constructor(desk: DeskAccess, curve: EquityCurve, windowCount: () => number) {
    this.desk = desk;
    this.curve = curve;
    this.health = new HealthReader(desk, windowCount);
    this.venues = new VenueReader(desk);
    this.killSwitch = new SwitchReader(desk);
  }

  /** One reader for all who ask for the same. @throws DeskError for an instrument that is not listed. */
  reader(topic: Exclude<LatestTopic, 'session'>, params: unknown): LatestReader {
    // What names nothing is refused before it takes a place here.
    const read = this.readOf(topic, params);
    const key = `${topic} ${JSON.stringify(params)}`;
    const known = this.readers.get(key);
    if (known) return known;
    const made = new LatestReader(read, EVERY_MS[topic]);
    this.readers.set(key, made);
    return made;
  }

  private readOf(topic: Exclude<LatestTopic, 'session'>, params: unknown): ReadLatest {
    const { desk, curve, health, venues, killSwitch } = this;
    const { core, instruments, config } = desk;
    switch (topic) {
      case 'status':
        return () => ({ at: health.readAt(), value: health.status() });
      case 'health':
        return () => ({ at: health.readAt(), value: health.health() });
      case 'venues':
        return () => ({ at: desk.now(), value: { venues: venues.read() } });
      case 'switch':
        return () => killSwitch.read();
      case 'pnl': {
        const reporting = reportingCurrency(instruments);
        return () => ({ at: this.markedAt(), value: pnlOf(core, instruments, curve, reporting) });
      }
      case 'positions':
        return () => ({ at: this.markedAt(), value: { positions: positionsOf(core, instruments) } });
      case 'risk': {
        const limited = instruments.map((of) => ({ of, limits: instrumentLimits(of, config) }));
        return () => {
          const now = desk.now();
          return {
            at: this.markedAt(),
            value: { exposures: limited.map(({ of, limits }) => exposureOf(core, of, limits, now)) },
          };
        };
      }
      case 'quotes':
        return () => ({
          at: this.framesAt(instruments),
          value: { quotes: instruments.map((of) => quoteOf(core, of)) },
        });
      case 'depth': {
        const of = listedInstrument(desk, (params as TopicParams<'depth'>).instrument);
        return () => ({ at: this.framesAt([of]), value: depthOf(core, of) });
      }
      case 'bar': {
        const { instrument, interval } = params as TopicParams<'bar'>;
        const of = listedInstrument(desk, instrument);
        return () => {
          const value: TopicValue<'bar'> = { instrument, interval, bars: barsOf(core, of, interval, BARS_SHOWN) };
          return { at: this.framesAt([of]), value };
        };
      }
    }
  }

  /** As of when figures that hang on marks are true: the oldest market among those in which something is held or ordered. */
  private markedAt(): number {
    const { core, instruments } = this.desk;
    const { portfolio, orders } = core;
    return this.framesAt(instruments.filter(({ id }) => portfolio.lots(id) !== 0 || orders.open(id).length > 0));
  }

  /** The oldest of the markets' last frames; now, where there is none to wait for. */
  private framesAt(instruments: readonly Instrument[]): number {
    const { desk } = this;
    const now = desk.now();
    return Math.min(now, ...instruments.map(({ id }) => desk.core.market.lastFrameAt(id) ?? now));
  }
}
