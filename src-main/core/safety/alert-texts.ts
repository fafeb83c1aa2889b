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
  'kill-switch': {
    priority: 'high',
    title: 'Kill switch not armed',
    cause: 'The hardware switch is tripped, or has stopped proving that it works',
    consequence: 'Until it is armed again the mode cannot be loosened, and perhaps a press of its button is not heard.',
    action: 'Look at its lamps and its cable. Release the button, reset it, then loosen the mode with your reason.',
    endsWhenSeen: false,
  },
  'orders-survive': {
    priority: 'high',
    title: 'Orders survive the kill',
    cause: 'The venue has not proven that nothing is open after the kill switch tripped',
    consequence: 'What rests there may still fill. The guard goes on cancelling until the venue shows nothing.',
    action: "Cancel by hand on the venue's own page. Call the venue if it does not answer.",
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
  'account-differs': {
    priority: 'high',
    title: 'Account and books differ',
    cause: 'The venue holds something else than the desk has booked',
    consequence: 'Limits, profit and flattening count what the books say, and not what is at stake.',
    action: "Compare orders, fills and transfers with the venue's statement. Trade on only when you know the cause.",
    endsWhenSeen: false,
  },
  'foreign-order': {
    priority: 'high',
    title: 'An order of another hand',
    cause: 'The account has an order that this desk did not send',
    consequence:
      'It counts in every limit and its fills are booked here. The desk does not open until the mode is loosened.',
    action: 'Find out who trades this account. Cancel the order if nobody wants it, then acknowledge.',
    endsWhenSeen: true,
  },
  'dead-man-fired': {
    priority: 'high',
    title: "The venue's dead man's switch fired",
    cause: 'Nobody proved to the venue in time that the desk lives, and it cancelled every order',
    consequence: 'Nothing rests there any more, and the switch is not armed. The desk stays paused.',
    action: 'Find out what held the desk up. Loosen the mode: that arms the switch again.',
    endsWhenSeen: true,
  },
  'refused-access': {
    priority: 'high',
    title: 'The venue refuses orders',
    cause: 'It will not take orders for a cause that does not mend itself',
    consequence: 'Nothing can be opened there, and perhaps nothing closed. The desk stays paused.',
    action:
      'Check the key and its rights, the margin, the clock, and how large the strategies order. Then loosen the mode.',
    endsWhenSeen: true,
  },
  'silent-reports': {
    priority: 'medium',
    title: 'The reports had stopped unnoticed',
    cause: 'The stream of reports was connected and did not say what had happened',
    consequence: 'What was missed is fetched by other means; until then orders and position were not what they seemed.',
    action: 'Nothing if it happens once. If it comes back, stop trading there and ask the venue.',
    endsWhenSeen: true,
  },
  'account-unanswered': {
    priority: 'high',
    title: 'The account cannot be compared',
    cause: 'The venue has not told what it holds, or not so that it can be read',
    consequence: 'Fills may be missing here, and nobody would notice. The desk stays paused.',
    action:
      "Read the desk's log for the venue's answer. Compare by hand. Loosen the mode once a comparison came through.",
    endsWhenSeen: true,
  },
  'rate-limited': {
    priority: 'medium',
    title: 'The venue takes no requests for a while',
    cause: 'More was sent than the venue allows',
    consequence: 'Orders and questions are refused until the time is over; cancels have a reserve of their own.',
    action: 'If it comes back, let the strategies quote less often, or look for another program that uses the account.',
    endsWhenSeen: true,
  },
  maintenance: {
    priority: 'medium',
    title: 'The venue is under maintenance',
    cause: 'The venue says that it is not trading',
    consequence: 'Orders and cancels are refused there. Positions stay as they are.',
    action: "Read the venue's status page. Hedge elsewhere if it takes long.",
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
