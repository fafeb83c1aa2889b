import './jitless.ts';
import { z } from 'zod';
import { micros } from './basics.ts';
import { deskErrorSchema } from './errors.ts';

/**
 * What travels between a window and its desk, as JSON text, one message each. The same on every transport.
 *
 * A window says `hello`, and is answered `welcome` or an error. Updates come in frames: the desk sends the next one when the window
 * has acknowledged the one before, so that a window that hangs costs it nothing but the place in its queue.
 */

/** Longer ones are refused unread. */
export const MAX_MESSAGE_BYTES = 16 * 1024;

/** A window's number for a call or a subscription, unique in its connection. */
const ref = z.int().min(1);

export const clientMessageSchema = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('hello'), version: z.int() }),
  z.strictObject({ t: z.literal('call'), ref, method: z.string().max(40), params: z.unknown() }),
  z.strictObject({
    t: z.literal('subscribe'),
    ref,
    topic: z.string().max(40),
    params: z.unknown(),
    /** Of a numbered topic: go on after this number of that epoch. */
    after: z.strictObject({ epoch: z.string().max(64), number: z.int().min(0) }).optional(),
  }),
  z.strictObject({ t: z.literal('unsubscribe'), ref }),
  /** The window has taken in frame `n`. */
  z.strictObject({ t: z.literal('ack'), n: z.int().min(1) }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

const update = z.union([
  /** Of a latest-value topic. */
  z.object({ ref, at: micros, value: z.unknown() }),
  /**
   * Of a numbered topic: items number `first`, `first` + 1, … With `reset` they replace everything before. With `more` they are a
   * part of the beginning, whose numbers mean nothing until the last part has come.
   */
  z.object({ ref, first: z.int().min(1), items: z.array(z.unknown()), reset: z.boolean(), more: z.boolean() }),
]);
export type Update = z.infer<typeof update>;

export const deskMessageSchema = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('welcome'),
    version: z.int(),
    /** Numbers of numbered topics count within one epoch. */
    epoch: z.string(),
    at: micros,
    speed: z.int(),
  }),
  z.object({ t: z.literal('result'), ref, result: z.unknown() }),
  z.object({ t: z.literal('error'), ref: ref.nullable(), error: deskErrorSchema }),
  /** `at`: the desk's clock when it was sent. */
  z.object({ t: z.literal('frame'), n: z.int().min(1), at: micros, updates: z.array(update) }),
]);
export type DeskMessage = z.infer<typeof deskMessageSchema>;
