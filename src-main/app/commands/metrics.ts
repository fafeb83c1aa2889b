import { get, type IncomingMessage } from 'node:http';
import { localSocket } from '../local-socket.ts';
import { UsageError } from '../usage-error.ts';
import { parsed } from './run-options.ts';

export const METRICS_USAGE = 'desk metrics DIR [--json]';

const PATIENCE_MS = 5_000;
/** A desk's metrics are a hundredth of this. */
const MAX_TEXT_CHARS = 4 * 1024 * 1024;

/** The desk's metrics cannot be had. The message names the folder and the remedy. */
export class MetricsUnavailableError extends Error {
  override readonly name = 'MetricsUnavailableError';
}

/**
 * Prints the metrics of the desk that runs on a data folder: Prometheus' text, or one JSON object with a number for each of its
 * samples, under the sample's own words. Exit code 1 when there is no desk.
 */
export async function metrics(args: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(args, { json: { type: 'boolean', default: false } } as const, METRICS_USAGE);
  const [directory, ...more] = positionals;
  if (directory === undefined || more.length > 0) throw new UsageError(`of which desk?\nusage: ${METRICS_USAGE}`);
  const text = await deskMetricsText(directory, PATIENCE_MS);
  process.stdout.write(values.json ? `${JSON.stringify(samplesOf(text))}\n` : text);
}

/** @throws MetricsUnavailableError when no desk runs on `directory`, or when it does not answer within `patienceMs`. */
export async function deskMetricsText(directory: string, patienceMs: number): Promise<string> {
  const socketPath = localSocket(directory, 'desk');
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const response = await answer(socketPath, signal);
    const text = await bodyOf(response);
    if (response.statusCode === 200) return text;
    throw new Error(`status ${response.statusCode}, ${text.trim()}`);
  } catch (error) {
    const silent = `the desk did not answer within ${patienceMs} ms: its event loop is blocked. Stop it, and start it again`;
    const why = signal.aborted ? silent : explained(error as NodeJS.ErrnoException, directory, socketPath);
    throw new MetricsUnavailableError(`${directory}: ${why}`);
  }
}

function explained({ code, message }: NodeJS.ErrnoException, directory: string, socketPath: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return `no desk is running on this folder (nobody answers at ${socketPath}). Start one: desk run --data ${directory}`;
    case 'EACCES':
    case 'EPERM':
      return "this desk is another user's. Ask as the user who started it";
    default:
      return `the answer at ${socketPath} cannot be read: ${message}. Ask again`;
  }
}

function answer(socketPath: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ socketPath, path: '/metrics', signal }, resolve).on('error', reject);
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) {
    text += chunk;
    if (text.length > MAX_TEXT_CHARS) throw new Error(`it is longer than ${MAX_TEXT_CHARS} characters`);
  }
  return text;
}

/** `{"interlock_mode{mode=\"normal\"}": 1, …}`; null for what is no finite number. */
function samplesOf(text: string): Record<string, number | null> {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    samples.map((line) => {
      const end = line.lastIndexOf(' ');
      const value = Number(line.slice(end + 1));
      return [line.slice(0, end), Number.isFinite(value) ? value : null];
    }),
  );
}
