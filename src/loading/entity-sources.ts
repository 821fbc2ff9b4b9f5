import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import type { Resource } from '../datasources/resource.ts';
import type { SharingMeans } from './loading-options.ts';
import { Stock } from './entity-source.ts';

/**
 * The entities of one resource as requests share them, each identity's by itself: what was read is kept for a while, an id
 * that is being read is not asked for twice, and ids that different requests need at the same moment go in one call.
 */
export class SharedEntities<Entity, Part extends string = never> {
  readonly resourceOf: (scope: string) => Resource<Entity, Part>;
  readonly #means: SharingMeans;
  readonly #stocks = new PerIdentity(
    () => new Stocks<Entity, Part>(),
    (stocks) => stocks.isIdle,
  );

  /** `resourceOf` gives the resource of a scope, outside of which its ids mean nothing; most have but one, the empty text. */
  constructor(resourceOf: (scope: string) => Resource<Entity, Part>, means: SharingMeans) {
    this.resourceOf = resourceOf;
    this.#means = means;
  }

  of(identity: UpstreamIdentity, scope: string): Stock<Entity, Part> {
    return this.#stocks
      .of(identity)
      .of(scope, () => new Stock(this.resourceOf(scope), scope, identity, this.#means));
  }

  /** Forgets what belongs to an identity; or only what a denied call is about: its resource, and what its permissions cover. */
  drop(identity: UpstreamIdentity, denied?: DeniedCall): void {
    const stocks = this.#stocks.of(identity);
    for (const [scope, stock] of stocks.entries()) {
      const { name, permissions } = stock.resource;
      const isMeant =
        denied === undefined ||
        name === denied.resource ||
        permissions.some((permission) => denied.permissions.includes(permission));
      if (!isMeant) continue;
      stock.drop();
      stocks.delete(scope);
    }
  }
}

/** A call that the upstream denied to an identity for want of a permission. */
export interface DeniedCall {
  readonly resource: string;
  readonly permissions: readonly string[];
}

/** Below this many scopes nothing is looked through for what can be forgotten. */
const FEW_SCOPES = 64;

/** Those of one identity, by scope. Clients name scopes as they like; what is idle is forgotten when others come. */
class Stocks<Entity, Part extends string> {
  #byScope = new Map<string, Stock<Entity, Part>>();
  #sweepAt = FEW_SCOPES;

  get isIdle(): boolean {
    for (const stock of this.#byScope.values()) if (!stock.isIdle) return false;
    return true;
  }

  of(scope: string, create: () => Stock<Entity, Part>): Stock<Entity, Part> {
    let stock = this.#byScope.get(scope);
    if (stock === undefined) {
      if (this.#byScope.size >= this.#sweepAt) this.#sweep();
      stock = create();
      this.#byScope.set(scope, stock);
    }
    return stock;
  }

  entries(): [string, Stock<Entity, Part>][] {
    return [...this.#byScope];
  }

  delete(scope: string): void {
    this.#byScope.delete(scope);
  }

  #sweep(): void {
    this.#byScope = new Map(this.entries().filter(([, stock]) => !stock.isIdle));
    this.#sweepAt = Math.max(FEW_SCOPES, this.#byScope.size * 2);
  }
}
