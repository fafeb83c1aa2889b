import type { ConfigFile } from './schema.ts';
import { SIMULATED } from './traded-instruments.ts';

/** Whether no money is at stake at `venue`: it comes with the desk, or listens on this machine. */
export function isSimulated(venue: string, config: ConfigFile): boolean {
  return venue === SIMULATED || Object.values(config.venues[venue]?.endpoints ?? {}).every(isHere);
}

/** Whether `address`, a URL, is one of this machine. */
export function isHere(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
}
