import { describe, expect, it } from 'vitest';
import { exchange } from './exchange.ts';

describe('desk exchange', () => {
  it.each([
    [[], /--data says whose exchange it is\nusage: desk exchange --data DIR/],
    [['--data', 'x', 'y'], /what is 'y'/],
    [['--data', 'x', '--speed', 'fast'], /--speed is a whole number from 1, not 'fast'/],
    [['--data', 'x', '--linger', '0'], /--linger is a whole number from 1, not '0'/],
    [['--data', 'x', '--nonsense'], /nonsense/],
  ])('%j is refused with a remedy, before anything is touched', async (args, problem) => {
    await expect(exchange(args)).rejects.toThrow(problem);
  });
});
