import { getHeapStatistics } from 'node:v8';
import { instrumentKey } from '../../../src-shared/domain/instrument.ts';
import type { Core } from '../../core/core.ts';
import type { JournalClient } from '../../edge/journal/client.ts';
import type { Outbox } from '../../edge/outbox/outbox.ts';
import { LoopMonitor } from '../../edge/telemetry/loop-monitor.ts';
import { MetricsServer } from '../../edge/telemetry/metrics-server.ts';
import { formatMetrics } from '../../edge/telemetry/prometheus.ts';
import type { TickRecorder } from '../../edge/ticks/tick-recorder.ts';
import type { StopFlag } from '../../threads/stop-flag.ts';
import { type DeskReadings, deskMetrics } from '../desk-metrics.ts';
import { localSocket } from '../local-socket.ts';
import { PROGRAM_VERSION } from '../program-version.ts';
import type { RunRecorder } from '../run-recorder.ts';

/** What a live desk is made of, as far as it is measured. */
interface MonitoredParts {
  readonly core: Core;
  readonly journal: JournalClient;
  readonly outbox: Pick<Outbox, 'waitingCount' | 'capacity'>;
  readonly ticks: TickRecorder;
  readonly stopFlag: Pick<StopFlag, 'isSet'>;
  readonly recorder: RunRecorder;
  /** Whether each venue's link is up. */
  readonly links: () => Readonly<Record<string, boolean>>;
  readonly frames: () => number;
  /** Cancels and questions that did not leave. */
  readonly unsentEffects: () => number;
}

/** Measures a live desk, and tells whoever asks on the data folder's socket. */
export class DeskMonitor {
  /** What the desk is now. Whoever asks ends the last span of the loop's figures. */
  readonly readings: () => DeskReadings;
  private readonly loop: LoopMonitor;
  private readonly server: MetricsServer;

  /**
   * @param port of 127.0.0.1, where it is told too; 0 takes any free one.
   * @throws MetricsServerError when another desk answers there already, or the port is taken.
   */
  static async start(directory: string, port: number | null, parts: MonitoredParts): Promise<DeskMonitor> {
    const loop = new LoopMonitor();
    const read = (): DeskReadings => readings(parts, loop);
    const text = (): string => formatMetrics(deskMetrics(read()));
    const server = await MetricsServer.start({
      socketPath: localSocket(directory, 'desk'),
      text,
      ...(port === null ? {} : { port }),
    });
    return new DeskMonitor(read, loop, server);
  }

  private constructor(read: () => DeskReadings, loop: LoopMonitor, server: MetricsServer) {
    this.readings = read;
    this.loop = loop;
    this.server = server;
  }

  /** Where a Prometheus server finds it; undefined without a port. */
  get address(): string | undefined {
    return this.server.address;
  }

  async close(): Promise<void> {
    this.loop.close();
    await this.server.close();
  }
}

function readings(parts: MonitoredParts, loop: LoopMonitor): DeskReadings {
  const { core, journal, outbox, ticks, stopFlag, recorder } = parts;
  const { market, modes } = core;
  const { total } = market.stats();
  const memory = process.memoryUsage();
  const open = core.orders.allOpen();
  return {
    build: { version: PROGRAM_VERSION, node: process.versions.node, v8: process.versions.v8 },
    uptimeSeconds: process.uptime(),
    mode: modes.mode,
    isStopped: stopFlag.isSet,
    links: parts.links(),
    proven: Object.fromEntries(market.instruments.map((of) => [instrumentKey(of), market.isProven(of.id)])),
    inputs: recorder.inputs,
    marketFrames: parts.frames(),
    market: { rejected: total.rejected, gaps: total.gaps, resyncs: total.resyncs },
    facts: recorder.counter.facts,
    orders: {
      ...recorder.counter,
      open: open.length,
      unknown: open.filter(({ status }) => status === 'unknown').length,
    },
    journal: {
      ring: { usedBytes: journal.queuedBytes, capacityBytes: journal.capacityBytes },
      lagRecords: journal.appendedSeq - journal.durableSeq(),
      commits: journal.commits,
      lastCommitMicros: journal.lastCommitMicros,
      hasFailed: journal.failure() !== undefined,
    },
    outbox: { waiting: outbox.waitingCount, capacity: outbox.capacity, unsent: parts.unsentEffects() },
    ticks: {
      ring: { usedBytes: ticks.queuedBytes, capacityBytes: ticks.capacityBytes },
      dropped: ticks.dropped,
      gaps: ticks.gaps,
      hasFailed: ticks.failure() !== undefined,
    },
    latencies: recorder.latencies,
    loop: loop.read(),
    memory: {
      residentBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      heapLimitBytes: getHeapStatistics().heap_size_limit,
    },
  };
}
