import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

/**
 * A look at the database file's own pages (SQLite's file format, sections 1.3 and 1.6), for damage that no query meets: what lies
 * between cells is zeros in a journal, which only ever grows and is written with `secure_delete`. Not seen: the unused end of the
 * last overflow page of a record above 4 KB, leftovers on inner pages below the root, and another version of SQLite in the header.
 */

const PAGE_HEADER = { leaf: 8, interior: 12 };
const LEAF = 0x0d;
const INTERIOR = 0x05;
const FILE_HEADER_BYTES = 100;
/** Where the table of records begins. */
const ROOT_PAGE = 2;
const MAX_VARINT_BYTES = 8;
/** The migrations' statements that change the schema. */
const SCHEMA_CHANGES = 1;

export interface PageDamage {
  readonly page: number;
  /** The first record on the page, where it holds any. */
  readonly firstSeq: number | undefined;
  readonly problem: string;
}

/**
 * The first page that is not as a journal leaves it. Only of a journal that was closed: with a log beside it, undefined.
 * Opens and closes the file, which drops this process's own locks on it: never call it beside a writer of the same process.
 */
export function findPageDamage(file: string): PageDamage | undefined {
  if (!existsSync(file) || (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return undefined;
  const descriptor = openSync(file, 'r');
  try {
    const header = Buffer.alloc(FILE_HEADER_BYTES);
    readSync(descriptor, header, 0, FILE_HEADER_BYTES, 0);
    const problem = headerProblem(header);
    if (problem !== undefined) return { page: 1, firstSeq: undefined, problem };
    const page = Buffer.alloc(header.readUInt16BE(16));
    for (
      let number = 1;
      readSync(descriptor, page, 0, page.length, (number - 1) * page.length) === page.length;
      number += 1
    ) {
      const found = findOnPage(page, number);
      if (found !== undefined) return found;
    }
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Fields that are the same in every journal. Change counters and SQLite's version are not. */
function headerProblem(header: Buffer): string | undefined {
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'its first bytes are not those of SQLite';
  if (header.toString('hex', 18, 24) !== '020200402020') return 'the file header names versions that no journal has';
  if (header.readUInt32BE(24) !== header.readUInt32BE(92)) return "the file header's change counters differ";
  if (header.subarray(32, 40).some((byte) => byte !== 0))
    return 'the file header names free pages, which no journal has';
  if (header.readUInt32BE(40) !== SCHEMA_CHANGES)
    return 'the file header counts changes of the schema that no journal has';
  if (header.readUInt32BE(44) !== 4) return 'the file header names a schema format that no journal has';
  if (header.subarray(48, 56).some((byte) => byte !== 0)) return 'the file header sets what no journal sets';
  if (header.readUInt32BE(56) !== 1) return 'the file header names an encoding that no journal has';
  if (header.subarray(64, 68).some((byte) => byte !== 0)) return 'the file header sets what no journal sets';
  if (header.subarray(72, 92).some((byte) => byte !== 0)) return 'the file header fills what SQLite reserves';
  if (!isSqliteVersion(header.readUInt32BE(96))) return 'the file header names a version of SQLite that never was';
  return undefined;
}

/** Which version wrote last is of no record, and nothing else says it: only what cannot be is told. */
function isSqliteVersion(number: number): boolean {
  return number >= 3_051_003 && number < 4_000_000 && number % 1_000 < 100;
}

/** @param number of the page, 1 for the first. */
function findOnPage(page: Buffer, number: number): PageDamage | undefined {
  const start = number === 1 ? FILE_HEADER_BYTES : 0;
  const type = page[start];
  // Any other page is an overflow page, whose content is a record's and has its hash. What an inner page below the root holds
  // between its cells is left over from a split.
  if (type !== LEAF && (type !== INTERIOR || number !== ROOT_PAGE)) return undefined;
  const cells = page.readUInt16BE(start + 3);
  const cellsStart = page.readUInt16BE(start + 5);
  const pointers = start + (type === LEAF ? PAGE_HEADER.leaf : PAGE_HEADER.interior);
  const firstSeq = type === LEAF && number > 1 ? cellAt(page, page.readUInt16BE(pointers)).seq : undefined;
  if (page.subarray(pointers + 2 * cells, cellsStart).some((byte) => byte !== 0)) {
    return { page: number, firstSeq, problem: 'there is something between its records' };
  }
  if (type !== LEAF || number === 1) return undefined;
  for (let cell = 0; cell < cells; cell += 1) {
    const { seq, keyType } = cellAt(page, page.readUInt16BE(pointers + 2 * cell));
    // The key is the row's number and is stored nowhere else: in the row it is NULL, type 0, and queries do not look.
    if (keyType !== 0) return { page: number, firstSeq: seq, problem: 'a record holds its number twice' };
  }
  return undefined;
}

/** A leaf's cell: payload's length, key, length of the row's header, type of its first column. */
function cellAt(page: Buffer, offset: number): { readonly seq: number; readonly keyType: number } {
  const payload = varint(page, offset);
  const key = varint(page, payload.end);
  const header = varint(page, key.end);
  return { seq: key.value, keyType: page[header.end] ?? 0 };
}

/** SQLite's integers of variable length: seven bits a byte, highest first, the last byte below 128. */
function varint(page: Buffer, offset: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let end = offset;
  for (let byte = 0x80; byte >= 0x80 && end < offset + MAX_VARINT_BYTES; end += 1) {
    byte = page[end] ?? 0;
    value = value * 128 + (byte & 0x7f);
  }
  return { value, end };
}
