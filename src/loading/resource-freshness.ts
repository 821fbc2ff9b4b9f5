import type { Freshness } from '../cache/freshness.ts';
import type { Resource } from '../datasources/resource.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { LoadingOptions } from './loading-options.ts';

/** Freshness of one resource's entities for one identity. */
export class ResourceFreshness<Expand extends string> {
  readonly #resource: Pick<Resource<unknown, Expand>, 'name' | 'ttl' | 'expand'>;
  readonly #identity: UpstreamIdentity;
  readonly #options: Pick<LoadingOptions, 'freshnessOf' | 'listMs' | 'refreshQuota'>;

  constructor(
    resource: Pick<Resource<unknown, Expand>, 'name' | 'ttl' | 'expand'>,
    identity: UpstreamIdentity,
    options: Pick<LoadingOptions, 'freshnessOf' | 'listMs' | 'refreshQuota'>,
  ) {
    this.#resource = resource;
    this.#identity = identity;
    this.#options = options;
  }

  /** Shortest freshness of the resource and of each part of `expand`. */
  of(expand: readonly Expand[]): Freshness {
    const { name, ttl } = this.#resource;
    let { freshMs, staleMs } = this.#options.freshnessOf(ttl, this.#identity, name);
    for (const part of this.#resource.expand) {
      if (part.ttl === undefined || !expand.includes(part.name)) continue;
      const ofPart = this.#options.freshnessOf(part.ttl, this.#identity, name);
      freshMs = Math.min(freshMs, ofPart.freshMs);
      staleMs = Math.min(staleMs, ofPart.staleMs);
    }
    return { freshMs, staleMs };
  }

  /** Upper bound for the age of entities in use; 0 when none is kept. Lists are used longer where the quota runs short. */
  longestMs(expand: readonly Expand[]): number {
    if (this.#resource.ttl === 'live') return this.#options.listMs;
    const { freshMs, staleMs } = this.of(expand);
    return freshMs + staleMs;
  }

  /** Reads what the freshness of lists depends on: the quota, which other processes spend as well. */
  async refresh(): Promise<void> {
    if (this.#resource.ttl === 'live') await this.#options.refreshQuota(this.#identity);
  }
}
