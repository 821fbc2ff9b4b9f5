import type { CallerKey } from '../identity/caller.ts';
import { UpstreamError, type UpstreamFailure } from '../errors.ts';
import { type Budget, budgetOfAll } from './budget.ts';
import type { BatchTrace, CallTrace, FieldsWaiting, RequestTrace } from './trace.ts';
import { type Circuit, CircuitBreakers, type CircuitCounts } from './circuit-breakers.ts';
import { type Deadline, withinTime } from '../lib/deadline.ts';
import { quotaReportOf } from './http/error-answer.ts';
import type { Http, HttpRequest } from './http/http.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { persistently } from './retry.ts';
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

/** How often a call is tried again at most. */
const MAX_RETRIES = 2;

export interface UpstreamClientOptions {
  /** Base of the REST API, such as `https://api.mypurecloud.ie`; a path in it is kept. */
  readonly apiUrl: string;
  /** The longest that one call may take. */
  readonly upstreamTimeoutMs: number;
  /** Calls under way at once for one identity. */
  readonly upstreamConcurrency: number;
  /** Who else spends the same quotas. */
  readonly quotaSharing: QuotaSharing;
  /** How long a read under way may be shared with those who come later. */
  readonly identityProofSeconds: number;
  /** Told what the upstream says of credentials, for those who keep what was read with them. */
  readonly credentials: CredentialObserver;
  readonly observer: UpstreamObserver;
  /** Aborts, with an `UpstreamError`, when the gateway is shut down: ends what is under way and refuses what comes. */
  readonly closing: AbortSignal;
}

/** What the upstream's answers say of a credential beyond the call that they are to. */
export interface CredentialObserver {
  /** It was accepted in a call that was sent at this time of `performance.now()`. */
  accepted(identity: UpstreamIdentity, sentMs: number): void;
  /** It was not accepted. */
  revoked(identity: UpstreamIdentity): void;
  /** It lacks one of the permissions that this call needs. */
  denied(identity: UpstreamIdentity, call: Pick<UpstreamRequest, 'resource' | 'permissions'>): void;
}

/** A read whose ids are settled only when its permit has come, so that until then more can go with it. */
export interface DeferredRequest extends Pick<UpstreamRequest, 'resource' | 'permissions' | 'isList'> {
  /** The same each time. */
  serialize(): SerializedRequest;
}

/** Who is answerable for a call. */
export type BatchOwner = Omit<RequestScope, 'deadline' | 'trace'> & {
  /** What it is made for, null where nobody traces it. */
  readonly trace: BatchTrace | null;
};

/** On whose behalf and for whom a request reads. */
export interface RequestScope {
  readonly identity: UpstreamIdentity;
  /** Whose share of the identity's quota it is. */
  readonly caller: CallerKey;
  readonly deadline: Deadline;
  readonly budget: Budget;
  /** Null where nobody traces it. */
  readonly trace: RequestTrace | null;
  /** Told what the request costs. */
  readonly usage: UpstreamUsage;
}

/**
 * Reads on behalf of one identity within one request. Rejects with an `UpstreamError` and nothing else.
 *
 * @param waiting Which fields wait for it, null where nobody traces them.
 */
export type UpstreamReader = (
  request: UpstreamRequest,
  waiting?: FieldsWaiting | null,
) => Promise<UpstreamRead>;

/**
 * Makes calls to the REST API, each on behalf of an identity and within a deadline. From the outside in: a read that is
 * under way already is shared; one that fails for a passing reason is tried again; each try waits for its permit in the
 * identity's quota, and is not made while the resource keeps failing.
 */
export class UpstreamClient {
  readonly #http: Http;
  readonly #origin: string;
  /** The path of the API's base, without a slash at its end. */
  readonly #basePath: string;
  readonly #timeoutMs: number;
  readonly #shared: RequestDedupe;
  readonly #credentials: CredentialObserver;
  readonly #observer: UpstreamObserver;
  readonly #governor: QuotaGovernor;
  readonly #circuits = new CircuitBreakers();
  readonly #closing: AbortSignal;
  /** What waits to be tried again. Few do; all that is under way would cost every call more than a moment. */
  readonly #retrying = new Set<InFlight>();
  /** Of the reads under way that are traced. */
  readonly #traces = new WeakMap<InFlight, BatchTrace>();
  /** Of those who have joined a read under way. */
  readonly #budgets = new WeakMap<InFlight, Budget[]>();

