import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { type ConfigFile, configSchema } from './schema.ts';

/** A configuration that cannot be used; the message names file, place and remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError listing everything that is wrong with the file, a line each. */
export function loadConfig(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${path}: not JSON: ${(error as Error).message}`);
  }
  const result = configSchema.safeParse(json);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.flatMap((issue) => describeIssue(path, issue)).join('\n'));
}

function describeIssue(file: string, issue: z.core.$ZodIssue): string[] {
  const at = issue.path.length > 0 ? issue.path.join('.') : 'the top level';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${file}: ${at}: there is no setting '${key}' (a unit belongs to its name: timeoutMs, collarBps)`,
    );
  }
  return [`${file}: ${at}: ${issue.message}`];
}
