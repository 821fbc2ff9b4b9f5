import { Agent, type Dispatcher, errors } from 'undici';
import { UpstreamError } from '../errors.ts';
import type { AnswerHeaders } from './error-answer.ts';

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
  // Time limits are the callers' (deadline.ts), for they know what is left; undici's own would only be coarser.
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, maxResponseSize: MAX_ANSWER_BYTES });

  /** One exchange. Rejects with an `UpstreamError` when no whole answer came; any status is an answer. */
  async exchange(url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      const answer: Dispatcher.ResponseData = await this.#agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
        signal,
      });
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
    } catch (error) {
      throw unanswered(error);
    }
  }

  /** Ends what is under way and closes the connections. */
  async dispose(): Promise<void> {
    await this.#agent.destroy();
  }
}

function unanswered(error: unknown): UpstreamError {
  if (error instanceof errors.ResponseExceededMaxSizeError) {
    return new UpstreamError(
      { code: 'UPSTREAM_BAD_RESPONSE', message: 'the upstream answered with more than can be held' },
      { cause: error },
    );
  }
  return new UpstreamError(
    { code: 'UPSTREAM_UNAVAILABLE', message: 'the upstream could not be reached' },
    { cause: error },
  );
}
