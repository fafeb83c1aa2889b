import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MetricsServer } from '../../edge/telemetry/metrics-server.ts';
import { localSocket } from '../local-socket.ts';
import { UsageError } from '../usage-error.ts';
import { deskMetricsText, MetricsUnavailableError, metrics } from './metrics.ts';

const TEXT = `# HELP interlock_mode help
# TYPE interlock_mode gauge
interlock_mode{mode="normal"} 1
interlock_mode{mode="a \\"b} \\\\ 7"} 0
# HELP interlock_x_seconds help
# TYPE interlock_x_seconds gauge
interlock_x_seconds 1.5e-7
interlock_x_seconds{of="nothing"} NaN
`;

let directory: string;
const open: { close(): unknown }[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'metrics-command-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of open.splice(0)) await server.close();
  rmSync(directory, { recursive: true });
});

async function desk(text: () => string): Promise<void> {
  open.push(await MetricsServer.start({ socketPath: localSocket(directory, 'desk'), text }));
}

async function stranger(answer: RequestListener): Promise<void> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(localSocket(directory, 'desk'), resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

/** What the command prints on stdout. */
async function printed(...args: string[]): Promise<string> {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  await metrics(args);
  return out;
}

describe('desk metrics', () => {
  it('prints the text of the desk that runs on the folder, unchanged', async () => {
    await desk(() => TEXT);
    expect(await printed(directory)).toBe(TEXT);
  });

  it('prints the same samples as one JSON object', async () => {
    await desk(() => TEXT);
    expect(JSON.parse(await printed(directory, '--json'))).toEqual({
      'interlock_mode{mode="normal"}': 1,
      'interlock_mode{mode="a \\"b} \\\\ 7"}': 0,
      interlock_x_seconds: 1.5e-7,
      'interlock_x_seconds{of="nothing"}': null,
    });
  });

  it('says that no desk is running, where, and how to start one', async () => {
    const asked = metrics([directory]);
    await expect(asked).rejects.toThrow(MetricsUnavailableError);
    await expect(asked).rejects.toThrow(
      `${directory}: no desk is running on this folder (nobody answers at ${localSocket(directory, 'desk')}). Start one: desk run --data ${directory}`,
    );
  });

  it('says that the desk hangs when it does not answer in time, or stops in the middle', async () => {
    await stranger((_, response) => response.write('interlock_mode'));
    await expect(deskMetricsText(directory, 100)).rejects.toThrow(/did not answer within 100 ms/);
    await stopAll();
    await stranger(() => {});
    await expect(deskMetricsText(directory, 100)).rejects.toThrow(/did not answer within 100 ms/);
  });

  it("passes on the desk's own complaint", async () => {
    await desk(() => {
      throw new Error('no readings');
    });
    await expect(metrics([directory])).rejects.toThrow(
      `${directory}: the answer at ${localSocket(directory, 'desk')} cannot be read: status 500, the metrics cannot be read: no readings`,
    );
  });

  it('refuses an answer without end, or one that breaks off', async () => {
    await stranger((_, response) => void response.end('x'.repeat(5 * 1024 * 1024)));
    await expect(metrics([directory])).rejects.toThrow(/cannot be read: it is longer than/);
    await stopAll();
    await stranger((_, response) => {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('interlock_mode');
      setTimeout(() => response.destroy(), 10);
    });
    await expect(metrics([directory])).rejects.toThrow(/cannot be read: aborted/);
  });

  it('wants one folder', async () => {
    await expect(metrics([])).rejects.toThrow(UsageError);
    await expect(metrics(['a', 'b'])).rejects.toThrow(/of which desk\?\nusage: desk metrics DIR/);
    await expect(metrics(['a', '--what'])).rejects.toThrow(UsageError);
  });
});

async function stopAll(): Promise<void> {
  for (const server of open.splice(0)) await server.close();
}
