import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import type { Resource } from '../datasources/resource.ts';
import type { LoadingOptions } from './loading-options.ts';
import { EntitySource } from './entity-source.ts';

/**
 * The entities of one resource as requests share them, each identity's by itself: what was read is kept for a while, an id
 * that is being read is not asked for twice, and ids that different requests need at the same moment go in one call.
 */
export class EntitySources<Entity, Expand extends string = never> {
  readonly resourceOf: (scope: string) => Resource<Entity, Expand>;
  readonly #options: LoadingOptions;
  readonly #byIdentity = new PerIdentity(
    () => new SourcesByScope<Entity, Expand>(),
    (sources) => sources.isIdle,
  );

  /** `resourceOf` gives the resource of a scope, outside of which its ids mean nothing; most have but one, the empty text. */
  constructor(resourceOf: (scope: string) => Resource<Entity, Expand>, options: LoadingOptions) {
    this.resourceOf = resourceOf;
    this.#options = options;
  }

  of(identity: UpstreamIdentity, scope: string): EntitySource<Entity, Expand> {
    return this.#byIdentity
      .of(identity)
      .of(scope, () => new EntitySource(this.resourceOf(scope), scope, identity, this.#options));
  }

  /** Forgets what belongs to an identity; or only what a denied call is about: its resource, and what its permissions cover. */
  drop(identity: UpstreamIdentity, denied?: DeniedCall): void {
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

/** A call that the upstream denied to an identity for want of a permission. */
export interface DeniedCall {
  readonly resource: string;
  readonly permissions: readonly string[];
}

/** Below this many scopes nothing is known through for what can be forgotten. */
const FEW_SCOPES = 64;

/** Those of one identity, by scope. Clients name scopes as they like; what is idle is forgotten when others come. */
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
