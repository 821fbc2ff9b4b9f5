import type { CallerKey } from '../identity/caller.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { InFlight } from '../lib/single-flight.ts';
import type { Turns } from '../lib/turns.ts';
import type { UpstreamRead } from './answer.ts';
import type { BatchOwner, DeferredRequest, RequestScope, Step, StepContext, UpstreamReader } from './call.ts';
import { CircuitBreakers, type CircuitCounts } from './circuit-breakers.ts';
import type { Transport } from './http/transport.ts';
import { QuotaGovernor, type QuotaFigures, type QuotaSharing } from './quota/governor.ts';
import type { QuotaLeft } from './quota/window.ts';
import { ResourceHolds } from './resource-holds.ts';
import { RequestDedupe } from './request-dedupe.ts';
import { type RefusalObserver, sendOver } from './send.ts';
import { type ConnectionFigures, UpstreamConnections } from './upstream-connections.ts';
import { withBudget } from './with-budget.ts';
import { withCircuit, withClosedCircuit } from './with-circuit.ts';
import { withConnection } from './with-connection.ts';
import { withDedupe } from './with-dedupe.ts';
import { withPermit } from './with-permit.ts';
import { withoutHold, withResourceHold } from './with-resource-hold.ts';
import { withRetries } from './with-retries.ts';
import { withToken } from './with-token.ts';

export interface UpstreamClientOptions extends StepContext {
  /** Base of the REST API, such as `https://api.mypurecloud.ie`; a path in it is kept. */
  readonly apiUrl: string;
  /** Upper bound for one call, not counting its wait for a permit. */
  readonly upstreamTimeoutMs: number;
  /** Turns of the event loop, for parsing large answers. */
  readonly turns: Turns;
  /** Called for refusals that are none of the call or its credential. */
  readonly onRefusal?: RefusalObserver | undefined;
  /** Upper bound for concurrent calls of one identity. */
  readonly upstreamConcurrency: number;
  /** Most connections to the upstream at once, for all identities together. */
  readonly upstreamConnections: number;
  /** Others that spend the same quotas. */
  readonly quotaSharing: QuotaSharing;
  /** Time after its start during which later reads may join a read under way. */
  readonly identityProofSeconds: number;
}

interface ClientFigures {
  readonly quota: QuotaFigures;
  readonly circuits: ReadonlyMap<string, CircuitCounts>;
  readonly connections: ConnectionFigures;
}

/**
 * Makes calls to the REST API, each for an identity and within a deadline. A call goes through the steps in the order of the
 * constructor's list, and its answer or error comes back through them.
 */
export class UpstreamClient {
  readonly #governor: QuotaGovernor;
  readonly #circuits: CircuitBreakers;
  readonly #connections: UpstreamConnections;
  readonly #holds: ResourceHolds;
  /** All steps but the first. */
  readonly #call: Step;

  /** Reader of one request; equal reads are one call. */
  readonly readerFor: (requestScope: RequestScope) => UpstreamReader;

  constructor(transport: Transport, options: UpstreamClientOptions) {
    const { clock, closing } = options;
    const dedupe = new RequestDedupe(clock, options.identityProofSeconds * 1000);
    options.credentialEvents.subscribe(dedupe);
    const governor = new QuotaGovernor(clock, options.upstreamConcurrency, options.quotaSharing);
    closing.addEventListener('abort', () => governor.close(closing.reason));
    const circuits = new CircuitBreakers(clock);
    const connections = new UpstreamConnections(options.upstreamConnections);
    options.credentialEvents.subscribe(connections);
    this.#connections = connections;
    this.#governor = governor;
    this.#circuits = circuits;

    const holds = new ResourceHolds(clock);
    closing.addEventListener('abort', () => holds.close(closing.reason));
    this.#holds = holds;

    const exchange = withCircuit(options, circuits, sendOver(options, transport));
    const connected = withConnection(options, connections, withoutHold(holds, exchange));
    const permitted = withResourceHold(options, holds, withPermit(options, governor, connected));
    const attempt = withClosedCircuit(options, circuits, withToken(options, permitted));
    this.#call = withBudget(options, withRetries(options, attempt));
    this.readerFor = withDedupe(options, dedupe, this.#call);
  }

  /**
   * Makes a call for all followers of `shared`, who have joined each other already. Throws, or rejects with, an
   * `UpstreamError` unless a 2xx answer with a JSON body came in time.
   */
  read(owner: BatchOwner, shared: InFlight, request: DeferredRequest): Promise<UpstreamRead> {
    return this.#call({ owner, request, shared });
  }

  /** Quota of an identity, as far as known; null until the upstream reports it. */
  quotaOf(identity: UpstreamIdentity): QuotaLeft | null {
    return this.#governor.quotaOf(identity);
  }

  /** The same without the calls that are kept for callers who have not come yet. */
  usableQuotaOf(identity: UpstreamIdentity): QuotaLeft | null {
    return this.#governor.usableQuotaOf(identity);
  }

  /** True while a resource makes no calls for an identity, because a limit of its own is reached. */
  isHeld(identity: UpstreamIdentity, resource: string): boolean {
    return this.#holds.isHeld(identity, resource);
  }

  /** Takes over what other processes know of an identity's quota. Never rejects. */
  refreshQuota(identity: UpstreamIdentity): Promise<void> {
    return this.#governor.refresh(identity);
  }

  /** Counts ids that the upstream does not know a second time, against their caller. `share` is their part in a call. */
  foundUnknown(identity: UpstreamIdentity, caller: CallerKey, share: number): void {
    this.#governor.foundUnknown(identity, caller, share);
  }

  /** Figures for metrics; the cost grows with the number of identities. */
  figures(): ClientFigures {
    return {
      quota: this.#governor.figures(),
      circuits: this.#circuits.counts(),
      connections: this.#connections.figures,
    };
  }
}
