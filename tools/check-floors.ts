/**
 * Checks every import of the repository against the floors of `floors.ts`. Exit code 1 and one line per offence if there are any.
 * usage: node tools/check-floors.ts [ROOT]
 */
import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { parseSync, Visitor } from 'vite';
import { HOUSE, type Import, refusal } from './floors.ts';

interface LocatedImport extends Import {
  readonly line: number;
}

/** Every way in which a module can name another one: import and export declarations, `import()`, `require()`, types. */
export function importsOf(file: string, source: string): LocatedImport[] {
  const { program, errors } = parseSync(file, source);
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
  const found: LocatedImport[] = [];
  const add = (start: number, from: { type: string; value?: unknown } | null | undefined, typeOnly: boolean) => {
    const specifier = typeof from?.value === 'string' ? from.value : undefined;
    found.push({ specifier, typeOnly, line: source.slice(0, start).split('\n').length });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.start, node.source, node.importKind === 'type'),
    ExportAllDeclaration: (node) => add(node.start, node.source, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) add(node.start, node.source, node.exportKind === 'type');
    },
    ImportExpression: (node) => add(node.start, node.source, false),
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require')
        add(node.start, node.arguments[0], false);
    },
    TSExternalModuleReference: (node) => add(node.start, node.expression, false),
    TSImportType: (node) => add(node.start, node.source, true),
  }).visit(program);
  return found;
}

/** One line per offence, `file:line: import …: why`. */
export function offences(file: string, source: string): string[] {
  return importsOf(file, source).flatMap((found) => {
    const why = refusal(file, found);
    return why === undefined
      ? []
      : [`${file}:${found.line}: import of '${found.specifier ?? 'a computed name'}': ${why}`];
  });
}

if (import.meta.main) {
  const root = process.argv[2] ?? join(import.meta.dirname, '..');
  const files = globSync(`{${HOUSE.join(',')}}/**/*.{ts,tsx,mjs}`, { cwd: root }).map((file) =>
    file.replaceAll(sep, '/'),
  );
  const all = files.sort().flatMap((file) => offences(file, readFileSync(join(root, file), 'utf8')));
  for (const offence of all) console.error(offence);
  console.error(`Floors: ${files.length} files checked, ${all.length} offences.`);
  if (all.length > 0) process.exitCode = 1;
}
