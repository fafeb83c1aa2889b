import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuardThread, type HeardOfGuard } from '../src-main/app/guard/guard-thread.ts';
import { GUARD_WORKER } from '../src-main/app/workers.ts';
import { DEFAULT_GUARD_POLICY } from '../src-main/edge/killswitch/guard-policy.ts';
import { createGuardState, GuardState } from '../src-main/threads/guard-state.ts';

const ROOT = join(import.meta.dirname, '..');
const HAS_SIMAVR = existsSync('/usr/include/simavr/sim_avr.h');
const NAME = 'desk switch, on a serial line';
const LET_GO_MS = 150;
const BLOCKED_MS = 1_000;

/** The firmware under simavr, its line on a pseudo-terminal. */
class PtyBoard {
  readonly folder = mkdtempSync(join(tmpdir(), 'switch-command-'));
  readonly port = join(this.folder, 'port');
  private child: ChildProcess | null = null;

  async start(): Promise<void> {
    const program = join(this.folder, 'board');
    execFileSync('make', ['--silent', `OUT=${program}`], { cwd: join(ROOT, 'native', 'emulator', 'simavr') });
    const hex = join(ROOT, 'native', 'firmware', 'build', 'killswitch.hex');
    this.child = spawn(program, [hex, this.port], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.child.stdout !== null) await once(this.child.stdout, 'data');
  }

  hand(act: string): void {
    this.child?.stdin?.write(`${act}\n`);
  }

  /** Only a press of its own counts: whoever still holds the button lets go first. */
  pressReset(): void {
    this.hand('let-go-reset');
    setTimeout(() => this.hand('hold-reset'), LET_GO_MS);
  }

  unplug(): void {
    this.child?.kill();
  }

  end(): void {
    this.unplug();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** @param heard hears each line that it tells on stderr. */
async function desk(args: readonly string[], heard: (line: string) => void = () => {}) {
  const child = spawn(process.execPath, ['src-main/app/cli.ts', ...args], { cwd: ROOT });
  let out = '';
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
    for (const line of text.split('\n')) heard(line);
  });
  const [code] = await once(child, 'close');
  return { code, out, told };
}

if (!HAS_SIMAVR && process.env.INTERLOCK_REQUIRE_SIMAVR !== '1') {
  it.skip(`${NAME}: no simavr`);
} else {
  describe(NAME, onSerialLine);
}

/** Each test goes on where the one before ended. */
function onSerialLine(): void {
  const board = new PtyBoard();
  const data = join(board.folder, 'data');
  const act = (name: string, ...more: readonly string[]): readonly string[] => [
    ...['switch', name, '--switch', board.port, '--data', data, ...more],
  ];
  const startGuard = (state: SharedArrayBuffer, heard: (said: HeardOfGuard) => void = () => {}) => {
    const guarded = { kind: 'serial', path: board.port } as const;
    return GuardThread.start(GUARD_WORKER, { directory: data, guarded, policy: DEFAULT_GUARD_POLICY, state }, heard);
  };
  beforeAll(() => board.start());
  afterAll(() => board.end());

  it('says that a new board has no key', async () => {
    const { code, out } = await desk(act('status'));
    expect(code).toBe(1);
    expect(out).toMatch(/refused: the switch has no key: pair it with this desk/);
  });

  it('pairs it once', async () => {
    expect(await desk(act('pair'))).toMatchObject({ code: 0, out: expect.stringContaining('paired with') });
    const again = await desk(act('pair'));
    expect(again.code).toBe(1);
    expect(again.told).toMatch(/is there already: move it away/);
  });

  it('shows it tripped, as it comes', async () => {
    const { code, out } = await desk(act('status', '--json'));
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ link: 'live', status: { latch: 'may-reset', causes: ['storage'] } });
  });

  it('tries it with the hands of a person', async () => {
    const tried = await desk(act('test', '--json'), (line) => {
      if (line.startsWith('PRESS')) board.hand('press');
      else if (line.startsWith('Twist')) board.hand('release');
      else if (/recessed reset button/.test(line)) board.pressReset();
    });
    const { ok, steps } = JSON.parse(tried.out) as { ok: boolean; steps: readonly { step: string }[] };
    expect(steps.map(({ step }) => step)).toEqual(['first-reset', 'press', 'release', 'reset']);
    expect([ok, tried.code]).toEqual([true, 0]);
    expect(await desk(act('status'))).toMatchObject({ code: 0, out: expect.stringContaining('remembers nothing') });
  });

  it('is refused while a guard has the port, as another guard is; and says which port', async () => {
    const guard = await startGuard(createGuardState());
    try {
      const { code, told } = await desk(act('status'));
      expect([code, told]).toEqual([1, expect.stringContaining(`${board.port} is held by another program`)]);
      await expect(startGuard(createGuardState())).rejects.toThrow(`${board.port} is held by another program`);
    } finally {
      await guard.close();
    }
  });

  it('trips a guard whose main thread stands still, and by the plug', async () => {
    const memory = createGuardState();
    const state = new GuardState(memory);
    const causes: string[] = [];
    const guard = await startGuard(memory, (said) => {
      if (said.kind === 'report' && said.report.event === 'tripped') causes.push(said.report.cause);
    });
    try {
      expect(state.isShut).toBe(false);
      board.hand('press');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS);
      // Neither the guard nor the line of its switch runs on the loop that stood still.
      expect(state.isShut).toBe(true);
      await expect.poll(() => causes, { timeout: 10_000 }).toContain('button');
      board.unplug();
      await expect.poll(() => causes, { timeout: 10_000 }).toContain('unplugged');
    } finally {
      await guard.close();
    }
  });
}
