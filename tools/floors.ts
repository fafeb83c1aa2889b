/**
 * The house: who may import whom, by folder. Dependencies point down. `check-floors.ts` reads the imports, this file judges them.
 */
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';

/** What the files of one folder may import besides their own folder and whatever lies in it. */
interface Floor {
  readonly folders: readonly string[];
  /** Folders of which only types may be imported (`import type`). */
  readonly typesOf?: readonly string[];
  /** npm packages; absent means any. */
  readonly packages?: readonly string[];
  /** Whether Node's own modules may be imported. */
  readonly node: boolean;
}

/** Rooms of the core, floor 1 first. A room imports rooms of lower floors, never one of its own floor. */
const ROOMS = [
  ['engine'],
  ['market', 'portfolio'],
  ['features', 'risk'],
  ['execution', 'models', 'safety'],
  ['strategies'],
];

const SHARED = 'src-shared';
const CORE = 'src-main/core';
const SIMULATION = 'src-main/simulation';
const THREADS = 'src-main/threads';
const FORMATS = 'src-main/formats';
const EDGE = 'src-main/edge';
const RESEARCH = 'src-main/research';
const KILLSWITCH = `${EDGE}/killswitch`;
const TESTING = 'src-main/testing';
const NATIVE = 'native';

const DETERMINISTIC = { packages: ['@noble/hashes'], node: false };

const FLOORS = new Map<string, Floor>([
  ['src-shared/domain', { folders: [], packages: [], node: false }],
  ['src-shared/contract', { folders: [SHARED], packages: ['zod'], node: false }],
  [SHARED, { folders: [], packages: [], node: false }],
  ...ROOMS.flatMap((rooms, floor) =>
    rooms.map((room): [string, Floor] => {
      const lower = ROOMS.slice(0, floor).flat();
      return [`${CORE}/${room}`, { folders: [SHARED, ...lower.map((name) => `${CORE}/${name}`)], ...DETERMINISTIC }];
    }),
  ),
  [CORE, { folders: [SHARED], ...DETERMINISTIC }], // files directly in core/: they compose the rooms
  [SIMULATION, { folders: [SHARED, CORE], ...DETERMINISTIC }],
  [THREADS, { folders: [SHARED], packages: [], node: true }], // shared memory between the threads of one process
  [FORMATS, { folders: [SHARED], typesOf: [CORE], packages: [], node: true }], // texts of venues, and the frames in them
  [`${EDGE}/*`, { folders: [SHARED, THREADS, FORMATS], typesOf: [CORE], node: true }],
  [RESEARCH, { folders: [SHARED, CORE, SIMULATION, THREADS, FORMATS, EDGE], node: true }],
  [NATIVE, { folders: [KILLSWITCH], packages: ['avr8js'], node: true }], // the emulated kill switch, and what is said to it
  ['src-main/app', { folders: [SHARED, CORE, SIMULATION, THREADS, FORMATS, EDGE, RESEARCH, NATIVE], node: true }],
  [TESTING, { folders: [SHARED, CORE, SIMULATION], node: true }],
  ['src-renderer', { folders: [SHARED], node: false }],
  ['bench', { folders: [SHARED, 'src-main', 'e2e', NATIVE], node: true }], // the window is measured as it is tested
  ['e2e', { folders: [SHARED, 'src-main', 'src-renderer', NATIVE], node: true }],
  ['tools', { folders: [], node: true }],
]);

/** The top folders that the floors cover. */
export const HOUSE = ['src-shared', 'src-main', 'src-renderer', 'native', 'bench', 'e2e', 'tools'];

const TEST_PACKAGES = ['vitest', 'fast-check'];

export interface Import {
  /** As written: `../engine/math.ts`, `node:fs`, `@noble/hashes/sha2.js`; undefined when it is computed at run time. */
  readonly specifier: string | undefined;
  readonly typeOnly: boolean;
}

/** The folder whose row in the table decides about `file`, a path with slashes from the repository's root. */
function homeOf(file: string): string {
  const folders = file.split('/').slice(0, -1);
  const insideRoomOrEdge = file.startsWith(`${CORE}/`) || file.startsWith(`${EDGE}/`);
  const depth = insideRoomOrEdge ? 3 : folders[0] === 'src-main' || folders[0] === 'src-shared' ? 2 : 1;
  return folders.slice(0, depth).join('/');
}

function isIn(file: string, folder: string): boolean {
  return file.startsWith(`${folder}/`);
}

/** `@noble/hashes/sha2.js` → `@noble/hashes`, `zod/mini` → `zod`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * Why `file` (a path with slashes from the repository's root) may not have this import, or undefined if it may.
 * Tests keep to the order of the floors, but may use Node, the test libraries and the values of what others may only name as types.
 */
export function refusal(file: string, { specifier, typeOnly }: Import): string | undefined {
  const home = homeOf(file);
  const floor = FLOORS.get(home) ?? (isIn(home, EDGE) ? FLOORS.get(`${EDGE}/*`) : undefined);
  if (floor === undefined) return `${home}/ has no floor: give it one in tools/floors.ts`;
  const isTest = /\.test\.tsx?$/.test(file);

  if (specifier === undefined) {
    return floor.packages === undefined ? undefined : `${home}/ may only import what is spelled out`;
  }
  if (isBuiltin(specifier)) {
    return floor.node || isTest ? undefined : `${home}/ may not import Node's modules`;
  }
  if (!specifier.startsWith('.')) {
    const allowed = isTest ? floor.packages?.concat(TEST_PACKAGES) : floor.packages;
    if (allowed === undefined || allowed.includes(packageOf(specifier))) return undefined;
    return `${home}/ may import ${allowed.length === 0 ? 'no packages' : `only the packages ${allowed.join(', ')}`}`;
  }

  const target = posix.join(posix.dirname(file), specifier);
  if (isIn(target, TESTING) && !isIn(file, TESTING)) {
    return isTest || home === 'bench' ? undefined : `only tests and benchmarks may import ${TESTING}/`;
  }
  if ([home, ...floor.folders].some((folder) => isIn(target, folder))) return undefined;
  if (floor.typesOf?.some((folder) => isIn(target, folder))) {
    return typeOnly || isTest
      ? undefined
      : `${home}/ may import only types of ${homeOf(target)}/: write \`import type\``;
  }
  return `${home}/ may import only ${[home, ...floor.folders, ...(floor.typesOf ?? [])].map((folder) => `${folder}/`).join(', ')}`;
}
