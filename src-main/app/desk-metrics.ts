import { CONTROL_MODES, type ControlMode } from '../../src-shared/domain/mode.ts';
import type { Latencies, LatencyStage, StageLatency } from '../edge/telemetry/latencies.ts';
import type { LoopReading, LoopSpan } from '../edge/telemetry/loop-monitor.ts';
import type { MetricFamily, Sample, SummarySample } from '../edge/telemetry/prometheus.ts';
import type { RunCounter } from '../research/run-counter.ts';

/** A bounded ring between two threads. */
interface RingReading {
  readonly usedBytes: number;
  readonly capacityBytes: number;
}

/** What a live desk can tell of itself at one moment. Counts are since this process started. */
export interface DeskReadings {
  readonly build: { readonly version: string; readonly node: string; readonly v8: string };
  readonly uptimeSeconds: number;
  readonly mode: ControlMode;
  /** Whether the stop flag is set. */
  readonly isStopped: boolean;
  /** Whether the link is up, by venue. */
  readonly links: Readonly<Record<string, boolean>>;
  /** Whether the book is proven, by instrument. */
  readonly proven: Readonly<Record<string, boolean>>;
  readonly inputs: number;
  readonly marketFrames: number;
  readonly market: {
    readonly rejected: Readonly<Record<string, number>>;
    readonly gaps: number;
    readonly resyncs: number;
  };
  readonly facts: number;
  readonly orders: Pick<RunCounter, 'orders' | 'fills' | 'partialFills' | 'cancels' | 'gateRefusals'> & {
    readonly intended: number;
    /** By the second check or the stop flag. */
    readonly blocked: number;
    readonly open: number;
    readonly unknown: number;
  };
  readonly journal: {
    readonly ring: RingReading;
    /** Records that were appended and are not durable yet. */
    readonly lagRecords: number;
    readonly commits: number;
    readonly lastCommitMicros: number;
    readonly hasFailed: boolean;
  };
  readonly outbox: {
    readonly waiting: number;
    readonly capacity: number;
    /** Cancels and questions that could not be handed to a link. */
    readonly unsent: number;
  };
  readonly ticks: {
    readonly ring: RingReading;
    readonly dropped: number;
    readonly gaps: number;
    readonly hasFailed: boolean;
  };
  readonly latencies: Pick<Latencies, 'summary' | 'sumMicros'>;
  readonly loop: LoopReading;
  readonly memory: {
    readonly residentBytes: number;
    readonly heapUsedBytes: number;
    readonly heapLimitBytes: number;
  };
}

/** One metric of the desk. docs/metrics.md says of each what a bad value means. */
type DeskMetric = { readonly name: string; readonly help: string } & (
  | { readonly type: 'counter' | 'gauge'; readonly read: (desk: DeskReadings) => readonly Sample[] }
  | { readonly type: 'summary'; readonly read: (desk: DeskReadings) => readonly SummarySample[] }
);

const MICROS_PER_SECOND = 1_000_000;
const MS_PER_SECOND = 1_000;

