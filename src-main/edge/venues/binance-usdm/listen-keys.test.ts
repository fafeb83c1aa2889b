import { describe, expect, it } from 'vitest';
import { RestListenKeys } from './listen-keys.ts';
import { answered, ScriptedCalls } from './scripted-calls.ts';

describe('listen keys', () => {
  it('are opened, kept alive and closed with the key alone, and may use what is reserved', async () => {
    const path = '/fapi/v1/listenKey';
    const calls = new ScriptedCalls().on(`POST ${path}`, () => answered({ listenKey: 'abc' }));
    const keys = new RestListenKeys(calls);
    expect(await keys.open()).toEqual(answered({ listenKey: 'abc' }));
    expect(await keys.keepAlive()).toMatchObject({ kind: 'refused' });
    await keys.close();
    expect(calls.asked.map(({ method }) => method)).toEqual(['POST', 'PUT', 'DELETE']);
    for (const call of calls.asked)
      expect(call).toMatchObject({ path, params: {}, security: 'key', weight: 1, use: 'question' });
  });
});
