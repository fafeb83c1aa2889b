import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openLineProcess } from './line-process.ts';
import { type SwitchPort, SwitchPortError } from './switch-port.ts';

const WAIT = { timeout: 10_000 };
const OPEN = "process.send({ kind: 'opened', path: process.argv[2] });";
/** As the real one does. */
const IGNORE = "process.on('SIGTERM', () => {}); process.once('disconnect', () => process.exit());";
const DIES_OF_BYTES = "process.on('message', () => process.exit(3));";
const TELLS_ITS_ID = "process.send({ kind: 'bytes', bytes: new Uint8Array(Uint32Array.of(process.pid).buffer) });";

const folder = mkdtempSync(join(tmpdir(), 'line-process-'));
afterAll(() => rmSync(folder, { recursive: true }));
let lines = 0;

/** A line whose process runs `program`, and what was heard of it. */
function line(program: string, openMs?: number) {
  lines += 1;
  const file = join(folder, `line-${lines}.mjs`);
  writeFileSync(file, program);
  const heard: { bytes: Uint8Array; closed: string[] } = { bytes: new Uint8Array(), closed: [] };
  const opening: Promise<SwitchPort> = openLineProcess(
    pathToFileURL(file),
    'COM7',
    {
      onBytes: (bytes) => {
        heard.bytes = bytes;
      },
      onClosed: (why) => heard.closed.push(why),
    },
    openMs,
  );
  return { opening, heard };
}

function isAlive(heard: Uint8Array): boolean {
  const [id = 0] = new Uint32Array(heard.slice().buffer);
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

describe('the process of a line', () => {
  it('carries bytes both ways, and is gone when the line is closed, which nobody is told', async () => {
    const echo = "process.on('message', ({ bytes }) => process.send({ kind: 'bytes', bytes }));";
    const { opening, heard } = line(`${IGNORE} ${echo} ${OPEN}`);
    const port = await opening;
    expect(port.name).toBe('COM7');
    port.write(Uint8Array.of(1, 0, 255));
    await expect.poll(() => [...heard.bytes], WAIT).toEqual([1, 0, 255]);
    await port.close();
    expect(heard.closed).toEqual([]);
  });

  it('says why the line cannot be opened', async () => {
    const { opening } = line("process.send({ kind: 'refused', message: 'COM7 is held' }); process.disconnect();");
    await expect(opening).rejects.toThrow(new SwitchPortError('COM7 is held'));
  });

  it('is not waited for when the port never opens', async () => {
    const { opening, heard } = line(`${IGNORE} ${TELLS_ITS_ID} setInterval(() => {}, 1_000);`, 1_000);
    await expect(opening).rejects.toThrow('COM7 did not open within 1000 ms');
    await expect.poll(() => isAlive(heard.bytes), WAIT).toBe(false);
    expect(heard.closed).toEqual([]);
  });

  it('that dies is a line that is gone, told once', async () => {
    const { opening, heard } = line(`${DIES_OF_BYTES} ${OPEN}`);
    const port = await opening;
    port.write(Uint8Array.of(1));
    await expect.poll(() => heard.closed, WAIT).toEqual(['its process ended (3)']);
    port.write(Uint8Array.of(1));
    await port.close();
    expect(heard.closed).toHaveLength(1);
  });

  it('ends with its line, whatever signals it lets pass', async () => {
    const unplugged = "process.once('message', () => process.send({ kind: 'closed', why: 'unplugged' }));";
    const { opening, heard } = line(`${IGNORE} ${unplugged} ${TELLS_ITS_ID} ${OPEN}`);
    const port = await opening;
    await expect.poll(() => isAlive(heard.bytes), WAIT).toBe(true);
    port.write(Uint8Array.of(1));
    await expect.poll(() => heard.closed, WAIT).toEqual(['unplugged']);
    await expect.poll(() => isAlive(heard.bytes), WAIT).toBe(false);
  });
});
