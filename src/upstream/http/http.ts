import { type Dispatcher, errors } from 'undici';
import { UpstreamError } from '../../errors.ts';
import type { Signal } from '../../lib/signal.ts';
import { LARGE_BYTES, Slices } from '../../lib/slices.ts';
import type { Turns } from '../../lib/turns.ts';
import { Agents, directWay, type WayOut } from './agents.ts';
import { type AnswerHeaders, correlationIdOf } from './error-answer.ts';
import { ProxyError } from './proxy-pool.ts';
import type { ExchangeHooks, HttpAddress, HttpAnswer, HttpRequest, Transport } from './transport.ts';

/** Upper bound for an answer held in memory. Thousands of interactions with conversations stay well below it. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * Connections to the upstream, shared by all requests. Redirects are not followed: a credential never leaves the host it
 * is for.
 */
export class Http implements Transport {
  readonly #agents: Agents;
  readonly #turns: Turns;

  /**
   * @param connectTimeoutMs Upper bound for making a connection.
   * @param connections Most connections to one origin. An exchange beyond them waits, so whoever bounds exchanges uses the same
   *   number: undici would open one more for an exchange that begins in the moment in which another ends.
   * @param way Proxies and trusted authorities. @default directly, with those of Node
   */
  constructor(connectTimeoutMs: number, turns: Turns, connections: number, way: WayOut = directWay) {
    this.#turns = turns;
    this.#agents = new Agents({ connectTimeoutMs, connections, maxResponseSize: MAX_ANSWER_BYTES }, way);
  }

  exchange(
    address: URL | HttpAddress,
    request: HttpRequest,
    signal: Signal,
    { onLarge, onEnd }: ExchangeHooks = {},
  ): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(this.#turns, signal, resolve, reject, onLarge, onEnd);
      if (signal.aborted) {
        onEnd?.();
        return;
      }
      this.#agents.of(address.origin).dispatch(
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

  /** Ends exchanges under way and closes the connections. */
  async dispose(): Promise<void> {
    await this.#agents.destroy();
  }
}

interface AnswerHead {
  readonly status: number;
  readonly headers: AnswerHeaders;
}

/**
 * Undici's handler of one exchange. Answers are read whole in any case, so the bytes are collected as they come: a stream
 * for each answer would cost as much as the exchange itself.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #turns: Turns;
  readonly #signal: Signal;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #chunks: Buffer[] = [];
  readonly #onEnd: (() => void) | undefined;
  /** Undefined once it was called. */
  #onLarge: ExchangeHooks['onLarge'];
  /** Body of a large answer whose length the upstream has told; undefined for others. */
  #whole: Buffer | undefined;
  #length = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #head: AnswerHead | undefined;

