import type { CallerKey } from '../identity/caller.ts';
import { UpstreamError, type UpstreamFailure } from '../errors.ts';
import { type Budget, budgetOfAll } from './budget.ts';
import type { BatchTrace, CallTrace, FieldsWaiting, RequestTrace } from './trace.ts';
import { type Circuit, CircuitBreakers, type CircuitCounts } from './circuit-breakers.ts';
import type { Clock } from '../lib/clock.ts';
import { type Deadline, withinTime } from '../lib/deadline.ts';
import { quotaReportOf } from './http/error-answer.ts';
import type { HttpRequest, Transport } from './http/transport.ts';
import type { CredentialEvents } from '../identity/credential-events.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { retry } from './retry.ts';
import { QuotaGovernor, type QuotaFigures, type QuotaSharing } from './quota/governor.ts';
import type { Permit } from './quota/identity-queue.ts';
import type { QuotaLeft } from './quota/window.ts';
import { readAnswer } from './read-answer.ts';
import type { InFlight } from '../lib/single-flight.ts';
import { RequestDedupe } from './request-dedupe.ts';
import { outcomeOf, type UpstreamObserver } from './observer.ts';
import { type UpstreamRequest, serialize, type SerializedRequest } from './request.ts';
import type { UpstreamUsage } from './usage.ts';
import type { UpstreamRead } from './answer.ts';

const MAX_RETRIES = 2;

export interface UpstreamClientOptions {
  /** Base of the REST API, such as `https://api.mypurecloud.ie`; a path in it is kept. */
  readonly apiUrl: string;
  /** Upper bound for one call, not counting its wait for a permit. */
  readonly upstreamTimeoutMs: number;
  /** Upper bound for concurrent calls of one identity. */
  readonly upstreamConcurrency: number;
  /** Other processes that spend the same quotas. */
  readonly quotaSharing: QuotaSharing;
  /** Time after its start during which later reads may join a read under way. */
  readonly identityProofSeconds: number;
  /** Receives what answers say of credentials, beyond the calls that they answer. */
  readonly credentialEvents: CredentialEvents;
  readonly observer: UpstreamObserver;
  readonly clock: Clock;
  /** Aborts, with an `UpstreamError`, at shutdown: ends calls that wait for a permit or a retry, and refuses new ones. */
  readonly closing: AbortSignal;
}

/** A read whose ids are fixed only when its permit comes, so that more ids can join until then. */
export interface DeferredRequest extends Pick<UpstreamRequest, 'resource' | 'permissions' | 'isList'> {
  /** Gives the same object each time. */
  serialize(): SerializedRequest;
}

/** Owner of a call: the identity, caller, budget and usage that the call is charged to. */
export type BatchOwner = Omit<RequestScope, 'deadline' | 'trace'> & {
  /** Null when the call is not traced. */
  readonly trace: BatchTrace | null;
};

/** Identity, caller, limits and records of one request's reads. */
export interface RequestScope {
  readonly identity: UpstreamIdentity;
  /** Caller whose share of the identity's quota is spent. */
  readonly caller: CallerKey;
  readonly deadline: Deadline;
  readonly budget: Budget;
  /** Null when the request is not traced. */
  readonly trace: RequestTrace | null;
  /** Records the request's cost. */
  readonly usage: UpstreamUsage;
}

/**
 * Reads for one identity within one request. Rejects only with an `UpstreamError`.
 *
 * @param waiting Fields that wait for the read; null when they are not traced.
 */
export type UpstreamReader = (
  request: UpstreamRequest,
  waiting?: FieldsWaiting | null,
) => Promise<UpstreamRead>;

/**
 * Makes calls to the REST API, each for an identity and within a deadline. The layers, outermost first: equal reads share
 * one call under way; a transient failure is retried; each attempt waits for a permit of the identity's quota, and is not
 * made while the circuit of its resource is open.
 */
export class UpstreamClient {
  readonly #transport: Transport;
  readonly #origin: string;
  /** Path of the API's base, without a slash at its end. */
  readonly #basePath: string;
  readonly #timeoutMs: number;
  readonly #shared: RequestDedupe;
  readonly #credentials: CredentialEvents;
  readonly #observer: UpstreamObserver;
  readonly #governor: QuotaGovernor;
  readonly #circuits: CircuitBreakers;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  /** Reads that are being retried. Few are; a set of all reads under way would cost every call time. */
  readonly #retrying = new Set<InFlight>();
  /** Traces of the reads under way that are traced. */
  readonly #traces = new WeakMap<InFlight, BatchTrace>();
  /** Budgets of requests that joined a read under way. */
  readonly #budgets = new WeakMap<InFlight, Budget[]>();

