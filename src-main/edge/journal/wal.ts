import { closeSync, existsSync, openSync, readSync } from 'node:fs';

/**
 * A look at the write-ahead log's own bytes ("SQLite database file format", section 4, "The Write-Ahead Log"). SQLite ends its reading at the first frame that is
 * not sound, because that is what a crash leaves; whether a crash can have left it so is told here.
 */

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The lowest bit says which way round the words of the checksums are: set for big-endian. */
const MAGIC = 0x377f0682;
const MIN_PAGE_BYTES = 512;
const MAX_PAGE_BYTES = 65_536;

type Sum = readonly [first: number, second: number];

/** The log beside a database file, from its header to the last commit that is whole. One that is missing is empty. */
export class WriteAheadLog {
  /** Pages of the database after the last commit; undefined when the log holds none. */
  readonly pageCount: number | undefined;
  /** What no crash leaves; undefined when there is nothing of the kind. */
  readonly damage: string | undefined;
  private readonly descriptor: number | undefined;
  private readonly header = Buffer.alloc(HEADER_BYTES);
  private readonly frame: Buffer;
  /** The frame that holds the newest content of a page. */
  private readonly frameOf = new Map<number, number>();
  private sum: Sum;

  constructor(databaseFile: string) {
    const file = `${databaseFile}-wal`;
    this.descriptor = existsSync(file) ? openSync(file, 'r') : undefined;
    this.readInto(this.header, 0);
    this.sum = this.checksum(this.header, 0, 24, [0, 0]);
    const pageSize = this.header.readUInt32BE(8);
    const isPageSize = pageSize >= MIN_PAGE_BYTES && pageSize <= MAX_PAGE_BYTES;
    this.frame = Buffer.alloc(FRAME_HEADER_BYTES + (isPageSize ? pageSize : MIN_PAGE_BYTES));
    const isSound = this.header.readUInt32BE(0) >>> 1 === MAGIC >>> 1 && isSum(this.header, 24, this.sum);
    let index = 0;
    let uncommitted: [page: number, index: number][] = [];
    for (; isSound && this.isSoundNext(index); index += 1) {
      uncommitted.push([this.frame.readUInt32BE(0), index]);
      const pageCount = this.frame.readUInt32BE(4);
      if (pageCount === 0) continue;
      for (const [page, at] of uncommitted) this.frameOf.set(page, at);
      uncommitted = [];
      this.pageCount = pageCount;
    }
    this.damage = this.damageFrom(index);
  }

  /** The newest content of a page that was committed to the log. */
  read(page: number): Buffer | undefined {
    const index = this.frameOf.get(page);
    if (index === undefined || !this.load(index)) return undefined;
    return Buffer.from(this.frame.subarray(FRAME_HEADER_BYTES));
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }

  /** Whether frame `index` continues the chain of checksums. To be called in order. */
  private isSoundNext(index: number): boolean {
    if (!this.load(index) || !this.isOfThisLog()) return false;
    const ofHeader = this.checksum(this.frame, 0, 8, this.sum);
    this.sum = this.checksum(this.frame, FRAME_HEADER_BYTES, this.frame.length - FRAME_HEADER_BYTES, ofHeader);
    return isSum(this.frame, 16, this.sum);
  }

  /**
   * What is wrong when the log cannot be read from frame `index` on. One transaction may be there in parts: it was on its way when
   * the process ended. The next one begins only after the one before is on disk, so a second commit proves that the first was.
   */
  private damageFrom(index: number): string | undefined {
    let commits = 0;
    for (let later = index; this.load(later); later += 1) {
      if (this.isOfThisLog() && this.frame.readUInt32BE(4) !== 0) commits += 1;
    }
    if (commits < 2) return undefined;
    return `frame ${index + 1} of journal.db-wal is damaged, and ${commits} commits from there on cannot be read`;
  }

  /** Frames of an earlier use of the file carry other salts. */
  private isOfThisLog(): boolean {
    return this.frame.compare(this.header, 16, 24, 8, 16) === 0;
  }

  private load(index: number): boolean {
    return this.readInto(this.frame, HEADER_BYTES + index * this.frame.length);
  }

  private readInto(buffer: Buffer, position: number): boolean {
    if (this.descriptor === undefined) return false;
    return readSync(this.descriptor, buffer, 0, buffer.length, position) === buffer.length;
  }

  /** Two running sums over 32-bit words, as section 4.2 defines them. */
  private checksum(of: Buffer, start: number, length: number, [first, second]: Sum): Sum {
    const isBigEndian = (this.header.readUInt32BE(0) & 1) === 1;
    let [a, b] = [first, second];
    for (let offset = start; offset < start + length; offset += 8) {
      a = (a + word(of, offset, isBigEndian) + b) >>> 0;
      b = (b + word(of, offset + 4, isBigEndian) + a) >>> 0;
    }
    return [a, b];
  }
}

function word(of: Buffer, offset: number, isBigEndian: boolean): number {
  return isBigEndian ? of.readUInt32BE(offset) : of.readUInt32LE(offset);
}

function isSum(from: Buffer, offset: number, [first, second]: Sum): boolean {
  return from.readUInt32BE(offset) === first && from.readUInt32BE(offset + 4) === second;
}