export const DESK_METRICS: readonly DeskMetric[] = [
  gauge(
    'interlock_build_info',
    'Which desk this is; the versions are its labels.',
    ({ build: { version, node, v8 } }) => [{ labels: { version, node, v8 }, value: 1 }],
  ),
  gauge('interlock_uptime_seconds', 'Time since this process started.', (desk) => desk.uptimeSeconds),

  gauge('interlock_mode', 'The control mode: 1 for the one in force.', ({ mode }) =>
    CONTROL_MODES.map((one) => ({ labels: { mode: one }, value: Number(one === mode) })),
  ),
  gauge('interlock_stop_flag', 'Whether the last door is shut to orders.', (desk) => desk.isStopped),
  gauge('interlock_exchange_link_up', 'Whether the venue is connected.', (desk) => by('venue', desk.links)),
  gauge('interlock_book_proven', 'Whether the book is proven.', (desk) => by('instrument', desk.proven)),

  counter('interlock_inputs_total', 'Inputs to the core, market frames among them.', (desk) => desk.inputs),
  counter('interlock_market_frames_total', 'Market frames to the core.', (desk) => desk.marketFrames),
  counter('interlock_market_frames_rejected_total', 'Market frames refused, by reason.', (desk) =>
    by('reason', desk.market.rejected),
  ),
  counter('interlock_market_gaps_total', "Gaps in a venue's sequence of updates.", (desk) => desk.market.gaps),
  counter('interlock_market_resyncs_total', 'Books proven anew after the first time.', (desk) => desk.market.resyncs),
  counter('interlock_facts_total', 'Facts that the core stated.', (desk) => desk.facts),

  counter('interlock_orders_intended_total', 'Orders that the gate let pass.', ({ orders }) => orders.intended),
  counter('interlock_orders_refused_total', 'Intents that the gate refused, by reason.', ({ orders }) =>
    by('reason', orders.gateRefusals),
  ),
  counter('interlock_orders_sent_total', 'Orders that left the desk.', ({ orders }) => orders.orders),
  counter('interlock_orders_blocked_total', 'Orders that the last door kept back.', ({ orders }) => orders.blocked),
  counter('interlock_orders_cancelled_total', 'Orders that ended by a cancel.', ({ orders }) => orders.cancels),
  counter('interlock_fills_total', 'Executions that were reported.', ({ orders }) => orders.fills),
  counter(
    'interlock_partial_fills_total',
    'Executions that left something of their order open.',
    ({ orders }) => orders.partialFills,
  ),
  gauge('interlock_orders_open', 'Orders that can still trade, UNKNOWN ones among them.', ({ orders }) => orders.open),
  gauge('interlock_orders_unknown', 'Orders whose state the venue has not told.', ({ orders }) => orders.unknown),

  gauge(
    'interlock_journal_ring_used_bytes',
    "Records that wait for the journal's worker.",
    ({ journal }) => journal.ring.usedBytes,
  ),
  gauge(
    'interlock_journal_ring_capacity_bytes',
    "Size of the journal's ring.",
    ({ journal }) => journal.ring.capacityBytes,
  ),
  gauge('interlock_journal_lag_records', 'Records that are not on disk yet.', ({ journal }) => journal.lagRecords),
  counter('interlock_journal_commits_total', 'Group commits.', ({ journal }) => journal.commits),
  gauge(
    'interlock_journal_last_commit_seconds',
    'How long the last group commit took.',
    ({ journal }) => journal.lastCommitMicros / MICROS_PER_SECOND,
  ),
  gauge('interlock_journal_failed', 'Whether the journal has failed.', ({ journal }) => journal.hasFailed),
  gauge(
    'interlock_outbox_waiting_orders',
    'Orders that wait for their facts to be durable.',
    ({ outbox }) => outbox.waiting,
  ),
  gauge('interlock_outbox_capacity_orders', 'How many may wait.', ({ outbox }) => outbox.capacity),
  counter('interlock_unsent_effects_total', 'Cancels and questions that did not leave.', ({ outbox }) => outbox.unsent),
  gauge(
    'interlock_ticks_ring_used_bytes',
    "Market frames that wait for the ticks' worker.",
    ({ ticks }) => ticks.ring.usedBytes,
  ),
  gauge('interlock_ticks_ring_capacity_bytes', "Size of the ticks' ring.", ({ ticks }) => ticks.ring.capacityBytes),
  counter('interlock_ticks_dropped_total', 'Market frames that were not recorded.', ({ ticks }) => ticks.dropped),
  counter('interlock_ticks_gaps_total', 'Gaps in the recorded ticks.', ({ ticks }) => ticks.gaps),
  gauge('interlock_ticks_failed', 'Whether the recording of ticks has failed.', ({ ticks }) => ticks.hasFailed),

  {
    type: 'summary',
    name: 'interlock_stage_latency_seconds',
    help: 'Latency since the start, by stage; of market frames a sample.',
    read: ({ latencies }) => stageSummaries(latencies),
  },
  gauge(
    'interlock_loop_delay_seconds',
    'How late the event loop was, since the start and since the last reading by anyone.',
    ({ loop }) => bySpan(loop, loopDelays),
  ),
  gauge('interlock_loop_utilisation_ratio', 'Share of time in which the event loop was busy.', ({ loop }) =>
    bySpan(loop, ({ utilisation }) => [{ value: utilisation }]),
  ),
  gauge('interlock_loop_span_seconds', 'How much time the figures of the event loop cover.', ({ loop }) =>
    bySpan(loop, ({ seconds }) => [{ value: seconds }]),
  ),

  gauge('interlock_resident_memory_bytes', 'Memory of the process.', ({ memory }) => memory.residentBytes),
  gauge('interlock_heap_used_bytes', "Memory in V8's heap.", ({ memory }) => memory.heapUsedBytes),
  gauge('interlock_heap_limit_bytes', "Most that V8's heap may take.", ({ memory }) => memory.heapLimitBytes),
];

