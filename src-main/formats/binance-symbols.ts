import { type Instrument, type InstrumentId, instrumentKey } from '../../src-shared/domain/instrument.ts';
import { type StepScale, stepScale } from './step-scale.ts';

export type BinanceVenue = 'binance-spot' | 'binance-usdm';

/** An instrument of the desk as a Binance recording names it, ready for scanning. */
export interface BinanceSymbol {
  readonly instrument: Instrument;
  readonly id: InstrumentId;
  readonly symbolBytes: Uint8Array;
  readonly tick: StepScale;
  readonly lot: StepScale;
}

/** The instruments of a venue that speaks one of Binance's dialects, by symbol. */
export class BinanceSymbols {
  readonly venue: BinanceVenue;
  private readonly bySymbol = new Map<string, BinanceSymbol>();

  /** @param name the venue's name at this desk, where it is not its dialect's. */
  constructor(venue: BinanceVenue, instruments: readonly Instrument[], name: string = venue) {
    this.venue = venue;
    for (const instrument of instruments) {
      if (instrument.venue !== name) continue;
      this.bySymbol.set(instrument.symbol, {
        instrument,
        id: instrument.id,
        symbolBytes: Buffer.from(instrument.symbol, 'latin1'),
        tick: stepScale(instrument.tick),
        lot: stepScale(instrument.lot),
      });
    }
  }

  get(symbol: string): BinanceSymbol | undefined {
    return this.bySymbol.get(symbol);
  }

  describeUnknown(symbol: string): string {
    const key = instrumentKey({ venue: this.venue, symbol });
    return `${key} is not in the configuration: add it under "instruments", or pass --infer-instruments`;
  }
}
