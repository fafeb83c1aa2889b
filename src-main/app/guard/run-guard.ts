import { randomBytes } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';
import { readFirmware } from '../../../native/emulator/firmware.ts';
import type { EmulatedAct, SwitchOrder } from '../../core/engine/input.ts';
import { CHALLENGE_NONCE_BYTES } from '../../edge/killswitch/frame.ts';
import { Guard } from '../../edge/killswitch/guard.ts';
import { openLineProcess } from '../../edge/killswitch/line-process.ts';
import { SwitchPortError } from '../../edge/killswitch/switch-port.ts';
import { GuardState } from '../../threads/guard-state.ts';
import { SERIAL_LINE } from '../workers.ts';
import type { FromGuard, GuardData, ToGuard } from './guard-messages.ts';
import { KeptSwitch } from './kept-switch.ts';
import { openRoute } from './kill-routes.ts';
import { KillSwitchError, readSwitchKey } from './switch-files.ts';

const TICK_MS = 5;
const VIEW_EVERY_MS = 100;
/** A board that restarts when its port is opened takes about two seconds until it greets. */
const START_MS = 8_000;

/** The guard's thread: its loop does nothing else, so nothing else can hold it up. */
export async function runGuard(data: GuardData, port: MessagePort): Promise<void> {
  try {
    const thread = new GuardLoop(await makeGuard(data, port), new GuardState(data.state), port);
    await thread.begin();
  } catch (error) {
    const isMendable = error instanceof KillSwitchError || error instanceof SwitchPortError;
    if (!isMendable) throw error;
    say(port, { kind: 'refused', message: error.message });
    port.close();
  }
}

interface MadeGuard {
  readonly guard: Guard;
  readonly emulated: KeptSwitch | null;
}

const nowMs = (): number => performance.now();

async function makeGuard({ directory, guarded, policy, state }: GuardData, port: MessagePort): Promise<MadeGuard> {
  const firmware = readFirmware();
  const emulated = guarded.kind === 'emulated' ? new KeptSwitch(directory, firmware) : null;
  const path = guarded.kind === 'serial' ? (guarded.path ?? '') : '';
  const key = emulated?.key ?? readSwitchKey(directory);
  if (key === null) {
    throw new KillSwitchError(`no kill switch is paired with ${directory}: run desk switch pair --data ${directory}`);
  }
  const guard = new Guard({
    ...{ policy, key, nowMs, firmwareHashes: [firmware.hash], state: new GuardState(state) },
    randomChallenge: () => randomBytes(CHALLENGE_NONCE_BYTES),
    openPort: async (handlers) => emulated?.open(handlers) ?? openLineProcess(SERIAL_LINE, path, handlers),
    report: (report) => say(port, { kind: 'report', report }),
    edgeMs: () => emulated?.edgeMs ?? null,
  });
  return { guard, emulated };
}

class GuardLoop {
  private readonly guard: Guard;
  private readonly emulated: KeptSwitch | null;
  private readonly port: MessagePort;
  private readonly state: GuardState;
  private isReady = false;
  private timer: NodeJS.Timeout | undefined;
  private startedMs = 0;
  private viewedMs = 0;

  constructor({ guard, emulated }: MadeGuard, state: GuardState, port: MessagePort) {
    this.guard = guard;
    this.emulated = emulated;
    this.port = port;
    this.state = state;
  }

  /** @throws SwitchPortError when the line cannot be opened. */
  async begin(): Promise<void> {
    await this.guard.open();
    this.startedMs = nowMs();
    this.port.on('message', (message: ToGuard) => this.take(message));
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  private take(message: ToGuard): void {
    switch (message.kind) {
      case 'routes':
        this.guard.setRoutes(message.routes.map(openRoute));
        return;
      case 'order':
        if (message.inMs === undefined) this.obey(message.order);
        else setTimeout(() => this.obey(message.order), message.inMs);
        return;
      case 'anchor':
        this.guard.storeAnchor(message.anchor);
        return;
      case 'close':
        void this.end({ kind: 'closed' });
    }
  }

  private obey(order: SwitchOrder): void {
    if (order === 'drill') this.guard.beginDrill();
    else if (order === 'request-reset') this.guard.requestReset();
    else this.emulated?.act(order satisfies EmulatedAct);
  }

  private tick(): void {
    this.state.beat();
    this.guard.tick();
    if (!this.isReady) this.lookWhetherReady();
    if (nowMs() - this.viewedMs < VIEW_EVERY_MS) return;
    this.viewedMs = nowMs();
    say(this.port, { kind: 'view', view: this.guard.view });
  }

  /** Ready is a switch that has proven itself, tripped or not: a tripped one is to be reset with the desk running. */
  private lookWhetherReady(): void {
    const { link, why, hello, port, isArmed } = this.guard.view;
    if (link === 'live' && (isArmed || this.state.isShut)) {
      this.isReady = true;
      const { emulated } = this;
      const detail = `${port}, firmware ${hello?.version} ${hello?.firmwareHash}`;
      say(this.port, { kind: 'ready', switchKind: emulated === null ? 'real' : 'emulated', detail });
    } else if (link === 'refused' || nowMs() - this.startedMs > START_MS) {
      void this.end({ kind: 'refused', message: `the kill switch at ${port} cannot be used: ${why}` });
    }
  }

  private async end(last: FromGuard): Promise<void> {
    clearInterval(this.timer);
    await this.guard.close();
    await this.emulated?.end();
    say(this.port, last);
    this.port.close();
  }
}

function say(port: MessagePort, message: FromGuard): void {
  port.postMessage(message);
}
