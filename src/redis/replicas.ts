import type { Logger } from 'pino';
import type { ReplicaStores } from '../cache/replica-store.ts';
import type { CredentialEvents, CredentialSubscriber } from '../identity/credential-events.ts';
import type { Clock } from '../lib/clock.ts';
import type { QuotaLedger } from '../upstream/quota/ledger.ts';
import { RowEncryptions } from './row-encryption.ts';
import { Leases } from './leases.ts';
import { RedisConnection } from './connection.ts';
import type { RedisProblem } from './failure.ts';
import type { RedisObserver } from './observer.ts';
import { RedisQuotaLedger } from './quota-ledger.ts';
import { RedisReplicaStores } from './replica-store.ts';
import { Revocations } from './revocations.ts';
import { RedisCredentialStatus } from './credential-status.ts';

export interface ReplicasOptions {
  readonly url: string;
  readonly pepper: string;
  /** Base of the REST API. */
  readonly apiUrl: string;
  /** Longest duration of one upstream call. */
  readonly upstreamTimeoutMs: number;
  /** Longest time that rows may be shown after the upstream last accepted the credential. */
  readonly proofMs: number;
  /** Longest TTL of any row. */
  readonly longestTtlMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer?: RedisObserver;
  /** Longest wait for Redis. @default 50 */
  readonly timeoutMs?: number | undefined;
}

/** State shared between replicas over Redis. While Redis is unavailable, ledger and stores report so. */
export class Replicas {
  readonly ledger: QuotaLedger;
  readonly stores: ReplicaStores;
  /** Subscriber that tells other replicas what answers to this process say of credentials. */
  readonly credentialStatus: CredentialSubscriber;
  readonly #connection: RedisConnection;
  readonly #leases: Leases;

  /** `events` receives what other replicas learn about credentials. */
  constructor(options: ReplicasOptions, events: CredentialEvents) {
    const { upstreamTimeoutMs, proofMs, longestTtlMs, clock } = options;
    const connection = new RedisConnection(options);
    // Rows are not shown for longer than `proofMs` without another use of the identity.
    const encryptions = new RowEncryptions(clock, options, proofMs);
    const leases = new Leases(clock, connection);
    const revocations = new Revocations(clock, { proofMs, rowsMs: longestTtlMs + proofMs });
    const credentialStatus = new RedisCredentialStatus(
      clock,
      connection,
      encryptions,
      { ttlMs: longestTtlMs + proofMs, proofMs },
      revocations,
      events,
    );
    this.ledger = new RedisQuotaLedger(clock, connection, encryptions, upstreamTimeoutMs);
    this.stores = new RedisReplicaStores({
      clock,
      connection,
      encryptions,
      leases,
      credentialStatus,
      revocations,
      proofMs,
      onAccepted: (identity, sentMs) => events.accepted(identity, sentMs, 'replica'),
    });
    this.credentialStatus = credentialStatus;
    this.#connection = connection;
    this.#leases = leases;
  }

  /** Reason why Redis is not used; null while it is used. */
  get problem(): RedisProblem | null {
    return this.#connection.problem;
  }

  dispose(): void {
    this.#leases.dispose();
    this.#connection.dispose();
  }
}
