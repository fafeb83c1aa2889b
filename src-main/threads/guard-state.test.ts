import { expect, it } from 'vitest';
import { createGuardState, GuardState } from './guard-state.ts';

it('is shut by a trip, in every thread that holds the memory', () => {
  const memory = createGuardState();
  const [guard, desk] = [new GuardState(memory), new GuardState(memory)];
  expect(desk.isShut).toBe(false);
  expect(guard.trip()).toBe(1);
  expect([desk.isShut, desk.trips]).toEqual([true, 1]);
  desk.answer(1);
  expect(guard.answered).toBe(1);
});

it('stays shut for a trip that the one who opens has not heard of', () => {
  const state = new GuardState(createGuardState());
  const heard = state.trip();
  state.trip();
  state.open(heard);
  expect(state.isShut).toBe(true);
  state.open(2);
  expect(state.isShut).toBe(false);
  state.trip();
  expect(state.isShut).toBe(true);
});

it('carries the mode of the desk to the lamps', () => {
  const state = new GuardState(createGuardState());
  expect(state.mode).toBe('normal');
  state.setMode('reduce');
  expect(state.mode).toBe('reduce');
});

it('shows the desk that the loop of its guard runs', () => {
  const memory = createGuardState();
  const [guard, desk] = [new GuardState(memory), new GuardState(memory)];
  guard.beat();
  guard.beat();
  expect(desk.beats).toBe(2);
});
