import { assertOwnCredentials, readCredentials } from '../../edge/vault/credentials-file.ts';
import type { VenueKey } from '../../edge/vault/venue-key.ts';
import type { ConfigFile } from '../config/schema.ts';
import { defaultCredentialsFile } from './credentials.ts';
import { HiddenLines, type SecretInput, standardInput } from './hidden-lines.ts';

/**
 * The keys that a desk at `venue` needs: none where the desk starts the simulated venue itself. The passphrase is typed without
 * echo, or is the first line of the standard input.
 * @throws VaultError when the file cannot be opened, UsageError when there is no passphrase.
 */
export async function venueKeys(
  { venues }: ConfigFile,
  venue: string,
  file: string = defaultCredentialsFile(),
  input: SecretInput = standardInput(),
): Promise<ReadonlyMap<string, VenueKey>> {
  if (venues[venue]?.endpoints === undefined) return new Map();
  assertOwnCredentials(file);
  const lines = new HiddenLines(input);
  try {
    return await readCredentials(file, await lines.next(`passphrase of ${file}`));
  } finally {
    lines.close();
  }
}
