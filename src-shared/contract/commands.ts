import './jitless.ts';
import { z } from 'zod';
import { id, instrumentKey, micros, mode, operatorName, reason } from './basics.ts';
import { EMULATED_ACTS } from './switch.ts';

/** Which orders or positions a command is about. */
export const scopeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('venue'), venue: z.string().min(1).max(100) }),
  z.strictObject({ kind: z.literal('instrument'), instrument: instrumentKey }),
]);
export type Scope = z.infer<typeof scopeSchema>;

/**
 * What a person may ask of the desk. There is no order entry: `cancel-all` and `flatten` can only make exposure smaller, and no
 * other command names a price, a side or a quantity.
 */
export const commandSchema = z.discriminatedUnion('type', [
  /** `from`: the mode that the person saw when loosening; another one by then makes the desk refuse. Tightening does not look at it. */
  z.strictObject({ type: z.literal('set-mode'), mode, from: mode.optional() }),
  z.strictObject({ type: z.literal('cancel-all'), scope: scopeSchema }),
  /** Stops the strategies there, cancels their orders, and closes the positions with reduce-only orders. */
  z.strictObject({ type: z.literal('flatten'), scope: scopeSchema }),
  z.strictObject({ type: z.literal('disable-strategy'), origin: id, instrument: instrumentKey }),
  z.strictObject({ type: z.literal('enable-strategy'), origin: id, instrument: instrumentKey }),
  /** Compares orders, positions and balances with what the venues hold. */
  z.strictObject({ type: z.literal('reconcile') }),
  /** The second of the three acts after a trip: the board then waits some seconds for its recessed button. Needs a reason. */
  z.strictObject({ type: z.literal('reset-switch') }),
  /** "Press the button now": the next press within half a minute is measured. It is a real trip. Needs a reason. */
  z.strictObject({ type: z.literal('drill-switch') }),
  z.strictObject({ type: z.literal('press-emulated-switch'), act: z.enum(EMULATED_ACTS) }),
  z.strictObject({ type: z.literal('acknowledge-alert'), alert: id }),
  /** Silences it for a while. */
  z.strictObject({ type: z.literal('shelve-alert'), alert: id, forMinutes: z.int().min(1).max(480) }),
]);
export type Command = z.infer<typeof commandSchema>;

/** How long after it was issued a command may still be carried out. */
export const COMMAND_LIFE_MS = 10_000;

export const commandEnvelopeSchema = z.strictObject({
  /** Random: the same id twice acts once, across reconnects and restarts too. */
  commandId: z.uuid(),
  operator: operatorName,
  reason,
  /** By the desk's clock, as the window reckons it. */
  issuedAt: micros,
  expiresAt: micros,
  command: commandSchema,
});
export type CommandEnvelope = z.infer<typeof commandEnvelopeSchema>;

/** What became of a command. A refusal is an error with what stands against it. */
export const commandResultSchema = z.object({
  /** `repeated`: the desk had this id before, and did nothing now. */
  outcome: z.enum(['done', 'nothing-to-do', 'repeated']),
  /** The control mode after it. */
  mode,
  at: micros,
  /** The kinds of the facts that it made, in order. */
  facts: z.array(z.string()),
});
export type CommandResult = z.infer<typeof commandResultSchema>;
