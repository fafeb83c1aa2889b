import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { CONTENT_TYPE } from './prometheus.ts';

const PATH = '/metrics';
const LOOPBACK = '127.0.0.1';
/** Any other name was pointed here by somebody else, so that a page in a browser may read what it should not (DNS rebinding). */
const OWN_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;
const OWNER_ONLY = 0o600;
const MAX_CONNECTIONS = 16;
/** For a whole request, and for a silent connection. */
const PATIENCE_MS = 5_000;
/** Whoever has not answered by then is there all the same. */
const PROBE_MS = 1_000;

/** The message names the place that cannot be listened on, and the remedy. */
export class MetricsServerError extends Error {
  override readonly name = 'MetricsServerError';
}

export interface MetricsServerOptions {
  /** A Unix socket's path, or a Windows pipe's. */
  readonly socketPath: string;
  /** Also on this port of 127.0.0.1, for a Prometheus server; 0 takes any free one. */
  readonly port?: number;
  /** Asked at each request. What it throws is answered as an error, and harms nobody else. */
  readonly text: () => string;
}

/** Answers `GET /metrics` on a local socket that only this user may open. */
export class MetricsServer {
  /** The port of 127.0.0.1, where one was asked for. */
  readonly port: number | undefined;
  private readonly servers: readonly Server[];

  /**
   * A socket that a killed desk left behind is replaced.
   * @throws MetricsServerError when a desk answers there, something else is in the way, or the port is taken; nothing is left listening then.
   */
  static async start({ socketPath, port, text }: MetricsServerOptions): Promise<MetricsServer> {
    const local = server(text, () => true);
    await listenLocally(local, socketPath);
    if (port === undefined) return new MetricsServer([local], undefined);
    const loopback = server(text, (host) => OWN_HOST.test(host));
    try {
      await listening(loopback, () => loopback.listen(port, LOOPBACK));
    } catch (error) {
      await closed(local);
      throw new MetricsServerError(
        `metrics cannot be served on ${LOOPBACK}:${port} (${(error as Error).message}): choose another port, or none`,
      );
    }
    return new MetricsServer([local, loopback], (loopback.address() as AddressInfo).port);
  }

  private constructor(servers: readonly Server[], port: number | undefined) {
    this.servers = servers;
    this.port = port;
  }

  /** Where a Prometheus server asks; undefined where no port was asked for. */
  get address(): string | undefined {
    return this.port === undefined ? undefined : `http://${LOOPBACK}:${this.port}${PATH}`;
  }

  /** Ends connections too, and removes the socket. */
  async close(): Promise<void> {
    await Promise.all(this.servers.map(closed));
  }
}

function server(text: () => string, isOwnHost: (host: string) => boolean): Server {
  const options = {
    requestTimeout: PATIENCE_MS,
    headersTimeout: PATIENCE_MS,
    connectionsCheckingInterval: PATIENCE_MS,
  };
  const made = createServer(options, (request, response) => answer(request, response, text, isOwnHost));
  made.maxConnections = MAX_CONNECTIONS;
  made.timeout = PATIENCE_MS;
  return made;
}

function answer(
  { method, url = '', headers }: IncomingMessage,
  response: ServerResponse,
  text: () => string,
  isOwnHost: (host: string) => boolean,
): void {
  const reply = (status: number, body: string, more: Record<string, string> = {}): void => {
    const fixed = { 'Content-Type': CONTENT_TYPE, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
    // One request a connection: nothing is open while nobody asks.
    response.writeHead(status, { ...fixed, Connection: 'close', ...more }).end(body);
  };
  const [path] = url.split('?');
  if (!isOwnHost(headers.host ?? '')) reply(403, `ask for ${LOOPBACK} or localhost\n`);
  else if (path !== PATH) reply(404, `there is only ${PATH}\n`);
  else if (method !== 'GET') reply(405, 'GET only\n', { Allow: 'GET' });
  else {
    try {
      reply(200, text());
    } catch (error) {
      reply(500, `the metrics cannot be read: ${(error as Error).message}\n`);
    }
  }
}

async function listenLocally(local: Server, path: string): Promise<void> {
  try {
    if (process.platform !== 'win32') await removeStale(path);
    await listening(local, () => {
      local.listen(path);
      // Bound by now, if at all; no connection has been accepted yet.
      if (process.platform !== 'win32' && local.listening) chmodSync(path, OWNER_ONLY);
    });
  } catch (error) {
    await closed(local);
    if (error instanceof MetricsServerError) throw error;
    throw new MetricsServerError(
      `metrics cannot be served at ${path} (${(error as Error).message}): give the desk a folder of its own that it may write in`,
    );
  }
}

/** Two desks never do this at once for one folder: the journal's lock comes first. */
async function removeStale(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  // A connection to a plain file is refused just as one to a dead socket.
  if (!there.isSocket()) {
    throw new MetricsServerError(`${path} is no socket: move it away, so that metrics can be served there`);
  }
  if (await isAnswered(path)) {
    throw new MetricsServerError(`a desk answers at ${path} already: stop it first, or give this one another folder`);
  }
  rmSync(path, { force: true });
}

/** Only a refusal proves that nobody listens. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(PROBE_MS, () => settle(true));
    socket.on('connect', () => settle(true));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => settle(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}

function listening(of: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    of.once('error', reject);
    of.once('listening', () => {
      of.off('error', reject);
      // Such as too many open files when a connection comes in. Telemetry never ends a desk.
      of.on('error', () => {});
      resolve();
    });
    listen();
  });
}

function closed(of: Server): Promise<void> {
  return new Promise((resolve) => {
    of.close(() => resolve());
    of.closeAllConnections();
  });
}
