import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readFirmware } from '../../../native/emulator/firmware.ts';
import { CHALLENGE_NONCE_BYTES } from '../../edge/killswitch/frame.ts';
import { openSerialPort } from '../../edge/killswitch/serial-port.ts';
import type { SwitchPort } from '../../edge/killswitch/switch-port.ts';
import { type SwitchEvent, SwitchSession, type SwitchView } from '../../edge/killswitch/switch-session.ts';
import { findSwitch } from './find-switch.ts';
import { KillSwitchError } from './switch-files.ts';

const TICK_MS = 10;

/** A switch without a desk: whoever looks after it talks to it here. While a desk has it, its port is held. */
export class LoneSwitch {
  readonly path: string;
  private readonly port: SwitchPort;
  private readonly session: SwitchSession;
  private readonly timer: NodeJS.Timeout;
  private readonly heard: ((event: SwitchEvent) => void)[] = [];
  private gone: string | null = null;

  /**
   * @param path null for the one that is plugged in. @param key null before it is paired.
   * @throws KillSwitchError or SwitchPortError saying why it cannot be reached.
   */
  static async open(path: string | null, key: Uint8Array | null): Promise<LoneSwitch> {
    const found = path ?? (await findSwitch());
    let lone: LoneSwitch | null = null;
    const port = await openSerialPort(found, {
      onBytes: (bytes) => lone?.session.receive(bytes),
      onClosed: (why) => {
        if (lone !== null) lone.gone = why;
      },
    });
    lone = new LoneSwitch(found, port, key);
    return lone;
  }

  private constructor(path: string, port: SwitchPort, key: Uint8Array | null) {
    this.path = path;
    this.port = port;
    this.session = new SwitchSession({
      key,
      firmwareHashes: [readFirmware().hash],
      nowMs: () => performance.now(),
      write: (bytes) => port.write(bytes),
      randomChallenge: () => randomBytes(CHALLENGE_NONCE_BYTES),
      onEvent: (event) => {
        for (const listener of this.heard) listener(event);
      },
    });
    this.timer = setInterval(() => this.session.tick(), TICK_MS);
  }

  get view(): SwitchView {
    return this.session.view;
  }

  listen(heard: (event: SwitchEvent) => void): void {
    this.heard.push(heard);
  }

  requestReset(): void {
    this.session.requestReset();
  }

  /** An `anchor` answers, or a `result` of `nothing`. */
  requestAnchor(): void {
    this.session.requestAnchor();
  }

  pair(key: Uint8Array): void {
    this.session.pair(key);
  }

  /** @returns whether it came so within `limitMs`. @throws KillSwitchError when the line is gone. */
  async until(isSo: () => boolean, limitMs: number): Promise<boolean> {
    const giveUpMs = performance.now() + limitMs;
    while (!isSo() && performance.now() < giveUpMs) {
      if (this.gone !== null) throw new KillSwitchError(`${this.path} is gone: ${this.gone}`);
      await sleep(TICK_MS);
    }
    return isSo();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.port.close();
  }
}
