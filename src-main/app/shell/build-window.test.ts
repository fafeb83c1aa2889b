import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BuiltWindow, buildWindow, WindowBuildError } from './build-window.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');

let root: string;
let news: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'build-'));
  news = [];
  const renderer = join(root, 'src-renderer');
  mkdirSync(renderer);
  mkdirSync(join(root, 'src-shared'));
  mkdirSync(join(root, 'src-main', 'app', 'electron'), { recursive: true });
  for (const file of ['src-shared/transport.ts', 'src-main/app/preload.ts', 'src-main/app/electron/names.ts'])
    cpSync(join(REPOSITORY, file), join(root, file));
  writeFileSync(join(renderer, 'vite.config.ts'), 'export default { root: import.meta.dirname };');
  writeFileSync(join(renderer, 'index.html'), '<script type="module" src="./main.ts"></script>');
  write('one');
});
afterEach(() => rmSync(root, { recursive: true }));

/** What the page says. */
function write(word: string): void {
  writeFileSync(join(root, 'src-renderer', 'main.ts'), `document.title = '${word}' + process.env.NODE_ENV;`);
}

function build(): Promise<BuiltWindow> {
  return buildWindow((text) => news.push(text), root);
}

function scriptOf({ renderer }: BuiltWindow): string {
  const [name = ''] = readdirSync(join(renderer, 'assets'));
  return readFileSync(join(renderer, 'assets', name), 'utf8');
}

describe('building the window', () => {
  it('makes the page for production, and says that it did', async () => {
    const built = await build();
    expect(existsSync(join(built.renderer, 'index.html'))).toBe(true);
    expect(scriptOf(built)).toContain('oneproduction');
    expect(news).toEqual([expect.stringMatching(/^The window was built, in \d+\.\d s\.$/)]);
  });

  it('makes the preload script one CommonJS file, which needs Electron and nothing else', async () => {
    const { preload } = await build();
    const required: string[] = [];
    const exposed: string[] = [];
    const electron = {
      contextBridge: { exposeInMainWorld: (name: string) => exposed.push(name) },
      ipcRenderer: { on() {} },
    };
    const require = (name: string): unknown => {
      required.push(name);
      return electron;
    };
    runInNewContext(readFileSync(preload, 'utf8'), { require, exports: {}, module: {} });
    expect([required, exposed]).toEqual([['electron'], ['interlock']]);
  });

  it('builds again only when a source has changed', async () => {
    const first = await build();
    writeFileSync(join(root, 'src-renderer', 'main.test.ts'), 'a test is no source');
    expect(await build()).toEqual(first);
    expect(news).toHaveLength(1);
    write('two');
    const second = await build();
    expect(scriptOf(second)).toContain('two');
    expect(scriptOf(first)).toContain('one');
    write('one');
    expect(await build()).toEqual(first);
    expect(news).toHaveLength(2);
  });

  it('may be done by several at once, and leaves nothing half done', async () => {
    const [one, other] = await Promise.all([build(), build()]);
    expect(one).toEqual(other);
    expect(scriptOf(one)).toContain('one');
    expect(readdirSync(join(root, 'dist'))).toHaveLength(1);
  });

  it('says what is wrong with the sources, and leaves nothing behind', async () => {
    writeFileSync(join(root, 'src-renderer', 'main.ts'), 'const = 1;');
    const refused = build();
    await expect(refused).rejects.toThrow(WindowBuildError);
    await expect(refused).rejects.toThrow(/the window could not be built:\n(.*\n)*.*main\.ts/);
    expect(readdirSync(join(root, 'dist'))).toEqual([]);
  });

  it('keeps a few older builds, and throws away what killed builds left', async () => {
    const dist = join(root, 'dist');
    const old = ['window-1', 'window-2', 'window-3', 'window-4', 'building-old', 'building-new', 'other'];
    for (const [place, name] of old.entries()) {
      mkdirSync(join(dist, name), { recursive: true });
      const hoursAgo = name === 'building-new' ? 0 : 10 - place;
      const at = new Date(Date.now() - hoursAgo * 3_600_000);
      utimesSync(join(dist, name), at, at);
    }
    const { renderer } = await build();
    const kept = readdirSync(dist).filter((name) => !renderer.includes(name));
    expect(kept.sort()).toEqual(['building-new', 'other', 'window-3', 'window-4']);
  });
});
