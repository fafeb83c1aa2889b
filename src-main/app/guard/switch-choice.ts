import type { ConfigFile } from '../config/schema.ts';
import { isSimulated } from '../config/simulated-venues.ts';
import { UsageError } from '../usage-error.ts';

/** What watches over a desk. */
export type SwitchChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'emulated' }
  /** `path`: null for the one that is plugged in. */
  | { readonly kind: 'serial'; readonly path: string | null }
  /** Nothing, and whoever starts the desk accepts that. */
  | { readonly kind: 'waived'; readonly reason: string };

export const SWITCH_FLAGS = {
  switch: { type: 'string' },
  'emulated-switch': { type: 'boolean', default: false },
  'without-switch': { type: 'string' },
} as const;

export const SWITCH_USAGE = "[--switch auto|PORT | --emulated-switch | --without-switch 'REASON']";

export interface SwitchValues {
  readonly switch?: string | undefined;
  readonly 'emulated-switch'?: boolean | undefined;
  readonly 'without-switch'?: string | undefined;
}

const AUTO = 'auto';

/** @throws UsageError when the flags contradict each other, or do not do for the venue. */
export function switchChoice(values: SwitchValues, venue: string, config: ConfigFile): SwitchChoice {
  const { switch: port, 'emulated-switch': isEmulated = false, 'without-switch': reason } = values;
  const given = [port !== undefined, isEmulated, reason !== undefined].filter(Boolean).length;
  if (given > 1) throw new UsageError(`one of ${SWITCH_USAGE}, not several`);
  const choice = chosen(port, isEmulated, reason);
  assertWatched(choice, venue, config);
  return choice;
}

/** @throws UsageError when `choice` does not do for `venue`, because real money is at stake there. */
export function assertWatched({ kind }: SwitchChoice, venue: string, config: ConfigFile): void {
  if (isSimulated(venue, config)) return;
  if (kind === 'emulated')
    throw new UsageError(`--emulated-switch stops no real money: at ${venue} plug a kill switch in and use --switch`);
  if (kind !== 'none') return;
  throw new UsageError(
    `${venue} trades real money: plug a kill switch in and use --switch auto, or accept with your reason that there is none: --without-switch 'REASON'`,
  );
}

function chosen(port: string | undefined, isEmulated: boolean, reason: string | undefined): SwitchChoice {
  if (port !== undefined) return { kind: 'serial', path: port === AUTO ? null : port };
  if (isEmulated) return { kind: 'emulated' };
  if (reason === undefined) return { kind: 'none' };
  if (reason.trim() === '') throw new UsageError("--without-switch needs a reason: --without-switch 'REASON'");
  return { kind: 'waived', reason };
}
