/** The snapshot worker's entry: derives where the desk stands from its journal, beside the running desk, and keeps it. */
import { workerData } from 'node:worker_threads';
import { recoverDesk } from './desk/recovery.ts';
import { writeDeskSnapshot } from './desk/recovery-snapshot.ts';
import type { SnapshotTask } from './desk/snapshot-keeper.ts';
import { readRunRecord } from './run-record.ts';

const { directory, lastSeq, run } = workerData as SnapshotTask;
const instruments = readRunRecord(run)?.instruments;
if (instruments === undefined) throw new Error('the snapshot worker needs to know how the desk is run');
const snapshot = recoverDesk(directory, lastSeq, instruments);
if (snapshot !== undefined) writeDeskSnapshot(directory, snapshot);