  constructor(transport: Transport, options: UpstreamClientOptions) {
    this.#transport = transport;
    const base = new URL(options.apiUrl);
    this.#origin = base.origin;
    this.#basePath = base.pathname.replace(/\/+$/, '');
    this.#timeoutMs = options.upstreamTimeoutMs;
    this.#shared = new RequestDedupe(options.clock, options.identityProofSeconds * 1000);
    this.#circuits = new CircuitBreakers(options.clock);
    this.#governor = new QuotaGovernor(options.clock, options.upstreamConcurrency, options.quotaSharing);
    this.#credentials = options.credentialEvents;
    options.credentialEvents.subscribe(this.#shared);
    this.#observer = options.observer;
    this.#clock = options.clock;
    this.#closing = options.closing;
    options.closing.addEventListener('abort', () => {
      this.#governor.close(options.closing.reason);
      for (const shared of this.#retrying) shared.abort(options.closing.reason);
    });
  }

  /**
   * Reader of one request; equal reads are one call. The reader rejects with an `UpstreamError` unless a 2xx answer with a
   * JSON body came in time.
   */
  readerFor(requestScope: RequestScope): UpstreamReader {
    return async (request, waiting = null) => {
      const toSend = serialize(request);
      // Refused before other requests can join the read: they may have budget left.
      if (requestScope.budget.left === 0 && !this.#shared.isUnderWay(requestScope.identity, toSend)) {
        throw this.#spent(requestScope.budget, request.resource);
      }
      let isOwn = false;
      const work = (shared: InFlight) => {
        isOwn = true;
        const trace = requestScope.trace?.batch(request.resource) ?? null;
        const budget = budgetOfAll(requestScope.budget, () => this.#budgets.get(shared) ?? []);
        const read = this.read({ ...requestScope, budget, trace }, shared, {
          ...request,
          serialize: () => toSend,
        });
        if (trace === null) return read;
        this.#traces.set(shared, trace);
        return ended(read, trace, request);
      };
      const noteShared = (shared: InFlight) => {
        if (!isOwn) this.#joined(shared, requestScope.budget);
        const trace = waiting && this.#traces.get(shared);
        if (trace) waiting.comesBy(trace);
      };
      try {
        return await this.#shared.read(
          requestScope.identity,
          toSend,
          requestScope.deadline,
          work,
          noteShared,
        );
      } catch (error) {
        throw ofResource(error, request.resource);
      } finally {
        if (!isOwn) requestScope.usage.shared();
      }
    };
  }

  #joined(shared: InFlight, budget: Budget): void {
    const budgets = this.#budgets.get(shared);
    if (budgets === undefined) this.#budgets.set(shared, [budget]);
    else budgets.push(budget);
  }

  /** Reads for all followers of `shared`. Rejects like the reader of `readerFor`. */
  async read(maker: BatchOwner, shared: InFlight, read: DeferredRequest): Promise<UpstreamRead> {
    const { budget } = maker;
    if (!budget.take()) throw this.#spent(budget, read.resource);
    const wantedMs = this.#clock.now();
    let attempts = 0;
    let status: number | undefined;
    try {
      const answered = await retry(
        {
          clock: this.#clock,
          maxRetries: MAX_RETRIES,
          latestMs: () => shared.latestMs(),
          beforeRetry: (failed) => {
            if (!budget.take()) throw this.#spent(budget, read.resource, failed);
            this.#retrying.add(shared);
          },
          signal: shared.signal,
        },
        () => {
          attempts += 1;
          if (attempts > 1) this.#observer.retried(read.resource);
          return this.#attempt(maker, read, shared);
        },
      );
      status = answered.answer.status;
      return answered;
    } catch (error) {
      if (this.#closing.aborted) throw this.#closing.reason;
      if (!(error instanceof UpstreamError)) throw error;
      status = error.failure.upstreamStatus;
      throw ofResource(error, read.resource);
    } finally {
      this.#retrying.delete(shared);
      maker.usage.made({
        resource: read.resource,
        keys: read.serialize().keys,
        status: status ?? null,
        ms: this.#clock.now() - wantedMs,
        retries: attempts - 1,
      });
    }
  }

  /** Quota of an identity, as far as known; null until the upstream reports it. */
  quotaOf(identity: UpstreamIdentity): QuotaLeft | null {
    return this.#governor.quotaOf(identity);
  }

  /** Takes over what other processes know of an identity's quota. Never rejects. */
  refreshQuota(identity: UpstreamIdentity): Promise<void> {
    return this.#governor.refresh(identity);
  }

  /** Figures for metrics; the cost grows with the number of identities. */
  figures(): { readonly quota: QuotaFigures; readonly circuits: ReadonlyMap<string, CircuitCounts> } {
    return { quota: this.#governor.figures(), circuits: this.#circuits.counts() };
  }

  async #attempt(maker: BatchOwner, request: DeferredRequest, shared: InFlight): Promise<UpstreamRead> {
    const { identity } = maker;
    const circuit = this.#circuits.of(identity, request.resource);
    try {
      circuit.check();
    } catch (error) {
      this.#observer.withheld(request.resource, 'circuit');
      throw error;
    }
    const token = await identity.token(shared.signal);
    try {
      return await this.#call(maker, request, shared, circuit, token);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      // The upstream may have ended the gateway's own login early: one more call, with a new token.
      if (!identity.rejected(token)) throw this.#revoked(identity, error);
    }
    if (!maker.budget.take()) throw this.#spent(maker.budget, request.resource);
    try {
      return await this.#call(maker, request, shared, circuit, await identity.token(shared.signal));
    } catch (error) {
      throw isUnauthorized(error) ? this.#revoked(identity, error) : error;
    }
  }

  /** Error for a call that is not made, or not retried after it failed, because the budget is spent. */
  #spent(budget: Budget, resource: string, failed?: UpstreamError): UpstreamError {
    this.#observer.withheld(resource, 'budget');
    return budget.refusal(resource, failed);
  }

  /** Data read with a credential that the upstream no longer accepts is shown to nobody. */
  #revoked(identity: UpstreamIdentity, error: unknown): unknown {
    this.#credentials.revoked(identity);
    return error;
  }

