import type { ClientOrderId } from '../../../src-shared/domain/order.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Decisions, StrategyIntent } from './strategy.ts';

/** More than any sound strategy decides in one call: beyond it, something runs away. */
const MAX_DECISIONS_PER_CALL = 1_000;

/** The one collector that all strategies share in turn. Empty, it is free. */
export class DecisionList implements Decisions {
  readonly cancels: { clientOrderId: ClientOrderId; reason: string }[] = [];
  readonly intents: StrategyIntent[] = [];
  readonly timers: { at: Micros; key: string }[] = [];

  get isEmpty(): boolean {
    return this.cancels.length === 0 && this.intents.length === 0 && this.timers.length === 0;
  }

  cancel(clientOrderId: ClientOrderId, reason: string): void {
    this.checkRoom();
    this.cancels.push({ clientOrderId, reason });
  }

  submit(intent: StrategyIntent): void {
    this.checkRoom();
    this.intents.push(intent);
  }

  wakeAt(at: Micros, key: string): void {
    this.checkRoom();
    this.timers.push({ at, key });
  }

  clear(): void {
    this.cancels.length = 0;
    this.intents.length = 0;
    this.timers.length = 0;
  }

  private checkRoom(): void {
    if (this.cancels.length + this.intents.length + this.timers.length >= MAX_DECISIONS_PER_CALL) {
      throw new RangeError(`a strategy decided more than ${MAX_DECISIONS_PER_CALL} things in one call: it runs away`);
    }
  }
}
