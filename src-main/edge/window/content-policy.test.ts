import { describe, expect, it } from 'vitest';
import { contentPolicy, securityHeaders } from './content-policy.ts';

describe('the content policy', () => {
  it('allows nothing but the desk itself, and no inline style without a nonce', () => {
    expect(contentPolicy({})).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  it('allows styles by nonce and by hash, never scripts', () => {
    const policy = contentPolicy({ styleNonce: 'bm9uY2U=', styleHashes: ['sha256-a', 'sha256-b'] });
    expect(policy).toContain("style-src 'self' 'nonce-bm9uY2U=' 'sha256-a' 'sha256-b';");
    expect(policy).toContain("script-src 'self';");
  });
});

describe('the security headers', () => {
  it('are all there, and deny every feature', () => {
    const headers = securityHeaders();
    expect(headers).toMatchObject({
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    const features = headers['Permissions-Policy']?.split(', ') ?? [];
    expect(features).toEqual(expect.arrayContaining(['camera=()', 'serial=()', 'usb=()', 'hid=()']));
    for (const feature of features) expect(feature).toMatch(/^[a-z-]+=\(\)$/);
  });
});
