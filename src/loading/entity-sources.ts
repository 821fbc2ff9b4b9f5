import type { Denial } from '../identity/credential-events.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import type { Resource } from '../datasources/resource.ts';
import type { LoadingOptions } from './loading-options.ts';
import { EntitySource } from './entity-source.ts';

/**
 * Entity sources of one resource, separate for each identity. Requests of an identity share them: answers are cached, an id
 * that is being read is not asked for twice, and ids that requests need at the same moment go in one call.
 */
export class EntitySources<Entity, Expand extends string = never> {
  readonly resourceOf: (scope: string) => Resource<Entity, Expand>;
  readonly #options: LoadingOptions;
  readonly #byIdentity = new PerIdentity(
    () => new SourcesByScope<Entity, Expand>(),
    (sources) => sources.isIdle,
  );

  /** `resourceOf` gives the resource of a scope, outside of which ids mean nothing; most resources have one scope, `''`. */
  constructor(resourceOf: (scope: string) => Resource<Entity, Expand>, options: LoadingOptions) {
    this.resourceOf = resourceOf;
    this.#options = options;
  }

  of(identity: UpstreamIdentity, scope: string): EntitySource<Entity, Expand> {
    return this.#byIdentity
      .of(identity)
      .of(scope, () => new EntitySource(this.resourceOf(scope), scope, identity, this.#options));
  }

  /** Drops the sources of an identity, or only those of a denied call: its resource, and resources under its permissions. */
  drop(identity: UpstreamIdentity, denied?: Denial): void {
    const sources = this.#byIdentity.of(identity);
    for (const [scope, source] of sources.entries()) {
      const { name, permissions } = source.resource;
      const isMeant =
        denied === undefined ||
        name === denied.resource ||
        permissions.some((permission) => denied.permissions.includes(permission));
      if (!isMeant) continue;
      source.drop();
      sources.delete(scope);
    }
  }
}

/** Number of scopes below which idle sources are not looked for. */
const FEW_SCOPES = 64;

/** Sources of one identity by scope. Clients can name any scope, so idle sources are removed when others are added. */
class SourcesByScope<Entity, Expand extends string> {
  #byScope = new Map<string, EntitySource<Entity, Expand>>();
  #sweepAt = FEW_SCOPES;

  get isIdle(): boolean {
    for (const source of this.#byScope.values()) if (!source.isIdle) return false;
    return true;
  }

  of(scope: string, create: () => EntitySource<Entity, Expand>): EntitySource<Entity, Expand> {
    let source = this.#byScope.get(scope);
    if (source === undefined) {
      if (this.#byScope.size >= this.#sweepAt) this.#sweep();
      source = create();
      this.#byScope.set(scope, source);
    }
    return source;
  }

  entries(): [string, EntitySource<Entity, Expand>][] {
    return [...this.#byScope];
  }

  delete(scope: string): void {
    this.#byScope.delete(scope);
  }

  #sweep(): void {
    this.#byScope = new Map(this.entries().filter(([, source]) => !source.isIdle));
    this.#sweepAt = Math.max(FEW_SCOPES, this.#byScope.size * 2);
  }
}
