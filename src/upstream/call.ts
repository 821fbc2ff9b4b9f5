import type { CredentialEvents } from '../identity/credential-events.ts';
import type { CallerKey } from '../identity/caller.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';
import type { Deadline } from '../lib/deadline.ts';
import type { Signal } from '../lib/signal.ts';
import type { InFlight } from '../lib/single-flight.ts';
import type { UpstreamRead } from './answer.ts';
import type { Budget } from './budget.ts';
import type { UpstreamObserver } from './observer.ts';
import type { Permit } from './quota/identity-queue.ts';
import type { SerializedRequest, UpstreamRequest } from './request.ts';
import type { BatchTrace, FieldsWaiting, RequestTrace } from './trace.ts';
import type { UpstreamConnection } from './upstream-connections.ts';
import type { UpstreamUsage } from './usage.ts';

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

/** Owner of a call: the identity, caller, budget and usage that the call is charged to. */
export type BatchOwner = Omit<RequestScope, 'deadline' | 'trace'> & {
  /** Null when the call is not traced. */
  readonly trace: BatchTrace | null;
};

/** A request whose ids are fixed only when its permit comes, so that more ids can join until then. */
export interface DeferredRequest extends Pick<
  UpstreamRequest,
  'resource' | 'permissions' | 'isList' | 'effect'
> {
  /** Gives the same object each time. */
  serialize(): SerializedRequest;
}

/** A call on its way down the steps of `UpstreamClient`. */
export interface Call {
  readonly owner: BatchOwner;
  readonly request: DeferredRequest;
  /** Handle of those who wait for the answer. */
  readonly shared: InFlight;
}

/** A call that may be sent at once. */
export interface PermittedCall extends Call {
  readonly token: string;
  readonly permit: Permit;
  readonly serialized: SerializedRequest;
  /** Time on the monotonic clock. */
  readonly sentMs: number;
  /** Time that the call waited for its permit and its connection. */
  readonly waitedMs: number;
  /** Aborts the exchange when nobody waits for it any more; never aborts for a write that was sent. */
  readonly signal: Signal;
}

/** A call that may use a connection to the upstream. */
export interface ConnectedCall extends PermittedCall {
  readonly connection: UpstreamConnection;
}

/** Services that all steps use. */
export interface StepContext {
  readonly clock: Clock;
  readonly observer: UpstreamObserver;
  /** Receives what answers say of credentials, beyond the calls that they answer. */
  readonly credentialEvents: CredentialEvents;
  /** Aborts, with an `UpstreamError`, at shutdown: ends calls that wait for a permit or a retry, and refuses new ones. */
  readonly closing: AbortSignal;
}

/** One step on the way to the upstream: adds one thing to the next step. Throws, or rejects with, an `UpstreamError`. */
export type Step<Down extends Call = Call> = (call: Down) => Promise<UpstreamRead>;
