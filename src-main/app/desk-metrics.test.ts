import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONTROL_MODES } from '../../src-shared/domain/mode.ts';
import { Latencies } from '../edge/telemetry/latencies.ts';
import { formatMetrics, type MetricFamily } from '../edge/telemetry/prometheus.ts';
import { DESK_METRICS, type DeskReadings, deskMetrics } from './desk-metrics.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs', 'metrics.md');

/** Every number another one, so that no two can be mixed up unseen. */
function readings(): DeskReadings {
  const latencies = new Latencies();
  latencies.record('commit', 2);
  latencies.record('commit', 2);
  return {
    build: { version: '0.1.0', node: 'v24.21.0', v8: '13.6' },
    uptimeSeconds: 1,
    mode: 'reduce',
    isStopped: true,
    links: { 'binance-usdm': true, 'binance-spot': false },
    proven: { 'binance-usdm:BTCUSDT': true },
    inputs: 2,
    marketFrames: 3,
    market: { rejected: { malformed: 4, 'out-of-order': 5 }, gaps: 6, resyncs: 7 },
    facts: 8,
    orders: {
      ...{ intended: 9, orders: 10, fills: 11, partialFills: 12, cancels: 13, gateRefusals: { 'max-position': 14 } },
      ...{ blocked: 15, open: 16, unknown: 17 },
    },
    journal: {
      ring: { usedBytes: 18, capacityBytes: 19 },
      ...{ lagRecords: 20, commits: 21, lastCommitMicros: 22, hasFailed: false },
    },
    outbox: { waiting: 23, capacity: 24, unsent: 44 },
    ticks: { ring: { usedBytes: 25, capacityBytes: 26 }, dropped: 27, gaps: 28, hasFailed: true },
    latencies,
    loop: {
      sinceStart: { seconds: 29, delayMs: { p50: 30, p99: 31, p999: 32, max: 33 }, utilisation: 0.34 },
      sinceLast: { seconds: 35, delayMs: { p50: 36, p99: 37, p999: 38, max: 39 }, utilisation: 0.4 },
    },
    memory: { residentBytes: 41, heapUsedBytes: 42, heapLimitBytes: 43 },
  };
}

const lines = formatMetrics(deskMetrics(readings()))
  .split('\n')
  .filter((line) => !line.startsWith('#') && line !== '');

describe("the desk's metrics", () => {
  it('carry every reading under its own name, in seconds and bytes', () => {
    expect(lines).toEqual(
      [
        'build_info{version="0.1.0",node="v24.21.0",v8="13.6"} 1',
        'uptime_seconds 1',
        'mode{mode="normal"} 0',
        'mode{mode="pause"} 0',
        'mode{mode="reduce"} 1',
        'mode{mode="emergency"} 0',
        'stop_flag 1',
        'exchange_link_up{venue="binance-usdm"} 1',
        'exchange_link_up{venue="binance-spot"} 0',
        'book_proven{instrument="binance-usdm:BTCUSDT"} 1',
        'inputs_total 2',
        'market_frames_total 3',
        'market_frames_rejected_total{reason="malformed"} 4',
        'market_frames_rejected_total{reason="out-of-order"} 5',
        'market_gaps_total 6',
        'market_resyncs_total 7',
        'facts_total 8',
        'orders_intended_total 9',
        'orders_refused_total{reason="max-position"} 14',
        'orders_sent_total 10',
        'orders_blocked_total 15',
        'orders_cancelled_total 13',
        'fills_total 11',
        'partial_fills_total 12',
        'orders_open 16',
        'orders_unknown 17',
        'journal_ring_used_bytes 18',
        'journal_ring_capacity_bytes 19',
        'journal_lag_records 20',
        'journal_commits_total 21',
        'journal_last_commit_seconds 0.000022',
        'journal_failed 0',
        'outbox_waiting_orders 23',
        'outbox_capacity_orders 24',
        'unsent_effects_total 44',
        'ticks_ring_used_bytes 25',
        'ticks_ring_capacity_bytes 26',
        'ticks_dropped_total 27',
        'ticks_gaps_total 28',
        'ticks_failed 1',
        'stage_latency_seconds{stage="commit",quantile="0.5"} 0.002',
        'stage_latency_seconds{stage="commit",quantile="0.99"} 0.002',
        'stage_latency_seconds{stage="commit",quantile="0.999"} 0.002',
        'stage_latency_seconds{stage="commit",quantile="1"} 0.002',
        'stage_latency_seconds_sum{stage="commit"} 0.004',
        'stage_latency_seconds_count{stage="commit"} 2',
        'loop_delay_seconds{since="start",quantile="0.5"} 0.03',
        'loop_delay_seconds{since="start",quantile="0.99"} 0.031',
        'loop_delay_seconds{since="start",quantile="0.999"} 0.032',
        'loop_delay_seconds{since="start",quantile="1"} 0.033',
        'loop_delay_seconds{since="last-reading",quantile="0.5"} 0.036',
        'loop_delay_seconds{since="last-reading",quantile="0.99"} 0.037',
        'loop_delay_seconds{since="last-reading",quantile="0.999"} 0.038',
        'loop_delay_seconds{since="last-reading",quantile="1"} 0.039',
        'loop_utilisation_ratio{since="start"} 0.34',
        'loop_utilisation_ratio{since="last-reading"} 0.4',
        'loop_span_seconds{since="start"} 29',
        'loop_span_seconds{since="last-reading"} 35',
        'resident_memory_bytes 41',
        'heap_used_bytes 42',
        'heap_limit_bytes 43',
      ].map((line) => `interlock_${line}`),
    );
  });

  it.each(CONTROL_MODES)('show %s as the one mode in force', (mode) => {
    const family = deskMetrics({ ...readings(), mode }).find(({ name }) => name === 'interlock_mode');
    expect(inForce(family)).toEqual([mode]);
  });

  it('give every queue its capacity', () => {
    const names = DESK_METRICS.map(({ name }) => name);
    const queues = names.filter((name) => /_(used|waiting)_/.test(name) && !name.includes('heap'));
    expect(queues).toHaveLength(3);
    for (const name of queues) expect(names).toContain(name.replace(/_(used|waiting)_/, '_capacity_'));
  });
});

describe('docs/metrics.md', () => {
  const rows = readFileSync(DOCS, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `interlock_'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

  it('says of every metric what the code says, in its order', () => {
    const described = rows.map(([, name, type, , meaning]) => ({ name, type, help: meaning }));
    expect(described).toEqual(DESK_METRICS.map(({ name, type, help }) => ({ name, type, help })));
  });

  it('names the unit that the name names, and what to do about a bad value', () => {
    for (const [, name = '', , unit = '', , advice = ''] of rows) {
      const base = /_(seconds|bytes)(_total)?$/.exec(name)?.[1];
      if (base !== undefined) expect([name, unit]).toEqual([name, base]);
      expect([name, unit.length > 0, advice.length > 0]).toEqual([name, true, true]);
    }
  });
});

function inForce(family: MetricFamily | undefined): (string | undefined)[] {
  if (family?.type !== 'gauge') throw new Error('the mode is no gauge');
  return family.samples.filter(({ value }) => value === 1).map(({ labels }) => labels?.mode);
}
