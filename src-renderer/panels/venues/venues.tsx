import { ActButton } from '../../controls/act-button.tsx';
import { compareWithVenues } from '../../controls/acts.ts';
import { usePermission } from '../../controls/use-permission.ts';
import { useLatest } from '../../state/topics.ts';
import { VenueCard } from './venue-card.tsx';
import '../../ui/facts.css';
import '../../ui/table.css';
import './venues.css';

/** Every venue of the desk: whether it can be traded there, how fast it answers, and whether it holds what the desk believes. */
export function Venues() {
  const reading = useLatest('venues', {});
  const refusal = usePermission('compare');
  const { value } = reading;
  return (
    <div className="venues">
      <div className="venues-act">
        <ActButton refusal={refusal} onAct={compareWithVenues}>
          ⇄ Compare with the venue now
        </ActButton>
        <span>Asks for open orders, positions and balances, and holds them against the desk's books.</span>
      </div>
      {value === null && <p className="venues-empty">Nothing heard yet: the desk tells of its venues once a second.</p>}
      {value?.venues.map((venue) => (
        <VenueCard key={venue.venue} venue={venue} reading={reading} />
      ))}
    </div>
  );
}
