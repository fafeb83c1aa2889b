import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idOf, placing, querying } from '../../edge/venues/fixtures.ts';
import { SimulatedExchangeLink } from '../../edge/venues/simulated-exchange-link.ts';
import { CANONICAL } from '../canonical-codec.ts';
import { localSocket } from '../local-socket.ts';
import { INSTRUMENTS, temporaryFolder, textOf } from './fixtures.ts';
import { readOrderLog } from './order-log.ts';
import { ensureExchange } from './spawn-exchange.ts';

const ENTRY = fileURLToPath(new URL('../cli.ts', import.meta.url));
const DESK = fileURLToPath(new URL('./desk-child.ts', import.meta.url));
const SPEED = 2;

let folder: ReturnType<typeof temporaryFolder>;
let link: SimulatedExchangeLink | null;
let reports: string[];
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  link = null;
  reports = [];
});
afterEach(async () => {
  await link?.endExchange();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  folder.remove();
});

function run(script: string, ...args: string[]): ChildProcess & { readonly text: () => string } {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += String(chunk);
    });
  return Object.assign(child, { text: () => text });
}

/** An exchange as a child of this process, so that the test can kill it. */
async function runExchange(...flags: string[]): Promise<ReturnType<typeof run>> {
  const child = run(ENTRY, 'exchange', '--data', folder.path, '--speed', String(SPEED), '--seed', '1', ...flags);
  await waitFor(() => expect(child.text()).toContain('exchange ready\n'));
  return child;
}

async function connect(): Promise<SimulatedExchangeLink> {
  link = await SimulatedExchangeLink.connect({
    path: localSocket(folder.path, 'exchange'),
    codec: CANONICAL,
    instruments: INSTRUMENTS,
    onInput: (input) => {
      if (input.kind === 'order-report') reports.push(textOf(input));
    },
    onLink: () => {},
  });
  return link;
}

const waitFor = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 10 });

describe('the exchange in a process of its own', () => {
  it('outlives kill -9 of the desk that started it, with its orders', async () => {
    const desk = run(DESK, folder.path, String(SPEED));
    await waitFor(() => expect(desk.text()).toContain('left-behind acknowledged'));
    desk.kill('SIGKILL');
    await once(desk, 'exit');
    await ensureExchange({ directory: folder.path });
    const connected = await connect();
    connected.send(querying('left-behind'));
    await waitFor(() => expect(reports).toEqual(['left-behind open 0']));
    expect(await connected.endExchange()).toBe(true);
    expect(reports).toEqual(['left-behind open 0', 'left-behind cancelled requested']);
    expect([...readOrderLog(folder.path).received]).toEqual([['left-behind', 1]]);
    const words = () => readFileSync(join(folder.path, 'exchange', 'exchange.out'), 'utf8');
    await waitFor(() => expect(words()).toContain('ended: asked for by the desk'));
  });

  it('can be killed itself: the next one finds the socket dead, and knows the orders', async () => {
    const first = await runExchange();
    (await connect()).send(placing('a'));
    await waitFor(() => expect(reports).toEqual(['a acknowledged']));
    first.kill('SIGKILL');
    await once(first, 'exit');
    link?.close();
    await runExchange();
    (await connect()).send(querying('a'));
    await waitFor(() => expect(reports.at(-1)).toBe('a cancelled the venue restarted'));
  });

  it('ends on a signal like on request', async () => {
    const child = await runExchange();
    (await connect()).send(placing('a'));
    await waitFor(() => expect(reports).toEqual(['a acknowledged']));
    link?.close();
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(child.text()).toMatch(/ended: SIGTERM/);
    expect(readOrderLog(folder.path).ends.get(idOf('a'))).toEqual({ type: 'cancelled', reason: 'requested' });
  });

  it('is alone on its folder: a second one is refused and disturbs nothing', async () => {
    await runExchange();
    const connected = await connect();
    const second = run(ENTRY, 'exchange', '--data', folder.path);
    const [code] = await once(second, 'exit');
    expect(code).toBe(1);
    expect(second.text()).toMatch(/another exchange is running on this folder.*--data/);
    connected.send(querying('a'));
    await waitFor(() => expect(reports).toEqual(['a not-found']));
  });
});

describe('starting an exchange that does not start', () => {
  it('says what it said', async () => {
    const configPath = join(folder.path, 'no-such.json');
    await expect(ensureExchange({ directory: folder.path, configPath })).rejects.toThrow(
      /the exchange ended with code 1; .*exchange\.out says:\n.*no-such\.json: cannot be read/s,
    );
  });

  it('gives up on one that stays silent', async () => {
    // Long enough to end up here, too short to load a program.
    await expect(ensureExchange({ directory: folder.path, startMs: 1 })).rejects.toThrow(
      /did not answer within 0\.001 s/,
    );
  });
});
