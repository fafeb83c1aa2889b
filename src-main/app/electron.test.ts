import { afterEach, expect, it, vi } from 'vitest';
import { calls } from '../testing/fake-electron.ts';

vi.mock('electron', () => import('../testing/fake-electron.ts'));

afterEach(() => vi.restoreAllMocks());

it('ends with a plain word where it was not started by npm start', async () => {
  const printed: unknown[] = [];
  vi.spyOn(console, 'error').mockImplementation((text) => void printed.push(text));
  await import('./electron.ts');
  expect(calls.last('app.exit')).toEqual([1]);
  expect(printed).toEqual(['INTERLOCK_LAUNCH is not set: start the window with `npm start`']);
});
