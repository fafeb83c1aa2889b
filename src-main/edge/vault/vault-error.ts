/** The file of credentials cannot be used. The message names the file and the remedy, and never what is in it. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
}
