import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSerialPort } from './serial-port.ts';
import { SwitchPortError } from './switch-port.ts';

const folder = mkdtempSync(join(tmpdir(), 'serial-port-'));
afterAll(() => rmSync(folder, { recursive: true }));
const NOBODY = { onBytes: () => {}, onClosed: () => {} };

describe('a serial port', () => {
  it('that is not there is an error that says what to do', async () => {
    const opening = openSerialPort(join(folder, 'nowhere'), NOBODY);
    await expect(opening).rejects.toThrow(SwitchPortError);
    await expect(opening).rejects.toThrow('plug the switch in, or name another port');
  });

  it('that is no port is an error that names it', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    await expect(openSerialPort(path, NOBODY)).rejects.toThrow(`${path} cannot be opened`);
  });
});
