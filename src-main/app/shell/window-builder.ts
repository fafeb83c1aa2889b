/**
 * Builds the window into a folder: `renderer/`, and `preload.cjs`, which a sandboxed page needs in one CommonJS file. A program of its
 * own, because a bundler has no place in a desk's memory. usage: node window-builder.ts ROOT FOLDER
 */
import { join } from 'node:path';
import { build } from 'vite';

async function buildRenderer(root: string, folder: string): Promise<void> {
  await build({
    configFile: join(root, 'src-renderer', 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: join(folder, 'renderer'), emptyOutDir: true },
  });
}

async function buildPreload(root: string, folder: string): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      lib: { entry: join(root, 'src-main', 'app', 'preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
      rollupOptions: { external: ['electron'] },
    },
  });
}

const [root, folder] = process.argv.slice(2);
if (root === undefined || folder === undefined) throw new Error('usage: node window-builder.ts ROOT FOLDER');
await Promise.all([buildRenderer(root, folder), buildPreload(root, folder)]);
