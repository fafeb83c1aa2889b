import { canonical, parseCanonical } from '../core/engine/canonical.ts';
import type { TextCodec } from '../edge/venues/simulated-wire.ts';

/** The core's text, on the exchange's wire and in its log. */
export const CANONICAL: TextCodec = { encode: canonical, decode: parseCanonical };
