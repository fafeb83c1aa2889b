import type { KillSwitchReport, SwitchKind, SwitchOrder } from '../../core/engine/input.ts';
import type { GuardView } from '../../edge/killswitch/guard.ts';
import type { GuardPolicy } from '../../edge/killswitch/guard-policy.ts';
import type { Anchor } from '../../edge/killswitch/messages.ts';
import type { RouteData } from './kill-routes.ts';

/** Which switch a guard looks for. */
export type GuardedSwitch =
  | { readonly kind: 'emulated' }
  /** `path`: null for the one that is plugged in. */
  | { readonly kind: 'serial'; readonly path: string | null };

/** What the guard's thread is started with. */
export interface GuardData {
  /** The desk's data folder: it has the key. */
  readonly directory: string;
  readonly guarded: GuardedSwitch;
  readonly policy: GuardPolicy;
  readonly state: SharedArrayBuffer;
}

export type ToGuard =
  | { readonly kind: 'routes'; readonly routes: readonly RouteData[] }
  /** `inMs`: how long from now. */
  | { readonly kind: 'order'; readonly order: SwitchOrder; readonly inMs?: number }
  /** How far the journal is on disk: the board remembers it. */
  | { readonly kind: 'anchor'; readonly anchor: Anchor }
  | { readonly kind: 'close' };

export type FromGuard =
  | { readonly kind: 'ready'; readonly switchKind: SwitchKind; readonly detail: string }
  /** No desk may start with this switch. The thread ends. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'report'; readonly report: KillSwitchReport }
  | { readonly kind: 'view'; readonly view: GuardView }
  | { readonly kind: 'closed' };
