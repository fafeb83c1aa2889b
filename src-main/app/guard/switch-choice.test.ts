import { describe, expect, it } from 'vitest';
import { CONFIG_OF } from '../commands/run-options.ts';
import { loadConfig } from '../config/load.ts';
import { type ConfigFile, configSchema } from '../config/schema.ts';
import { guardPolicy } from './guard-policy.ts';
import { switchChoice } from './switch-choice.ts';

const CONFIG = loadConfig(CONFIG_OF['binance-usdm-sim'] ?? '');
const at = (rest: string): ConfigFile => ({
  ...CONFIG,
  venues: {
    real: { adapter: 'binance-usdm', deadMan: {}, endpoints: { rest, streams: 'wss://a.b', orders: 'wss://a.b' } },
  },
});
const REAL = at('https://fapi.binance.com');

describe('what watches over a desk', () => {
  it('is nothing, on paper, where nobody asks for more', () => {
    expect(switchChoice({}, 'simulated', CONFIG)).toEqual({ kind: 'none' });
    expect(switchChoice({}, 'binance-usdm-sim', CONFIG)).toEqual({ kind: 'none' });
  });

  it('is the switch that is plugged in, or the one that is named', () => {
    expect(switchChoice({ switch: 'auto' }, 'real', REAL)).toEqual({ kind: 'serial', path: null });
    expect(switchChoice({ switch: 'COM3' }, 'simulated', CONFIG)).toEqual({ kind: 'serial', path: 'COM3' });
  });

  it('is an emulated one on paper only', () => {
    const values = { 'emulated-switch': true };
    expect(switchChoice(values, 'simulated', CONFIG)).toEqual({ kind: 'emulated' });
    expect(() => switchChoice(values, 'real', REAL)).toThrow(/--emulated-switch stops no real money/);
  });

  it('has to be there for real money, unless somebody accepts with a reason that it is not', () => {
    expect(() => switchChoice({}, 'real', REAL)).toThrow(/real trades real money: plug a kill switch in/);
    expect(() => switchChoice({ 'without-switch': ' ' }, 'real', REAL)).toThrow(/needs a reason/);
    expect(switchChoice({ 'without-switch': 'it is being mended' }, 'real', REAL)).toEqual({
      ...{ kind: 'waived', reason: 'it is being mended' },
    });
  });

  it('is one thing only', () => {
    expect(() => switchChoice({ switch: 'auto', 'emulated-switch': true }, 'simulated', CONFIG)).toThrow(/not several/);
  });
});

describe('its policy', () => {
  const configured = (killSwitch: object) => guardPolicy(configSchema.parse({ ...CONFIG, killSwitch }));

  it('is safe where the configuration is silent', () => {
    const { modes, silentMs, engineAnswerMs } = configured({});
    expect([modes['heartbeat-lost'], modes.silent, silentMs, engineAnswerMs]).toEqual([
      'pause',
      'emergency',
      2_000,
      20,
    ]);
  });

  it('takes what the configuration says over the defaults', () => {
    const { modes, silentMs } = configured({ modes: { garbage: 'emergency' }, silentMs: 1_000 });
    expect([modes.garbage, modes.replayed, silentMs]).toEqual(['emergency', 'pause', 1_000]);
  });

  it('declares nothing that is wrong to be fine', () => {
    expect(() => configured({ modes: { unplugged: 'normal' } })).toThrow(/unplugged/);
    expect(() => configured({ modes: { loose: 'pause' } })).toThrow();
    expect(() => configured({ silentMs: 100 })).toThrow(/silentMs/);
  });
});
