import './jitless.ts';
import { z } from 'zod';
import { micros } from './basics.ts';

const detail = z.string();

/** Everything that a desk answers instead of a result. `detail` is for a person, and names place and remedy. */
export const deskErrorSchema = z.discriminatedUnion('code', [
  /** It is no message of this contract. */
  z.object({ code: z.literal('malformed'), detail }),
  z.object({ code: z.literal('oversized'), detail, limitBytes: z.int() }),
  /** The two ends speak different versions. */
  z.object({ code: z.literal('version'), detail, desk: z.int() }),
  /** Nobody is signed in, the operator is another one, the role may not, or the window is read-only. */
  z.object({ code: z.literal('unauthorised'), detail }),
  /** A wrong PIN, or an operator that is not in the registry: which of the two is not told. */
  z.object({ code: z.literal('sign-in-failed'), detail }),
  /** Too many wrong PINs. */
  z.object({ code: z.literal('locked'), detail, until: micros }),
  /** It reached the desk after its expiry, or claims to be of the future. */
  z.object({ code: z.literal('expired'), detail }),
  z.object({ code: z.literal('throttled'), detail, retryAfterMs: z.int() }),
  /** It makes sense, and the desk will not: each reason is a thing to clear. */
  z.object({ code: z.literal('refused'), detail, blockedBy: z.array(z.string()) }),
  /** There is no such instrument, topic, alert … */
  z.object({ code: z.literal('not-found'), detail }),
  /** The desk, or the link to it, is not there. Whether a command was carried out is not known: ask again with the same id. */
  z.object({ code: z.literal('unavailable'), detail }),
  /** A fault of the desk itself. */
  z.object({ code: z.literal('internal'), detail }),
]);

export type DeskErrorBody = z.infer<typeof deskErrorSchema>;
export type DeskErrorCode = DeskErrorBody['code'];

/** A {@link DeskErrorBody} that is thrown. */
export class DeskError extends Error {
  override readonly name = 'DeskError';
  readonly body: DeskErrorBody;

  constructor(body: DeskErrorBody) {
    super(body.detail);
    this.body = body;
  }
}
