import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeskError } from '../../../src-shared/contract/errors.ts';
import { OperatorRegistry, OperatorsError } from './registry.ts';

let folder: string;
let nowMs: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'operators-'));
  nowMs = 1_700_000_000_000;
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (): OperatorRegistry => OperatorRegistry.open(folder, 'ann', () => nowMs);
const file = (): string => join(folder, 'operators.json');

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'ok';
  } catch (error) {
    return error instanceof DeskError ? error.body.code : String(error);
  }
}

describe('a registry of operators', () => {
  it('begins with one local trader without PIN, who is whoever sits there, and writes nothing', async () => {
    const registry = open();
    expect(registry.local).toEqual({ name: 'ann', role: 'trader' });
    expect(registry.isProtected).toBe(false);
    expect(await registry.signIn('ann', null)).toEqual({ name: 'ann', role: 'trader' });
    expect(await codeOf(registry.signIn('ann', '123456'))).toBe('sign-in-failed');
    expect(open().list()).toEqual([{ name: 'ann', role: 'trader', hasPin: false }]);
  });

  it('keeps PINs as scrypt hashes that only its user may read, and asks for them after a restart', async () => {
    const registry = open();
    await registry.setPin('ann', null, '135790');
    await registry.add('bob', 'risk', '246802');
    const again = open();
    expect(again.local).toBeNull();
    expect(await again.signIn('ann', '135790')).toEqual({ name: 'ann', role: 'trader' });
    expect(await again.signIn('bob', '246802')).toEqual({ name: 'bob', role: 'risk' });
    expect(await codeOf(again.signIn('ann', null))).toBe('sign-in-failed');
    const text = readFileSync(file(), 'utf8');
    expect(text).not.toMatch(/135790|246802/);
    expect(JSON.parse(text).operators[0].pin).toMatchObject({ algorithm: 'scrypt', N: 65_536 });
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('changes no PIN without the one before, and adds no name twice', async () => {
    const registry = open();
    await registry.setPin('ann', null, '135790');
    expect(await codeOf(registry.setPin('ann', '000000', '111111'))).toBe('sign-in-failed');
    expect(await codeOf(registry.setPin('ann', null, '111111'))).toBe('sign-in-failed');
    expect(await codeOf(registry.signIn('ann', '135790'))).toBe('ok');
    expect(await codeOf(registry.add('ann', 'viewer', '222222'))).toBe('refused');
  });

  it('lets a trader add operators only as long as nobody has the risk role', async () => {
    const registry = open();
    expect([registry.mayManage('trader'), registry.mayManage('risk'), registry.mayManage('viewer')]).toEqual([
      ...[true, true, false],
    ]);
    await registry.add('bob', 'risk', '246802');
    expect(registry.mayManage('trader')).toBe(false);
  });

  it('locks after wrong PINs, for longer each time, also across a restart; the right PIN is not looked at meanwhile', async () => {
    await open().setPin('ann', null, '135790');
    const registry = open();
    for (let i = 0; i < 4; i += 1) expect(await codeOf(registry.signIn('ann', '000000'))).toBe('sign-in-failed');
    expect(await codeOf(registry.signIn('ann', '135790'))).toBe('locked');
    expect(await codeOf(open().signIn('ann', '135790'))).toBe('locked');
    nowMs += 10_000;
    const later = open();
    expect(await codeOf(later.signIn('ann', '000000'))).toBe('sign-in-failed');
    nowMs += 19_999;
    expect(await codeOf(later.signIn('ann', '135790'))).toBe('locked');
    nowMs += 1;
    expect(await codeOf(later.signIn('ann', '135790'))).toBe('ok');
    expect(await codeOf(later.signIn('ann', '000000'))).toBe('sign-in-failed');
  });

  it('counts wrong PINs although the disk takes nothing any more', async () => {
    const registry = open();
    await registry.setPin('ann', null, '135790');
    rmSync(folder, { recursive: true });
    for (let i = 0; i < 4; i += 1) expect(await codeOf(registry.signIn('ann', '000000'))).toBe('sign-in-failed');
    expect(await codeOf(registry.signIn('ann', '135790'))).toBe('locked');
    mkdirSync(folder);
  });

  it.each(['nobody', 'desk', 'stranger'])('has no operator who is called %s', async (name) => {
    expect(OperatorRegistry.open(folder, name).local?.name).toBe('operator');
  });

  it('tells no difference between a wrong PIN and a name that it does not know', async () => {
    const registry = open();
    await registry.setPin('ann', null, '135790');
    const said = async (name: string): Promise<string> =>
      registry.signIn(name, '000000').then(
        () => 'ok',
        (error: Error) => error.message,
      );
    expect(await said('ann')).toBe(await said('zoe'));
  });

  it('counts guesses that come at once one after another', async () => {
    const registry = open();
    await registry.setPin('ann', null, '135790');
    const codes = await Promise.all(Array.from({ length: 6 }, () => codeOf(registry.signIn('ann', '000000'))));
    expect(codes.filter((code) => code === 'sign-in-failed')).toHaveLength(4);
    expect(codes.filter((code) => code === 'locked')).toHaveLength(2);
  });

  it.each([
    ['no JSON', '{'],
    ['another format', '{"version":2,"operators":[]}'],
    ['nobody', '{"version":1,"operators":[]}'],
  ])('with %s in its file lets nobody in, and leaves the file as it is', (_, text) => {
    writeFileSync(file(), text);
    expect(open).toThrow(OperatorsError);
    expect(open).toThrow(/operators\.json cannot be read .*Put back a copy of it, or move it away/);
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });
});