  async #call(
    { identity, caller, usage, trace }: BatchOwner,
    request: DeferredRequest,
    shared: InFlight,
    circuit: Circuit,
    token: string,
  ): Promise<UpstreamRead> {
    const { signal } = shared;
    const latestMs = () => shared.latestMs();
    const isList = request.isList ?? false;
    const wantedMs = this.#clock.now();
    let permit: Permit;
    try {
      permit = await this.#governor.acquire({ identity, caller, isList, latestMs, signal });
    } catch (error) {
      if (!signal.aborted && isRateLimited(error)) this.#observer.withheld(request.resource, 'quota');
      throw error;
    }
    const toSend = request.serialize();
    const sentMs = this.#clock.now();
    usage.waited(sentMs - wantedMs);
    this.#observer.waited(sentMs - wantedMs);
    let wasSent = false;
    try {
      const answer = await circuit.run(signal, () =>
        withinTime(this.#clock, this.#timeoutMs, signal, async (inTime) => {
          permit.sent();
          usage.sent();
          wasSent = true;
          const call = trace?.call(toSend, sentMs - wantedMs) ?? null;
          try {
            const address = { origin: this.#origin, path: this.#basePath + toSend.target };
            const got = await this.#transport.exchange(address, httpRequest(token, toSend, call), inTime);
            permit.answered(quotaReportOf(got.headers));
            const read = readAnswer(request.resource, got, this.#clock.epochMs());
            call?.answered(read.answer);
            return read;
          } catch (error) {
            call?.failed(error instanceof UpstreamError ? error.failure : null);
            throw error;
          }
        }),
      );
      permit.accepted();
      this.#credentials.accepted(identity, sentMs);
      this.#observer.called(request.resource, 'ok', toSend.keys, this.#clock.now() - sentMs);
      return answer;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const outcome = signal.aborted ? 'given_up' : outcomeOf(error);
      if (wasSent) {
        this.#observer.called(request.resource, outcome, toSend.keys, this.#clock.now() - sentMs);
      } else if (!signal.aborted) this.#observer.withheld(request.resource, 'circuit');
      this.#heed(error.failure, identity, request, permit);
      throw error.of(request.resource);
    } finally {
      permit.end();
    }
  }

  /** Answers about a credential or its quota concern more than the call that they answer. */
  #heed(
    failure: UpstreamFailure,
    identity: UpstreamIdentity,
    request: DeferredRequest,
    permit: Permit,
  ): void {
    const { upstreamStatus } = failure;
    if (failure.code === 'UPSTREAM_RATE_LIMITED') permit.rateLimited(failure.retryAfterSeconds);
    else if (upstreamStatus !== undefined) permit.accepted();
    if (upstreamStatus === 403) {
      const { resource, permissions } = request;
      this.#credentials.denied(identity, { resource, permissions });
    }
  }
}

/** Adds the resource to a timeout, because a deadline does not know it. */
function ofResource(error: unknown, resource: string): unknown {
  const isTimeout = error instanceof UpstreamError && error.failure.code === 'UPSTREAM_TIMEOUT';
  return isTimeout && error.resource === undefined ? error.of(resource) : error;
}

function isRateLimited(error: unknown): boolean {
  return error instanceof UpstreamError && error.failure.code === 'UPSTREAM_RATE_LIMITED';
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof UpstreamError && error.failure.upstreamStatus === 401;
}

function httpRequest(
  token: string,
  { method, bodyText }: SerializedRequest,
  trace: CallTrace | null,
): HttpRequest {
  const plain = { accept: 'application/json', authorization: `Bearer ${token}` };
  const headers = trace === null ? plain : { ...plain, ...trace.headers };
  return bodyText === undefined
    ? { method, headers }
    : { method, headers: { ...headers, 'content-type': 'application/json' }, body: bodyText };
}

/** Ends the trace of a read when the read is over. */
async function ended(
  read: Promise<UpstreamRead>,
  trace: BatchTrace,
  { keys }: UpstreamRequest,
): Promise<UpstreamRead> {
  try {
    const answered = await read;
    trace.end(keys, null);
    return answered;
  } catch (error) {
    trace.end(keys, error instanceof UpstreamError ? error.failure : null);
    throw error;
  }
}
