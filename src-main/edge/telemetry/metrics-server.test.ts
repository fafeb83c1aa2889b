import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MetricsServer, MetricsServerError } from './metrics-server.ts';

const TEXT = '# HELP a help\n# TYPE a gauge\na{b="µ"} 1\n';

let folder: string;
let socketPath: string;
const open: { close(): unknown }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'metrics-'));
  socketPath = join(folder, 'desk.sock');
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  rmSync(folder, { recursive: true });
});

async function started(options: { port?: number; text?: () => string } = {}): Promise<MetricsServer> {
  const server = await MetricsServer.start({ socketPath, text: () => TEXT, ...options });
  open.push(server);
  return server;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function ask(options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ path: '/metrics', ...options }, async (response) => {
      const chunks = await response.toArray();
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() });
    });
    asked.on('error', reject).end();
  });
}

describe('the metrics server', () => {
  it('answers GET /metrics with the text of this moment, in the format of Prometheus', async () => {
    let readings = 0;
    await started({
      text: () => {
        readings += 1;
        return `a ${readings}\n`;
      },
    });
    expect((await ask({ socketPath })).body).toBe('a 1\n');
    const { status, headers, body } = await ask({ socketPath, path: '/metrics?again' });
    expect([status, body]).toEqual([200, 'a 2\n']);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('answers nothing else', async () => {
    await started();
    expect((await ask({ socketPath, path: '/' })).status).toBe(404);
    expect((await ask({ socketPath, path: '/metrics/..' })).status).toBe(404);
    const posted = await ask({ socketPath, method: 'POST' });
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET']);
  });

  it('answers with an error when the metrics cannot be read, and goes on', async () => {
    let isBroken = true;
    await started({
      text: () => {
        if (isBroken) throw new Error('no such thing');
        return TEXT;
      },
    });
    const broken = await ask({ socketPath });
    expect([broken.status, broken.body]).toEqual([500, 'the metrics cannot be read: no such thing\n']);
    isBroken = false;
    expect(await ask({ socketPath })).toMatchObject({ status: 200, body: TEXT });
  });

  it('keeps its socket to its own user, and removes it at the end', async () => {
    const server = await started();
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    await server.close();
    expect(existsSync(socketPath)).toBe(false);
    await expect(ask({ socketPath })).rejects.toThrow(/ENOENT/);
  });

  it('takes the place of a socket that a killed process left behind', async () => {
    const leave = `require('node:net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', leave]);
    expect(existsSync(socketPath)).toBe(true);
    await started();
    expect((await ask({ socketPath })).status).toBe(200);
  });

  it('refuses to start where another desk answers, and leaves that one alone', async () => {
    await started();
    await expect(started()).rejects.toThrow(MetricsServerError);
    await expect(started()).rejects.toThrow(`a desk answers at ${socketPath} already: stop it first`);
    expect((await ask({ socketPath })).body).toBe(TEXT);
  });

  it('refuses to start where one listens that says nothing', async () => {
    const silent: Server = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(socketPath, resolve));
    open.push(silent);
    await expect(started()).rejects.toThrow(/a desk answers/);
    expect(existsSync(socketPath)).toBe(true);
  });

  it('refuses to remove a file that is no socket, and to start in a folder that is not there', async () => {
    writeFileSync(socketPath, 'precious');
    await expect(started()).rejects.toThrow(`${socketPath} is no socket: move it away`);
    expect(statSync(socketPath).size).toBe(8);
    socketPath = join(folder, 'nowhere', 'desk.sock');
    await expect(started()).rejects.toThrow(/cannot be served at .*nowhere.*: give the desk a folder/);
  });

  describe('on a port', () => {
    it('answers to its own names only', async () => {
      const { port } = await started({ port: 0 });
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'LOCALHOST']) {
        expect(await ask({ host: '127.0.0.1', port, headers: { host } })).toMatchObject({ status: 200, body: TEXT });
      }
      for (const host of [`evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.evil:80', 'x@localhost']) {
        const { status, body } = await ask({ host: '127.0.0.1', port, headers: { host } });
        expect([host, status]).toEqual([host, 403]);
        expect(body).not.toContain('HELP');
      }
    });

    it('listens on the loopback address alone, and says where', async () => {
      const { port, address } = await started({ port: 0 });
      expect(address).toBe(`http://127.0.0.1:${port}/metrics`);
      expect(await (await fetch(address ?? '')).text()).toBe(TEXT);
      await expect(ask({ host: '127.0.0.2', port })).rejects.toThrow(/ECONNREFUSED/);
    });

    it('refuses a port that is taken, and leaves nothing behind', async () => {
      const taken: Server = createServer();
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      open.push(taken);
      const { port } = taken.address() as { port: number };
      await expect(started({ port })).rejects.toThrow(`cannot be served on 127.0.0.1:${port}`);
      expect(existsSync(socketPath)).toBe(false);
    });
  });
});
