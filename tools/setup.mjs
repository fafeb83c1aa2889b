/**
 * Makes node_modules match package-lock.json, installed under the Node that package.json pins. Every npm script runs it first,
 * as its `pre` script: a shell of its own, because a shell that has already found the host's `node` would keep using it.
 *
 * Plain JavaScript, so that any host Node >= 20 can run it. Prints to stderr only: stdout belongs to the command that follows.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOCK_WAIT_LIMIT_MS = 15 * 60_000;
const LOCK_POLL_MS = 200;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const binaries = join(modules, '.bin');
const stampFile = join(modules, '.interlock-setup');
const lock = join(root, '.setup-lock');
const me = String(process.pid);
const lockCandidate = `${lock}.${me}`;

/** @type {{ devDependencies: { node: string }, allowScripts: Record<string, boolean> }} */
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pinnedNode = manifest.devDependencies.node;
const allowedScripts = Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name]);
/** What node_modules was installed from; npm deletes it together with node_modules, so an interrupted install leaves none. */
const wantedStamp = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

/** A failure that the user can do something about: printed without a stack. */
class SetupError extends Error {}

function isUpToDate() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp;
}

/**
 * Runs a command and returns what it printed on stdout, or nothing when `show` sends that to stderr.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, path: string, show: boolean }} options
 */
function run(command, args, { cwd, path, show }) {
  const needsShell = process.platform === 'win32' && command === 'npm';
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', show ? 2 : 'pipe', show ? 2 : 'pipe'],
    encoding: 'utf8',
    shell: needsShell,
  });
  const said = result.error?.message ?? result.stderr ?? '';
  if (result.status !== 0) throw new SetupError(`\`${command} ${args.join(' ')}\` failed in ${cwd}. ${said}`.trim());
  return (result.stdout ?? '').trim();
}

/**
 * Runs npm, as the version that started us where one did. `--loglevel` overrides the `--silent` of an outer `npm run`.
 * @param {string[]} args
 * @param {{ cwd: string, path: string, show: boolean }} options
 */
function npm(args, options) {
  const cli = process.env.npm_execpath ?? '';
  const all = [...args, '--loglevel=warn', '--no-update-notifier'];
  return cli.endsWith('npm-cli.js') ? run('node', [cli, ...all], options) : run('npm', all, options);
}

/**
 * Compares `24.9.1` with `24.21.0`, number by number.
 * @param {string} version
 * @param {string} other
 */
function isOlder(version, other) {
  return version.localeCompare(other, 'en', { numeric: true }) < 0;
}

/** @param {string} path */
function nodeOn(path) {
  return run('node', ['-p', 'process.versions.node'], { cwd: tmpdir(), path, show: false });
}

/**
 * The PATH to install under: its first `node` is at least the pinned one. npm judges the `engines` of optional dependencies by the Node
 * that runs it and leaves out, silently, what does not match: an install under an older host would lack native parts.
 */
function pathToInstallUnder() {
  // The project's own node may be stale or half installed, and is about to be replaced.
  const hostPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== binaries)
    .join(delimiter);
  if (!isOlder(nodeOn(hostPath), pinnedNode)) return hostPath;
  // Away from the project, where npm would take a broken node of ours for the one it was asked for.
  const elsewhere = { cwd: tmpdir(), path: hostPath, show: false };
  const node = npm(['exec', '--yes', `--package=node@${pinnedNode}`, '--call', 'node -p process.execPath'], elsewhere);
  const path = [dirname(node), hostPath].join(delimiter);
  if (isOlder(nodeOn(path), pinnedNode)) throw new SetupError(`npm did not provide node@${pinnedNode}, but ${node}.`);
  return path;
}

function install() {
  console.error(
    `Setting up: installing packages under Node ${pinnedNode} (again only when package-lock.json changes) ...`,
  );
  // Development packages are what runs this project, whatever NODE_ENV or the user's npm configuration leave out.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--ignore-scripts'];
  const here = { cwd: root, path: pathToInstallUnder(), show: true };
  npm(args, here);
  // Install scripts run by name only. npm before 11 does not know `allowScripts`, so the names are read here.
  npm(['rebuild', ...allowedScripts], here);
  writeFileSync(stampFile, wantedStamp);
}

/** Through an npm script we are run by the installed Node already, and there is nothing to ask. */
function checkNode() {
  if (process.versions.node === pinnedNode) return;
  const installed = nodeOn(binaries);
  if (installed !== pinnedNode) throw new SetupError(`node_modules/.bin/node is Node ${installed}, not ${pinnedNode}.`);
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * @template T
 * @param {() => T} attempt
 */
function orUndefined(attempt) {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}

/**
 * Waits until no other set-up of this checkout runs. The lock is a folder with one entry, named after its owner's process: renaming the
 * folder into place takes a free lock, renaming the entry takes over a dead owner's, and of several who try only one can succeed.
 */
function takeLock() {
  mkdirSync(lockCandidate, { recursive: true });
  writeFileSync(join(lockCandidate, me), '');
  const rename = (/** @type {string} */ from, /** @type {string} */ to) =>
    orUndefined(() => renameSync(from, to) ?? true);
  const giveUpAt = Date.now() + LOCK_WAIT_LIMIT_MS;
  let announced = false;
  while (!rename(lockCandidate, lock)) {
    const owner = orUndefined(() => readdirSync(lock)[0]);
    if (owner !== undefined && !isRunning(Number(owner)) && rename(join(lock, owner), join(lock, me))) return;
    if (Date.now() > giveUpAt) {
      throw new SetupError(`Process ${owner} has been setting up for too long. If it is not, delete ${lock}.`);
    }
    if (!announced) console.error(`Setting up: waiting for process ${owner}, which is doing it already ...`);
    announced = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  }
}

/** Gives the lock back in one step: emptied in place it could be taken, and then deleted under its new owner. */
function releaseLock() {
  rmSync(lockCandidate, { recursive: true, force: true });
  if (!existsSync(join(lock, me))) return;
  renameSync(lock, lockCandidate);
  rmSync(lockCandidate, { recursive: true });
}

function setUp() {
  if (!isUpToDate()) {
    try {
      takeLock();
      if (!isUpToDate()) install();
    } finally {
      releaseLock();
    }
  }
  checkNode();
}

try {
  setUp();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`Set-up failed: ${error.message}`);
  console.error(
    'It needs Node 20 and npm 10 or newer, a package registry that npm can reach, and install scripts allowed for the package `node`' +
      ' (`npm config get ignore-scripts` must say false). With these in place, delete node_modules and try again.',
  );
  process.exitCode = 1;
}
