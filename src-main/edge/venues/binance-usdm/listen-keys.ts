import type { Outcome, RestCall, RestCalls } from './outcome.ts';
import type { ListenKeys } from './user-stream.ts';

/** The name under which the venue streams the reports of one account: valid for an hour after it was opened or kept alive. */
export class RestListenKeys implements ListenKeys {
  private readonly calls: RestCalls;

  constructor(calls: RestCalls) {
    this.calls = calls;
  }

  /** Answered with `{listenKey}`: the one that is open already, if any. */
  open(): Promise<Outcome> {
    return this.calls.call(listenKeyCall('POST'));
  }

  keepAlive(): Promise<Outcome> {
    return this.calls.call(listenKeyCall('PUT'));
  }

  close(): Promise<Outcome> {
    return this.calls.call(listenKeyCall('DELETE'));
  }
}

function listenKeyCall(method: RestCall['method']): RestCall {
  // Without reports the desk is blind: asking for them may use what is reserved.
  return { method, path: '/fapi/v1/listenKey', params: {}, security: 'key', weight: 1, use: 'question' };
}
