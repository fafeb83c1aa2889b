import type { QueueView, TopicValue } from '../../../src-shared/contract/topics.ts';
import { instrumentKey } from '../../../src-shared/domain/instrument.ts';
import { MICROS_PER_MS } from '../../../src-shared/domain/time.ts';
import type { DeskReadings } from '../desk-metrics.ts';
import type { DeskAccess } from './desk-access.ts';

const MS_PER_SECOND = 1_000;
/** The desk measures its loop from one reading to the next: shorter spans say little. */
const READ_EVERY_MS = 1_000;

/** What the desk measures of itself, for its windows. */
export class HealthReader {
  private readonly desk: DeskAccess;
  private readonly windowCount: () => number;
  private readings: DeskReadings | null = null;
  private readMs = Number.NEGATIVE_INFINITY;
  private measuredAt = 0;
  private inputs = 0;
  private inputsPerSecond = 0;

  constructor(desk: DeskAccess, windowCount: () => number) {
    this.desk = desk;
    this.windowCount = windowCount;
  }

  /** When the oldest of its figures was measured, by the desk's clock, µs. */
  readAt(): number {
    this.read();
    return this.measuredAt;
  }

  status(): TopicValue<'status'> {
    const { core, instruments, isStopped } = this.desk;
    const { journal, links, loop } = this.read();
    const open = core.orders.allOpen();
    return {
      mode: core.modes.mode,
      blockedBy: [...core.blockedBy()],
      isStopped,
      openOrders: open.length,
      unknownOrders: open.filter(({ status }) => status === 'unknown').length,
      venues: Object.entries(links).map(([venue, up]) => {
        const listed = instruments.filter((of) => of.venue === venue);
        const provenBooks = listed.filter(({ id }) => core.market.isProven(id)).length;
        return { venue, up, provenBooks, books: listed.length };
      }),
      killSwitch: core.killSwitch.state,
      inputsPerSecond: Math.round(this.inputsPerSecond),
      journalLag: journal.lagRecords,
      feedAgeMs: this.feedAgeMs(),
      loopDelayMs: loop.sinceLast.delayMs.max,
      flattening: core.flattening().flatMap((id) => {
        const of = instruments[id];
        return of === undefined ? [] : [instrumentKey(of)];
      }),
    };
  }

  health(): TopicValue<'health'> {
    const { uptimeSeconds, latencies, loop, journal, ticks, outbox, memory, ...of } = this.read();
    const { p50, p99, max } = loop.sinceLast.delayMs;
    const bytes = (
      name: string,
      { usedBytes, capacityBytes }: { usedBytes: number; capacityBytes: number },
    ): QueueView => ({
      ...{ name, unit: 'bytes' },
      used: usedBytes,
      capacity: capacityBytes,
    });
    const count = (name: string, value: number) => ({ name, value });
    return {
      uptimeSeconds,
      stages: Object.entries(latencies.summary()).map(([name, stage]) => ({
        name,
        samples: stage.samples,
        ...{ p50: stage.p50, p99: stage.p99, p999: stage.p999, max: stage.max },
      })),
      loop: { p50Ms: p50, p99Ms: p99, maxMs: max, utilisation: loop.sinceLast.utilisation },
      queues: [
        bytes('journal', journal.ring),
        bytes('ticks', ticks.ring),
        { name: 'outbox', used: outbox.waiting, capacity: outbox.capacity, unit: 'orders' },
      ],
      memory,
      counters: [
        ...[count('inputs', of.inputs), count('market frames', of.marketFrames), count('facts', of.facts)],
        ...[count('gaps', of.market.gaps), count('resyncs', of.market.resyncs)],
        ...[count('orders sent', of.orders.orders), count('orders blocked', of.orders.blocked)],
        ...[count('fills', of.orders.fills), count('commits', journal.commits), count('ticks dropped', ticks.dropped)],
      ],
      windows: this.windowCount(),
    };
  }

  private read(): DeskReadings {
    const nowMs = performance.now();
    const passedMs = nowMs - this.readMs;
    if (this.readings !== null && passedMs < READ_EVERY_MS) return this.readings;
    const readings = this.desk.readings();
    if (this.readings !== null) this.inputsPerSecond = ((readings.inputs - this.inputs) * MS_PER_SECOND) / passedMs;
    this.inputs = readings.inputs;
    this.readings = readings;
    this.readMs = nowMs;
    this.measuredAt = this.desk.now();
    return readings;
  }

  /** How far the newest market frame is behind the desk's clock; null before the first. */
  private feedAgeMs(): number | null {
    const { core, instruments } = this.desk;
    const frames = instruments.flatMap(({ id }) => core.market.lastFrameAt(id) ?? []);
    return frames.length === 0 ? null : Math.max(0, this.desk.now() - Math.max(...frames)) / MICROS_PER_MS;
  }
}
