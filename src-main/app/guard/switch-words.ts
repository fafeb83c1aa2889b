import type { Fact } from '../../core/engine/fact.ts';

/** What a fact says of the kill switch, in words for a person; null when it says nothing of it. */
export function describeSwitchFact(fact: Fact): string | null {
  switch (fact.kind) {
    case 'switch-guarded':
      return fact.switchKind === 'emulated'
        ? `an EMULATED kill switch watches over the desk: ${fact.detail}`
        : `a kill switch watches over the desk: ${fact.detail}`;
    case 'switch-waived':
      return `NO KILL SWITCH, accepted by ${fact.operator}: ${fact.reason}`;
    case 'switch-armed':
      return 'the kill switch is armed';
    case 'switch-fault':
      return `the kill switch is not armed (${fact.fault}, ${fact.mode}): ${fact.detail}`;
    case 'switch-tripped':
      return `KILL SWITCH${fact.isDrill ? ' (a drill)' : ''}: ${fact.tripCause}. The door is shut, everything is cancelled`;
    case 'switch-cancelled':
      return fact.isProven ? `${fact.venue} has proven that nothing is open` : unproven(fact);
    case 'switch-drill':
      return describeDrill(fact);
    default:
      return null;
  }
}

function unproven({ venue, survivors, detail }: Extract<Fact, { readonly kind: 'switch-cancelled' }>): string {
  const what = survivors.length > 0 ? `${survivors.join(', ')} still open` : 'it has not said what is open';
  return `NOT PROVEN at ${venue}: ${what}${detail === '' ? '' : ` (${detail})`}. The guard goes on cancelling`;
}

function describeDrill(fact: Extract<Fact, { readonly kind: 'switch-drill' }>): string {
  if (fact.outcome === 'not-pressed') return 'drill: nobody pressed the button';
  const ms = (value: number | null): string => (value === null ? 'not yet' : `${value.toFixed(1)} ms`);
  const since = fact.from === 'edge' ? "since the button's edge" : 'since its frame was heard';
  return `drill, ${since}: door shut after ${ms(fact.shutMs)}, cancels after ${ms(fact.cancelledMs)}, zero proven after ${ms(fact.provenMs)}`;
}
