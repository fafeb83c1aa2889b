import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OverflowError } from '../../../src-shared/domain/integer.ts';
import { type Currency, currency, money } from '../../../src-shared/domain/money.ts';
import { runs } from '../../testing/runs.ts';
import { BTC, ETH, USDT } from './fixtures.ts';
import { InvariantError } from './invariant-error.ts';
import { type Account, type Entry, Ledger } from './ledger.ts';

function entry(account: Account, amount: bigint, of: Currency = USDT): Entry {
  return { account, currency: of, amount: money(amount) };
}

const ACCOUNTS: readonly Account[] = ['wallet:v', 'fees', 'funding', 'position:a', 'clearing:a', 'realised:a'];
const entries = fc.array(
  fc.record({
    account: fc.constantFrom(...ACCOUNTS),
    currency: fc.constantFrom(BTC, ETH, USDT),
    amount: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(money),
  }),
  { maxLength: 8 },
);
/** Any entries, closed by one entry per currency that makes them sum to zero. */
const transaction = entries.map((open) => {
  const closing = [BTC, ETH, USDT].map((of) =>
    entry('wallet:v', -open.filter((line) => line.currency === of).reduce((sum, { amount }) => sum + amount, 0n), of),
  );
  return [...open, ...closing];
});

describe('posting', () => {
  it('keeps a balance per account and currency', () => {
    const ledger = new Ledger();
    ledger.post([entry('fees', 5n), entry('wallet:v', -5n)]);
    ledger.post([entry('fees', 7n, BTC), entry('wallet:v', -7n, BTC)]);
    ledger.post([entry('wallet:v', 2n), entry('funding', -2n)]);
    expect(ledger.balance('wallet:v', USDT)).toBe(-3n);
    expect(ledger.balance('fees', BTC)).toBe(7n);
    expect(ledger.balance('fees', ETH)).toBe(0n);
    expect(ledger.currencies('fees')).toEqual([BTC, USDT]);
    expect(ledger.transactions).toBe(3);
    expect(ledger.trialBalance().map(({ account, currency, balance }) => [account, currency, balance])).toEqual([
      ['fees', 'BTC', 7n],
      ['fees', 'USDT', 5n],
      ['funding', 'USDT', -2n],
      ['wallet:v', 'BTC', -7n],
      ['wallet:v', 'USDT', -3n],
    ]);
  });

  it("books an exchange of currencies by Selinger's method: zero in each, the gain in the trading account", () => {
    // His tutorial's situation: 200 in foreign money for 250 at home, sold again for 300.
    const ledger = new Ledger();
    ledger.post([
      entry('wallet:v', 200n, BTC),
      entry('position:a', -200n, BTC),
      entry('position:a', 250n),
      entry('wallet:v', -250n),
    ]);
    ledger.post([
      entry('wallet:v', -200n, BTC),
      entry('position:a', 200n, BTC),
      entry('position:a', -300n),
      entry('wallet:v', 300n),
    ]);
    expect(ledger.balance('position:a', BTC)).toBe(0n);
    expect(ledger.balance('position:a', USDT)).toBe(-50n);
  });

  it.each([
    ['one-sided', [entry('wallet:v', 5n)], /sum to zero in USDT: debits 5, credits 0/],
    ['off by one', [entry('wallet:v', 5n), entry('fees', -4n)], /in USDT: debits 5, credits 4/],
    [
      'zero only across currencies',
      [entry('wallet:v', 5n, BTC), entry('wallet:v', -5n), entry('fees', 0n)],
      /in BTC: debits 5, credits 0/,
    ],
  ])('refuses a transaction that is %s, and has posted nothing of it', (_what, wrong, message) => {
    const ledger = new Ledger();
    ledger.post([entry('fees', 5n), entry('wallet:v', -5n)]);
    const before = ledger.snapshot();
    expect(() => ledger.post(wrong)).toThrow(InvariantError);
    expect(() => ledger.post(wrong)).toThrow(message);
    expect(ledger.snapshot()).toEqual(before);
  });

  it('refuses a balance out of range, and has posted nothing of the transaction', () => {
    const ledger = new Ledger();
    const most = 10n ** 36n;
    ledger.post([entry('wallet:v', most), entry('funding', -most)]);
    const before = ledger.snapshot();
    expect(() => ledger.post([entry('fees', 1n), entry('funding', -1n)])).toThrow(OverflowError);
    expect(ledger.snapshot()).toEqual(before);
  });

  it('refuses to grow without bound', () => {
    const ledger = new Ledger();
    const leak = (count: number) =>
      Array.from({ length: count }, (_, index) => [
        entry('fees', 1n, currency(`C${index}`)),
        entry('wallet:v', -1n, currency(`C${index}`)),
      ]).flat();
    ledger.post(leak(10_000));
    const before = ledger.transactions;
    expect(() => ledger.post(leak(10_001))).toThrow(/more than 20000 balances/);
    expect(ledger.transactions).toBe(before);
  });
});

