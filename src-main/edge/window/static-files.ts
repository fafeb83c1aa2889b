import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { securityHeaders } from './content-policy.ts';
import { LIBRARY_STYLES } from './static-files-styles.ts';

const PAGE = '/index.html';
const NONCE_PLACE = '__STYLE_NONCE__';
const NONCE_BYTES = 16;
/** The build puts a hash of its content into the name of everything in there. */
const HASHED_FOLDER = '/assets/';
const NEVER_CHANGES = 'private, max-age=31536000, immutable';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** With `nosniff` a browser does nothing with it. */
const UNKNOWN_TYPE = 'application/octet-stream';

/** The window was not built, or not where it was looked for; the message names the folder and the remedy. */
export class StaticFilesError extends Error {
  override readonly name = 'StaticFilesError';
}

/** One file as a shell hands it to its window. */
export interface FileAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The built window, held in memory: what was not there at the start cannot be asked for, by whatever path. */
export class StaticFiles {
  private readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  private readonly page: string;
  private readonly styleHashes: readonly string[];

  /**
   * @param folder with `index.html` and everything that it names.
   * @param styleHashes see ContentPolicyOptions.
   * @throws StaticFilesError when there is no page in it.
   */
  static load(folder: string, styleHashes: readonly string[] = LIBRARY_STYLES): StaticFiles {
    const files = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const entry of entriesOf(folder)) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(path.slice(folder.length).replaceAll(sep, '/'), new Uint8Array(readFileSync(path)));
    }
    const page = files.get(PAGE);
    if (page === undefined) {
      throw new StaticFilesError(`${folder} has no index.html: build the window again, \`npm start\` does it`);
    }
    return new StaticFiles(files, new TextDecoder().decode(page), styleHashes);
  }

  private constructor(
    files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
    page: string,
    styleHashes: readonly string[],
  ) {
    this.files = files;
    this.page = page;
    this.styleHashes = styleHashes;
  }

  /** @param path of the request, from `/`, without its query. @returns undefined when there is no such file. */
  answer(path: string): FileAnswer | undefined {
    if (path === '/' || path === PAGE) return this.pageAnswer();
    const body = this.files.get(path);
    if (body === undefined) return undefined;
    const headers = {
      ...securityHeaders({ styleHashes: this.styleHashes }),
      'Content-Type': TYPES[extname(path)] ?? UNKNOWN_TYPE,
      'Cache-Control': path.startsWith(HASHED_FOLDER) ? NEVER_CHANGES : 'no-store',
    };
    return { headers, body };
  }

  private pageAnswer(): FileAnswer {
    const styleNonce = randomBytes(NONCE_BYTES).toString('base64');
    const headers = {
      ...securityHeaders({ styleNonce, styleHashes: this.styleHashes }),
      'Content-Type': TYPES['.html'] ?? UNKNOWN_TYPE,
      'Cache-Control': 'no-store',
    };
    return { headers, body: new TextEncoder().encode(this.page.replaceAll(NONCE_PLACE, styleNonce)) };
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true });
  } catch (error) {
    throw new StaticFilesError(
      `the window's files cannot be read in ${folder} (${(error as Error).message}): build the window again, \`npm start\` does it`,
    );
  }
}
