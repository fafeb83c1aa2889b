import { useDesk } from '../state/desk.ts';

/** PAPER or LIVE, by its outline as much as by its word; and how fast time passes where that is not as on the wall. */
export function KindBadge() {
  const kind = useDesk(({ description }) => description?.kind ?? null);
  const speed = useDesk(({ description }) => description?.speed ?? 1);
  return (
    <>
      {kind === 'paper' && <span className="kind kind-paper">PAPER</span>}
      {kind === 'live' && <span className="kind kind-live">◆ LIVE</span>}
      {speed !== 1 && <span className="speed">{speed}× time</span>}
    </>
  );
}
