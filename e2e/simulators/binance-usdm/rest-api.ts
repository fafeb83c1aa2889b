import { type Api, type Reply, retryAfter } from './api.ts';
import type { Params } from './params.ts';

export interface HttpCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Null: the connection is cut without an answer. */
export type HttpReply = HttpAnswer | null;

const JSON_HEADERS = { 'content-type': 'application/json;charset=UTF-8' };

/** The venue's REST interface, whatever transport brings the requests. */
export class RestApi {
  private readonly api: Api;
  private readonly nowMs: () => number;

  constructor(api: Api, nowMs: () => number) {
    this.api = api;
    this.nowMs = nowMs;
  }

  /** @param reply called once, now or later; never, when the venue stays silent. */
  handle({ method, path, headers, body }: HttpCall, reply: (reply: HttpReply) => void): void {
    const [bare, query = ''] = path.split('?', 2);
    const call = {
      method,
      path: bare,
      socketMethod: null,
      params: { ...paramsOf(body), ...paramsOf(query) },
      proof: { apiKey: headers['x-mbx-apikey'] ?? null, payload: unsigned(query) + unsigned(body) },
    };
    this.api.perform(call, (answer) => reply(this.answerOf(answer)));
  }

  private answerOf(reply: Reply): HttpReply {
    const nowMs = this.nowMs();
    const { limits } = this.api;
    switch (reply.kind) {
      case 'cut':
        return null;
      case 'raw':
        return { status: reply.status, headers: { 'content-type': reply.contentType }, body: reply.body };
      case 'result':
        return {
          status: 200,
          headers: { ...JSON_HEADERS, ...limits.headers(nowMs, reply.hasOrders) },
          body: JSON.stringify(reply.result),
        };
      case 'error': {
        const { error } = reply;
        const seconds = retryAfter(error);
        const retry: Record<string, string> = seconds === null ? {} : { 'retry-after': String(seconds) };
        return {
          status: error.status,
          headers: { ...JSON_HEADERS, ...limits.headers(nowMs, false), ...retry },
          body: JSON.stringify({ code: error.code, msg: error.message }),
        };
      }
    }
  }
}

/** The parameters of a query or of a form. Only the first `=` of each parts name and value: a value may be raw JSON. */
function paramsOf(text: string): Params {
  const params: Record<string, string> = {};
  for (const part of text.split('&')) {
    const at = part.indexOf('=');
    if (at > 0) params[decoded(part.slice(0, at))] = decoded(part.slice(at + 1));
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** What was signed: everything but the signature. */
function unsigned(text: string): string {
  return text
    .split('&')
    .filter((part) => !part.startsWith('signature='))
    .join('&');
}
