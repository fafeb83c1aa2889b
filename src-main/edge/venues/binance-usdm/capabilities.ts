import type { VenueCapabilities } from '../venue.ts';

/** What the venue documents, besides what it says itself: its rate limits and the account's fees. */
export const CAPABILITIES: Omit<VenueCapabilities, 'rateLimits' | 'fees'> = {
  // Conditional orders are a service of their own since December 2025.
  orderTypes: ['limit', 'market'],
  postOnly: true,
  reduceOnly: true,
  clientOrderId: /^[.A-Z:/a-z0-9_-]{1,36}$/,
  clientOrderIdUnique: 'while-open',
  replace: 'cancel-and-place',
  massCancel: 'per-symbol',
  deadMan: 'per-symbol',
  maxBatchPlace: 5,
  maxBatchCancel: 10,
};
