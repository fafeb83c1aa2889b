import type { CPU } from 'avr8js';
import { Chip, CLOCK_HZ, RESET_CAUSE, SRAM_BYTES } from './chip.ts';
import { EepromCells } from './eeprom-cells.ts';
import { readIntelHex } from './intel-hex.ts';

const CYCLES_PER_US = CLOCK_HZ / 1_000_000;
/** With its start and stop bit. */
const BITS_PER_BYTE = 10;
/** Bits of the ports, as native/firmware/avr/pins.h has them. */
const PIN = { normallyClosed: 2, normallyOpen: 1, resetButton: 4 } as const;
/** The tamper loop's voltage: halved by its end resistor, at the supply when open, none when short. */
const LOOP_VOLTS = { closed: 2.5, open: 5, short: 0 } as const;

export type Contact = 'normally-closed' | 'normally-open';

/** Which lamps are lit. */
export interface Lamps {
  readonly red: boolean;
  readonly yellow: boolean;
  readonly green: boolean;
  readonly blue: boolean;
}

export interface BoardOptions {
  /** The firmware, Intel HEX. */
  readonly hex: string;
  /** What the EEPROM holds; by default it is empty, as it comes. {@link EmulatedBoard.eeprom} is what it holds later. */
  readonly eeprom?: Uint8Array;
  /** Of what is random in a board: its memory at power-on, a byte half written. */
  readonly seed?: number;
  /** What is wrong with the silicon: called with every new life of the chip. */
  readonly fault?: (cpu: CPU) => void;
}

/**
 * A kill switch in virtual time: the firmware's binary in an emulated ATmega328P, the button, the wires, the case, the plug. Time
 * passes only in {@link run}. Not emulated: fuses, brown-out (a cut is instant), framing errors of the line, an EEPROM write that
 * outlasts a watchdog's reset.
 */
export class EmulatedBoard {
  /** Bytes from the board, as the line has sent them. */
  onBytes: (bytes: Uint8Array) => void = () => {};
  /** What the line does to each byte, in both directions; undefined loses it. */
  noise: (byte: number) => number | undefined = (byte) => byte;
  /** How much faster than the real line bytes come to the board: for floods. */
  lineSpeed = 1;
  /** The processor stands still, as with a dead crystal: even its watchdog. */
  isStalled = false;
  readonly eeprom = new EepromCells(() => this.chip?.cpu.cycles ?? 0);
  private readonly image: Uint8Array;
  private readonly fault: (cpu: CPU) => void;
  private readonly waiting: number[] = [];
  private readonly wires = { 'normally-closed': true, 'normally-open': true };
  private readonly acts: { readonly at: number; readonly act: () => void }[] = [];
  private readonly nextRandom: () => number;
  private chip: Chip | undefined;
  /** Cycles before the present chip's first. */
  private before = 0;
  private contacts = { 'normally-closed': true, 'normally-open': false };
  private isResetHeld = false;
  private loopVolts: number = LOOP_VOLTS.closed;
  private isConverterStuck = false;
  private isFeeding = false;
  private longestAwakeCycles = 0;
  private stackBytes = 0;

  constructor({ hex, eeprom, seed = 1, fault = () => {} }: BoardOptions) {
    this.image = readIntelHex(hex);
    this.fault = fault;
    if (eeprom !== undefined) this.eeprom.bytes.set(eeprom);
    this.nextRandom = randomBytes(seed);
  }

  /** Since the board was made. */
  get timeUs(): number {
    return this.cycle / CYCLES_PER_US;
  }

  get isPowered(): boolean {
    return this.chip !== undefined;
  }

  get lamps(): Lamps {
    const port = (address: number) => this.chip?.cpu.data[address] ?? 0;
    const [b, d] = [port(0x25) & port(0x24), port(0x2b) & port(0x2a)];
    return { red: (d & 0x20) !== 0, yellow: (d & 0x40) !== 0, green: (d & 0x80) !== 0, blue: (b & 0x01) !== 0 };
  }

  /** Since the board was made: the longest loop, µs, and the most bytes on the stack. */
  get extremes(): { readonly longestLoopUs: number; readonly stackBytes: number } {
    const longest = Math.max(this.longestAwakeCycles, this.chip?.longestAwakeCycles ?? 0);
    const stackBytes = Math.max(this.stackBytes, this.chip?.stackBytes ?? 0);
    return { longestLoopUs: longest / CYCLES_PER_US, stackBytes };
  }

  powerOn(): void {
    if (this.chip !== undefined) return;
    const memory = Uint8Array.from({ length: SRAM_BYTES }, this.nextRandom);
    this.begin(RESET_CAUSE.power, memory);
  }

  /** At this cycle, whatever it is doing. */
  powerCut(): void {
    if (this.chip === undefined) return;
    this.eeprom.powerCut(this.nextRandom());
    this.end();
  }

  /** As a port that is opened does to an Arduino whose reset trace is not cut. */
  resetByPort(): void {
    if (this.chip !== undefined) this.restart(this.chip, RESET_CAUSE.external);
  }

  /** Pushes the button in, where it stays. */
  press(): void {
    this.setContact('normally-closed', false);
    this.setContact('normally-open', true);
  }

  /** Twists the button out. */
  release(): void {
    this.setContact('normally-closed', true);
    this.setContact('normally-open', false);
  }

  /** Closes or opens one contact: for bounces, and for contacts that disagree. */
  setContact(contact: Contact, isClosed: boolean): void {
    this.contacts[contact] = isClosed;
    this.wire();
  }

