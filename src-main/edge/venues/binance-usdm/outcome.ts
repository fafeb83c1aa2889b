/** What became of a request, as far as it is proven. */
export type Outcome =
  /** The venue did it, or said what was asked; `json` is its answer. */
  | { readonly kind: 'answered'; readonly json: unknown }
  /** The venue says that it did not do it. `code` is its own, 0 where it gave none. */
  | { readonly kind: 'refused'; readonly code: number; readonly message: string }
  /** Proven not to have been accepted: it never left, or was turned away before it was looked at. It may be sent again. */
  | { readonly kind: 'not-accepted'; readonly reason: string }
  /** It may have been done, or may still be. Nothing may be concluded, and it is never sent again blindly. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Why a request brought no answer, in words. */
export function failureOf(outcome: Exclude<Outcome, { readonly kind: 'answered' }>): string {
  return outcome.kind === 'refused' ? `refused, ${outcome.code}: ${outcome.message}` : outcome.reason;
}

/** What a request is for: the last part of the venue's limits is kept for cancels and questions about orders. */
export type RequestUse = 'order' | 'cancel' | 'question' | 'data';

export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As documented: `/fapi/v1/order`. */
  readonly path: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** `signed` adds time, window and signature, `key` the key alone. */
  readonly security: 'none' | 'key' | 'signed';
  /** Against the limit of requests per minute. */
  readonly weight: number;
  readonly use: RequestUse;
  readonly timeoutMs?: number;
}

/** The venue's HTTP interface. */
export interface RestCalls {
  /** One attempt, never repeated in here. Never throws. */
  call(request: RestCall): Promise<Outcome>;
}
