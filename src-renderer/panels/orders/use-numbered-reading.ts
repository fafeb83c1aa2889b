import { NUMBERED_TOPICS, type NumberedTopic } from '../../../src-shared/contract/topics.ts';
import { useDesk } from '../../state/desk.ts';
import type { Reading } from '../../state/topics.ts';

/** How far a numbered topic can be trusted: nothing of it is missing while the link is up, and anything may be since it went. */
export function useNumberedReading(topic: NumberedTopic): Reading<null> {
  const isStale = useDesk(({ link }) => link.state !== 'up');
  const ageMs = useDesk(({ downSinceMs, nowMs }) => (downSinceMs === null ? 0 : Math.max(0, nowMs - downSinceMs)));
  return { value: null, ageMs, isStale, source: NUMBERED_TOPICS[topic].source };
}