  breakWire(contact: Contact): void {
    this.wires[contact] = false;
    this.wire();
  }

  mendWire(contact: Contact): void {
    this.wires[contact] = true;
    this.wire();
  }

  holdReset(): void {
    this.isResetHeld = true;
    this.wire();
  }

  letGoReset(): void {
    this.isResetHeld = false;
    this.wire();
  }

  openCase(): void {
    this.setLoopVolts(LOOP_VOLTS.open);
  }

  closeCase(): void {
    this.setLoopVolts(LOOP_VOLTS.closed);
  }

  /** 0..5 V at the tamper loop's pin; 2.5 V is a closed case, 0 V a bridged loop. */
  setLoopVolts(volts: number): void {
    this.loopVolts = volts;
    this.wire();
  }

  /** The converter hangs, and with it the task that waits for it. Until the power is cut. */
  jamConverter(): void {
    this.isConverterStuck = true;
    this.wire();
  }

  /** Queues bytes for the line to the board; they arrive at its speed. */
  send(bytes: Uint8Array): void {
    this.waiting.push(...bytes);
    this.feed();
  }

  /** Bytes that the line has not delivered yet. */
  get unsent(): number {
    return this.waiting.length;
  }

  /** Does something `inUs` from now, in the middle of a {@link run}. */
  schedule(inUs: number, act: () => void): void {
    const at = this.cycle + Math.round(inUs * CYCLES_PER_US);
    const place = this.acts.findIndex((other) => other.at > at);
    this.acts.splice(place < 0 ? this.acts.length : place, 0, { at, act });
  }

  /** Lets `us` microseconds pass. */
  run(us: number): void {
    const end = this.cycle + Math.round(us * CYCLES_PER_US);
    for (;;) {
      const next = this.acts[0];
      if (next === undefined || next.at > end) break;
      this.acts.shift();
      this.advance(next.at);
      next.act();
    }
    this.advance(end);
  }

  /** Lets time pass in steps of `stepUs` until `isSo`. @returns whether it came so within `limitUs`. */
  runUntil(isSo: () => boolean, limitUs: number, stepUs = 250): boolean {
    for (let us = 0; us < limitUs && !isSo(); us += stepUs) this.run(stepUs);
    return isSo();
  }

  private get cycle(): number {
    return this.before + (this.chip?.cpu.cycles ?? 0);
  }

  private advance(end: number): void {
    while (this.cycle < end) {
      const { chip } = this;
      if (chip === undefined || this.isStalled) {
        this.before += end - this.cycle;
        return;
      }
      chip.runUntil(end - this.before);
      if (chip.isReset) this.restart(chip, RESET_CAUSE.watchdog);
    }
  }

  private restart(chip: Chip, cause: number): void {
    const { memory } = chip;
    this.end();
    this.begin(cause, memory);
  }

  private begin(resetCause: number, memory: Uint8Array): void {
    const onByte = (byte: number) => this.sent(byte);
    this.chip = new Chip({ image: this.image, eeprom: this.eeprom, memory, resetCause, onByte });
    this.fault(this.chip.cpu);
    this.wire();
  }

  private end(): void {
    const { chip } = this;
    if (chip === undefined) return;
    this.before += chip.cpu.cycles;
    this.longestAwakeCycles = Math.max(this.longestAwakeCycles, chip.longestAwakeCycles);
    this.stackBytes = Math.max(this.stackBytes, chip.stackBytes);
    this.waiting.length = 0;
    this.isFeeding = false;
    this.isConverterStuck = false;
    this.chip = undefined;
  }

  private wire(): void {
    const { chip, contacts, wires } = this;
    if (chip === undefined) return;
    // Pulled up, and pulled down by what is closed and connected.
    chip.portD.setPin(PIN.normallyClosed, !(contacts['normally-closed'] && wires['normally-closed']));
    chip.portB.setPin(PIN.normallyOpen, !(contacts['normally-open'] && wires['normally-open']));
    chip.portD.setPin(PIN.resetButton, !this.isResetHeld);
    chip.tamperVolts = this.loopVolts;
    chip.isConverterStuck = this.isConverterStuck;
  }

  /** A byte takes its time on the line before the next one; what comes while nobody listens is lost. */
  private feed(): void {
    const { chip } = this;
    if (chip === undefined || this.isFeeding) return;
    const byte = this.waiting.shift();
    if (byte === undefined) return;
    this.isFeeding = true;
    const arrives = () => {
      const onTheWire = this.noise(byte);
      if (onTheWire !== undefined) chip.usart.writeByte(onTheWire, true);
      this.isFeeding = false;
      this.feed();
    };
    chip.cpu.addClockEvent(arrives, Math.round(cyclesPerByte(chip) / this.lineSpeed));
  }

  private sent(byte: number): void {
    const { chip } = this;
    const onTheWire = this.noise(byte);
    if (chip === undefined || onTheWire === undefined) return;
    // The host has it when its last bit has passed.
    chip.cpu.addClockEvent(() => this.onBytes(Uint8Array.of(onTheWire)), cyclesPerByte(chip));
  }
}

function cyclesPerByte(chip: Chip): number {
  return Math.round((BITS_PER_BYTE * CLOCK_HZ) / chip.usart.baudRate);
}

/** Mulberry32. @returns a source of bytes. */
function randomBytes(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) & 0xff;
  };
}
