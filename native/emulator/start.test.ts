import { describe, expect, it } from 'vitest';
import { siphash } from '../../src-main/edge/killswitch/siphash.ts';
import { FIRMWARE, liveBench, readyEeprom, SwitchBench } from './fixtures.ts';

const greeted = (options: ConstructorParameters<typeof SwitchBench>[0]) => {
  const bench = new SwitchBench(options);
  bench.runUntil('greeted', () => bench.session.view.hello !== null);
  return bench;
};
const helloOf = (options: ConstructorParameters<typeof SwitchBench>[0]) => greeted(options).session.view.hello;

/** The firmware with one bit of one byte turned, and a checksum that fits it. */
function damagedHex(line: number): string {
  const lines = FIRMWARE.hex.trimEnd().split(/\r?\n/);
  const bytes = Buffer.from((lines[line] ?? '').slice(1), 'hex');
  bytes[4] = (bytes[4] ?? 0) ^ 0x01;
  bytes[bytes.length - 1] = -bytes.subarray(0, -1).reduce((sum, byte) => sum + byte, 0) & 0xff;
  lines[line] = `:${bytes.toString('hex').toUpperCase()}`;
  return lines.join('\n');
}

describe('the firmware in the tree', () => {
  it('carries the seal that its image hashes to', () => {
    expect(Buffer.from(siphash(new Uint8Array(16), FIRMWARE.image)).toString('hex')).toBe(FIRMWARE.hash);
  });
});

describe('the start of the board', () => {
  it('tests itself, then greets with its version, hash, reset cause and result, again and again', () => {
    const bench = greeted({ eeprom: readyEeprom(), key: null });
    expect(bench.session.view.hello).toMatchObject({
      protocol: 1,
      version: '1.0.0',
      firmwareHash: FIRMWARE.hash,
      resetCauses: ['power'],
      failedTests: [],
      isPaired: true,
      causes: [],
    });
    bench.run(2_000);
    const hellos = bench.events.filter(({ type }) => type === 'hello');
    expect(hellos.length).toBeGreaterThanOrEqual(8);
  });

  it('lights every lamp, so that a dead one is seen', () => {
    const bench = greeted({ eeprom: readyEeprom() });
    expect(bench.board.lamps).toEqual({ red: true, yellow: true, green: true, blue: true });
  });

  it('is tripped when the EEPROM holds no latch: a new board', () => {
    expect(helloOf({})).toMatchObject({ causes: ['storage'], isPaired: false });
  });

  it('finds a bit of the program that has turned, and does not let itself be reset', () => {
    const bench = greeted({ eeprom: readyEeprom(), hex: damagedHex(650) });
    const { hello } = bench.session.view;
    expect(hello).toMatchObject({ failedTests: ['flash'], causes: ['self-test'] });
    expect(hello?.firmwareHash).not.toBe(FIRMWARE.hash);
    expect(bench.session.view.link).toBe('refused');
  });

  it('finds a bit of the memory that is stuck', () => {
    const bench = greeted({
      eeprom: readyEeprom(),
      fault: (cpu) => {
        cpu.writeHooks[0x620] = (value) => {
          cpu.data[0x620] = value | 0x10;
          return true;
        };
      },
    });
    expect(bench.session.view.hello).toMatchObject({ failedTests: ['ram'], causes: ['self-test'] });
    bench.runUntilLive();
    expect(bench.session.isFine).toBe(false);
    bench.run(1_000);
    expect(bench.session.view.status).toMatchObject({ latch: 'tripped', standing: ['self-test'] });
  });

  it('finds an EEPROM that does not keep what is written', () => {
    const bench = new SwitchBench({ eeprom: readyEeprom() });
    bench.board.eeprom.writeMemory = () => {};
    bench.runUntil('greeted', () => bench.session.view.hello !== null);
    expect(bench.session.view.hello).toMatchObject({ failedTests: ['eeprom'], causes: ['self-test'] });
  });

  it('finds a lamp that is shorted', () => {
    const PIND = 0x29;
    const RED = 0x20;
    const fault = (cpu: { readHooks: Record<number, (address: number) => number>; data: Uint8Array }) => {
      cpu.readHooks[PIND] = (address) => (cpu.data[address] ?? 0) & ~RED;
    };
    expect(helloOf({ eeprom: readyEeprom(), fault })).toMatchObject({ failedTests: ['lamps'], causes: ['self-test'] });
  });

  it('tells contacts that do not fit each other', () => {
    const bench = new SwitchBench({ eeprom: readyEeprom() });
    bench.board.breakWire('normally-closed');
    bench.runUntil('greeted', () => bench.session.view.hello !== null);
    expect(bench.session.view.hello).toMatchObject({ failedTests: ['contacts'], causes: ['button', 'contacts'] });
  });

  it('after a reset through the port tells so, and trips nothing', () => {
    const bench = liveBench();
    bench.board.resetByPort();
    bench.runUntil('greeted', () => bench.session.view.hello?.resetCauses.includes('external') === true);
    expect(bench.session.view.hello?.causes).toEqual([]);
    expect(bench.events.map(({ type }) => type)).toContain('restarted');
  });

  it('after the watchdog had to reset it is tripped: a task was stuck', () => {
    const bench = liveBench();
    bench.board.jamConverter();
    const stuckAtUs = bench.board.timeUs;
    bench.runUntil('greeted', () => bench.session.view.hello?.resetCauses.includes('watchdog') === true);
    expect(bench.session.view.hello?.causes).toEqual(['watchdog']);
    expect(bench.board.timeUs - stuckAtUs).toBeLessThan(1_000_000);
  });
});
