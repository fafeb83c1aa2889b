import type { AlertKind, AlertPriority } from '../engine/fact.ts';

/** What a person has to know of an alert of one kind. What belongs to none of these is an event, and no alert. */
export interface AlertText {
  readonly priority: AlertPriority;
  readonly title: string;
  readonly cause: string;
  /** What happens if nobody does anything. */
  readonly consequence: string;
  readonly action: string;
  /** Whether it is over once a person has seen it: it tells of something that happened, not of something that lasts. */
  readonly endsWhenSeen: boolean;
}

export const ALERT_TEXTS: Readonly<Record<AlertKind, AlertText>> = {
  emergency: {
    priority: 'high',
    title: 'Emergency',
    cause: 'Somebody, or a control of the desk, stopped everything',
    consequence: 'Open orders are cancelled and nothing else leaves. Positions stay as they are.',
    action: 'Find out why. Close positions at the venue if they must go now. Then loosen the mode, with your reason.',
    endsWhenSeen: false,
  },
  'last-words': {
    priority: 'high',
    title: 'The last run ended without its journal',
    cause: 'The run before could not write down how it ended',
    consequence: 'What it did last may be missing here. The desk stays in Emergency.',
    action: 'Compare orders and positions with the venue. Check the disk. Loosen the mode when all agrees.',
    endsWhenSeen: true,
  },
  'venue-link-down': {
    priority: 'high',
    title: 'Venue not connected',
    cause: 'The link to the venue is down',
    consequence: 'Orders that rest there may fill unseen, and no cancel reaches them. Nothing new is ordered.',
    action: "Check the network and the venue's status page. If it lasts, cancel at the venue by other means.",
    endsWhenSeen: false,
  },
  'portfolio-anomaly': {
    priority: 'high',
    title: 'A payment that cannot be booked',
    cause: 'The venue reported a payment or settlement that makes no sense',
    consequence: 'It is not in the ledger: profit and loss, and perhaps a position, differ from what the venue holds.',
    action: "Compare the account with the venue's statement, then acknowledge.",
    endsWhenSeen: true,
  },
  'flatten-failed': {
    priority: 'high',
    title: 'Position not closed',
    cause: 'A flattening ended before the position was closed',
    consequence: 'The position stays open. The strategies that were stopped for it stay stopped.',
    action: 'Remove what stood in the way and flatten again, or close the position at the venue.',
    endsWhenSeen: true,
  },
  'book-unproven': {
    priority: 'medium',
    title: 'Order book not proven',
    cause: 'The book lost its sequence and is empty until a new snapshot fits',
    consequence: 'Nothing is ordered in this instrument, and its position has no mark.',
    action: 'It heals by itself within seconds. If it does not, check the link and the market data of the venue.',
    endsWhenSeen: false,
  },
  'strategy-stopped': {
    priority: 'medium',
    title: 'Strategy stopped',
    cause: 'A control took the strategy out of the instrument',
    consequence: 'Its orders there are cancelled and new ones are refused. Its position stays open.',
    action: 'Look at its last fills. Let it trade again with your reason, or flatten the instrument.',
    endsWhenSeen: false,
  },
  'order-anomaly': {
    priority: 'medium',
    title: 'A report that cannot be true',
    cause: 'The venue said something of an order that contradicts what the desk knows',
    consequence: 'The report was not believed. Orders or position may differ from what the venue holds.',
    action: 'Compare the order with the venue, then acknowledge.',
    endsWhenSeen: true,
  },
  'orders-unknown': {
    priority: 'medium',
    title: 'Orders in an unknown state',
    cause: 'The venue has not said what became of an order',
    consequence: 'The order counts in full against every limit and may still fill. The venue is asked again and again.',
    action: 'Wait for the answer. If none comes, look the order up at the venue.',
    endsWhenSeen: false,
  },
  crashed: {
    priority: 'low',
    title: 'Restarted after a crash',
    cause: 'The run before ended without a proper stop',
    consequence: 'Nothing is lost: the desk went on from its journal and asked the venue for its open orders.',
    action: "Read the end of the last run's log, then acknowledge.",
    endsWhenSeen: true,
  },
};
