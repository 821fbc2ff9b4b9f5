import { Agent, type Dispatcher, errors } from 'undici';
import { UpstreamError } from '../../errors.ts';
import type { Signal } from '../../lib/signal.ts';
import { type AnswerHeaders, correlationIdOf } from './error-answer.ts';

/** Thousands of interactions with their conversations stay well below this; more than this is no answer to hold in memory. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** The body, of which others may keep hold: it is no part of a larger buffer that would be kept with it. */
  readonly bytes: Buffer;
}

/** Where a request goes, in the two parts that are needed of it: for each call the same origin, which is parsed only once. */
export interface HttpAddress {
  readonly origin: string;
  /** With its query, percent-encoded. */
  readonly path: string;
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
  exchange(address: URL | HttpAddress, request: HttpRequest, signal: Signal): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(signal, resolve, reject);
      if (signal.aborted) return;
      this.#agent.dispatch(
        {
          origin: address.origin,
          path: 'path' in address ? address.path : address.pathname + address.search,
          method: request.method,
          headers: request.headers,
          body: request.body ?? null,
        },
        exchange,
      );
    });
  }

  /** Ends what is under way and closes the connections. */
  async dispose(): Promise<void> {
    await this.#agent.destroy();
  }
}

interface AnswerHead {
  readonly status: number;
  readonly headers: AnswerHeaders;
}

/**
 * One exchange as undici tells of it. Answers are read whole in any case, so the bytes are collected as they come: a stream
 * for each would cost as much as the exchange itself.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #signal: Signal;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #head: AnswerHead | undefined;

  constructor(signal: Signal, resolve: (answer: HttpAnswer) => void, reject: (error: unknown) => void) {
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal.aborted) this.#abort();
    else signal.addEventListener('abort', this.#abort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It was given up while there was no connection yet, for which nobody had to wait.
    if (this.#signal.aborted) controller.abort(new errors.RequestAbortedError());
  }

  onResponseStart(_controller: unknown, status: number, headers: AnswerHeaders): void {
    // Before the answer there may be others that only inform (1xx).
    if (status >= 200) this.#head = { status, headers };
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    if (this.#head === undefined) throw new TypeError('An answer begins before it ends.');
    const { status, headers } = this.#head;
    this.#resolve({ status, headers, bytes: joined(this.#chunks) });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#reject(unanswered(error, this.#head));
  }

  readonly #abort = (): void => {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#reject(this.#signal.reason);
    this.#controller?.abort(new errors.RequestAbortedError());
  };
}

/** `answer` where it had begun before the connection broke. */
function unanswered(cause: Error, answer: AnswerHead | undefined): UpstreamError {
  const correlationId = answer && correlationIdOf(answer.headers);
  const known = {
    ...(answer && { upstreamStatus: answer.status }),
    ...(correlationId !== undefined && { correlationId }),
  };
  if (cause instanceof errors.ResponseExceededMaxSizeError) {
    const message = 'the upstream answered with more than can be held';
    return new UpstreamError({ code: 'UPSTREAM_BAD_RESPONSE', message, ...known }, { cause });
  }
  const message =
    answer === undefined ? 'the upstream could not be reached' : 'the upstream broke off its answer';
  const detail = systemCodeOf(cause);
  return new UpstreamError(
    { code: 'UPSTREAM_UNAVAILABLE', message, ...known },
    { cause, isTransient: !isOurs(cause), ...(detail !== null && { detail }) },
  );
}

/** What this gateway broke off itself, because nobody waits any more or it is being shut down, or what it asked for wrongly. */
function isOurs(cause: Error): boolean {
  return (
    cause instanceof errors.RequestAbortedError ||
    cause instanceof errors.ClientDestroyedError ||
    cause instanceof errors.ClientClosedError ||
    cause instanceof errors.InvalidArgumentError
  );
}

/** Such as ECONNREFUSED or ENOTFOUND: it tells those who run the gateway where to look, and holds no address. */
function systemCodeOf(cause: Error): string | null {
  const code = 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /^[A-Z][A-Z\d_]{1,63}$/.test(code) ? code : null;
}

/** Bytes of their own: `Buffer.concat` makes small ones parts of a larger buffer, which each of them would keep. */
function joined(chunks: readonly Buffer[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(bytes, at);
  return bytes;
}
