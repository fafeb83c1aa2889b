import { type CheckContext, VENUE_CHECKS, type VenueCheck } from './checks.ts';
import type { AdapterFaults } from './venue-rig.ts';

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen, or what was missing. */
  readonly detail: string;
}

export interface VenueVerdict {
  readonly venue: string;
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
}

/** A venue that is there to be checked. */
export interface VenueUnderTest {
  readonly name: string;
  /** @param faults for tests of the checks. @throws Error when it cannot even be reached. */
  open(seed: number, faults?: AdapterFaults): Promise<CheckContext & { close(): Promise<void> }>;
}

/** Runs every check against one venue. One that fails does not keep the others from being run. Never throws. */
export async function checkVenue(
  { name, open }: VenueUnderTest,
  seed: number,
  faults?: AdapterFaults,
): Promise<VenueVerdict> {
  const checks: CheckResult[] = [];
  try {
    const context = await open(seed, faults);
    try {
      for (const check of [CONNECTS, ...VENUE_CHECKS]) {
        checks.push(await result(check, context));
        // Nothing more can be learned of a venue that was not reached.
        if (check === CONNECTS && !checks[0]?.ok) break;
      }
    } finally {
      await context.close();
    }
  } catch (error) {
    checks.push({ name: 'opens and closes', ok: false, detail: (error as Error).message });
  }
  return { venue: name, ok: checks.every(({ ok }) => ok), checks };
}

const CONNECTS: VenueCheck = {
  name: 'connects',
  run: async ({ rig }) => {
    await rig.start();
    return 'connected';
  },
};

async function result({ name, run }: VenueCheck, context: CheckContext): Promise<CheckResult> {
  try {
    return { name, ok: true, detail: await run(context) };
  } catch (error) {
    return { name, ok: false, detail: (error as Error).message };
  }
}
