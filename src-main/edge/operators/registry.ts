import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ownName, role } from '../../../src-shared/contract/basics.ts';
import { DeskError } from '../../../src-shared/contract/errors.ts';
import type { OperatorView } from '../../../src-shared/contract/methods.ts';
import { ROLE_TABLE, type Role } from '../../../src-shared/domain/operator.ts';
import { micros } from '../../../src-shared/domain/time.ts';
import { hashPin, isPin, type PinHash, pinHashSchema } from './pin.ts';

const entrySchema = z.strictObject({
  name: ownName,
  role,
  /** Null: no PIN, whoever sits here is taken at their word. */
  pin: pinHashSchema.nullable(),
  /** Wrong PINs in a row, and until when no further one is looked at (ms since the epoch): a restart forgives nothing. */
  failures: z.int().min(0),
  lockedUntilMs: z.number().min(0),
});
const fileSchema = z.strictObject({ version: z.literal(1), operators: z.array(entrySchema).min(1).max(100) });
type Entry = z.infer<typeof entrySchema>;

export interface SignedIn {
  readonly name: string;
  readonly role: Role;
}

const FILE = 'operators.json';
const OWNER_ONLY = 0o600;
/** Wrong PINs that are forgiven; each further one locks for twice as long. */
const FREE_FAILURES = 3;
const FIRST_LOCK_MS = 10_000;
const LONGEST_LOCK_MS = 15 * 60_000;
const MAX_OPERATORS = 100;
const MICROS_PER_MS = 1_000;

const WRONG = 'no operator of this name and PIN';

/** Hashed for names that are unknown: how long an answer takes does not tell who is in the registry. */
const NOBODY: PinHash = {
  ...{ algorithm: 'scrypt', N: 2 ** 16, r: 8, p: 1 },
  ...{ salt: Buffer.alloc(16).toString('base64'), hash: Buffer.alloc(32).toString('base64') },
};

/** The registry cannot be used; the message names file and remedy. */
export class OperatorsError extends Error {
  override readonly name = 'OperatorsError';
}

/**
 * The people of this desk: a file that only its user may read. A folder without one has one local operator without PIN, a trader.
 * One that cannot be read lets no desk start: it may hold PINs, and must not be taken for one that holds none.
 */
export class OperatorRegistry {
  private readonly file: string;
  private readonly nowMs: () => number;
  private entries: Entry[];
  /** One at a time: a guess costs memory, and two could both see the last free try. */
  private turn: Promise<unknown> = Promise.resolve();

  /** @throws OperatorsError for a file that is there and makes no sense. */
  static open(directory: string, localOperator: string, nowMs: () => number = Date.now): OperatorRegistry {
    const file = join(directory, FILE);
    if (existsSync(file)) return new OperatorRegistry(file, read(file), nowMs);
    const name = ownName.safeParse(localOperator).success ? localOperator : 'operator';
    return new OperatorRegistry(file, [{ name, role: 'trader', pin: null, failures: 0, lockedUntilMs: 0 }], nowMs);
  }

  private constructor(file: string, entries: readonly Entry[], nowMs: () => number) {
    this.file = file;
    this.entries = [...entries];
    this.nowMs = nowMs;
  }

  /** Whether any operator has a PIN. */
  get isProtected(): boolean {
    return this.entries.some(({ pin }) => pin !== null);
  }

  /** Who is at the desk when nobody has to prove it; null where somebody has a PIN. */
  get local(): SignedIn | null {
    const [first] = this.entries;
    return this.isProtected || first === undefined ? null : { name: first.name, role: first.role };
  }

  /** Whether `of` may add operators: risk may and, as long as nobody has that role, a trader. */
  mayManage(of: Role): boolean {
    return ROLE_TABLE[of].operators || (of === 'trader' && !this.entries.some((entry) => entry.role === 'risk'));
  }

  hasPin(name: string): boolean {
    return this.find(name)?.pin != null;
  }

