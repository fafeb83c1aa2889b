import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, offences } from './check-floors.ts';

/** [importing file, what it may write] */
const MAY: readonly (readonly [string, string])[] = [
  // the rooms of the core
  ['src-main/core/market/book.ts', "import { add } from '../engine/math.ts';"],
  ['src-main/core/market/book.ts', "import { level } from './level.ts';"],
  ['src-main/core/market/sync/gap.ts', "import { book } from '../book.ts';"],
  ['src-main/core/market/sync/gap.ts', "import { exp } from '../../engine/math.ts';"],
  ['src-main/core/market/book.ts', "import type { Micros } from '../../../src-shared/domain/time.ts';"],
  ['src-main/core/strategies/maker.ts', "import { gate } from '../execution/gate.ts';"],
  ['src-main/core/core.ts', "import { maker } from './strategies/maker.ts';"],
  // packages and Node
  ['src-main/core/engine/hash.ts', "import { sha256 } from '@noble/hashes/sha2.js';"],
  ['src-shared/contract/commands.ts', "import { z } from 'zod';"],
  ['src-shared/contract/commands.ts', "import type { Mode } from '../domain/mode.ts';"],
  ['src-shared/transport.ts', "import type { Topic } from './contract/topics.ts';"],
  // above the core
  ['src-main/simulation/matcher.ts', "import { Book } from '../core/market/book.ts';"],
  ['src-main/edge/ticks/store.ts', "import { gunzipSync } from 'node:zlib';"],
  ['src-main/edge/ticks/store.ts', "import Database from 'better-sqlite3';"],
  ['src-main/edge/ticks/store.ts', "import type { Input } from '../../core/engine/input.ts';"],
  ['src-main/research/backtest.ts', "import { store } from '../edge/ticks/store.ts';"],
  ['src-main/app/desk.ts', "import { backtest } from '../research/backtest.ts';"],
  ['native/emulator/board.ts', "import { CPU } from 'avr8js';"],
  ['native/emulator/switch.ts', "import { crc16 } from '../../src-main/edge/killswitch/crc16.ts';"],
  ['src-main/app/desk.ts', "import { EmulatedSwitch } from '../../native/emulator/emulated-switch.ts';"],
  ['src-renderer/panels/book.tsx', "import { useState } from 'react';"],
  ['src-renderer/panels/book.tsx', "import { topic } from '../../src-shared/contract/topics.ts';"],
  // tests
  ['src-main/core/market/book.test.ts', "import { readFileSync } from 'node:fs';"],
  ['src-main/core/market/book.test.ts', "import fc from 'fast-check';"],
  ['src-main/core/market/book.test.ts', "import { runs } from '../../testing/runs.ts';"],
  ['src-shared/domain/money.test.ts', "import { runs } from '../../src-main/testing/runs.ts';"],
  ['src-main/edge/ticks/store.test.ts', "import { Engine } from '../../core/engine/engine.ts';"],
  ['bench/run.ts', "import { recording } from '../src-main/testing/recordings-folder.ts';"],
];

