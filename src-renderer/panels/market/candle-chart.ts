import {
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { BarView } from '../../../src-shared/contract/methods.ts';
import { BarStore, type Redraw } from './bar-store.ts';
import type { ChartColours } from './chart-colours.ts';
import type { BarFills } from './own-fills.ts';

export interface CandleChartOptions {
  readonly priceDecimals: number;
  readonly colours: ChartColours;
  /** Hears the start of the bar under the pointer, µs; null when it left the chart. */
  readonly onPoint: (startAt: number | null) => void;
}

const MICROS_PER_SECOND = 1_000_000;
/** The share of the height that is the candles' alone; volume lies below. */
const VOLUME_TOP = 0.82;
const CANDLES_BOTTOM = 0.22;

/** Candles, volume and own fills on a canvas. Times are UTC, by the venue's clock. */
export class CandleChart {
  readonly store = new BarStore();
  private readonly chart: IChartApi;
  private readonly candles: ISeriesApi<'Candlestick'>;
  private readonly volumes: ISeriesApi<'Histogram'>;
  private readonly markers: ISeriesMarkersPluginApi<Time>;
  private fills: readonly BarFills[] = [];
  private colours: ChartColours;
  /** The start of the newest bar in the chart, µs. */
  private drawnTo = Number.NEGATIVE_INFINITY;

  /** Takes the size of `container`, and follows it. */
  constructor(container: HTMLElement, { priceDecimals, colours, onPoint }: CandleChartOptions) {
    this.colours = colours;
    this.chart = createChart(container, {
      autoSize: true,
      crosshair: { mode: CrosshairMode.Normal },
      // A browser's own language may be a tag that dates cannot be written in, as on hosts with the POSIX locale.
      localization: { locale: 'en-GB', dateFormat: 'yyyy-MM-dd' },
      timeScale: { timeVisible: true, secondsVisible: true, rightOffset: 4 },
    });
    this.candles = this.chart.addSeries(CandlestickSeries, {
      priceFormat: { type: 'price', precision: priceDecimals, minMove: 10 ** -priceDecimals },
    });
    this.candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: CANDLES_BOTTOM } });
    this.volumes = this.chart.addSeries(HistogramSeries, {
      priceScaleId: '',
      priceFormat: { type: 'volume' },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.volumes.priceScale().applyOptions({ scaleMargins: { top: VOLUME_TOP, bottom: 0 } });
    this.markers = createSeriesMarkers(this.candles);
    this.chart.subscribeCrosshairMove(({ time }) =>
      onPoint(typeof time === 'number' ? time * MICROS_PER_SECOND : null),
    );
    this.setColours(colours);
  }

  addHistory(bars: readonly BarView[]): void {
    this.draw(this.store.addHistory(bars));
  }

  update(bars: readonly BarView[]): void {
    this.draw(this.store.update(bars));
  }

  setFills(fills: readonly BarFills[]): void {
    this.fills = fills;
    this.drawMarkers();
  }

  /** Puts the crosshair on a bar, as the pointer would; null takes it away. */
  point(bar: BarView | null): void {
    if (bar === null) this.chart.clearCrosshairPosition();
    else this.chart.setCrosshairPosition(bar.close, timeOf(bar.startAt), this.candles);
  }

  setColours(colours: ChartColours): void {
    this.colours = colours;
    const { surface, line, text, up, down, volume, font } = colours;
    this.chart.applyOptions({
      layout: { background: { type: ColorType.Solid, color: surface }, textColor: text, fontFamily: font },
      grid: { vertLines: { color: line }, horzLines: { color: line } },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
    });
    // Hollow up, filled down: colour does not stand alone.
    this.candles.applyOptions({
      upColor: surface,
      borderUpColor: up,
      wickUpColor: up,
      downColor: down,
      borderDownColor: down,
      wickDownColor: down,
    });
    this.volumes.applyOptions({ color: volume });
    this.drawMarkers();
  }

  /** Nothing of it is left in the page or in memory. */
  close(): void {
    this.markers.detach();
    this.chart.remove();
  }

  private draw(redraw: Redraw): void {
    const { bars } = this.store;
    if (redraw === 'all') {
      this.candles.setData(bars.map(candleOf));
      this.volumes.setData(bars.map(volumeOf));
      this.drawnTo = bars.at(-1)?.startAt ?? Number.NEGATIVE_INFINITY;
      return;
    }
    for (const bar of redraw) {
      const isOlder = bar.startAt < this.drawnTo;
      this.candles.update(candleOf(bar), isOlder);
      this.volumes.update(volumeOf(bar), isOlder);
      this.drawnTo = Math.max(this.drawnTo, bar.startAt);
    }
  }

  private drawMarkers(): void {
    const { up, down } = this.colours;
    this.markers.setMarkers(
      this.fills.map(({ startAt, side }) =>
        side === 'buy'
          ? { time: timeOf(startAt), position: 'belowBar', shape: 'arrowUp', color: up }
          : { time: timeOf(startAt), position: 'aboveBar', shape: 'arrowDown', color: down },
      ),
    );
  }
}

function timeOf(startAt: number): UTCTimestamp {
  return (startAt / MICROS_PER_SECOND) as UTCTimestamp;
}

function candleOf({ startAt, open, high, low, close }: BarView) {
  return { time: timeOf(startAt), open, high, low, close };
}

function volumeOf({ startAt, volume }: BarView) {
  return { time: timeOf(startAt), value: volume };
}
