import { useMemo } from 'react';
import { useDesk } from '../state/desk.ts';
import { age } from '../ui/format.ts';

const MS_PER_SECOND = 1_000;

/** Says that the link to the desk is not there; nothing while it is. */
export function LinkBanner() {
  const link = useDesk(({ link }) => link);
  if (link.state === 'up') return null;
  if (link.state === 'connecting') {
    return (
      <section className="link-banner" aria-label="Link to the desk">
        ○ Connecting to the desk …
      </section>
    );
  }
  return (
    <section className="link-banner link-down" aria-label="Link to the desk">
      <p role="alert">
        <strong>▲ The link to the desk is down.</strong> Everything below is stale, and nothing can be sent from here.
      </p>
      <Retry retryInMs={link.retryInMs} reason={link.reason} key={`${link.reason} ${link.retryInMs}`} />
    </section>
  );
}

/** Apart from the alert, which would be read out again with every second. */
function Retry({ retryInMs, reason }: { readonly retryInMs: number | null; readonly reason: string }) {
  const downSinceMs = useDesk(({ downSinceMs }) => downSinceMs ?? 0);
  const nowMs = useDesk(({ nowMs }) => nowMs);
  const nextMs = useMemo(() => (retryInMs === null ? null : performance.now() + retryInMs), [retryInMs]);
  const since = new Date(performance.timeOrigin + downSinceMs).toLocaleTimeString('en-GB');
  const inSeconds = nextMs === null ? null : Math.max(0, Math.ceil((nextMs - nowMs) / MS_PER_SECOND));
  return (
    <p>
      Since {since} ({age(Math.max(0, nowMs - downSinceMs))}): {reason}.{' '}
      {inSeconds === null ? 'It is not tried again.' : inSeconds > 0 ? `Next try in ${inSeconds} s.` : 'Trying now …'}
    </p>
  );
}
