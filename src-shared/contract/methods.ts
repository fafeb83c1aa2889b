import './jitless.ts';
import { z } from 'zod';
import { decimal, instrumentKey, micros, operatorName, ownName, pin, role } from './basics.ts';
import { commandEnvelopeSchema, commandResultSchema } from './commands.ts';

export const BAR_INTERVALS = ['1s', '1m', '5m', '1h'] as const;
export const barInterval = z.enum(BAR_INTERVALS);

/** A candle for eyes: prices as numbers in the quote currency. */
export const barSchema = z.object({
  /** By the venue's clock. */
  startAt: micros,
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number(),
});
export type BarView = z.infer<typeof barSchema>;

/** `[at, equity, drawdown]` in the reporting currency, estimates for eyes. */
export const equityPointSchema = z.tuple([micros, z.number(), z.number()]);
export type EquityPoint = z.infer<typeof equityPointSchema>;

const instrumentView = z.object({
  key: instrumentKey,
  venue: z.string(),
  symbol: z.string(),
  kind: z.enum(['spot', 'linear', 'inverse', 'option']),
  base: z.string(),
  quote: z.string(),
  settle: z.string(),
  priceDecimals: z.int(),
  quantityDecimals: z.int(),
});
export type InstrumentView = z.infer<typeof instrumentView>;

/** Who sits at a window, and what the window may do. */
export const sessionSchema = z.object({
  /** Null: nobody is signed in. */
  operator: z.object({ name: operatorName, role }).nullable(),
  /** Whether commands of this window other than tightening are taken: one window at a time has control. */
  hasControl: z.boolean(),
  /** Whether any operator of the registry has a PIN: without, anyone at this machine can act, and the window says so. */
  isProtected: z.boolean(),
  /** Whether the operator may add others to the registry. */
  mayAddOperators: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

export const operatorViewSchema = z.object({ name: operatorName, role, hasPin: z.boolean() });
export type OperatorView = z.infer<typeof operatorViewSchema>;

const nothing = z.strictObject({});

/** Every method of the desk: what it takes, what it gives. */
export const METHODS = {
  /** What the desk is; asked once after each connection. */
  describe: {
    params: nothing,
    result: z.object({
      build: z.object({ version: z.string(), node: z.string() }),
      /** Whether real money is at stake. */
      kind: z.enum(['paper', 'live']),
      /** How much faster than the wall's clock the desk lives. */
      speed: z.int(),
      reportingCurrency: z.string(),
      instruments: z.array(instrumentView),
      strategies: z.array(z.object({ name: z.string(), instruments: z.array(instrumentKey) })),
      session: sessionSchema,
    }),
  },
  command: { params: commandEnvelopeSchema, result: commandResultSchema },
  bars: {
    params: z.strictObject({ instrument: instrumentKey, interval: barInterval, limit: z.int().min(1).max(2_000) }),
    result: z.object({ bars: z.array(barSchema) }),
  },
  /** The equity curve since this start of the desk, oldest first, thinned to `limit` points. */
  equity: {
    params: z.strictObject({ limit: z.int().min(2).max(5_000) }),
    result: z.object({ since: micros, points: z.array(equityPointSchema) }),
  },
  'sign-in': {
    params: z.strictObject({ operator: operatorName, pin: pin.nullable() }),
    result: sessionSchema,
  },
  'sign-out': { params: nothing, result: sessionSchema },
  /** Takes the commands over from the window that has them. Needs an operator. */
  'take-control': { params: nothing, result: sessionSchema },
  operators: { params: nothing, result: z.object({ operators: z.array(operatorViewSchema) }) },
  'add-operator': {
    params: z.strictObject({ name: ownName, role, pin }),
    result: z.object({ operators: z.array(operatorViewSchema) }),
  },
  'set-pin': {
    params: z.strictObject({ current: pin.nullable(), next: pin }),
    result: z.object({ operators: z.array(operatorViewSchema) }),
  },
  /** The window has drawn the first profit and loss. */
  painted: { params: nothing, result: nothing },
} as const;

export type Method = keyof typeof METHODS;
export type Params<M extends Method> = z.infer<(typeof METHODS)[M]['params']>;
export type Result<M extends Method> = z.infer<(typeof METHODS)[M]['result']>;
/** An amount of money in `currency`, exact; null where it is not known. */
export const amount = decimal.nullable();
