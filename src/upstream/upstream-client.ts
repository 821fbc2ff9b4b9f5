import { UpstreamError } from '../errors.ts';
import { ConcurrencyLimit } from './concurrency.ts';
import { type Deadline, withinDeadline } from './deadline.ts';
import { correlationIdOf, errorFromAnswer } from './error-answer.ts';
import type { Http, HttpAnswer, HttpRequest } from './http.ts';
import type { UpstreamIdentity } from './identity.ts';
import { UpstreamAnswer } from './upstream-answer.ts';
import type { UpstreamRead, UpstreamRequest } from './upstream-request.ts';

export interface UpstreamClientOptions {
  /** Base of the REST API, such as `https://api.mypurecloud.ie`; a path in it is kept. */
  readonly apiUrl: string;
  /** The longest that one call may take. */
  readonly upstreamTimeoutMs: number;
  /** Calls under way at once for one identity. */
  readonly upstreamConcurrency: number;
}

/** Makes calls to the REST API, each on behalf of an identity and within a deadline. */
export class UpstreamClient {
  readonly #http: Http;
  readonly #base: string;
  readonly #timeoutMs: number;
  readonly #limit: ConcurrencyLimit;

  constructor(http: Http, options: UpstreamClientOptions) {
    this.#http = http;
    this.#base = options.apiUrl.replace(/\/+$/, '');
    this.#timeoutMs = options.upstreamTimeoutMs;
    this.#limit = new ConcurrencyLimit(options.upstreamConcurrency);
  }

  /** Rejects with an `UpstreamError` unless a 2xx answer with a JSON body came in time. */
  async read(
    identity: UpstreamIdentity,
    request: UpstreamRequest,
    deadline: Deadline,
  ): Promise<UpstreamRead> {
    if (!this.#limit.tryEnter(identity.key)) {
      await withinDeadline(deadline, Infinity, (signal) => this.#limit.enter(identity.key, signal));
    }
    try {
      return await withinDeadline(deadline, this.#timeoutMs, (signal) =>
        this.#authorized(identity, request, signal),
      );
    } finally {
      this.#limit.leave(identity.key);
    }
  }

  async #authorized(
    identity: UpstreamIdentity,
    request: UpstreamRequest,
    signal: AbortSignal,
  ): Promise<UpstreamRead> {
    const token = await identity.token(signal);
    const answer = await this.#exchange(token, request, signal);
    // A login of the gateway's own may have been ended upstream before its time: once, with a new token.
    if (answer.status === 401 && identity.rejected(token)) {
      return parsed(await this.#exchange(await identity.token(signal), request, signal));
    }
    return parsed(answer);
  }

  #exchange(token: string, request: UpstreamRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const url = new URL(this.#base + request.path);
    for (const [name, value] of request.query ?? []) url.searchParams.append(name, value);
    const authorized = { accept: 'application/json', authorization: `Bearer ${token}` };
    const http: HttpRequest =
      request.body === undefined
        ? { method: request.method, headers: authorized }
        : {
            method: request.method,
            headers: { ...authorized, 'content-type': 'application/json' },
            body: JSON.stringify(request.body),
          };
    return this.#http.exchange(url, http, signal);
  }
}

function parsed({ status, headers, text }: HttpAnswer): UpstreamRead {
  if (status < 200 || status > 299) throw errorFromAnswer(status, headers, text);
  const correlationId = correlationIdOf(headers);
  try {
    return { body: JSON.parse(text), answer: new UpstreamAnswer(status, correlationId, Date.now()) };
  } catch {
    throw new UpstreamError({
      code: 'UPSTREAM_BAD_RESPONSE',
      message: 'the upstream gave an answer that cannot be read',
      upstreamStatus: status,
      ...(correlationId !== undefined && { correlationId }),
    });
  }
}
