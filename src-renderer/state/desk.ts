import { create } from 'zustand';
import type { Result, Session } from '../../src-shared/contract/methods.ts';
import { DeskClient } from '../../src-shared/desk-client.ts';
import type { DeskTransport, LinkState } from '../../src-shared/transport.ts';
import { deskConnect } from './connect.ts';

export type DeskDescription = Result<'describe'>;

interface DeskState {
  readonly link: LinkState;
  /** By this window's clock, ms: since when the link is down; null while it is up. */
  readonly downSinceMs: number | null;
  /** What the desk is; null before it said so, and kept while the link is down. */
  readonly description: DeskDescription | null;
  readonly session: Session | null;
  /** This window's clock, ms, in steps of {@link TICK_MS}: what ages are reckoned by. */
  readonly nowMs: number;
}

/** How often ages are looked at again. */
const TICK_MS = 250;

let transport: DeskTransport | null = null;

/** What the whole window knows of its desk. */
export const useDesk = create<DeskState>(() => ({
  link: { state: 'connecting' },
  downSinceMs: null,
  description: null,
  session: null,
  nowMs: performance.now(),
}));

/** The desk of this window; connected at the first call. */
export function desk(): DeskTransport {
  transport ??= connected();
  return transport;
}

export function setSession(session: Session): void {
  useDesk.setState({ session });
}

function connected(): DeskTransport {
  const made = new DeskClient({ connect: deskConnect() });
  made.onLink((link) => {
    const { downSinceMs } = useDesk.getState();
    useDesk.setState({ link, downSinceMs: link.state === 'up' ? null : (downSinceMs ?? performance.now()) });
    if (link.state === 'up') void describe(made);
  });
  made.latest('session', {}, ({ value: { hasControl, operator } }) => {
    const { session } = useDesk.getState();
    if (session === null) return;
    // Somebody else signed in or out in another window of this browser: the desk says who that is now.
    if ((session.operator?.name ?? null) !== operator) void describe(made);
    else if (session.hasControl !== hasControl) setSession({ ...session, hasControl });
  });
  setInterval(() => useDesk.setState({ nowMs: performance.now() }), TICK_MS);
  return made;
}

async function describe(of: DeskTransport): Promise<void> {
  try {
    const description = await of.call('describe', {});
    useDesk.setState({ description, session: description.session });
  } catch {
    // The link went again: the next one asks anew.
  }
}
