import type { LoneSwitch } from '../guard/lone-switch.ts';

interface TestStep {
  readonly step: 'first-reset' | 'press' | 'release' | 'reset';
  readonly ok: boolean;
  /** From when the person was asked. */
  readonly ms: number;
}

/** What a try of the switch alone has shown: every step that was come to, in order. */
export interface SwitchTest {
  readonly ok: boolean;
  readonly steps: readonly TestStep[];
}

const PERSON_MS = 30_000;
/** The board waits ten seconds for its button: whoever takes longer has it asked again. */
const ASK_EVERY_MS = 5_000;

/** Guides a person through every act of the switch. @param say prints what is to be done. */
export async function testSwitch(lone: LoneSwitch, say: (line: string) => void): Promise<SwitchTest> {
  const steps: TestStep[] = [];
  const latch = () => (lone.view.link === 'live' ? lone.view.status?.latch : undefined);
  const ask = async (step: TestStep['step'], wanted: string, isSo: () => boolean): Promise<boolean> => {
    say(wanted);
    const startedMs = performance.now();
    const ok = await lone.until(isSo, PERSON_MS);
    const ms = Math.round(performance.now() - startedMs);
    steps.push({ step, ok, ms });
    say(ok ? `  done after ${ms} ms` : `  NOT within ${PERSON_MS / 1_000} s`);
    return ok;
  };
  const reset = async (step: TestStep['step'], wanted: string): Promise<boolean> => {
    lone.requestReset();
    const again = setInterval(() => lone.requestReset(), ASK_EVERY_MS);
    try {
      return await ask(step, wanted, () => latch() === 'clear');
    } finally {
      clearInterval(again);
    }
  };
  await lone.until(() => latch() !== undefined, ASK_EVERY_MS);
  const FIRST = 'It is tripped. Twist its button out, if it is in; then press the recessed reset button.';
  const ok =
    (latch() === 'clear' || (await reset('first-reset', FIRST))) &&
    (await ask('press', 'PRESS THE BUTTON NOW, and leave it in.', () => latch() === 'tripped')) &&
    (await ask('release', 'Twist the button out.', () => latch() === 'may-reset')) &&
    (await reset('reset', 'Press the recessed reset button.'));
  return { ok, steps };
}
