import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { signer } from './signing.ts';

test("signs the example of the venue's documentation as printed there", () => {
  const sign = signer('2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9');
  const query =
    'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943';
  expect(sign(query)).toBe('3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9');
});

test('does not show the secret', () => {
  const sign = signer('a-secret-to-keep');
  expect(inspect(sign, { showHidden: true, depth: 10 }) + JSON.stringify({ sign })).not.toContain('a-secret-to-keep');
});

test('refuses an empty secret', () => {
  expect(() => signer('')).toThrow('unlock the credentials');
});
