import { formatLots, type Instrument, instrumentKey } from '../../src-shared/domain/instrument.ts';
import type { Core } from '../core/core.ts';
import type { Fact } from '../core/engine/fact.ts';
import { Latencies } from '../edge/telemetry/latencies.ts';
import { SAMPLE_EVERY, StageProbe } from '../edge/telemetry/stage-probe.ts';
import { FactChain } from '../research/fact-chain.ts';
import { RunCounter } from '../research/run-counter.ts';
import { type RunSummary, summarisePnl } from './run-summary.ts';

const MS_PER_SECOND = 1_000;
const KB_PER_MB = 1_024;

/** What a run has to keep to be summed up: counts, hashes, latencies. */
export class RunRecorder {
  readonly latencies = new Latencies();
  readonly probe = new StageProbe(SAMPLE_EVERY, this.latencies);
  readonly chain = new FactChain();
  readonly counter = new RunCounter();
  /** Inputs to the core. */
  inputs = 0;
  private readonly startedMs = performance.now();

  /** The core has accepted one. */
  input(): void {
    this.inputs += 1;
  }

  /** @param text the fact's canonical text. */
  fact(fact: Fact, text: string): void {
    this.chain.addText(fact.kind, text);
    this.counter.fold(fact);
  }

  /**
   * @param frames lines read, or frames made
   * @param rejected what the reader refused, before the core saw it
   */
  summary(core: Core, frames: number, rejected: Readonly<Record<string, number>>): RunSummary {
    const { market, portfolio } = core;
    const { total, instruments } = market.stats();
    const { orders, fills, partialFills, cancels, gateRefusals } = this.counter;
    const seconds = (performance.now() - this.startedMs) / MS_PER_SECOND;
    const seen = market.instruments.filter((instrument) => instruments[instrumentKey(instrument)].frames > 0);
    const byInstrument = <T>(value: (instrument: Instrument) => T): Record<string, T> =>
      Object.fromEntries(seen.map((instrument) => [instrumentKey(instrument), value(instrument)]));
    return {
      frames,
      inputs: this.inputs,
      rejected: added(rejected, total.rejected),
      gaps: total.gaps,
      resyncs: total.resyncs,
      bookTicker: total.tickerCheck,
      orders,
      fills,
      partialFills,
      cancels,
      gateRefusals,
      position: byInstrument((instrument) => formatLots(instrument, portfolio.lots(instrument.id))),
      pnl: summarisePnl(portfolio.pnl((id) => market.midTicks(id))),
      ledgerBalanced: portfolio.ledgerBalanced(),
      proven: byInstrument((instrument) => market.isProven(instrument.id)),
      factsHash: this.chain.factsHash,
      ordersHash: this.chain.ordersHash,
      framesPerSecond: Math.round(frames / seconds),
      latency: this.latencies.summary(),
      maxRssMb: Math.round((process.resourceUsage().maxRSS / KB_PER_MB) * 10) / 10,
    };
  }
}

function added(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
