/** Journals as live desks leave them, one run after another on one folder, made in virtual time. For the tests. */
import { MICROS_PER_SECOND, micros } from '../../../src-shared/domain/time.ts';
import { canonical, parseCanonical } from '../../core/engine/canonical.ts';
import type { Fact } from '../../core/engine/fact.ts';
import { type Input, isMarketInput } from '../../core/engine/input.ts';
import { JournalClient } from '../../edge/journal/client.ts';
import { closeJournal, openReadable } from '../../edge/journal/open.ts';
import { readRecords } from '../../edge/journal/read.ts';
import { TickRecorder } from '../../edge/ticks/tick-recorder.ts';
import { VirtualDesk } from '../../research/virtual-desk.ts';
import { SimulatedExchange } from '../../simulation/exchange.ts';
import { createLatency } from '../../simulation/latency.ts';
import { hostClock } from '../../threads/host-clock.ts';
import { createRing } from '../../threads/ring.ts';
import { closedMarkets, exchangeConfig } from '../config/simulated-exchange.ts';
import { type RunRecord, writeRunRecord } from '../run-record.ts';
import { JOURNAL_WORKER, TICKS_WORKER } from '../workers.ts';
import { createCheckedCore } from './checked-core.ts';
import { CONFIG, TRADED } from './fixtures.ts';
import { recoverDesk } from './recovery.ts';

const START_AT = micros(1_700_000_000 * MICROS_PER_SECOND);
const RING_BYTES = 1024 * 1024;
const TICKS_WAIT_MS = 1_000;

export function startJournal(directory: string, ticksRing = createRing(RING_BYTES)): Promise<JournalClient> {
  const entries = { directory, workerEntry: JOURNAL_WORKER, now: hostClock };
  return JournalClient.start({ ...entries, ticksRing, ticksWaitMs: TICKS_WAIT_MS });
}

export interface RunOptions extends Partial<RunRecord> {
  /** Of the market's time. */
  readonly seconds: number;
  /** Called halfway. */
  readonly act?: (desk: VirtualDesk) => void;
  /** What the desk leaves beside its journal in the end. */
  readonly lastWords?: string;
}

/** One folder, and the exchange that outlives its desks. */
export class JournaledRuns {
  readonly directory: string;
  private readonly exchange: SimulatedExchange;
  private now = START_AT;

  constructor(directory: string) {
    this.directory = directory;
    const terms = exchangeConfig(CONFIG, CONFIG.simulation.closedMarketLatency);
    this.exchange = new SimulatedExchange([TRADED], terms, closedMarkets(1, START_AT));
  }

  /**
   * One process: starts where the journal ends, trades for a while, and is gone.
   * @returns the desk, whose core went on after its last journaled turn with the frames that came then.
   */
  async run({ seconds, act, lastWords, ...terms }: RunOptions): Promise<VirtualDesk> {
    const { directory } = this;
    const run: RunRecord = { config: CONFIG, strategy: 'market-maker', instruments: [TRADED], ...terms };
    const ring = createRing(RING_BYTES);
    const client = await startJournal(directory, ring);
    try {
      const before = recoverDesk(directory, client.opened.lastSeq, run.instruments);
      client.append('host', hostClock(), writeRunRecord(run));
      const segment = (before?.core.engine.inputSeq ?? 0) + 1;
      const ticks = await TickRecorder.start({ directory, workerEntry: TICKS_WORKER, ring, segment });
      const desk = new VirtualDesk(
        (sink) => {
          const parts = createCheckedCore(run, sink);
          if (before) {
            parts.core.recover(before.core);
            parts.secondCheck.restore(before.secondCheck);
          }
          const feedLatency = createLatency(CONFIG.simulation.closedMarketLatency.feed, 'feed');
          return { ...parts, exchange: this.exchange, feedLatency };
        },
        {
          arriving: (input: Input) => {
            if (!isMarketInput(input)) client.stage('input', input.at, canonical(input));
            else if (ticks.waitForRoom(TICKS_WAIT_MS)) ticks.offer(input);
          },
          fact: (fact: Fact) => void client.stage('fact', fact.at, canonical(fact)),
          input: () => void client.publish(),
        },
      );
      desk.now = this.now;
      const heard = [...(before?.unheardWords ?? []), ...client.previous.lastWords];
      const { crashed } = client.previous;
      if (before) desk.deliver({ kind: 'restart', seq: 0, at: this.now, seed: 1, crashed, lastWords: heard });
      else desk.start(this.now, 1, client.opened.identity);
      const begunAt = this.now;
      this.now = micros(begunAt + seconds * MICROS_PER_SECOND);
      if (act) {
        desk.runUntil(micros((begunAt + this.now) / 2));
        act(desk);
      }
      desk.runUntil(this.now);
      await ticks.close();
      if (lastWords !== undefined) client.leaveLastWords(lastWords);
      return desk;
    } finally {
      await client.close();
    }
  }
}

/** What a journal holds, with where each turn ends. */
export interface JournalText {
  readonly lastSeq: number;
  /** By record number − 1. */
  readonly records: readonly { readonly kind: string; readonly text: string }[];
  /** Numbers of the records that end a turn. */
  readonly turnEnds: readonly number[];
}

export function readJournal(directory: string): JournalText {
  const journal = openReadable(directory);
  try {
    const records = [...readRecords(journal)].map(({ kind, bytes }) => ({
      kind,
      text: Buffer.from(bytes).toString('utf8'),
    }));
    const turns = records.map(({ kind, text }, index) => {
      const { cause, seq } = parseCanonical(text) as unknown as { readonly cause?: number; readonly seq?: number };
      return kind === 'host' ? `host ${index}` : `input ${cause ?? seq}`;
    });
    const turnEnds = turns.flatMap((turn, index) => (turn === turns[index + 1] ? [] : [index + 1]));
    return { lastSeq: records.length, records, turnEnds };
  } finally {
    closeJournal(journal);
  }
}
