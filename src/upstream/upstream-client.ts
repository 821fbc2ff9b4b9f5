import type { CallerKey } from '../caller.ts';
import { UpstreamError, type UpstreamFailure } from '../errors.ts';
import type { CallBudget } from './call-budget.ts';
import { type Circuit, CircuitBreakers } from './circuit-breakers.ts';
import { type Deadline, withinTime } from './deadline.ts';
import { quotaReportOf } from './error-answer.ts';
import type { Http, HttpRequest } from './http.ts';
import type { UpstreamIdentity } from './identity.ts';
import { persistently } from './persistently.ts';
import { QuotaGovernor, type Turn } from './quota-governor.ts';
import { readAnswer } from './read-answer.ts';
import { SharedReads, type SharedWork } from './shared-reads.ts';
import type { UpstreamRead, UpstreamReader, UpstreamRequest } from './upstream-request.ts';
import { written, type WrittenRequest } from './written-request.ts';

/** How often a call is tried again at most. */
const MAX_RETRIES = 2;

export interface UpstreamClientOptions {
  /** Base of the REST API, such as `https://api.mypurecloud.ie`; a path in it is kept. */
  readonly apiUrl: string;
  /** The longest that one call may take. */
  readonly upstreamTimeoutMs: number;
  /** Calls under way at once for one identity. */
  readonly upstreamConcurrency: number;
  /** How long a read under way may be shared with those who come later. */
  readonly identityProofSeconds: number;
  /** Aborts, with an `UpstreamError`, when the gateway is shut down: ends what is under way and refuses what comes. */
  readonly closing: AbortSignal;
}

/** On whose behalf and for whom a request reads. */
export interface Asker {
  readonly identity: UpstreamIdentity;
  /** Whose share of the identity's quota it is. */
  readonly caller: CallerKey;
  readonly deadline: Deadline;
  readonly budget: CallBudget;
}

/**
 * Makes calls to the REST API, each on behalf of an identity and within a deadline. From the outside in: a read that is
 * under way already is shared; one that fails for a passing reason is tried again; each try waits for its turn in the
 * identity's quota, and is not made while the resource keeps failing.
 */
export class UpstreamClient {
  readonly #http: Http;
  readonly #origin: string;
  /** The path of the API's base, without a slash at its end. */
  readonly #basePath: string;
  readonly #timeoutMs: number;
  readonly #shared: SharedReads;
  readonly #governor: QuotaGovernor;
  readonly #circuits = new CircuitBreakers();

  constructor(http: Http, options: UpstreamClientOptions) {
    this.#http = http;
    const base = new URL(options.apiUrl);
    this.#origin = base.origin;
    this.#basePath = base.pathname.replace(/\/+$/, '');
    this.#timeoutMs = options.upstreamTimeoutMs;
    this.#shared = new SharedReads(options.identityProofSeconds * 1000);
    this.#governor = new QuotaGovernor(options.upstreamConcurrency);
    options.closing.addEventListener('abort', () => {
      this.#governor.close(options.closing.reason);
      this.#shared.abort(options.closing.reason);
    });
  }

  /** What one request reads with. Rejects with an `UpstreamError` unless a 2xx answer with a JSON body came in time. */
  readerFor(asker: Asker): UpstreamReader {
    return async (request) => {
      try {
        const toSend = written(request);
        return await this.#shared.read(asker.identity, toSend, asker.deadline, (shared) => {
          asker.budget.spend();
          return persistently(
            {
              maxRetries: MAX_RETRIES,
              latestMs: () => shared.latestMs(),
              mayRetry: () => asker.budget.take(),
              signal: shared.signal,
            },
            () => this.#attempt(asker, toSend, shared),
          );
        });
      } catch (error) {
        // A time that ran out while nothing had been sent yet is one of this resource all the same.
        const isTimeout = error instanceof UpstreamError && error.failure.code === 'UPSTREAM_TIMEOUT';
        throw isTimeout && error.resource === undefined ? error.of(request.resource) : error;
      }
    };
  }

  async #attempt(asker: Asker, request: WrittenRequest, shared: SharedWork): Promise<UpstreamRead> {
    const { identity } = asker;
    const circuit = this.#circuits.of(identity, request.resource);
    circuit.check();
    const token = await identity.token(shared.signal);
    try {
      return await this.#call(asker, request, shared, circuit, token);
    } catch (error) {
      const isRefused = error instanceof UpstreamError && error.failure.upstreamStatus === 401;
      // A login of the gateway's own may have been ended upstream before its time: once, with a new token.
      if (!isRefused || !identity.rejected(token)) throw error;
      asker.budget.spend();
      return this.#call(asker, request, shared, circuit, await identity.token(shared.signal));
    }
  }

  async #call(
    { identity, caller }: Asker,
    request: WrittenRequest,
    shared: SharedWork,
    circuit: Circuit,
    token: string,
  ): Promise<UpstreamRead> {
    const { signal } = shared;
    const latestMs = () => shared.latestMs();
    const isList = request.isList ?? false;
    const turn = await this.#governor.turn({ identity, caller, isList, latestMs, signal });
    try {
      const answer = await circuit.run(signal, () =>
        withinTime(this.#timeoutMs, signal, async (inTime) => {
          turn.sent();
          const address = { origin: this.#origin, path: this.#basePath + request.target };
          const got = await this.#http.exchange(address, httpRequest(token, request), inTime);
          turn.answered(quotaReportOf(got.headers));
          return readAnswer(request.resource, got);
        }),
      );
      turn.accepted();
      return answer;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      this.#heed(error.failure, identity, request, turn);
      throw error.of(request.resource);
    } finally {
      turn.end();
    }
  }

  /** What the upstream says of a credential or its quota concerns more than the call that it said it to. */
  #heed(failure: UpstreamFailure, identity: UpstreamIdentity, request: UpstreamRequest, turn: Turn): void {
    const { upstreamStatus } = failure;
    if (failure.code === 'UPSTREAM_RATE_LIMITED') turn.refused(failure.retryAfterSeconds);
    else if (upstreamStatus !== undefined) turn.accepted();
    if (upstreamStatus === 401) this.#shared.drop(identity);
    if (upstreamStatus === 403) this.#shared.dropCovered(identity, request.permissions);
  }
}

function httpRequest(token: string, { method, bodyText }: WrittenRequest): HttpRequest {
  const headers = { accept: 'application/json', authorization: `Bearer ${token}` };
  return bodyText === undefined
    ? { method, headers }
    : { method, headers: { ...headers, 'content-type': 'application/json' }, body: bodyText };
}