/** [importing file, what it may not write, part of the reason] */
const MAY_NOT: readonly (readonly [string, string, string])[] = [
  // the rooms of the core
  [
    'src-main/core/market/book.ts',
    "import { p } from '../portfolio/position.ts';",
    'src-main/core/market/ may import only',
  ],
  [
    'src-main/core/engine/engine.ts',
    "import { book } from '../market/book.ts';",
    'src-main/core/engine/ may import only',
  ],
  ['src-main/core/execution/gate.ts', "import type { M } from '../safety/modes.ts';", 'may import only'],
  ['src-main/core/market/sync/gap.ts', "import { core } from '../../core.ts';", 'may import only'],
  ['src-main/core/market/book.ts', "import { v } from './../../edge/venues/v.ts';", 'may import only'],
  ['src-main/core/market/book.ts', "export * from '../risk/var.ts';", 'may import only'],
  ['src-main/core/market/book.ts', "export { v } from '../risk/var.ts';", 'may import only'],
  ['src-main/core/market/book.ts', "type V = import('../risk/var.ts').V;", 'may import only'],
  ['src-main/core/market/book.ts', "import v = require('../risk/var.ts');", 'may import only'],
  ['src-main/core/market/book.ts', "const v = await import('../risk/var.ts');", 'may import only'],
  ['src-main/core/market/book.ts', 'const v = await import(name);', 'spelled out'],
  ['src-main/core/core.ts', "import { matcher } from '../simulation/matcher.ts';", 'may import only'],
  ['src-main/core/kitchen/stove.ts', "import { a } from './a.ts';", 'has no floor'],
  // packages and Node
  ['src-main/core/engine/hash.ts', "import { z } from 'zod';", 'only the packages @noble/hashes'],
  ['src-main/core/engine/hash.ts', "import { x } from '@noble/curves';", 'only the packages @noble/hashes'],
  ['src-main/core/engine/hash.ts', "import { createHash } from 'node:crypto';", "Node's modules"],
  ['src-main/core/engine/hash.ts', "import { readFileSync } from 'fs';", "Node's modules"],
  ['src-main/simulation/matcher.ts', "import { readFileSync } from 'node:fs';", "Node's modules"],
  ['src-shared/domain/money.ts', "import { z } from 'zod';", 'no packages'],
  ['src-shared/transport.ts', "import { z } from 'zod';", 'no packages'],
  ['src-shared/domain/time.ts', "import { hrtime } from 'node:process';", "Node's modules"],
  ['src-shared/domain/time.ts', "import { app } from 'electron';", 'no packages'],
  ['src-shared/domain/time.ts', "import { exp } from '../../src-main/core/engine/math.ts';", 'may import only'],
  // above the core
  ['src-main/simulation/matcher.ts', "import { v } from '../edge/venues/v.ts';", 'may import only'],
  ['src-main/edge/ticks/store.ts', "import { Engine } from '../../core/engine/engine.ts';", 'import only types'],
  ['src-main/edge/ticks/store.ts', "import { type Input } from '../../core/engine/input.ts';", 'import only types'],
  ['src-main/edge/ticks/store.ts', "import type { J } from '../journal/journal.ts';", 'may import only'],
  ['src-main/edge/ticks/store.ts', "import { matcher } from '../../simulation/matcher.ts';", 'may import only'],
  ['src-main/edge/stray.ts', "import { a } from './ticks/a.ts';", 'has no floor'],
  ['src-main/edge/killswitch/guard.ts', "import { b } from '../../../native/emulator/board.ts';", 'may import only'],
  ['native/emulator/board.ts', "import { v } from '../../src-main/edge/vault/v.ts';", 'may import only'],
  ['src-main/research/backtest.ts', "import { desk } from '../app/desk.ts';", 'may import only'],
  ['src-main/app/desk.ts', "import { runs } from '../testing/runs.ts';", 'only tests'],
  ['src-main/app/desk.ts', "import { App } from '../../src-renderer/app.tsx';", 'may import only'],
  ['src-renderer/panels/book.tsx', "import { desk } from '../../src-main/app/desk.ts';", 'may import only'],
  ['src-renderer/panels/book.tsx', "import { readFileSync } from 'node:fs';", "Node's modules"],
  // tests
  ['src-main/core/market/book.test.ts', "import { gate } from '../execution/gate.ts';", 'may import only'],
  ['src-main/core/market/book.test.ts', "import { z } from 'zod';", 'only the packages'],
];

describe('the floors', () => {
  it.each(MAY)('%s: %s', (file, code) => {
    expect(offences(file, code)).toEqual([]);
  });

  it.each(MAY_NOT)('%s: not %s', (file, code, reason) => {
    expect(offences(file, code)).toEqual([expect.stringContaining(reason)]);
  });

  it('are checked with the line of each import, whatever stands in comments and strings', () => {
    const source = "// import './a.ts'\nconst text = \"import './b.ts'\";\n\nimport {\n  c,\n} from './c.ts';\n";
    expect(importsOf('src-main/app/x.ts', source)).toEqual([{ specifier: './c.ts', typeOnly: false, line: 4 }]);
  });

  it('do not accept a file that cannot be read', () => {
    expect(() => importsOf('src-main/app/x.ts', 'import {')).toThrow('src-main/app/x.ts');
  });

  it('fail the check of a tree with an offence in it', () => {
    const tree = mkdtempSync(join(tmpdir(), 'floors-'));
    const room = join(tree, 'src-main/core/engine');
    mkdirSync(room, { recursive: true });
    writeFileSync(join(room, 'clock.ts'), "\nimport { hrtime } from 'node:process';\n");
    const check = () => spawnSync('node', [join(import.meta.dirname, 'check-floors.ts'), tree], { encoding: 'utf8' });

    const refused = check();
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("src-main/core/engine/clock.ts:2: import of 'node:process'");

    writeFileSync(join(room, 'clock.ts'), '');
    expect(check().status).toBe(0);
    rmSync(tree, { recursive: true });
  });
});
