import './jitless.ts';
import { z } from 'zod';
import { instrumentKey, micros } from './basics.ts';

export const VENUE_STATES = ['connecting', 'up', 'degraded', 'down', 'banned', 'maintenance'] as const;

/** One venue as its desk finds it. */
export const venueSchema = z.object({
  venue: z.string(),
  /** Whether no money is at stake there. */
  simulated: z.boolean(),
  state: z.enum(VENUE_STATES),
  detail: z.string(),
  connections: z.array(
    z.object({
      name: z.string(),
      up: z.boolean(),
      /** Since its last message, ms; null before the first. */
      quietMs: z.number().nullable(),
      reconnects: z.int(),
    }),
  ),
  /** Waits for the venue, ms. */
  latencies: z.array(
    z.object({ name: z.string(), samples: z.int(), p50: z.number(), p99: z.number(), max: z.number() }),
  ),
  /** The venue's clock minus the desk's machine's, and how wrong that can be, ms; null before it was measured. */
  clock: z.object({ offsetMs: z.number(), uncertaintyMs: z.number() }).nullable(),
  /** What the venue lets a desk send in `intervalMs`; `reserved` of it is for cancels and questions about orders alone. */
  budget: z.array(
    z.object({
      name: z.string(),
      used: z.number(),
      limit: z.number(),
      reserved: z.number(),
      intervalMs: z.number(),
    }),
  ),
  /** Until when nothing but what must be is sent there; null when nothing stands against sending. */
  restingUntil: micros.nullable(),
  deadMan: z.object({
    /** `none`: the venue has none. */
    state: z.enum(['none', 'disarmed', 'armed', 'fired']),
    firesInMs: z.number().nullable(),
  }),
  /** When its account was last compared with the desk's books, and how many differences stood; null before the first time since the start. */
  reconciliation: z.object({ at: micros, differences: z.int() }).nullable(),
  /** What the venue said last of its perpetuals: estimates, prices in the quote currency. */
  marks: z.array(
    z.object({
      instrument: instrumentKey,
      mark: z.number(),
      index: z.number(),
      /** A share of the notional, paid by the longs when positive. */
      fundingRate: z.number(),
      /** By the venue's clock. */
      nextFundingAt: micros,
      /** When the desk heard of it. */
      at: micros,
    }),
  ),
});
export type VenueView = z.infer<typeof venueSchema>;
