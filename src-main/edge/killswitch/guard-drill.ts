import type { DrillFigures } from '../../core/engine/input.ts';
import type { KillTimes } from './guard-kill.ts';

/** How long a person has to press the button. */
const PRESS_WITHIN_MS = 30_000;
/** What is not proven by then is told as not proven; the kill itself goes on. */
const PROVE_WITHIN_MS = 30_000;

export type DrillPhase = 'none' | 'press-now' | 'measuring';

interface Edge {
  readonly from: DrillFigures['from'];
  readonly ms: number;
}

/** A trip on purpose, measured. It is a real one: the desk stops, and has to be resumed. */
export class Drill {
  private readonly nowMs: () => number;
  private readonly onEnd: (figures: DrillFigures) => void;
  private untilMs = 0;
  private edge: Edge | null = null;
  private current: DrillPhase = 'none';

  constructor(nowMs: () => number, onEnd: (figures: DrillFigures) => void) {
    this.nowMs = nowMs;
    this.onEnd = onEnd;
  }

  get phase(): DrillPhase {
    return this.current;
  }

  /** How long a person still has to press; null while nobody is asked to. */
  get pressWithinMs(): number | null {
    return this.current === 'press-now' ? Math.max(0, this.untilMs - this.nowMs()) : null;
  }

  begin(): void {
    if (this.current !== 'none') return;
    this.current = 'press-now';
    this.untilMs = this.nowMs() + PRESS_WITHIN_MS;
  }

  /** The button was pressed. @param edge null when only its frame is known. @returns whether that is the drill. */
  pressed(heardMs: number, edgeMs: number | null): boolean {
    if (this.current !== 'press-now') return false;
    this.current = 'measuring';
    this.untilMs = heardMs + PROVE_WITHIN_MS;
    this.edge = edgeMs === null ? { from: 'frame', ms: heardMs } : { from: 'edge', ms: edgeMs };
    return true;
  }

  tick(times: KillTimes | null): void {
    const isLate = this.nowMs() >= this.untilMs;
    if (this.current === 'press-now' && isLate) {
      this.end({ outcome: 'not-pressed', from: 'frame', shutMs: null, cancelledMs: null, provenMs: null });
    } else if (this.current === 'measuring' && (isLate || times?.provenMs != null)) {
      this.end(this.figures(times));
    }
  }

  private figures(times: KillTimes | null): DrillFigures {
    const { from, ms } = this.edge ?? { from: 'frame', ms: 0 };
    const since = (at: number | null | undefined): number | null => (at == null ? null : at - ms);
    const provenMs = since(times?.provenMs);
    const outcome = provenMs === null ? 'not-proven' : 'measured';
    return { outcome, from, shutMs: since(times?.shutMs), cancelledMs: since(times?.cancelledMs), provenMs };
  }

  private end(figures: DrillFigures): void {
    this.current = 'none';
    this.edge = null;
    this.onEnd(figures);
  }
}
