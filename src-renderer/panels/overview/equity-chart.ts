import {
  BaselineSeries,
  ColorType,
  createChart,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';
import { colour } from '../../ui/theme.ts';
import type { CurvePoint } from './curve.ts';

/** Room for the newest point's time on the axis, px. */
const RIGHT_PX = 40;
/** The shares of the height: equity above, drawdown below. */
const EQUITY_STRETCH = 3;
const DRAWDOWN_STRETCH = 1;
const ZERO = { type: 'price', price: 0 } as const;
const FORMAT = { type: 'price', precision: 2, minMove: 0.01 } as const;

/** Equity above or below zero, drawdown as an area that hangs from zero below it, on a canvas that follows the size of its container. */
export class EquityChart {
  private readonly chart: IChartApi;
  private readonly equity: ISeriesApi<'Baseline'>;
  private readonly drawdown: ISeriesApi<'Baseline'>;

  constructor(container: HTMLElement) {
    this.chart = createChart(container, {
      autoSize: true,
      // Not the system's, which may be none that a browser knows (`en-US@posix`); times are UTC and numbers have a point everywhere here.
      localization: { locale: 'en-GB' },
      timeScale: { timeVisible: true, secondsVisible: true, rightOffsetPixels: RIGHT_PX },
      // It always shows the whole curve.
      handleScroll: false,
      handleScale: false,
    });
    this.equity = this.chart.addSeries(BaselineSeries, { lineWidth: 2, priceFormat: FORMAT, baseValue: ZERO });
    this.drawdown = this.chart.addSeries(BaselineSeries, { lineWidth: 1, priceFormat: FORMAT, baseValue: ZERO }, 1);
    const [above, below] = this.chart.panes();
    above?.setStretchFactor(EQUITY_STRETCH);
    below?.setStretchFactor(DRAWDOWN_STRETCH);
    this.recolour();
  }

  /** Takes the colours of the theme that is in force now. */
  recolour(): void {
    const line = colour('--line');
    const up = colour('--up');
    this.chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colour('--surface') },
        textColor: colour('--text-quiet'),
        fontFamily: getComputedStyle(document.body).fontFamily,
        panes: { separatorColor: line, enableResize: false },
      },
      grid: { vertLines: { color: line }, horzLines: { color: line } },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
    });
    const down = colour('--down');
    this.equity.applyOptions({
      topLineColor: up,
      topFillColor1: `${up}40`,
      topFillColor2: `${up}08`,
      bottomLineColor: down,
      bottomFillColor1: `${down}08`,
      bottomFillColor2: `${down}40`,
    });
    this.drawdown.applyOptions({
      topLineColor: down,
      bottomLineColor: down,
      bottomFillColor1: `${down}20`,
      bottomFillColor2: `${down}60`,
    });
  }

  drawAll(points: readonly CurvePoint[]): void {
    this.equity.setData(points.map(equityOf));
    this.drawdown.setData(points.map(drawdownOf));
    this.chart.timeScale().fitContent();
  }

  drawNewest(point: CurvePoint): void {
    this.equity.update(equityOf(point));
    this.drawdown.update(drawdownOf(point));
    this.chart.timeScale().fitContent();
  }

  /** Nothing of it is left in the page or in memory. */
  close(): void {
    this.chart.remove();
  }
}

function equityOf({ second, equity }: CurvePoint) {
  return { time: second as UTCTimestamp, value: equity };
}

function drawdownOf({ second, drawdown }: CurvePoint) {
  return { time: second as UTCTimestamp, value: drawdown };
}
