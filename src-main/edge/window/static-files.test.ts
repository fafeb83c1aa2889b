import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StaticFiles, StaticFilesError } from './static-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'window-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<meta content="__STYLE_NONCE__"><style nonce="__STYLE_NONCE__"></style>');
  writeFileSync(join(folder, 'assets', 'index-a1b2c3d4.js'), 'go()');
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(join(folder, 'strange.xyz'), 'x');
});
afterEach(() => rmSync(folder, { recursive: true }));

function textOf(files: StaticFiles, path: string): string | undefined {
  const answer = files.answer(path);
  return answer && new TextDecoder().decode(answer.body);
}

describe('static files', () => {
  it('are typed by their ending; what is unknown is no text', () => {
    const files = StaticFiles.load(folder);
    const typeOf = (path: string) => files.answer(path)?.headers['Content-Type'];
    expect(typeOf('/')).toBe('text/html; charset=utf-8');
    expect(typeOf('/assets/index-a1b2c3d4.js')).toBe('text/javascript; charset=utf-8');
    expect(typeOf('/icon.svg')).toBe('image/svg+xml');
    expect(typeOf('/strange.xyz')).toBe('application/octet-stream');
  });

  it('give the page a fresh nonce each time, the same in its text and its policy', () => {
    const files = StaticFiles.load(folder, ['sha256-x']);
    const nonces = [files.answer('/'), files.answer('/index.html')].map((answer) => {
      const page = new TextDecoder().decode(answer?.body);
      const [, nonce = ''] = /nonce="([^"]+)"/.exec(page) ?? [];
      expect(Buffer.from(nonce, 'base64')).toHaveLength(16);
      expect(page).toBe(`<meta content="${nonce}"><style nonce="${nonce}"></style>`);
      expect(answer?.headers['Content-Security-Policy']).toContain(`'self' 'nonce-${nonce}' 'sha256-x'`);
      return nonce;
    });
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  it('may be kept by a browser where their name carries their hash, and nowhere else', () => {
    const files = StaticFiles.load(folder);
    const cacheOf = (path: string) => files.answer(path)?.headers['Cache-Control'];
    expect(cacheOf('/assets/index-a1b2c3d4.js')).toContain('immutable');
    expect([cacheOf('/'), cacheOf('/icon.svg')]).toEqual(['no-store', 'no-store']);
  });

  it('are those that were there at the start, by their exact path', () => {
    const files = StaticFiles.load(folder);
    writeFileSync(join(folder, 'late.txt'), 'late');
    for (const path of [
      '/late.txt',
      '/../window',
      '/assets/../icon.svg',
      '/assets/',
      '/assets',
      '//icon.svg',
      'icon.svg',
      '',
    ]) {
      expect([path, files.answer(path)]).toEqual([path, undefined]);
    }
    rmSync(join(folder, 'icon.svg'));
    expect(textOf(files, '/icon.svg')).toBe('<svg/>');
  });

  it('refuse a folder without a page, or none at all, with the remedy', () => {
    rmSync(join(folder, 'index.html'));
    expect(() => StaticFiles.load(folder)).toThrow(`${folder} has no index.html: build the window again`);
    expect(() => StaticFiles.load(join(folder, 'nowhere'))).toThrow(StaticFilesError);
    expect(() => StaticFiles.load(join(folder, 'nowhere'))).toThrow(/nowhere.*build the window again/);
  });
});
