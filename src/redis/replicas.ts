import type { Logger } from 'pino';
import type { ReplicaStores } from '../cache/replica-store.ts';
import type { CredentialEvents } from '../identity/credential-events.ts';
import type { QuotaLedger } from '../upstream/quota/ledger.ts';
import { RowEncryptions } from './row-encryption.ts';
import { Leases } from './leases.ts';
import { RedisConnection, type RedisProblem } from './connection.ts';
import type { RedisObserver } from './observer.ts';
import { RedisQuotaLedger } from './quota-ledger.ts';
import { RedisReplicaStores } from './replica-store.ts';
import { RedisCredentialStatus, type StandingListener } from './credential-status.ts';

export interface ReplicasOptions {
  readonly url: string;
  readonly pepper: string;
  /** Base of the REST API. */
  readonly apiUrl: string;
  /** The longest that one upstream call may take. */
  readonly upstreamTimeoutMs: number;
  /** How long what is kept may be shown without the upstream having accepted the credential again. */
  readonly proofMs: number;
  /** The longest that anything is kept. */
  readonly longestTtlMs: number;
  readonly log: Logger;
  readonly observer?: RedisObserver;
  /** The longest that Redis is waited for. @default 50 */
  readonly timeoutMs?: number | undefined;
}

/** What this process shares with its replicas over Redis. With Redis away, each of these says that it is not there. */
export class Replicas {
  readonly ledger: QuotaLedger;
  readonly stores: ReplicaStores;
  readonly credentialEvents: CredentialEvents;
  readonly #connection: RedisConnection;
  readonly #leases: Leases;

  /** `listener` is told what other replicas hear of credentials. */
  constructor(options: ReplicasOptions, listener: StandingListener) {
    const { upstreamTimeoutMs, proofMs, longestTtlMs } = options;
    const connection = new RedisConnection(options);
    // What was kept for an identity is not shown any longer than that without it being met again.
    const encryptions = new RowEncryptions(options, proofMs);
    const leases = new Leases(connection);
    const standing = new RedisCredentialStatus(connection, encryptions, longestTtlMs + proofMs, listener);
    this.ledger = new RedisQuotaLedger(connection, encryptions, upstreamTimeoutMs);
    this.stores = new RedisReplicaStores({
      connection,
      encryptions,
      leases,
      standing,
      proofMs,
      onAccepted: (identity, sentMs) => listener.accepted(identity, sentMs),
    });
    this.credentialEvents = standing;
    this.#connection = connection;
    this.#leases = leases;
  }

  /** Why Redis is not used, null when it is. */
  get problem(): RedisProblem | null {
    return this.#connection.problem;
  }

  async dispose(): Promise<void> {
    this.#leases.dispose();
    await this.#connection.dispose();
  }
}
