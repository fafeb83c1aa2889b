import { coreConfig } from '../../src-main/app/config/core-config.ts';
import { readRunRecord } from '../../src-main/app/run-record.ts';
import { Core } from '../../src-main/core/core.ts';
import { canonical, parseCanonical } from '../../src-main/core/engine/canonical.ts';
import type { Fact } from '../../src-main/core/engine/fact.ts';
import type { Input, MarketInput } from '../../src-main/core/engine/input.ts';
import type { JournalRecord } from '../../src-main/edge/journal/record.ts';

/**
 * Gives fresh cores all inputs of a journal once more, one core for each run.
 * @param frames in the order of their sequence numbers, those of lost turns taken out.
 * @returns where what they made is not what the journal says; null when every fact is the same, bit for bit.
 */
export function replayFault(records: readonly JournalRecord[], frames: readonly MarketInput[]): string | null {
  const replay = new Replay(frames);
  for (const record of records) {
    try {
      const fault = replay.take(record);
      if (fault !== null) return fault;
    } catch (error) {
      return `record ${record.seq}: ${(error as Error).message}`;
    }
  }
  return replay.leftOver();
}

/** A frame to keep: the one that a desk gets is reused. */
export function copyOf(frame: MarketInput): MarketInput {
  if (!('bidCount' in frame)) return { ...frame };
  const levels = frame.bidCount + frame.askCount;
  return { ...frame, priceTicks: frame.priceTicks.slice(0, levels), lots: frame.lots.slice(0, levels) };
}

class Replay {
  private readonly frames: readonly MarketInput[];
  private place = 0;
  private made: string[] = [];
  private core: Core | null = null;

  constructor(frames: readonly MarketInput[]) {
    this.frames = frames;
  }

  take({ seq, kind, bytes }: JournalRecord): string | null {
    const text = Buffer.from(bytes).toString('utf8');
    if (kind === 'host') this.enter(text);
    else if (kind === 'input') {
      const input = parseCanonical(text) as unknown as Input;
      this.framesUpTo(input.seq - 1);
      if (this.made.length > 0) return `record ${seq}: the journal lacks ${this.made[0]}`;
      this.core?.accept(input);
    } else {
      if (this.made.length === 0) this.framesUpTo((parseCanonical(text) as unknown as Fact).cause);
      const made = this.made.shift();
      if (made !== text) return `record ${seq} is ${text}, and the replay made ${made}`;
    }
    return null;
  }

  leftOver(): string | null {
    return this.made.length === 0 ? null : `the journal ends before ${this.made[0]}`;
  }

  private enter(text: string): void {
    const run = readRunRecord(text);
    if (run === undefined) return;
    const core = new Core(coreConfig(run.config, run.instruments, run.strategy), {
      fact: (fact) => void this.made.push(canonical(fact)),
      effect() {},
    });
    if (this.core !== null) core.recover(this.core.recoverySnapshot());
    this.core = core;
  }

  private framesUpTo(seq: number): void {
    for (let frame = this.frames[this.place]; frame && frame.seq <= seq; frame = this.frames[this.place]) {
      this.core?.accept(frame);
      this.place += 1;
    }
  }
}
