import type { VenueView } from '../../../src-shared/contract/venues.ts';
import { MICROS_PER_MS, type Micros } from '../../../src-shared/domain/time.ts';
import { desk, useDesk } from '../../state/desk.ts';
import type { Reading } from '../../state/topics.ts';
import { Panel } from '../../ui/panel.tsx';
import { Budget, Connections, Latencies, Marks } from './venue-tables.tsx';
import { clockWords, comparisonWords, deadManWords, restingWords, type Said, stateWords } from './words.ts';

interface VenueCardProps {
  readonly venue: VenueView;
  readonly reading: Reading<unknown>;
}

/** One venue. What it does not have, or nobody measures, is said once and takes no table. */
export function VenueCard({ venue, reading }: VenueCardProps) {
  const { simulated, detail, connections, latencies, budget, marks, reconciliation } = venue;
  const speed = useDesk(({ description }) => description?.speed ?? 1);
  // A person's time, as all ages are.
  const ageMsOf = (at: Micros): number => Math.max(0, (desk().deskNow() - at) / MICROS_PER_MS / speed);
  return (
    <Panel
      title={venue.venue}
      reading={reading}
      className={simulated ? 'venue venue-simulated' : 'venue'}
      actions={
        simulated ? (
          <strong className="venue-kind venue-kind-simulated">SIMULATED · no money at stake</strong>
        ) : (
          <strong className="venue-kind venue-kind-real">◆ REAL MONEY</strong>
        )
      }
    >
      <div className="venue-parts">
        <dl className="facts venue-facts">
          <Row name="State" said={stateWords(venue)} detail={detail} />
          <Row name="Dead man's switch" said={deadManWords(venue.deadMan)} />
          <Row name="Last comparison" said={comparisonWords(reconciliation, ageMsOf)} />
          <Row name="Requests" said={restingWords(venue.restingUntil)} />
          <Row name="Venue's clock" said={clockWords(venue.clock)} />
        </dl>
        {connections.length > 0 && <Connections connections={connections} />}
        {budget.length > 0 && <Budget budget={budget} />}
        {latencies.length > 0 && <Latencies latencies={latencies} />}
        {marks.length > 0 && <Marks venue={venue.venue} marks={marks} ageMsOf={ageMsOf} />}
      </div>
    </Panel>
  );
}

function Row({ name, said: { level, text }, detail = '' }: { name: string; said: Said; detail?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className={`cell fact-${level}`}>{text}</span>
        {detail !== '' && <span className="fact-detail">{detail}</span>}
      </dd>
    </div>
  );
}
