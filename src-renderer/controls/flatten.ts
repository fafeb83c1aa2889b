import { create } from 'zustand';
import type { Scope } from '../../src-shared/contract/commands.ts';
import { type Arm, arm, SAFE } from './arm.ts';
import { give } from './feedback.ts';

/** What a flatten or a cancel is about, and its name. */
export interface NamedScope {
  readonly scope: Scope;
  readonly name: string;
}

export const EVERYTHING: NamedScope = { scope: { kind: 'all' }, name: 'everything' };

interface FlattenState {
  readonly state: Arm;
  /** What is flattened by the press that fires. */
  readonly target: NamedScope;
}

export const useFlatten = create<FlattenState>(() => ({ state: SAFE, target: EVERYTHING }));

/** The first press arms, a second one within its time fires. Another target is armed anew. */
export function pressFlatten(target: NamedScope): void {
  const now = { type: 'press', atMs: performance.now() } as const;
  const before = useFlatten.getState();
  const isSame = before.target.name === target.name;
  const state = arm(isSame ? before.state : SAFE, now);
  useFlatten.setState({ state, target });
  if (state.phase === 'fired' && before.state.phase !== 'fired') {
    void give({ type: 'flatten', scope: target.scope }, `Flatten ${target.name}`);
  }
}

/** Lets time pass: what was armed long ago is safe again. */
export function tickFlatten(): void {
  const { state, target } = useFlatten.getState();
  const next = arm(state, { type: 'tick', atMs: performance.now() });
  if (next !== state) useFlatten.setState({ state: next, target: next.phase === 'safe' ? EVERYTHING : target });
}

export function disarmFlatten(): void {
  const { state } = useFlatten.getState();
  useFlatten.setState({ state: arm(state, { type: 'disarm' }), target: EVERYTHING });
}
