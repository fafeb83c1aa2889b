/** The control modes, loosest first. */
export const CONTROL_MODES = ['normal', 'pause', 'reduce', 'emergency'] as const;
export type ControlMode = (typeof CONTROL_MODES)[number];

/** What an order or an order's life may be asked to do; see {@link MODE_TABLE}. */
export interface ModePermissions {
  /** An order that may enlarge worst-case exposure. */
  readonly opening: boolean;
  /** A reducing order that a strategy asks for. */
  readonly strategyReducing: boolean;
  /** A reducing order that an operator asks for (flatten). */
  readonly operatorReducing: boolean;
  readonly cancel: boolean;
  /** Whether opening orders that rest at a venue may stay there. */
  readonly restingOpening: boolean;
}

/** The one table of control modes. Each tighter row permits a subset of the row above it. */
export const MODE_TABLE: Readonly<Record<ControlMode, ModePermissions>> = {
  normal: { opening: true, strategyReducing: true, operatorReducing: true, cancel: true, restingOpening: true },
  pause: { opening: false, strategyReducing: true, operatorReducing: true, cancel: true, restingOpening: true },
  reduce: { opening: false, strategyReducing: true, operatorReducing: true, cancel: true, restingOpening: false },
  emergency: { opening: false, strategyReducing: false, operatorReducing: false, cancel: true, restingOpening: false },
};

export function isTighter(mode: ControlMode, than: ControlMode): boolean {
  return CONTROL_MODES.indexOf(mode) > CONTROL_MODES.indexOf(than);
}
