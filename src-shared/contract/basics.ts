import './jitless.ts';
import { z } from 'zod';
import { CONTROL_MODES } from '../domain/mode.ts';
import { ROLES } from '../domain/operator.ts';
import type { Micros } from '../domain/time.ts';

/** Words that commands, queries and topics share. Money, prices and quantities travel as exact decimal texts. */

export const micros = z.custom<Micros>((value) => Number.isSafeInteger(value), 'a time in whole microseconds');
export const mode = z.enum(CONTROL_MODES);
export const role = z.enum(ROLES);
export const side = z.enum(['buy', 'sell']);
/** `-1234.5600`, exact. */
export const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal number as text');
/** `venue:symbol`. */
export const instrumentKey = z.string().min(3).max(100);
export const operatorName = z
  .string()
  .regex(
    /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,38}[\p{L}\p{N}._-])?$/u,
    'a name of 1 to 40 letters, digits, spaces, . _ -',
  );
/** Who acts in facts where no person did: no person may be called that. */
const RESERVED_NAMES = ['nobody', 'desk', 'restart', 'stranger'];
/** The name of somebody in the registry. */
export const ownName = operatorName.refine(
  (name) => !RESERVED_NAMES.includes(name),
  'a name of its own: this one is the desk’s',
);
export const pin = z.string().regex(/^\d{6,12}$/, '6 to 12 digits');
/** Why somebody does something: it is recorded, and read by others. Empty where none is needed. */
export const reason = z.string().max(500);
export const id = z.string().min(1).max(100);