  constructor(
    turns: Turns,
    signal: Signal,
    resolve: (answer: HttpAnswer) => void,
    reject: (error: unknown) => void,
    onLarge: ExchangeHooks['onLarge'],
    onEnd: ExchangeHooks['onEnd'],
  ) {
    this.#onLarge = onLarge;
    this.#onEnd = onEnd;
    this.#turns = turns;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal.aborted) this.#abort();
    else signal.addEventListener('abort', this.#abort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The exchange was aborted, and rejected, before there was a connection.
    if (this.#signal.aborted) controller.abort(new errors.RequestAbortedError());
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    // Informational answers (1xx) may precede the answer.
    if (status < 200) return;
    this.#head = { status, headers };
    const length = Number(headers['content-length']);
    // undici by itself would first receive all that may be held.
    if (length > MAX_ANSWER_BYTES) controller.abort(new errors.ResponseExceededMaxSizeError());
    // Collected chunks and their copy would take twice the memory. What is not received yet takes none.
    else if (length > LARGE_BYTES) this.#whole = Buffer.allocUnsafeSlow(length);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#whole === undefined) this.#chunks.push(chunk);
    else chunk.copy(this.#whole, this.#length);
    this.#length += chunk.length;
    if (this.#length <= LARGE_BYTES || this.#onLarge === undefined) return;
    const mayGoOn = this.#onLarge(this.#whole?.length ?? null);
    this.#onLarge = undefined;
    controller.pause();
    void mayGoOn.then(() => controller.resume());
  }

  onResponseEnd(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#onEnd?.();
    if (this.#head === undefined) throw new TypeError('undici ended an answer without a head.');
    const { status, headers } = this.#head;
    if (this.#whole?.length === this.#length) {
      this.#resolve({ status, headers, bytes: this.#whole });
      return;
    }
    if (this.#length <= LARGE_BYTES) {
      this.#resolve({ status, headers, bytes: joined(this.#chunks, this.#length) });
      return;
    }
    joinedInSlices(this.#chunks, this.#length, new Slices(this.#turns, this.#signal)).then(
      (bytes) => this.#resolve({ status, headers, bytes }),
      this.#reject,
    );
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#onEnd?.();
    this.#reject(unanswered(error, this.#head));
  }

  readonly #abort = (): void => {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#reject(this.#signal.reason);
    this.#controller?.abort(new errors.RequestAbortedError());
  };
}

/** Error for a broken exchange. `answer` is defined when the answer had begun. */
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
  if (cause instanceof ProxyError) return withoutTunnel(cause);
  const message =
    answer === undefined ? 'the upstream could not be reached' : 'the upstream broke off its answer';
  const detail = systemCodeOf(cause);
  return new UpstreamError(
    { code: 'UPSTREAM_UNAVAILABLE', message, ...known },
    { cause, isTransient: !isOurs(cause), ...(detail !== null && { detail }) },
  );
}

/** Statuses with which a proxy says that the same may succeed a moment later. */
const TRANSIENT_AT_PROXY = new Set([429, 500, 502, 503, 504]);

/** Error for a connection that a proxy did not make. Its status is that of the proxy, none of the upstream. */
function withoutTunnel(cause: ProxyError): UpstreamError {
  const { proxy, status } = cause;
  const code = 'UPSTREAM_UNAVAILABLE';
  if (status === null) {
    const why = cause.cause instanceof Error ? systemCodeOf(cause.cause) : null;
    return new UpstreamError(
      { code, message: 'the proxy on the way to the upstream could not be reached' },
      { cause, isTransient: true, detail: why === null ? `proxy ${proxy}` : `proxy ${proxy}: ${why}` },
    );
  }
  const message =
    status === 407
      ? 'the proxy on the way to the upstream did not accept the credentials for it'
      : `the proxy on the way to the upstream refused the connection with status ${status}`;
  return new UpstreamError(
    { code, message },
    { cause, isTransient: TRANSIENT_AT_PROXY.has(status), detail: `proxy ${proxy}: status ${status}` },
  );
}

/** True when the gateway itself is the cause: no follower is left, it shuts down, or the call is invalid. */
function isOurs(cause: Error): boolean {
  return (
    cause instanceof errors.RequestAbortedError ||
    cause instanceof errors.ClientDestroyedError ||
    cause instanceof errors.ClientClosedError ||
    cause instanceof errors.InvalidArgumentError
  );
}

/** Error code, such as ECONNREFUSED or ENOTFOUND: it tells operators where to look, and holds no address. */
function systemCodeOf(cause: Error): string | null {
  const code = 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /^[A-Z][A-Z\d_]{1,63}$/.test(code) ? code : null;
}

/** Copy in a buffer of its own: `Buffer.concat` puts small results into a larger buffer, which each would keep in memory. */
function joined(chunks: readonly Buffer[], length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(bytes, at);
  return bytes;
}

/** Like `joined`, for bytes of which the copy alone would block for long: each page of new memory costs the system time. */
async function joinedInSlices(chunks: readonly Buffer[], length: number, slices: Slices): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const chunk of chunks) {
    at += chunk.copy(bytes, at);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
    if (slices.isOver(chunk.length)) await slices.next();
  }
  return bytes;
}
