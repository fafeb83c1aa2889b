import { type EEPROMBackend, eepromConfig } from 'avr8js';

export const EEPROM_BYTES = 1024;
const ERASED = 0xff;

interface Change {
  readonly address: number;
  readonly before: number;
  readonly isErasing: boolean;
  readonly from: number;
  readonly until: number;
}

/** The EEPROM's cells. They outlive the chip; a byte that is being changed when the power goes is left somewhere on its way. */
export class EepromCells implements EEPROMBackend {
  readonly bytes = new Uint8Array(EEPROM_BYTES).fill(ERASED);
  /** How often each cell was erased: what wears it. */
  readonly erasures = new Uint32Array(EEPROM_BYTES);
  private readonly now: () => number;
  private change: Change | undefined;

  /** @param now the chip's cycle. */
  constructor(now: () => number) {
    this.now = now;
  }

  readMemory(address: number): number {
    return this.bytes[address % EEPROM_BYTES] ?? ERASED;
  }

  eraseMemory(address: number): void {
    this.start(address, true, eepromConfig.eraseCycles);
    this.bytes[address % EEPROM_BYTES] = ERASED;
    const cell = address % EEPROM_BYTES;
    this.erasures[cell] = (this.erasures[cell] ?? 0) + 1;
  }

  writeMemory(address: number, value: number): void {
    const erasing = this.change;
    const isSameByte = erasing?.isErasing === true && erasing.from === this.now() && erasing.address === address;
    if (isSameByte) this.change = { ...erasing, until: erasing.until + eepromConfig.writeCycles };
    else this.start(address, false, eepromConfig.writeCycles);
    this.bytes[address % EEPROM_BYTES] = this.readMemory(address) & value;
  }

  /** @param random a byte, of whose bits each decides how far one bit of the cell has come. */
  powerCut(random: number): void {
    const { change } = this;
    this.change = undefined;
    if (change === undefined || this.now() >= change.until) return;
    const target = this.readMemory(change.address);
    const { before, isErasing } = change;
    const erasedAt = isErasing ? change.from + eepromConfig.eraseCycles : change.from;
    // While it is erased bits rise to 1, while it is written bits fall to 0.
    const left = this.now() < erasedAt ? before | random : (isErasing ? ERASED : before) & (target | random);
    this.bytes[change.address % EEPROM_BYTES] = left & ERASED;
  }

  private start(address: number, isErasing: boolean, cycles: number): void {
    const from = this.now();
    this.change = { address, before: this.readMemory(address), isErasing, from, until: from + cycles };
  }
}