/** Every metric of the desk, in the order of {@link DESK_METRICS}. */
export function deskMetrics(desk: DeskReadings): MetricFamily[] {
  return DESK_METRICS.map((metric): MetricFamily => {
    const { name, help } = metric;
    if (metric.type === 'summary') return { type: 'summary', name, help, samples: metric.read(desk) };
    return { type: metric.type, name, help, samples: metric.read(desk) };
  });
}

type Read = (desk: DeskReadings) => number | boolean | readonly Sample[];

function gauge(name: string, help: string, read: Read): DeskMetric {
  return { type: 'gauge', name, help, read: samplesOf(read) };
}

function counter(name: string, help: string, read: Read): DeskMetric {
  return { type: 'counter', name, help, read: samplesOf(read) };
}

function samplesOf(read: Read): (desk: DeskReadings) => readonly Sample[] {
  return (desk) => {
    const value = read(desk);
    return typeof value === 'object' ? value : [{ value: Number(value) }];
  };
}

function by(label: string, values: Readonly<Record<string, number | boolean>>): Sample[] {
  return Object.entries(values).map(([of, value]) => ({ labels: { [label]: of }, value: Number(value) }));
}

function bySpan({ sinceStart, sinceLast }: LoopReading, read: (span: LoopSpan) => readonly Sample[]): Sample[] {
  const labelled = (since: string, span: LoopSpan): Sample[] =>
    read(span).map(({ labels, value }) => ({ labels: { since, ...labels }, value }));
  return [...labelled('start', sinceStart), ...labelled('last-reading', sinceLast)];
}

function loopDelays({ delayMs: { p50, p99, p999, max } }: LoopSpan): Sample[] {
  return quantiles(p50, p99, p999, max).map(([quantile, ms]) => ({
    labels: { quantile: String(quantile) },
    value: ms / MS_PER_SECOND,
  }));
}

function stageSummaries(latencies: DeskReadings['latencies']): SummarySample[] {
  const stages = Object.entries(latencies.summary()) as [LatencyStage, StageLatency][];
  return stages.map(([stage, { samples, p50, p99, p999, max }]) => ({
    labels: { stage },
    quantiles: quantiles(p50, p99, p999, max).map(([quantile, micros]) => [quantile, micros / MICROS_PER_SECOND]),
    sum: latencies.sumMicros(stage) / MICROS_PER_SECOND,
    count: samples,
  }));
}

function quantiles(p50: number, p99: number, p999: number, max: number): [quantile: number, value: number][] {
  return [
    [0.5, p50],
    [0.99, p99],
    [0.999, p999],
    [1, max],
  ];
}
