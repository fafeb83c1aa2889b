import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const BUILDER = join(import.meta.dirname, 'window-builder.ts');
/** Everything that can change what is built: the lock file stands for the libraries. */
const SOURCES = [
  ...['src-renderer/**/*', 'src-shared/**/*.ts', 'src-main/app/preload.ts', 'src-main/app/electron/names.ts'],
  ...['src-main/app/shell/window-builder.ts', 'package-lock.json'],
];
const FINISHED = 'window-';
const UNFINISHED = 'building-';
const HASH_CHARS = 16;
/** A window that is open may still load its own older build. */
const KEPT_BUILDS = 3;
/** What is older was left behind by a build that was killed. */
const ABANDONED_MS = 3_600_000;

/** The window could not be built; the message ends with what the bundler says. */
export class WindowBuildError extends Error {
  override readonly name = 'WindowBuildError';
}

export interface BuiltWindow {
  /** The folder with `index.html`. */
  readonly renderer: string;
  /** Electron's preload script, one CommonJS file. */
  readonly preload: string;
}

/**
 * Returns the window as its sources are now, and builds it where that was not done yet. A build is named after a hash of its
 * sources, and appears whole or not at all: several processes may do this at once.
 * @param told hears that it builds, and how long that took. @param root the repository's.
 * @throws WindowBuildError.
 */
export async function buildWindow(told: (news: string) => void, root: string = ROOT): Promise<BuiltWindow> {
  const dist = join(root, 'dist');
  const folder = join(dist, `${FINISHED}${hashOfSources(root)}`);
  const built = { renderer: join(folder, 'renderer'), preload: join(folder, 'preload.cjs') };
  if (existsSync(folder)) return built;
  const startedMs = performance.now();
  mkdirSync(dist, { recursive: true });
  const making = mkdtempSync(join(dist, UNFINISHED));
  try {
    await runBuilder(root, making);
    moveIntoPlace(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  removeOld(dist);
  told(`The window was built, in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s.`);
  return built;
}

function hashOfSources(root: string): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    const content = readFileSync(file);
    hash.update(`${file.slice(root.length)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, HASH_CHARS);
}

async function runBuilder(root: string, folder: string): Promise<void> {
  // Otherwise the libraries would be built with their development checks, where our caller is a test.
  const env = { ...process.env, NODE_ENV: 'production' };
  try {
    await promisify(execFile)(process.execPath, [BUILDER, root, folder], { cwd: root, env });
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    throw new WindowBuildError(`the window could not be built:\n${(stderr ?? '').trim() || message}`);
  }
}

function moveIntoPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another process was faster, with the same sources.
    if (!existsSync(to)) throw error;
  }
}

function removeOld(dist: string): void {
  const entries = readdirSync(dist).flatMap((name) => {
    const madeMs = statSync(join(dist, name), { throwIfNoEntry: false })?.mtimeMs;
    return madeMs === undefined ? [] : [{ name, madeMs }];
  });
  const finished = entries.filter(({ name }) => name.startsWith(FINISHED)).sort((a, b) => b.madeMs - a.madeMs);
  const abandoned = entries.filter(
    ({ name, madeMs }) => name.startsWith(UNFINISHED) && Date.now() - madeMs > ABANDONED_MS,
  );
  for (const { name } of [...finished.slice(KEPT_BUILDS), ...abandoned]) {
    rmSync(join(dist, name), { recursive: true, force: true });
  }
}
