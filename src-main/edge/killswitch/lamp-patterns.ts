import type { LampPattern } from '../../../src-shared/contract/switch.ts';
import type { Cause, HostMode, Lamp, LatchState } from './messages.ts';

/** What a board's lamps depend on, as far as its desk knows it. */
export interface LampSituation {
  /** Of the latch. */
  readonly causes: readonly Cause[];
  readonly latch: LatchState;
  readonly isLive: boolean;
  /** Since the board's start. */
  readonly wasLive: boolean;
  readonly isPaired: boolean;
  /** As the board has it; means something while live. */
  readonly hostMode: HostMode;
}

/** The mirror of native/firmware/core/lamps.c: a window shows what the board shows. */
export function lampPatterns(of: LampSituation): Readonly<Record<Lamp, LampPattern>> {
  return { red: red(of), yellow: yellow(of), green: green(of), blue: blue(of) };
}

function red({ causes, isLive, hostMode }: LampSituation): LampPattern {
  const is = (...some: Cause[]): boolean => some.some((cause) => causes.includes(cause));
  if (is('self-test', 'storage', 'watchdog')) return 'fast';
  if (is('tamper', 'bad-tags')) return 'double';
  if (is('contacts')) return 'triple';
  if (causes.length > 0) return 'steady';
  return isLive && hostMode === 'emergency' ? 'slow' : 'dark';
}

function yellow({ isLive, wasLive, hostMode }: LampSituation): LampPattern {
  if (!isLive) return wasLive ? 'fast' : 'dark';
  if (hostMode === 'pause') return 'slow';
  return hostMode === 'reduce' ? 'double' : 'dark';
}

function green({ causes, isLive, hostMode }: LampSituation): LampPattern {
  return isLive && causes.length === 0 && hostMode === 'normal' ? 'wink' : 'dark';
}

function blue({ latch, isLive, wasLive, isPaired }: LampSituation): LampPattern {
  if (!isPaired) return 'double';
  if (!isLive) return wasLive ? 'dark' : 'single';
  if (latch === 'reset-armed') return 'fast';
  return latch === 'may-reset' ? 'slow' : 'dark';
}
