import { expect, it } from 'vitest';
import { FakeTurn } from '../../testing/fake-turn.ts';
import { Access } from './access.ts';

it('records who came to the windows, with texts cut, and nothing else', () => {
  const turn = new FakeTurn([new Access()]);
  const long = 'x'.repeat(1_000);
  turn.send({ kind: 'access', event: 'sign-in-failed', operator: long, detail: long, count: 3 });
  turn.send({ kind: 'timer' });
  const cut = 'x'.repeat(200);
  expect(turn.facts.slice(1)).toMatchObject([
    { kind: 'access-recorded', event: 'sign-in-failed', operator: cut, detail: cut, count: 3 },
  ]);
});
