import {
  ADCMuxInputType,
  AVRADC,
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRTimer,
  AVRUSART,
  AVRWatchdog,
  adcConfig,
  avrInstruction,
  CPU,
  portBConfig,
  portCConfig,
  portDConfig,
  timer1Config,
  usart0Config,
  watchdogConfig,
} from 'avr8js';
import type { EepromCells } from './eeprom-cells.ts';

export const CLOCK_HZ = 16_000_000;
const FLASH_WORDS = 0x4000;
export const SRAM_BYTES = 2048;
/** The highest address of the memory; the stack grows down from it. */
const RAM_END = 0x8ff;
/** So many in a row nobody has written by chance. */
const UNTOUCHED_BYTES = 32;
const MCUSR = 0x54;
const SMCR = 0x53;
const SMCR_ENABLED = 1;
const SREG_INTERRUPTS = 0x80;
const SLEEP = 0x9588;
/** A sleeping chip's time goes in steps of four microseconds: a count of its timer. */
const SLEEP_STEP_CYCLES = 64;
const SUPPLY_VOLTS = 5;

/** Bits of MCUSR. */
export const RESET_CAUSE = { power: 1, external: 2, brownOut: 4, watchdog: 8 } as const;

export interface ChipParts {
  /** The program, at most 32 KiB. */
  readonly image: Uint8Array;
  readonly eeprom: EepromCells;
  /** What the memory holds when this life begins, {@link SRAM_BYTES}. */
  readonly memory: Uint8Array;
  readonly resetCause: number;
  readonly onByte: (byte: number) => void;
}

/** One life of an ATmega328P, from a reset to the next. Its pins and its line are the board's to wire. */
export class Chip {
  readonly cpu: CPU;
  readonly portB: AVRIOPort;
  readonly portD: AVRIOPort;
  readonly usart: AVRUSART;
  /** Volts at the tamper loop's pin. */
  tamperVolts = 0;
  /** The converter does not end a conversion any more. */
  isConverterStuck = false;
  /** The most cycles between two sleeps, interrupts and all; the start is not counted. */
  longestAwakeCycles = 0;
  private awakeSince: number | undefined;
  private hasReset = false;

  constructor({ image, eeprom, memory, resetCause, onByte }: ChipParts) {
    const program = new Uint16Array(FLASH_WORDS).fill(0xffff);
    new Uint8Array(program.buffer).set(image);
    const cpu = new CPU(program, SRAM_BYTES);
    this.cpu = cpu;
    cpu.data.set(memory, RAM_END + 1 - SRAM_BYTES);
    cpu.data[MCUSR] = resetCause;
    const clock = new AVRClock(cpu, CLOCK_HZ);
    this.portB = new AVRIOPort(cpu, portBConfig);
    new AVRIOPort(cpu, portCConfig);
    this.portD = new AVRIOPort(cpu, portDConfig);
    new AVRTimer(cpu, timer1Config);
    new AVREEPROM(cpu, eeprom);
    new AVRWatchdog(cpu, watchdogConfig, clock);
    this.usart = new AVRUSART(cpu, usart0Config, CLOCK_HZ);
    this.usart.onByteTransmit = onByte;
    this.wireConverter();
    // The library restarts the processor alone. A reset is the end of this life: the board begins the next one.
    cpu.reset = () => {
      this.hasReset = true;
    };
  }

  /** Whether the watchdog has ended this life. */
  get isReset(): boolean {
    return this.hasReset;
  }

  /**
   * The most bytes that the stack has held: from the end of the memory down to where the pattern of the firmware's memory test still
   * stands untouched.
   */
  get stackBytes(): number {
    let untouched = 0;
    for (let address = RAM_END; address >= 0x100; address -= 1) {
      untouched = this.cpu.data[address] === ((address ^ (address >> 8)) & 0xff) ? untouched + 1 : 0;
      if (untouched === UNTOUCHED_BYTES) return RAM_END - address - UNTOUCHED_BYTES + 1;
    }
    return RAM_END;
  }

  get memory(): Uint8Array {
    return this.cpu.data.slice(RAM_END + 1 - SRAM_BYTES);
  }

  /** Executes until `cycle`, or until a reset. */
  runUntil(cycle: number): void {
    const { cpu } = this;
    const { data, progMem } = cpu;
    while (cpu.cycles < cycle && !this.hasReset) {
      if (progMem[cpu.pc] === SLEEP && ((data[SMCR] ?? 0) & SMCR_ENABLED) !== 0) {
        this.noteAwake();
        this.sleepUntil(cycle);
        continue;
      }
      avrInstruction(cpu);
      cpu.tick();
    }
  }

  /** The library's SLEEP does nothing; here time passes until an interrupt, without its instructions. */
  private sleepUntil(cycle: number): void {
    const { cpu } = this;
    while (cpu.cycles < cycle && !this.hasReset) {
      cpu.cycles += SLEEP_STEP_CYCLES;
      const { pc } = cpu;
      const isListening = (cpu.SREG & SREG_INTERRUPTS) !== 0;
      cpu.pc = pc + 1; // an interrupt returns behind the SLEEP
      cpu.tick();
      if (isListening && (cpu.SREG & SREG_INTERRUPTS) === 0) {
        this.awakeSince = cpu.cycles;
        return;
      }
      cpu.pc = pc;
    }
  }

  private noteAwake(): void {
    if (this.awakeSince === undefined) return;
    this.longestAwakeCycles = Math.max(this.longestAwakeCycles, this.cpu.cycles - this.awakeSince);
    this.awakeSince = undefined;
  }

  private wireConverter(): void {
    const adc = new AVRADC(this.cpu, adcConfig);
    adc.onADCRead = (input) => {
      if (this.isConverterStuck) return;
      const isLoop = input.type === ADCMuxInputType.SingleEnded && input.channel === 0;
      const reading = Math.round(((isLoop ? this.tamperVolts : 0) / SUPPLY_VOLTS) * 1023);
      this.cpu.addClockEvent(() => adc.completeADCRead(reading), adc.sampleCycles);
    };
  }
}
