import type { Verdict } from './verdict.ts';

const WORDS: Readonly<Record<Exclude<Verdict, 'normal'>, string>> = { high: '▲ high', full: '■ full' };

/** Shape and word of what asks for a look; nothing for what is normal. */
export function Mark({ verdict }: { verdict: Verdict }) {
  return verdict === 'normal' ? null : <strong className={`mark mark-${verdict}`}>{WORDS[verdict]}</strong>;
}
