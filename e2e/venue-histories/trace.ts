import { canonical } from '../../src-main/core/engine/canonical.ts';
import type { Fact } from '../../src-main/core/engine/fact.ts';
import type { LogEntry } from '../simulators/binance-usdm/log.ts';
import type { Stage } from './order-stages.ts';

const EVENTS_KEPT = 50;
const MS_SHOWN = 100_000;

/** What a history has been through: for the person who has to understand it, and for the count of what was tried. */
export class Trace {
  readonly events: string[] = [];
  readonly pairs = new Set<string>();
  private readonly aims = new Map<string, Stage[]>();
  private faults = 0;

  note(event: string): void {
    this.events.push(`${(Date.now() % (MS_SHOWN * 1_000)) / 1_000} ${event}`);
    if (this.events.length > EVENTS_KEPT) this.events.shift();
  }

  fact(fact: Fact): void {
    const { kind, seq, at, cause, ...rest } = fact;
    // What never was an order explains nothing, and there is a lot of it.
    if (kind === 'order-refused') return;
    this.note(`fact ${seq} of input ${cause}: ${kind} ${canonical(rest)}`);
  }

  venue({ kind, at, ...rest }: LogEntry): void {
    this.note(`venue: ${kind} ${JSON.stringify(rest)}`);
  }

  /** A fault is let loose while an order is in these stages, and strikes when there is something to strike. */
  armed(fault: string, stages: readonly Stage[]): void {
    this.note(`armed: ${fault}`);
    this.aims.set(fault, [...(this.aims.get(fault) ?? []), ...stages]);
  }

  /** @param happened all faults so far: `<ms> <fault> <to what>`. @param stages of the orders that there are. */
  struck(happened: readonly string[], stages: readonly Stage[]): void {
    for (; this.faults < happened.length; this.faults += 1) {
      const event = happened[this.faults];
      const [, fault] = event.split(' ');
      this.note(`fault: ${event}`);
      this.pair(fault, [...stages, ...(this.aims.get(fault) ?? [])]);
    }
  }

  pair(fault: string, stages: readonly Stage[]): void {
    for (const stage of stages) this.pairs.add(`${fault} × ${stage}`);
  }
}
