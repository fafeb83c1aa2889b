import { describe, expect, it } from 'vitest';
import { hashOf, neighbourOf, PANELS, panelOf } from './routes.ts';

describe('routes', () => {
  it('finds each panel by its own hash', () => {
    for (const { id } of PANELS) expect(panelOf(hashOf(id))).toBe(id);
  });

  it('shows the first panel for anything else', () => {
    for (const hash of ['', '#', '#/', '#/none', '#/orders/', '#/../health']) expect(panelOf(hash)).toBe('overview');
  });

  it('leads with the arrow keys around in a circle, and with no other key', () => {
    expect(neighbourOf('health', 'ArrowRight')).toBe('overview');
    expect(neighbourOf('overview', 'ArrowLeft')).toBe('health');
    expect(neighbourOf('overview', 'ArrowRight')).toBe('positions');
    expect(neighbourOf('orders', 'Home')).toBe('overview');
    expect(neighbourOf('orders', 'End')).toBe('health');
    expect(neighbourOf('orders', 'x')).toBeNull();
  });
});
