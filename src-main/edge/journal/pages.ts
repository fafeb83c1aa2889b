import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { MAX_PAYLOAD_BYTES } from './record.ts';
import { WriteAheadLog } from './wal.ts';

/**
 * A look at the database's own pages (SQLite's file format, sections 1.3 to 1.6), for damage that no query meets: what lies
 * between cells and behind them is zeros in a journal, which only ever grows and is written with `secure_delete`. What is left over
 * on inner pages after a split, and which SQLite wrote last, nothing says but the seal of an orderly stop.
 */

const PAGE_HEADER = { leaf: 8, interior: 12 };
const LEAF = 0x0d;
const INTERIOR = 0x05;
const FILE_HEADER_BYTES = 100;
/** Where the table of records begins. */
const ROOT_PAGE = 2;
const MAX_VARINT_BYTES = 8;
const POINTER_BYTES = 4;
/** Deeper than SQLite lets a tree be. */
const MAX_DEPTH = 20;
/** The migrations' statements that change the schema. */
const SCHEMA_CHANGES = 1;

interface PageDamage {
  readonly page: number;
  /** The first record on the page, where it holds any. */
  readonly firstSeq: number | undefined;
  readonly problem: string;
}

export interface FileDamage {
  readonly page: PageDamage | undefined;
  /** What is wrong with the write-ahead log. */
  readonly log: string | undefined;
}

/** The pages of a database file and its log, as its last commit left them. */
class Pages {
  readonly log: WriteAheadLog;
  private readonly count: number;
  private readonly descriptor: number;
  private readonly pageSize: number;

  constructor(file: string) {
    this.descriptor = openSync(file, 'r');
    this.log = new WriteAheadLog(file);
    this.count = this.log.pageCount ?? Number.POSITIVE_INFINITY;
    const header = Buffer.alloc(FILE_HEADER_BYTES);
    readSync(this.descriptor, header, 0, header.length, 0);
    this.pageSize = header.readUInt16BE(16);
  }

  /** @param number 1 for the first. @returns undefined where there is none. */
  read(number: number): Buffer | undefined {
    if (number < 1 || number > this.count || this.pageSize === 0) return undefined;
    const logged = this.log.read(number);
    if (logged !== undefined) return logged;
    const page = Buffer.alloc(this.pageSize);
    return readSync(this.descriptor, page, 0, page.length, (number - 1) * page.length) === page.length
      ? page
      : undefined;
  }

  close(): void {
    this.log.close();
    closeSync(this.descriptor);
  }
}

function withPages<T>(file: string, work: (pages: Pages) => T): T {
  const pages = new Pages(file);
  try {
    return work(pages);
  } finally {
    pages.close();
  }
}

/**
 * The first page that is not as a journal leaves it, and a log that no crash leaves so. Beside a running desk pages change while
 * they are read: damage is what is found twice.
 * Opens and closes the file, which drops this process's own locks on it: never call it beside a writer of the same process.
 */
export function findFileDamage(file: string): FileDamage {
  const none = { page: undefined, log: undefined };
  if (!existsSync(file)) return none;
  const look = (): FileDamage => withPages(file, (pages) => ({ page: firstDamage(pages), log: pages.log.damage }));
  const found = look();
  return isDeepStrictEqual(found, none) || isDeepStrictEqual(found, look()) ? found : none;
}

/**
 * SHA-256, hex, of the pages that lead to the records: the first one and the inner ones. Whatever is left over on them counts.
 * @returns undefined while there is a log: the pages may still change without a new record. Locks as {@link findFileDamage}.
 */
export function sealOf(file: string): string | undefined {
  return withPages(file, (pages) => {
    if (pages.log.pageCount !== undefined) return undefined;
    const hash = createHash('sha256').update(pages.read(1) ?? '');
    // From the root down, level by level: on the lowest level of inner pages all children are leaves.
    let level = [ROOT_PAGE];
    for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
      const inner = level.map((number) => pages.read(number)).filter((page) => page?.[0] === INTERIOR) as Buffer[];
      for (const page of inner) hash.update(page);
      const [first] = inner[0] === undefined ? [] : childrenOf(inner[0]);
      level = first !== undefined && pages.read(first)?.[0] === INTERIOR ? inner.flatMap(childrenOf) : [];
    }
    return hash.digest('hex');
  });
}

function childrenOf(page: Buffer): number[] {
  const cells = Math.min(page.readUInt16BE(3), (page.length - PAGE_HEADER.interior) / 2);
  const children: number[] = [];
  for (let cell = 0; cell < cells; cell += 1) {
    const offset = page.readUInt16BE(PAGE_HEADER.interior + 2 * cell);
    if (offset + POINTER_BYTES <= page.length) children.push(page.readUInt32BE(offset));
  }
  return [...children, page.readUInt32BE(8)];
}

function firstDamage(pages: Pages): PageDamage | undefined {
  const first = pages.read(1);
  if (first === undefined) return undefined;
  const problem = headerProblem(first);
  if (problem !== undefined) return { page: 1, firstSeq: undefined, problem };
  for (let number = 1; ; number += 1) {
    const page = pages.read(number);
    if (page === undefined) return undefined;
    const found = findOnPage(page, number, pages);
    if (found !== undefined) return found;
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

/** Without a seal only what cannot be is told. */
function isSqliteVersion(number: number): boolean {
  return number >= 3_051_003 && number < 4_000_000 && number % 1_000 < 100;
}

/** @param number of the page, 1 for the first. */
function findOnPage(page: Buffer, number: number, pages: Pages): PageDamage | undefined {
  const start = number === 1 ? FILE_HEADER_BYTES : 0;
  const type = page[start];
  // Any other page is an overflow page, which the record that it belongs to leads to.
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
    const { seq, keyType, payload, start: payloadStart } = cellAt(page, page.readUInt16BE(pointers + 2 * cell));
    // The key is the row's number and is stored nowhere else: in the row it is NULL, type 0, and queries do not look.
    if (keyType !== 0) return { page: number, firstSeq: seq, problem: 'a record holds its number twice' };
    const damaged = overflowDamage(page, payloadStart, payload, pages);
    if (damaged !== undefined) return { page: damaged, firstSeq: seq, problem: 'there is something behind a record' };
  }
  return undefined;
}

/** The last overflow page of a payload, if it is not zeros behind the payload's end. */
function overflowDamage(leaf: Buffer, start: number, payload: number, pages: Pages): number | undefined {
  const usable = leaf.length;
  const perPage = usable - POINTER_BYTES;
  // Section 1.6: how much of a payload lies on the leaf itself.
  const most = usable - 35;
  if (payload <= most || payload > 2 * MAX_PAYLOAD_BYTES) return undefined;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const even = least + ((payload - least) % perPage);
  const local = even <= most ? even : least;
  if (start + local + POINTER_BYTES > usable) return undefined;
  let number = leaf.readUInt32BE(start + local);
  for (let left = payload - local; ; left -= perPage) {
    const page = pages.read(number);
    if (page === undefined) return undefined;
    if (left <= perPage) {
      const isBlank = page.readUInt32BE(0) === 0 && !page.subarray(POINTER_BYTES + left).some((byte) => byte !== 0);
      return isBlank ? undefined : number;
    }
    number = page.readUInt32BE(0);
  }
}

/** A leaf's cell: its key, type of its first column, and where its payload begins and how long it is. */
function cellAt(page: Buffer, offset: number) {
  const payload = varint(page, offset);
  const key = varint(page, payload.end);
  const header = varint(page, key.end);
  return { seq: key.value, keyType: page[header.end] ?? 0, payload: payload.value, start: key.end };
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
