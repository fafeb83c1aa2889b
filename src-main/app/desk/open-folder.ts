import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { canonical } from '../../core/engine/canonical.ts';
import { JournalClient } from '../../edge/journal/client.ts';
import { TickRecorder } from '../../edge/ticks/tick-recorder.ts';
import { hostClock } from '../../threads/host-clock.ts';
import { createRing } from '../../threads/ring.ts';
import { createStopFlag, StopFlag } from '../../threads/stop-flag.ts';
import { DeskClock } from '../desk-clock.ts';
import { JOURNAL_WORKER, TICKS_RING_BYTES, TICKS_WORKER } from '../workers.ts';
import { continueTime } from './clock-checks.ts';
import { recoverDesk } from './recovery.ts';
import type { DeskSnapshot } from './recovery-snapshot.ts';

/** Of what earlier runs left, what a restart repeats. */
const MAX_LAST_WORDS = 20;
const MAX_WORDS_CHARS = 1_000;

interface OpenFolderOptions {
  readonly directory: string;
  /** Those of the run that is to come. */
  readonly instruments: readonly Instrument[];
  /** How much faster than the wall's clock its desk lives. */
  readonly speed: number;
}

/** What a folder was found to be, and what was started on it. */
export interface OpenedFolder {
  readonly client: JournalClient;
  readonly ticks: TickRecorder;
  readonly clock: DeskClock;
  /** Where an earlier desk ended; undefined for the first. */
  readonly before: DeskSnapshot | undefined;
  readonly stopFlag: StopFlag;
}

/**
 * Opens the journal and the ticks of a data folder, and finds out where its desk stands.
 * @throws JournalError or TickError when the folder is refused; nothing is left open then.
 */
export async function openFolder({ directory, instruments, speed }: OpenFolderOptions): Promise<OpenedFolder> {
  const ticksRing = createRing(TICKS_RING_BYTES);
  const stopFlag = createStopFlag();
  const client = await JournalClient.start({
    ...{ directory, workerEntry: JOURNAL_WORKER, now: hostClock, ticksRing, stopFlag },
  });
  try {
    const { lastSeq, lastDeskAt } = client.opened;
    const before = recoverDesk(directory, lastSeq, instruments);
    const clock = new DeskClock({ speed });
    continueTime(clock, lastDeskAt, directory);
    const segment = (before?.core.engine.inputSeq ?? 0) + 1;
    const onGap = (gap: object): void =>
      void client.append('host', hostClock(), canonical({ event: 'ticks-gap', ...gap }));
    const ticks = await TickRecorder.start({ directory, workerEntry: TICKS_WORKER, ring: ticksRing, segment, onGap });
    return { client, ticks, clock, before, stopFlag: new StopFlag(stopFlag) };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** What earlier runs could not journal, and no restart has told the core yet. */
export function lastWordsOf({ previous }: JournalClient, before: DeskSnapshot | undefined): readonly string[] {
  const words = [...(before?.unheardWords ?? []), ...previous.lastWords];
  return [...new Set(words.map((text) => text.slice(0, MAX_WORDS_CHARS)))].slice(-MAX_LAST_WORDS);
}
