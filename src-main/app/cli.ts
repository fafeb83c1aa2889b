/** The process's entry: what is imported from here on is compiled once, and not at every start. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { commandLine } = await import('./command-line.ts');
await commandLine(process.argv.slice(2));
