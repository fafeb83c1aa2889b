import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openSerialPort } from '../../../src-main/edge/killswitch/serial-port.ts';
import type { SwitchPort } from '../../../src-main/edge/killswitch/switch-port.ts';
import { type SwitchEvent, SwitchSession } from '../../../src-main/edge/killswitch/switch-session.ts';
import { FIRMWARE, KEY } from '../fixtures.ts';

const WAIT = { timeout: 20_000, interval: 5 };
const HEX = fileURLToPath(new URL('../../firmware/build/killswitch.hex', import.meta.url));
const MAKEFILE_FOLDER = fileURLToPath(new URL('.', import.meta.url));
const HAS_SIMAVR = existsSync('/usr/include/simavr/sim_avr.h');

/** The firmware under simavr behind a pseudo-terminal, and a desk's session over the real `serialport`. */
class PtyBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'killswitch-'));
  readonly events: SwitchEvent[] = [];
  readonly closed: string[] = [];
  session = this.newSession(null);
  private process: ChildProcess | undefined;
  private port: SwitchPort | undefined;
  private readonly ticks = setInterval(() => this.session.tick(), 20);

  get path(): string {
    return join(this.folder, 'port');
  }

  async start(): Promise<void> {
    const board = join(this.folder, 'board');
    execFileSync('make', ['--silent', `OUT=${board}`], { cwd: MAKEFILE_FOLDER });
    this.process = spawn(board, [HEX, this.path], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.process.stdout?.once('data', () => resolve());
    this.process.once('error', reject);
    await promise;
    this.port = await openSerialPort(this.path, {
      onBytes: (bytes) => this.session.receive(bytes),
      onClosed: (why) => this.closed.push(why),
    });
  }

  newSession(key: Uint8Array | null): SwitchSession {
    this.session = new SwitchSession({
      key,
      firmwareHashes: [FIRMWARE.hash],
      nowMs: () => performance.now(),
      write: (bytes) => this.port?.write(bytes),
      randomChallenge: () => randomBytes(8),
      onEvent: (event) => this.events.push(event),
    });
    return this.session;
  }

  command(text: string): void {
    this.process?.stdin?.write(`${text}\n`);
  }

  async end(): Promise<void> {
    clearInterval(this.ticks);
    await this.port?.close();
    this.process?.kill();
    rmSync(this.folder, { recursive: true });
  }

  /** Pulls the plug. */
  kill(): void {
    this.process?.kill('SIGKILL');
  }
}

const NAME = 'the firmware under simavr, over a pseudo-terminal and serialport';

if (!HAS_SIMAVR && process.env.INTERLOCK_REQUIRE_SIMAVR !== '1') {
  console.warn(`*** NOT COVERED: ${NAME}: install simavr libsimavr-dev libelf-dev ***`);
  it.skip(`${NAME}: no simavr`);
} else {
  describe(NAME, () => {
    let bench: PtyBench;
    beforeAll(async () => {
      bench = new PtyBench();
      await bench.start();
    });
    afterAll(() => bench.end());

    it('greets, is paired, reset and live', async () => {
      await vi.waitFor(() => expect(bench.session.view.hello).toMatchObject({ firmwareHash: FIRMWARE.hash }), WAIT);
      expect(bench.session.view.hello).toMatchObject({ failedTests: [], isPaired: false, causes: ['storage'] });
      bench.session.pair(KEY);
      await vi.waitFor(() => expect(bench.events.some(({ type }) => type === 'result')).toBe(true), WAIT);
      bench.newSession(KEY);
      await vi.waitFor(() => expect(bench.session.view.status?.latch).toBe('may-reset'), WAIT);
      bench.session.requestReset();
      await vi.waitFor(() => expect(bench.session.view.status?.latch).toBe('reset-armed'), WAIT);
      bench.command('hold-reset');
      await vi.waitFor(() => expect(bench.session.isFine).toBe(true), WAIT);
      bench.command('let-go-reset');
    });

    it('is held by one program at a time', async () => {
      const second = openSerialPort(bench.path, { onBytes: () => {}, onClosed: () => {} });
      await expect(second).rejects.toThrow('is held by another program');
    });

    it('tells of its button, proven', async () => {
      bench.events.length = 0;
      bench.command('press');
      await vi.waitFor(
        () => expect(bench.events).toContainEqual({ type: 'stop', causes: ['button'], proven: true }),
        WAIT,
      );
      bench.command('release');
    });

    it('is tripped after a restart, and tells that it has started anew', async () => {
      bench.events.length = 0;
      bench.command('restart');
      await vi.waitFor(() => expect(bench.events.map(({ type }) => type)).toContain('restarted'), WAIT);
      expect(bench.session.view.hello?.causes).toEqual(['button']);
    });

    it('tells when the line is gone', async () => {
      bench.kill();
      await vi.waitFor(() => expect(bench.closed).toHaveLength(1), WAIT);
      await vi.waitFor(() => expect(bench.session.view.link).not.toBe('live'), WAIT);
    });

    it('says what to do when there is no such port', async () => {
      const missing = openSerialPort(join(bench.folder, 'nowhere'), { onBytes: () => {}, onClosed: () => {} });
      await expect(missing).rejects.toThrow('plug the switch in, or name another port');
    });
  });
}
