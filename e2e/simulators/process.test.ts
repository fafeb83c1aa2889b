import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { signedQuery } from './fixtures.ts';

let directory: string;
let child: ChildProcess | null = null;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'venue-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  child = null;
  rmSync(directory, { recursive: true });
});

/** Starts the simulator; resolves with its first line. */
async function started(...args: readonly string[]): Promise<Record<string, string>> {
  child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'binance-usdm', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
  return JSON.parse(line);
}

async function ended(): Promise<number | null> {
  if (child === null) return null;
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}

describe('the simulator as a process of its own', () => {
  it('says where it listens and what to sign with, answers, and ends with a signal, however long it would linger', async () => {
    const { rest, streams, orders, apiKey, secret } = await started('--linger', '600');
    expect(await (await fetch(`${rest}/fapi/v1/ping`)).json()).toEqual({});
    const query = signedQuery({ timestamp: Date.now() }, secret);
    const headers = { 'X-MBX-APIKEY': apiKey };
    expect(await (await fetch(`${rest}/fapi/v3/balance?${query}`, { headers })).json()).toMatchObject([
      { asset: 'USDT' },
    ]);
    for (const address of [`${streams}/public/ws/btcusdt@bookTicker`, orders]) {
      const socket = new WebSocket(address);
      await once(socket, 'open');
      socket.close();
    }
    const { entries } = (await (await fetch(`${rest}/simulator/log`)).json()) as { entries: object[] };
    expect(entries).toMatchObject([{ kind: 'started', seed: 1 }]);
    child?.kill('SIGTERM');
    expect(await ended()).toBe(0);
  });

  it('keeps the secret of a key file to itself, and ends by itself when nobody has been there for a while', async () => {
    const keyFile = join(directory, 'key.json');
    writeFileSync(keyFile, JSON.stringify({ key: 'known', secret: 'hidden' }));
    const said = await started('--key-file', keyFile, '--linger', '1');
    expect(said.apiKey).toBe('known');
    expect(JSON.stringify(said)).not.toContain('hidden');
    const socket = new WebSocket(`${said.streams}/ws/btcusdt@trade`);
    await once(socket, 'open');
    socket.close();
    expect(await ended()).toBe(0);
  });

  it('is what the command runs, which passes signals on and waits', async () => {
    const command = join(import.meta.dirname, '..', '..', 'src-main', 'app', 'commands', 'simulate-venue.ts');
    const script = `const { simulateVenue } = await import(${JSON.stringify(command)}); await simulateVenue(['binance-usdm', '--seed', '5']);`;
    child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
    const { rest } = JSON.parse(line);
    expect((await fetch(`${rest}/fapi/v1/time`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended()).toBe(0);
    await expect(fetch(`${rest}/fapi/v1/time`)).rejects.toThrow();
  });

  it('refuses a script with an unknown fault, and says where it is', async () => {
    const faults = join(directory, 'faults.json');
    writeFileSync(faults, '{"faults":[{"fault":"earthquake"}]}');
    child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'binance-usdm', '--faults', faults], {
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let told = '';
    child.stderr?.on('data', (text) => {
      told += text;
    });
    expect(await ended()).toBe(1);
    expect(told).toMatch(/faults\.json: faults\.0\.fault/);
  });
});
