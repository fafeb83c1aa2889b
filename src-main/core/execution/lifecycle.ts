import { ORDER_STATUSES, type OrderStatus } from '../../../src-shared/domain/order.ts';

/** What can happen to one order. Repetitions are recognised before: an event always says something for the first time. */
export type OrderEvent =
  /** The outbox handed it to the socket. */
  | 'released'
  /** The outbox refused it: it never left. */
  | 'blocked'
  | 'acknowledged'
  | 'rejected'
  /** A stop's trigger was reached. */
  | 'triggered'
  /** A fill after which less, exactly, or more than the order's size is filled. */
  | 'fill-part'
  | 'fill-whole'
  | 'fill-over'
  /** The desk wants it gone. */
  | 'cancel-requested'
  | 'cancelled'
  | 'cancel-rejected'
  | 'expired'
  /** Another order rests in its place. */
  | 'replaced'
  /** A time-out, or an answer that proves nothing. */
  | 'unanswered'
  /** A query found it live, and no fill is missing here. */
  | 'open'
  /** A query found it live, and fills are missing here. */
  | 'open-behind'
  /** A query found nothing. */
  | 'not-found'
  /** Queries found nothing often and long enough: see `NotFoundRule` in `doubts.ts`. */
  | 'absent'
  /** A report that cannot be true together with what is known. */
  | 'contradicted'
  /** A report that cannot be read, or a fill that cannot be booked: whatever it meant, the venue has to be asked. */
  | 'garbled';

export interface Transition {
  readonly to: OrderStatus;
  /** Whether it becomes a fact. False: a repetition, overtaken by a later report, or not believed. */
  readonly news: boolean;
  /** Whether it contradicts what was known, and an anomaly is noted. */
  readonly anomaly: boolean;
}

/** `live` is `acknowledged` or, once something is filled, `partly-filled`; `same` keeps the status. */
interface Cell {
  readonly to: OrderStatus | 'live' | 'same';
  readonly news: boolean;
  readonly anomaly: boolean;
}

const becomes = (to: Cell['to']): Cell => ({ to, news: true, anomaly: false });

const SENT = becomes('sent');
const LIVE = becomes('live');
const FILLED = becomes('filled');
const PEND = becomes('cancel-pending');
const CANC = becomes('cancelled');
const REPL = becomes('replaced');
const REJ = becomes('rejected');
const EXP = becomes('expired');
const UNKN = becomes('unknown');
/** News, and the status stays. */
const KEEP = becomes('same');
/** Nothing changes: overtaken by what is known already. */
const NONE: Cell = { to: 'same', news: false, anomaly: false };
/** Noted as an anomaly, and nothing changes. */
const ODD: Cell = { to: 'same', news: false, anomaly: true };
/** Not believed, but it shakes what was known: the order counts in full again, and the venue is asked. */
const DOUBT: Cell = { to: 'unknown', news: false, anomaly: true };
/** True and surprising: becomes a fact beside the anomaly. A fill is money, whatever the status says. */
const LATE: Cell = { to: 'same', news: true, anomaly: true };
const LATEFULL: Cell = { to: 'filled', news: true, anomaly: true };
const ODDREJ: Cell = { to: 'rejected', news: true, anomaly: true };
const LATEUNKN: Cell = { to: 'unknown', news: true, anomaly: true };

type Row = readonly [Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell];

/**
 * The lifecycle of an order, all of it. Columns are in the order of ORDER_STATUSES. The rules behind the cells:
 * - Only a positive report ends an order. A time-out makes it UNKNOWN, which counts in full; not-found alone keeps it so.
 * - An ended order stays ended, with one exception: the first sign of life (acknowledgement, trigger, part fill, open answer,
 *   release) after a rejection or expiry, or an open answer or a garbled report after any end but a full fill, makes it
 *   UNKNOWN.
 * - A fill is always booked, exactly once. After the end it is an anomaly too.
 * - A refused cancel proves nothing: the order may not have arrived yet, may rest, or may have ended.
 */