  constructor(http: Http, options: UpstreamClientOptions) {
    this.#http = http;
    const base = new URL(options.apiUrl);
    this.#origin = base.origin;
    this.#basePath = base.pathname.replace(/\/+$/, '');
    this.#timeoutMs = options.upstreamTimeoutMs;
    this.#shared = new RequestDedupe(options.identityProofSeconds * 1000);
    this.#governor = new QuotaGovernor(options.upstreamConcurrency, options.quotaSharing);
    this.#credentials = options.credentials;
    this.#observer = options.observer;
    this.#closing = options.closing;
    options.closing.addEventListener('abort', () => {
      this.#governor.close(options.closing.reason);
      for (const shared of this.#retrying) shared.abort(options.closing.reason);
    });
  }

  /**
   * What one request reads with; reads that are the same are one call. Rejects with an `UpstreamError` unless a 2xx answer
   * with a JSON body came in time.
   */
  readerFor(requestScope: RequestScope): UpstreamReader {
    return async (request, waiting = null) => {
      const toSend = serialize(request);
      // Before anybody can join it: what this one may not spend others may.
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

  /** Reads for all who wait for some work. Rejects like `readerFor`. */
  async read(maker: BatchOwner, shared: InFlight, read: DeferredRequest): Promise<UpstreamRead> {
    const { budget } = maker;
    if (!budget.take()) throw this.#spent(budget, read.resource);
    const wantedMs = performance.now();
    let attempts = 0;
    let status: number | undefined;
    let isSpent = false;
    try {
      const answered = await persistently(
        {
          maxRetries: MAX_RETRIES,
          latestMs: () => shared.latestMs(),
          mayRetry: () => {
            isSpent = !budget.take();
            if (!isSpent) this.#retrying.add(shared);
            return !isSpent;
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
      throw isSpent ? this.#spent(budget, read.resource, error) : ofResource(error, read.resource);
    } finally {
      this.#retrying.delete(shared);
      maker.usage.made({
        resource: read.resource,
        keys: read.serialize().keys,
        status: status ?? null,
        ms: performance.now() - wantedMs,
        retries: attempts - 1,
      });
    }
  }

  /** What is known of an identity's quota; null while the upstream has not told. */
  quotaOf(identity: UpstreamIdentity): QuotaLeft | null {
    return this.#governor.quotaOf(identity);
  }

  /** Finds out what others know of an identity's quota. Never rejects. */
  refreshQuota(identity: UpstreamIdentity): Promise<void> {
    return this.#governor.refresh(identity);
  }

  /** Nobody joins what was begun for an identity any more: all of it, or what one of these permissions covers. */
  forget(identity: UpstreamIdentity, permissions: readonly string[] | null): void {
    if (permissions === null) this.#shared.drop(identity);
    else this.#shared.dropCovered(identity, permissions);
  }

  /** How things stand at the moment, for those who run the gateway; takes longer the more identities there are. */
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
      // A login of the gateway's own may have been ended upstream before its time: once, with a new token.
      if (!identity.rejected(token)) throw this.#revoked(identity, error);
    }
    if (!maker.budget.take()) throw this.#spent(maker.budget, request.resource);
    try {
      return await this.#call(maker, request, shared, circuit, await identity.token(shared.signal));
    } catch (error) {
      throw isUnauthorized(error) ? this.#revoked(identity, error) : error;
    }
  }

  /** Why a call is not made, or not made again after it failed. */
  #spent(budget: Budget, resource: string, failed?: UpstreamError): UpstreamError {
    this.#observer.withheld(resource, 'budget');
    return budget.refusal(resource, failed);
  }

  /** What was read with a credential that the upstream does not accept any more is shown to nobody. */
  #revoked(identity: UpstreamIdentity, error: unknown): unknown {
    this.forget(identity, null);
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
    const wantedMs = performance.now();
    let permit: Permit;
    try {
      permit = await this.#governor.acquire({ identity, caller, isList, latestMs, signal });
    } catch (error) {
      if (!signal.aborted && isRateLimited(error)) this.#observer.withheld(request.resource, 'quota');
      throw error;
    }
    const toSend = request.serialize();
    const sentMs = performance.now();
    usage.waited(sentMs - wantedMs);
    this.#observer.waited(sentMs - wantedMs);
    let wasSent = false;
    try {
      const answer = await circuit.run(signal, () =>
        withinTime(this.#timeoutMs, signal, async (inTime) => {
          permit.sent();
          usage.sent();
          wasSent = true;
          const call = trace?.call(toSend, sentMs - wantedMs) ?? null;
          try {
            const address = { origin: this.#origin, path: this.#basePath + toSend.target };
            const got = await this.#http.exchange(address, httpRequest(token, toSend, call), inTime);
            permit.answered(quotaReportOf(got.headers));
            const read = readAnswer(request.resource, got);
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
      this.#observer.called(request.resource, 'ok', toSend.keys, performance.now() - sentMs);
      return answer;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const outcome = signal.aborted ? 'given_up' : outcomeOf(error);
      if (wasSent) {
        this.#observer.called(request.resource, outcome, toSend.keys, performance.now() - sentMs);
      } else if (!signal.aborted) this.#observer.withheld(request.resource, 'circuit');
      this.#heed(error.failure, identity, request, permit);
      throw error.of(request.resource);
    } finally {
      permit.end();
    }
  }

  /** What the upstream says of a credential or its quota concerns more than the call that it said it to. */
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
      this.forget(identity, request.permissions);
      this.#credentials.denied(identity, request);
    }
  }
}

/** A time that ran out while nothing had been sent yet is one of this resource all the same. */
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

/** Tells the trace of a read when that is over. */
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
