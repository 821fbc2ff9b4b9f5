import type { Logger } from 'pino';
import type { SecondLevel } from '../cache/replica-store.ts';
import type { StandingNews } from '../identity/credential-events.ts';
import type { QuotaLedger } from '../upstream/quota/ledger.ts';
import { IdentitySeals } from './row-encryption.ts';
import { Leases } from './leases.ts';
import { RedisLink, type RedisProblem } from './connection.ts';
import type { RedisObserver } from './observer.ts';
import { RedisQuotaLedger } from './quota-ledger.ts';
import { RedisSecondLevel } from './replica-store.ts';
import { RedisStanding, type StandingListener } from './credential-status.ts';

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
  readonly longestLifeMs: number;
  readonly log: Logger;
  readonly observer?: RedisObserver;
  /** The longest that Redis is waited for. @default 50 */
  readonly timeoutMs?: number | undefined;
}

/** What this process shares with its replicas over Redis. With Redis away, each of these says that it is not there. */
export class Replicas {
  readonly ledger: QuotaLedger;
  readonly secondLevel: SecondLevel;
  readonly news: StandingNews;
  readonly #link: RedisLink;
  readonly #leases: Leases;

  /** `listener` is told what other replicas hear of credentials. */
  constructor(options: ReplicasOptions, listener: StandingListener) {
    const { upstreamTimeoutMs, proofMs, longestLifeMs } = options;
    const link = new RedisLink(options);
    // What was kept for an identity is not shown any longer than that without it being met again.
    const seals = new IdentitySeals(options, proofMs);
    const leases = new Leases(link);
    const standing = new RedisStanding(link, seals, longestLifeMs + proofMs, listener);
    this.ledger = new RedisQuotaLedger(link, seals, upstreamTimeoutMs);
    this.secondLevel = new RedisSecondLevel({
      link,
      seals,
      leases,
      standing,
      proofMs,
      onAccepted: (identity, sentMs) => listener.accepted(identity, sentMs),
    });
    this.news = standing;
    this.#link = link;
    this.#leases = leases;
  }

  /** Why Redis is not used, null when it is. */
  get problem(): RedisProblem | null {
    return this.#link.problem;
  }

  async dispose(): Promise<void> {
    this.#leases.dispose();
    await this.#link.dispose();
  }
}