describe('any sequence of transactions', () => {
  it('stays balanced, and sums to what a plain sum per account says', () => {
    fc.assert(
      fc.property(fc.array(transaction, { maxLength: 12 }), (all) => {
        const ledger = new Ledger();
        const model = new Map<string, bigint>();
        for (const lines of all) {
          ledger.post(lines);
          for (const { account, currency, amount } of lines) {
            const key = `${account}/${currency}`;
            model.set(key, (model.get(key) ?? 0n) + amount);
          }
          expect(ledger.isBalanced()).toBe(true);
        }
        for (const account of ACCOUNTS) {
          for (const of of [BTC, ETH, USDT]) {
            expect(ledger.balance(account, of)).toBe(model.get(`${account}/${of}`) ?? 0n);
          }
        }
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });

  it('is refused exactly when a currency does not sum to zero', () => {
    fc.assert(
      fc.property(entries, (lines) => {
        const zero = [BTC, ETH, USDT].every(
          (of) => lines.filter((line) => line.currency === of).reduce((sum, { amount }) => sum + amount, 0n) === 0n,
        );
        const post = () => new Ledger().post(lines);
        if (zero) expect(post).not.toThrow();
        else expect(post).toThrow(InvariantError);
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('goes on from a snapshot as if nothing had happened', () => {
    fc.assert(
      fc.property(fc.array(transaction, { maxLength: 8 }), fc.nat(8), (all, cut) => {
        const whole = new Ledger();
        const first = new Ledger();
        const second = new Ledger();
        for (const lines of all) whole.post(lines);
        for (const lines of all.slice(0, cut)) first.post(lines);
        second.restore(structuredClone(first.snapshot()));
        for (const lines of all.slice(cut)) second.post(lines);
        expect(second.snapshot()).toEqual(whole.snapshot());
      }),
      { seed: 42, numRuns: runs(100) },
    );
  });
});

describe('a snapshot', () => {
  const posted = () => {
    const ledger = new Ledger();
    ledger.post([entry('fees', 5n), entry('wallet:v', -5n)]);
    return ledger;
  };

  it('is independent of the ledger', () => {
    const ledger = posted();
    const before = ledger.snapshot();
    ledger.post([entry('fees', 5n), entry('wallet:v', -5n)]);
    expect(before).toEqual(posted().snapshot());
  });

  it('with a falsified balance or turnover is refused, and changes nothing', () => {
    const ledger = posted();
    const [fees, ...others] = ledger.snapshot().balances;
    const falseBalance = { ...ledger.snapshot(), balances: [{ ...fees, balance: money(6n) }, ...others] };
    const falseTurnover = { ...ledger.snapshot(), turnovers: [{ currency: USDT, debits: 6n, credits: 5n }] };
    expect(() => ledger.restore(falseBalance)).toThrow(InvariantError);
    expect(() => ledger.restore(falseTurnover)).toThrow(InvariantError);
    expect(ledger.snapshot()).toEqual(posted().snapshot());
  });
});
