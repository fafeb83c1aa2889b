import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EEPROM_BYTES } from '../../../native/emulator/eeprom-cells.ts';
import { EmulatedSwitch } from '../../../native/emulator/emulated-switch.ts';
import type { Firmware } from '../../../native/emulator/firmware.ts';
import type { EmulatedAct } from '../../core/engine/input.ts';
import type { SwitchPort, SwitchPortHandlers } from '../../edge/killswitch/switch-port.ts';
import { newBoard } from './new-board.ts';
import { emulatedKey, KillSwitchError, switchFolder } from './switch-files.ts';

/** The recessed button is held for so long. */
const RESET_HOLD_US = 300_000;
const SAVE_EVERY_MS = 1_000;

/** The emulated switch of a data folder, in real time: its key and its latch outlive the desk there. */
export class KeptSwitch {
  readonly key: Uint8Array;
  private readonly emulated: EmulatedSwitch;
  private readonly file: string;
  private readonly timer: NodeJS.Timeout;
  private saved: Uint8Array = new Uint8Array(0);
  private edge: number | null = null;

  constructor(directory: string, firmware: Firmware) {
    this.key = emulatedKey(directory);
    this.file = join(switchFolder(directory), 'emulated-eeprom');
    this.emulated = new EmulatedSwitch({ hex: firmware.hex });
    const { board } = this.emulated;
    board.powerCut();
    board.eeprom.bytes.set(readEeprom(this.file) ?? newBoard(firmware, this.key));
    board.powerOn();
    this.timer = setInterval(() => void this.save(), SAVE_EVERY_MS);
  }

  /** When a hand last moved something, by `performance.now()`. */
  get edgeMs(): number | null {
    return this.edge;
  }

  open(handlers: SwitchPortHandlers): SwitchPort {
    return this.emulated.open(handlers);
  }

  act(act: EmulatedAct): void {
    const { board } = this.emulated;
    this.edge = performance.now();
    switch (act) {
      case 'press':
        board.press();
        return;
      case 'release':
        board.release();
        return;
      case 'reset':
        board.holdReset();
        board.schedule(RESET_HOLD_US, () => board.letGoReset());
        return;
      case 'break-wire':
        board.breakWire('normally-closed');
        return;
      case 'mend-wire':
        board.mendWire('normally-closed');
        return;
      case 'open-case':
        board.openCase();
        return;
      case 'close-case':
        board.closeCase();
        return;
      case 'cut-power':
        this.emulated.unplug();
        return;
      case 'restore-power':
        this.emulated.plug();
    }
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    this.emulated.board.powerCut();
    this.emulated.end();
    await this.save();
  }

  /** Never waits for the disk, and never rejects: the guard has more to do than to keep an emulated latch. */
  private async save(): Promise<void> {
    const { bytes } = this.emulated.board.eeprom;
    if (Buffer.compare(bytes, this.saved) === 0) return;
    this.saved = bytes.slice();
    // Whole or not at all: a latch that was cut short would be none.
    const unfinished = `${this.file}.next`;
    await writeFile(unfinished, this.saved)
      .then(() => rename(unfinished, this.file))
      .catch(() => {});
  }
}

/** Null where there is none yet. @throws KillSwitchError for one that is damaged: a new board would have forgotten a trip. */
function readEeprom(file: string): Uint8Array | null {
  if (!existsSync(file)) return null;
  const bytes = readFileSync(file);
  if (bytes.length === EEPROM_BYTES) return bytes;
  throw new KillSwitchError(`${file} is damaged: find out why the switch was tripped, if it was, then delete the file`);
}
