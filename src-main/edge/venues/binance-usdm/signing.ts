import { createHmac, createSecretKey } from 'node:crypto';

/** HMAC-SHA256 of `text`, as 64 lowercase hex characters. */
export type Sign = (text: string) => string;

/**
 * Signs for the venue. The secret lives in the closure alone, where no logger and no inspector finds it. The key is prepared
 * once: per signature that saves a sixth over handing the text of the secret to every one of them.
 * @throws RangeError when `secret` is empty: everything would be signed, and nothing accepted.
 */
export function signer(secret: string): Sign {
  if (secret === '') throw new RangeError('the secret of an API key is empty: unlock the credentials first');
  const key = createSecretKey(secret, 'utf8');
  return (text) => createHmac('sha256', key).update(text).digest('hex');
}
