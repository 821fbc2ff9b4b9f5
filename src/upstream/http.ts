import { Agent, type Dispatcher, errors } from 'undici';
import { UpstreamError } from '../errors.ts';
import { unlessAborted } from './deadline.ts';
import { type AnswerHeaders, correlationIdOf } from './error-answer.ts';

/** Thousands of interactions with their conversations stay well below this; more than this is no answer to hold in memory. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** The connections to the upstream, kept and shared by all requests. Redirects are not followed: a credential never leaves the host it is for. */
export class Http {
  readonly #agent: Agent;

  /** `connectTimeoutMs` is the longest that making a connection may take. */
  constructor(connectTimeoutMs: number) {
    this.#agent = new Agent({
      connect: { timeout: connectTimeoutMs },
      // The callers limit the rest (deadline.ts), for they know what is left; undici's own limits would only be coarser.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
  }

  /** One exchange. Rejects with an `UpstreamError` when no whole answer came; any status is an answer. */
  exchange(url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    // undici hears of the signal only once there is a connection, for which nobody should have to wait.
    return unlessAborted(this.#exchange(url, request, signal), signal);
  }

  async #exchange(url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    let answer: Dispatcher.ResponseData | undefined;
    try {
      answer = await this.#agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
        signal,
      });
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
    } catch (error) {
      throw unanswered(error, answer);
    }
  }

  /** Ends what is under way and closes the connections. */
  async dispose(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** `answer` where it had begun before the connection broke. */
function unanswered(cause: unknown, answer: Dispatcher.ResponseData | undefined): UpstreamError {
  const correlationId = answer && correlationIdOf(answer.headers);
  const known = {
    ...(answer && { upstreamStatus: answer.statusCode }),
    ...(correlationId !== undefined && { correlationId }),
  };
  if (cause instanceof errors.ResponseExceededMaxSizeError) {
    const message = 'the upstream answered with more than can be held';
    return new UpstreamError({ code: 'UPSTREAM_BAD_RESPONSE', message, ...known }, { cause });
  }
  const message =
    answer === undefined ? 'the upstream could not be reached' : 'the upstream broke off its answer';
  const detail = codeOf(cause);
  return new UpstreamError(
    { code: 'UPSTREAM_UNAVAILABLE', message, ...known },
    { cause, isTransient: !isOurs(cause), ...(detail !== null && { detail }) },
  );
}

/** What this gateway broke off itself, because nobody waits any more or it is being shut down, or what it asked for wrongly. */
function isOurs(cause: unknown): boolean {
  return (
    cause instanceof errors.RequestAbortedError ||
    cause instanceof errors.ClientDestroyedError ||
    cause instanceof errors.ClientClosedError ||
    cause instanceof errors.InvalidArgumentError
  );
}

/** Such as ECONNREFUSED or ENOTFOUND: it tells those who run the gateway where to look, and holds no address. */
function codeOf(cause: unknown): string | null {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /^[A-Z][A-Z\d_]{1,63}$/.test(code) ? code : null;
}
