import { isUtf8 } from 'node:buffer';
import { type Micros, micros } from '../../../src-shared/domain/time.ts';
import { kindCode, kindOf, MAX_PAYLOAD_BYTES, type RecordHasher, type RecordKind } from './record.ts';

/** Records from a sequence number on, in order, as {@link checkRow} takes them (`raw`). */
export const SELECT_FROM = 'SELECT seq, at, kind, bytes, hash FROM record WHERE seq >= ? ORDER BY seq';

/** A record as the database holds it. */
export interface Row {
  readonly seq: number;
  readonly at: Micros;
  readonly kind: RecordKind;
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
}

/** The row's parts, if they are what the columns are for; else what is wrong with them. */
export function parseRow([seq, at, code, bytes, hash]: readonly unknown[]): Row | string {
  const kind = kindOf(code);
  if (typeof seq !== 'number') return 'its sequence number is no number';
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < 0) return 'its time is no time in microseconds';
  if (kind === undefined) return `its kind is none of ours (${String(code)})`;
  if (!(bytes instanceof Uint8Array) || bytes.length === 0 || !isUtf8(bytes)) return 'its content is no text';
  if (bytes.length > MAX_PAYLOAD_BYTES) return 'its content is longer than a record may be';
  if (!(hash instanceof Uint8Array)) return 'its hash is none';
  return { seq, at: micros(at), kind, bytes, hash };
}

/** The row, if it is record `due` and chained to `previous`; else what is wrong with it. */
export function checkRow(
  raw: readonly unknown[],
  due: number,
  previous: Uint8Array,
  hasher: RecordHasher,
): Row | string {
  const row = parseRow(raw);
  if (typeof row === 'string') return row;
  if (row.seq !== due)
    return `record ${row.seq} follows where ${due} was due: one is missing, or its number was changed`;
  const hash = hasher.of(previous, row.seq, row.at, kindCode(row.kind), row.bytes);
  if (!hash.equals(row.hash)) return 'its hash does not match its content: one of the two was changed';
  return row;
}