// biome-ignore format: a table is read by its columns
const TABLE: Readonly<Record<OrderEvent, Row>> = {
  //                    intended sent    acked   partly  filled    pending  cancelled replaced  rejected  expired   unknown
  'released':         [ SENT,    NONE,   KEEP,   KEEP,   KEEP,     KEEP,    KEEP,     KEEP,     LATEUNKN, LATEUNKN, KEEP   ],
  'blocked':          [ REJ,     ODD,    ODD,    ODD,    ODD,      REJ,     NONE,     NONE,     NONE,     NONE,     REJ    ],
  'acknowledged':     [ LIVE,    LIVE,   NONE,   KEEP,   NONE,     KEEP,    NONE,     NONE,     LATEUNKN, LATEUNKN, LIVE   ],
  'rejected':         [ REJ,     REJ,    REJ,    ODDREJ, ODD,      REJ,     NONE,     NONE,     NONE,     NONE,     REJ    ],
  'triggered':        [ LIVE,    LIVE,   KEEP,   KEEP,   NONE,     KEEP,    NONE,     NONE,     LATEUNKN, LATEUNKN, LIVE   ],
  'fill-part':        [ LIVE,    LIVE,   LIVE,   LIVE,   LATE,     KEEP,    LATE,     LATE,     LATEUNKN, LATEUNKN, LIVE   ],
  'fill-whole':       [ FILLED,  FILLED, FILLED, FILLED, LATE,     FILLED,  LATEFULL, LATEFULL, LATEFULL, LATEFULL, FILLED ],
  'fill-over':        [ LATEFULL,LATEFULL,LATEFULL,LATEFULL,LATEFULL,LATEFULL,LATEFULL,LATEFULL,LATEFULL, LATEFULL, LATEFULL],
  'cancel-requested': [ PEND,    PEND,   PEND,   PEND,   NONE,     KEEP,    NONE,     NONE,     NONE,     NONE,     KEEP   ],
  'cancelled':        [ CANC,    CANC,   CANC,   CANC,   NONE,     CANC,    NONE,     NONE,     NONE,     NONE,     CANC   ],
  'cancel-rejected':  [ ODD,     ODD,    ODD,    ODD,    NONE,     UNKN,    NONE,     NONE,     NONE,     NONE,     NONE   ],
  'expired':          [ EXP,     EXP,    EXP,    EXP,    NONE,     EXP,     NONE,     NONE,     NONE,     NONE,     EXP    ],
  'replaced':         [ REPL,    REPL,   REPL,   REPL,   NONE,     REPL,    NONE,     NONE,     ODD,      NONE,     REPL   ],
  'unanswered':       [ UNKN,    UNKN,   NONE,   NONE,   NONE,     UNKN,    NONE,     NONE,     NONE,     NONE,     NONE   ],
  'open':             [ LIVE,    LIVE,   NONE,   NONE,   NONE,     NONE,    DOUBT,    DOUBT,    DOUBT,    DOUBT,    LIVE   ],
  'open-behind':      [ DOUBT,   DOUBT,  DOUBT,  DOUBT,  ODD,      DOUBT,   DOUBT,    DOUBT,    DOUBT,    DOUBT,    NONE   ],
  'not-found':        [ NONE,    NONE,   UNKN,   UNKN,   NONE,     UNKN,    NONE,     NONE,     NONE,     NONE,     NONE   ],
  'absent':           [ NONE,    NONE,   NONE,   NONE,   NONE,     NONE,    NONE,     NONE,     NONE,     NONE,     EXP    ],
  'contradicted':     [ ODD,     ODD,    ODD,    ODD,    ODD,      ODD,     ODD,      ODD,      ODD,      ODD,      ODD    ],
  'garbled':          [ LATEUNKN,LATEUNKN,LATEUNKN,LATEUNKN,ODD,   LATEUNKN,LATEUNKN, LATEUNKN, LATEUNKN, LATEUNKN, ODD    ],
};

export const ORDER_EVENTS = Object.keys(TABLE) as readonly OrderEvent[];

/**
 * What `event` makes of an order that is in `status`. Total: there is an answer for every pair.
 * @param filled whether anything of the order is filled, the fill of `event` not counted.
 */
export function next(status: OrderStatus, event: OrderEvent, filled: boolean): Transition {
  const { to, news, anomaly } = TABLE[event][ORDER_STATUSES.indexOf(status)] as Cell;
  if (to === 'same') return { to: status, news, anomaly };
  if (to === 'live') return { to: filled || event === 'fill-part' ? 'partly-filled' : 'acknowledged', news, anomaly };
  return { to, news, anomaly };
}
