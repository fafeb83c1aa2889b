import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What a desk said when its journal could not take it any more. Plain text, one message per line. */
const FILE = 'last-words.txt';
/** Blank bytes laid down while the disk still has room: the words overwrite them when it is full. */
const RESERVED_BYTES = 4_096;
const BLANK = 0x20;

function lastWordsFile(directory: string): string {
  return join(directory, FILE);
}

/** Takes the room that {@link appendLastWords} may need on a full disk. Keeps what an earlier desk left. */
export function reserveLastWords(directory: string): void {
  const file = lastWordsFile(directory);
  if (existsSync(file)) return;
  writeFileSync(file, Buffer.alloc(RESERVED_BYTES, BLANK), { flush: true });
}

/** Appends one line and waits until it is on disk. @throws when the disk takes nothing any more. */
export function appendLastWords(directory: string, words: string): void {
  reserveLastWords(directory);
  const file = lastWordsFile(directory);
  const end = readFileSync(file, 'latin1').trimEnd().length;
  const descriptor = openSync(file, 'r+');
  try {
    const line = Buffer.from(`${end === 0 ? '' : '\n'}${words.replaceAll('\n', ' ')}\n`);
    writeSync(descriptor, line, 0, line.length, end);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The lines that an earlier desk left; none when it ended well. */
export function readLastWords(directory: string): readonly string[] {
  const file = lastWordsFile(directory);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** To be called once `words` are durable elsewhere. Does nothing when the file says more by now: all of it is told again then. */
export function clearLastWords(directory: string, words: readonly string[]): void {
  if (readLastWords(directory).join('\n') !== words.join('\n')) return;
  rmSync(lastWordsFile(directory), { force: true });
  reserveLastWords(directory);
}
