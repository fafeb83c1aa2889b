import type { TopicValue } from '../../src-shared/contract/topics.ts';
import { MICROS_PER_SECOND, micros } from '../../src-shared/domain/time.ts';
import { useDesk } from '../state/desk.ts';
import type { Reading } from '../state/topics.ts';
import { useLatest } from '../state/topics.ts';
import { Figure } from '../ui/figure.tsx';
import { age, clockSeconds, number } from '../ui/format.ts';
import { useDeskSecond } from './use-desk-second.ts';

/** A feed is late above this, by a person's time. */
const LATE_FEED_MS = 5_000;

/** How well the desk is: feed, engine, loop, journal, venues, clock and link. */
export function StatusBar() {
  const reading = useLatest('status', {});
  const { value } = reading;
  const speed = useDesk(({ description }) => description?.speed ?? 1);
  const feedAgeMs = value?.feedAgeMs == null ? null : value.feedAgeMs / speed;
  return (
    <section className="status-bar" aria-label="Health">
      <Item
        label="Feed age"
        reading={reading}
        text={feedAgeMs === null ? null : age(feedAgeMs)}
        isLate={feedAgeMs !== null && feedAgeMs > LATE_FEED_MS}
      />
      <Item label="Engine" reading={reading} text={number(value?.inputsPerSecond ?? null, 0)} unit="inputs/s" />
      <Item label="Loop delay" reading={reading} text={number(value?.loopDelayMs ?? null, 1)} unit="ms" />
      <Item label="Journal lag" reading={reading} text={number(value?.journalLag ?? null, 0)} />
      {value?.venues.map((venue) => (
        <Venue key={venue.venue} {...venue} isStale={reading.isStale} />
      ))}
      <span className="status-gap" />
      <DeskClock />
      <Link />
    </section>
  );
}

interface ItemProps {
  readonly label: string;
  readonly reading: Reading<unknown>;
  readonly text: string | null;
  readonly unit?: string;
  /** Worse than it should be. */
  readonly isLate?: boolean;
}

function Item({ label, reading, text, unit = '', isLate = false }: ItemProps) {
  return (
    <span className={isLate ? 'status-item status-late' : 'status-item'}>
      {isLate && '▲ '}
      <span className="quiet">{label}</span> <Figure reading={reading} label={label} text={text} unit={unit} size="s" />
    </span>
  );
}

function Venue(props: TopicValue<'status'>['venues'][number] & { readonly isStale: boolean }) {
  const { venue, up, provenBooks, books, isStale } = props;
  const isWhole = up && provenBooks === books;
  return (
    <span className={isWhole ? 'status-item' : 'status-item status-bad'} data-stale={isStale || undefined}>
      {isWhole ? '' : '▲ '}
      {venue}{' '}
      <span className="cell">
        {up ? 'up' : 'down'}, {provenBooks}/{books} books
      </span>
    </span>
  );
}

function DeskClock() {
  const isUp = useDesk(({ link }) => link.state === 'up');
  const second = useDeskSecond();
  if (second === 0) return null;
  return (
    <span className="status-item" data-stale={!isUp || undefined}>
      <span className="quiet">Desk time</span>{' '}
      <time className="cell">{clockSeconds(micros(second * MICROS_PER_SECOND))}</time> UTC
    </span>
  );
}

const LINK_WORDS = { up: '● link up', connecting: '○ connecting', down: '▲ link down' } as const;

function Link() {
  const state = useDesk(({ link }) => link.state);
  return <span className={state === 'down' ? 'status-item status-bad' : 'status-item'}>{LINK_WORDS[state]}</span>;
}