  list(): OperatorView[] {
    return this.entries.map(({ name, role: of, pin }) => ({ name, role: of, hasPin: pin !== null }));
  }

  /** Rejects with a DeskError `sign-in-failed` or `locked`. */
  signIn(name: string, pin: string | null): Promise<SignedIn> {
    return this.inTurn(() => this.check(name, pin));
  }

  /** Rejects with a DeskError when the name is taken. */
  add(name: string, of: Role, pin: string): Promise<void> {
    return this.inTurn(async () => {
      const alike = this.entries.find((entry) => entry.name.toLowerCase() === name.toLowerCase());
      if (alike) throw refused(`there is an operator '${alike.name}' already`);
      if (this.entries.length >= MAX_OPERATORS) throw refused(`the registry holds ${MAX_OPERATORS} operators at most`);
      const entry = { name, role: of, pin: await hashPin(pin), failures: 0, lockedUntilMs: 0 };
      this.save([...this.entries, entry]);
    });
  }

  /** Rejects with a DeskError when `current` is not the operator's PIN. */
  setPin(name: string, current: string | null, next: string): Promise<void> {
    return this.inTurn(async () => {
      await this.check(name, current);
      const pin = await hashPin(next);
      this.change(name, (entry) => ({ ...entry, pin }));
    });
  }

  private async check(name: string, pin: string | null): Promise<SignedIn> {
    const entry = this.find(name);
    if (entry && entry.lockedUntilMs > this.nowMs()) {
      const seconds = Math.ceil((entry.lockedUntilMs - this.nowMs()) / 1_000);
      const until = micros(Math.round(entry.lockedUntilMs) * MICROS_PER_MS);
      throw new DeskError({ code: 'locked', detail: `too many wrong PINs: wait ${seconds} s`, until });
    }
    const isRight = entry?.pin === null ? pin === null : await isPin(pin ?? '', entry?.pin ?? NOBODY);
    if (entry === undefined || !isRight) {
      if (entry) this.countFailure(name);
      throw new DeskError({ code: 'sign-in-failed', detail: WRONG });
    }
    if (entry.failures > 0) this.change(name, (of) => ({ ...of, failures: 0, lockedUntilMs: 0 }));
    return { name: entry.name, role: entry.role };
  }

  private find(name: string): Entry | undefined {
    return this.entries.find((entry) => entry.name === name);
  }

  /** Counts whether or not the disk takes it: a full disk must not give free guesses. */
  private countFailure(name: string): void {
    const counted = failedAgain(this.nowMs());
    this.entries = this.entries.map((entry) => (entry.name === name ? counted(entry) : entry));
    try {
      this.save(this.entries);
    } catch {
      // What is not on disk is forgotten with this process, and no sooner.
    }
  }

  private change(name: string, how: (entry: Entry) => Entry): void {
    this.save(this.entries.map((entry) => (entry.name === name ? how(entry) : entry)));
  }

  /** On disk first, in one act; what cannot be written has not happened. */
  private save(operators: readonly Entry[]): void {
    const next = `${this.file}.next`;
    const descriptor = openSync(next, 'w', OWNER_ONLY);
    try {
      writeSync(descriptor, `${JSON.stringify({ version: 1, operators }, null, 2)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(next, this.file);
    this.entries = [...operators];
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }
}

function read(file: string): Entry[] {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).operators;
  } catch (error) {
    const why = (error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 200);
    throw new OperatorsError(
      `${file} cannot be read (${why}). Put back a copy of it, or move it away: then there is one local operator without PIN`,
    );
  }
}

function failedAgain(nowMs: number): (entry: Entry) => Entry {
  return (entry) => {
    const failures = entry.failures + 1;
    if (failures <= FREE_FAILURES) return { ...entry, failures };
    const lockMs = Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** (failures - FREE_FAILURES - 1));
    return { ...entry, failures, lockedUntilMs: nowMs + lockMs };
  };
}

function refused(detail: string): DeskError {
  return new DeskError({ code: 'refused', detail, blockedBy: [detail] });
}
