import './jitless.ts';
import { z } from 'zod';
import { micros } from './basics.ts';

/** What hands do at an emulated switch. `reset` is its recessed button, held for a moment; its power goes with its line. */
export const EMULATED_ACTS = [
  ...(['press', 'release', 'reset', 'break-wire', 'mend-wire', 'open-case', 'close-case'] as const),
  ...(['cut-power', 'restore-power'] as const),
] as const;
export type EmulatedAct = (typeof EMULATED_ACTS)[number];

/** How a lamp goes in a second: `wink` is lit but for a moment, `single`, `double` and `triple` are short flashes. */
export const LAMP_PATTERNS = ['dark', 'steady', 'wink', 'slow', 'fast', 'single', 'double', 'triple'] as const;
export type LampPattern = (typeof LAMP_PATTERNS)[number];

const drillFigures = z.object({
  at: micros,
  outcome: z.enum(['measured', 'not-pressed', 'not-proven']),
  /** What ms count from: the button's edge, or its frame where nobody knows the edge. */
  from: z.enum(['edge', 'frame']),
  shutMs: z.number().nullable(),
  cancelledMs: z.number().nullable(),
  provenMs: z.number().nullable(),
});

/** The kill switch as its desk knows it. */
export const switchSchema = z.object({
  /** `emulated` stops no real money. */
  kind: z.enum(['none', 'emulated', 'real']),
  /** Who started the desk without one, and why that is accepted; null where nobody had to accept anything. */
  waiver: z.object({ operator: z.string(), reason: z.string() }).nullable(),
  /** What counts for the mode: only an armed one lets it be loosened. */
  state: z.enum(['none', 'armed', 'tripped', 'fault']),
  /** Whether the guard's door before the wire is shut. */
  isShut: z.boolean(),
  /** What its guard hears; null without a switch. */
  board: z
    .object({
      port: z.string(),
      link: z.enum(['silent', 'opening', 'live', 'lost', 'refused']),
      why: z.string(),
      /** Since its last proof of life; null outside of a session. */
      heartbeatAgeMs: z.number().nullable(),
      lamps: z.array(z.object({ colour: z.enum(['red', 'yellow', 'green', 'blue']), pattern: z.enum(LAMP_PATTERNS) })),
      /** Null before its first proven status. */
      latch: z.enum(['clear', 'tripped', 'may-reset', 'reset-armed']).nullable(),
      /** Why it is tripped. */
      causes: z.array(z.string()),
      /** What stands against a reset now. */
      standing: z.array(z.string()),
      firmware: z.object({ version: z.string(), hash: z.string() }).nullable(),
      /** What failed when it started; null before it has greeted. */
      selfTest: z.object({ failed: z.array(z.string()), resetCauses: z.array(z.string()) }).nullable(),
      counters: z.array(z.object({ name: z.string(), value: z.number() })),
      /** What it answered to the last command: `reset: done`. */
      answer: z.string().nullable(),
    })
    .nullable(),
  /** Of this start of the desk, newest first. */
  trips: z.array(z.object({ at: micros, trip: z.int(), cause: z.string(), detail: z.string(), isDrill: z.boolean() })),
  drill: z.object({
    phase: z.enum(['none', 'press-now', 'measuring']),
    /** How long a person still has to press; null while nobody is asked to. */
    pressWithinMs: z.number().nullable(),
    /** Of this start of the desk, newest first. */
    past: z.array(drillFigures),
  }),
});
export type SwitchTopic = z.infer<typeof switchSchema>;
