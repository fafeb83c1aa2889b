/** What a window may load and do, the same in the browser and in Electron. */

export interface ContentPolicyOptions {
  /** Of one answer: base64, never the same twice. Absent: no inline style is allowed. */
  readonly styleNonce?: string;
  /** Inline styles of libraries that know no nonce, as `sha256-…`. */
  readonly styleHashes?: readonly string[];
}

/** Everything that a page could ask a browser for, by the names that Chromium knows; a desk's window needs none of it. */
const DENIED_FEATURES = [
  ...['accelerometer', 'autoplay', 'browsing-topics', 'camera'],
  ...['clipboard-read', 'clipboard-write', 'display-capture', 'encrypted-media', 'fullscreen', 'gamepad'],
  ...['geolocation', 'gyroscope', 'hid', 'identity-credentials-get', 'idle-detection', 'keyboard-map', 'local-fonts'],
  ...['magnetometer', 'microphone', 'midi', 'otp-credentials', 'payment', 'picture-in-picture'],
  ...['publickey-credentials-create', 'publickey-credentials-get', 'screen-wake-lock', 'serial'],
  ...['storage-access', 'usb', 'window-management', 'xr-spatial-tracking'],
];
const PERMISSIONS_POLICY = DENIED_FEATURES.map((feature) => `${feature}=()`).join(', ');

/** The text of `Content-Security-Policy`: nothing but the desk's own files, and no inline style without the nonce or a hash. */
export function contentPolicy({ styleNonce, styleHashes = [] }: ContentPolicyOptions): string {
  const nonce = styleNonce === undefined ? [] : [`'nonce-${styleNonce}'`];
  const styles = [`'self'`, ...nonce, ...styleHashes.map((hash) => `'${hash}'`)].join(' ');
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src ${styles}`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

/** The headers that every answer carries, errors too. */
export function securityHeaders(options: ContentPolicyOptions = {}): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': contentPolicy(options),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': PERMISSIONS_POLICY,
  };
}
