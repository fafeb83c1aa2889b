import { type Instrument, instrumentKey } from '../../../src-shared/domain/instrument.ts';
import { baseAmount, type InstrumentAccounts } from './booking.ts';
import { InvariantError } from './invariant-error.ts';
import type { Ledger } from './ledger.ts';
import type { Position } from './positions.ts';

/** Kept beside the position and never computed from it: what the fills alone say. */
export interface Control {
  /** Σ signed lots of all fills and settlements. */
  readonly lots: number;
  /** Σ of their worths. */
  readonly worth: bigint;
}

/** Position = Σ fills, in lots and in money, by average cost and by first in, first out. */
export function checkControl(of: Instrument, position: Position, control: Control): void {
  let fifoLots = 0;
  let fifoCost = 0n;
  for (const { lots, cost } of position.fifo) {
    fifoLots += lots;
    fifoCost += cost;
  }
  expectEqual(of, 'position in lots', position.lots, control.lots);
  expectEqual(of, 'sum of open lots', fifoLots, control.lots);
  expectEqual(of, 'cost less profit', position.cost - position.realised, control.worth);
  expectEqual(of, 'cost less profit, first in first out', fifoCost - position.fifoRealised, control.worth);
}

/** The ledger says of an instrument what the position says. */
export function checkLedger(ledger: Ledger, of: Instrument, accounts: InstrumentAccounts, position: Position): void {
  const { lots, cost, realised } = position;
  expectEqual(of, 'cost in the ledger', ledger.balance(accounts.position, of.settle), cost);
  expectEqual(of, 'profit in the ledger', -ledger.balance(accounts.realised, of.settle), realised);
  if (of.kind !== 'spot') return;
  const inventory = -ledger.balance(accounts.position, of.base);
  expectEqual(of, 'inventory in the ledger', inventory, baseAmount(of, lots));
}

function expectEqual<T extends number | bigint>(of: Instrument, what: string, found: T, expected: T): void {
  if (found !== expected)
    throw new InvariantError(`${instrumentKey(of)}: ${what} is ${found}, and should be ${expected}`);
}
