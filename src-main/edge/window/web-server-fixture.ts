/** What the web server's tests share: a server with a small page, a desk that takes notes, and ways to ask it anything. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Peer, ServerChannel } from './server-channel.ts';
import { StaticFiles } from './static-files.ts';
import { WebServer, type WebServerOptions } from './web-server.ts';

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The server under test, and everything that it did. */
export class ServerFixture {
  nowMs = 0;
  readonly turnedAway: [reason: string, detail: string][] = [];
  readonly channels: ServerChannel[] = [];
  readonly peers: Peer[] = [];
  readonly heard: (string | number)[] = [];
  closed = 0;
  private readonly folder = mkdtempSync(join(tmpdir(), 'web-server-'));
  private server: WebServer | null = null;

  static async start(options: Partial<WebServerOptions> = {}): Promise<ServerFixture> {
    const fixture = new ServerFixture();
    const { folder } = fixture;
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<title>desk</title><meta content="__STYLE_NONCE__">');
    writeFileSync(join(folder, 'assets', 'index-12345678.js'), 'go()');
    fixture.server = await WebServer.start({
      port: 0,
      files: StaticFiles.load(folder),
      turnedAway: (reason, detail) => fixture.turnedAway.push([reason, detail]),
      accept: (channel, peer) => {
        fixture.channels.push(channel);
        fixture.peers.push(peer);
        return {
          receive: (text) => fixture.heard.push(text),
          oversized: (bytes) => fixture.heard.push(bytes),
          closed: () => {
            fixture.closed += 1;
          },
        };
      },
      nowMs: () => fixture.nowMs,
      ...options,
    });
    return fixture;
  }

  get web(): WebServer {
    if (this.server === null) throw new Error('not started');
    return this.server;
  }

  get reasons(): string[] {
    return this.turnedAway.map(([reason]) => reason);
  }

  /** `?token=…` of a fresh address. */
  newQuery(): string {
    return new URL(this.web.address()).search;
  }

  /** Enters as a browser does. @returns the `Cookie` header of the session. */
  async enter(): Promise<string> {
    const { headers } = await this.ask({ path: `/${this.newQuery()}` });
    return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  }

  ask(options: RequestOptions): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { port } = this.web;
      const asked = request({ host: '127.0.0.1', port, path: '/', agent: false, ...options }, async (response) => {
        const chunks = await response.toArray();
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() });
      });
      asked.on('error', reject).end();
    });
  }

  async end(): Promise<void> {
    await this.server?.close();
    rmSync(this.folder, { recursive: true });
  }
}
