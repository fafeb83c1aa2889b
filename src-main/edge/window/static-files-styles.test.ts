import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LIBRARY_STYLES } from './static-files-styles.ts';

it('holds the style that the installed lightweight-charts injects', () => {
  const library = new URL(
    '../../../node_modules/lightweight-charts/dist/lightweight-charts.production.mjs',
    import.meta.url,
  );
  const [, style = ''] = /"(a#tv-attr-logo\{[^"]*)"/.exec(readFileSync(library, 'utf8')) ?? [];
  expect(LIBRARY_STYLES).toEqual([`sha256-${hash('sha256', style, 'base64')}`]);
});
