import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  emulatedKey,
  KillSwitchError,
  makeSwitchKey,
  readSwitchKey,
  removeSwitchKey,
  switchFolder,
} from './switch-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-switch-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a folder's key", () => {
  it('is made once, for its owner alone, and read again', () => {
    expect(readSwitchKey(folder)).toBeNull();
    const key = makeSwitchKey(folder);
    expect(readSwitchKey(folder)).toEqual(Buffer.from(key));
    expect(statSync(join(switchFolder(folder), 'key')).mode & 0o777).toBe(0o600);
    expect(() => makeSwitchKey(folder)).toThrow(/is there already: move it away/);
    removeSwitchKey(folder);
    expect(readSwitchKey(folder)).toBeNull();
  });

  it('that is none is refused with what to do', () => {
    makeSwitchKey(folder);
    writeFileSync(join(switchFolder(folder), 'key'), 'abc');
    expect(() => readSwitchKey(folder)).toThrow(KillSwitchError);
    expect(() => readSwitchKey(folder)).toThrow(/is no key of 16 bytes in hexadecimal: restore it, or pair anew/);
  });

  it('of the emulated switch is made where there is none', () => {
    const key = emulatedKey(folder);
    expect(emulatedKey(folder)).toEqual(Buffer.from(key));
    expect(readFileSync(join(switchFolder(folder), 'emulated-key'), 'utf8')).toMatch(/^[0-9a-f]{32}$/);
  });
});
