import { describe, expect, it } from 'vitest';
import { actOf, BINDINGS, isField, type KeyPress } from './keys.ts';

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  const held = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, isTyping: false };
  return { key, ...held, ...more };
}

describe('actOf', () => {
  it('tightens with Shift and a letter, with Caps Lock too', () => {
    expect(actOf(press('E', { shiftKey: true }))).toEqual({ type: 'tighten', mode: 'emergency' });
    expect(actOf(press('r', { shiftKey: true }))).toEqual({ type: 'tighten', mode: 'reduce' });
    expect(actOf(press('P', { shiftKey: true }))).toEqual({ type: 'tighten', mode: 'pause' });
    expect(actOf(press('C', { shiftKey: true }))).toEqual({ type: 'cancel-all' });
  });

  it('does nothing for the letter alone, with other keys held, or repeated', () => {
    expect(actOf(press('e'))).toBeNull();
    expect(actOf(press('E', { shiftKey: true, ctrlKey: true }))).toBeNull();
    expect(actOf(press('E', { shiftKey: true, altKey: true }))).toBeNull();
    expect(actOf(press('E', { shiftKey: true, repeat: true }))).toBeNull();
  });

  it('does nothing while somebody types, but opens the palette', () => {
    expect(actOf(press('E', { shiftKey: true, isTyping: true }))).toBeNull();
    expect(actOf(press('1', { isTyping: true }))).toBeNull();
    expect(actOf(press('k', { ctrlKey: true, isTyping: true }))).toEqual({ type: 'palette' });
  });

  it('shows panels by digit and the sheet by question mark, on keyboards that need Shift for them too', () => {
    expect(actOf(press('1'))).toEqual({ type: 'panel', panel: 'overview' });
    expect(actOf(press('5', { shiftKey: true }))).toEqual({ type: 'panel', panel: 'venues' });
    expect(actOf(press('?', { shiftKey: true }))).toEqual({ type: 'key-sheet' });
    expect(actOf(press('8'))).toBeNull();
  });

  it('has each key once', () => {
    expect(new Set(BINDINGS.map(({ keys }) => keys)).size).toBe(BINDINGS.length);
  });
});

describe('isField', () => {
  it('tells fields from all else', () => {
    expect(isField({ tagName: 'INPUT', isContentEditable: false })).toBe(true);
    expect(isField({ tagName: 'DIV', isContentEditable: true })).toBe(true);
    expect(isField({ tagName: 'BUTTON', isContentEditable: false })).toBe(false);
  });

  it('takes no choice for a field: the keys that stop the desk work there too', () => {
    expect(isField({ tagName: 'INPUT', isContentEditable: false, type: 'radio' })).toBe(false);
    expect(isField({ tagName: 'INPUT', isContentEditable: false, type: 'password' })).toBe(true);
  });
});
