import { type Registry, resources } from '../datasources/index.ts';
import type { Resource } from '../datasources/resource.ts';
import type { Denial } from '../identity/credential-events.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { CampaignListing } from './campaign-listing.ts';
import { ContactsByList } from './contacts-by-list.ts';
import { answered, EntityLoader, type LoaderContext } from './entity-loader.ts';
import { EntitySources } from './entity-sources.ts';
import type { LoadingOptions } from './loading-options.ts';

/** Data sources with code of their own. */
interface OwnDataSources {
  readonly campaignListing: CampaignListing;
  readonly contacts: ContactsByList;
}

type LoaderOf<Each> =
  Each extends Resource<infer Entity, infer Expand> ? EntityLoader<Entity, Expand> : never;

/** Loaders of one request, on behalf of one identity. Nothing in them outlives the request. */
export type DataSources = {
  readonly [Name in Exclude<keyof Registry, keyof OwnDataSources>]: LoaderOf<Registry[Name]>;
} & OwnDataSources & {
    /** Releases what the request has read, once it has been answered. No more calls are made. */
    release(): void;
  };

/** Sources that the requests of each identity share. They live as long as the gateway. */
export interface SharedSources {
  /** Loaders of one request. */
  readonly DataSources: new (context: LoaderContext) => DataSources;
  /** Drops the sources of an identity, or only those of a denied call. */
  drop(identity: UpstreamIdentity, denied?: Denial): void;
}

export function createSharedSources(options: LoadingOptions, registry: Registry = resources): SharedSources {
  const { contacts, ...others } = registry;
  const contactsByIdentity = new EntitySources(contacts.within, options);
  const all: Pick<EntitySources<object>, 'drop'>[] = [contactsByIdentity];
  const makers = new Map<string, LoaderMaker>([
    [
      'campaignListing',
      (context, { campaigns }) => new CampaignListing(context, campaigns, options.batchSizes),
    ],
    ['contacts', (context, { campaigns }) => new ContactsByList(contactsByIdentity, context, campaigns)],
  ]);
  // A copy of the registry may have more resources than the type says.
  for (const [name, resource] of Object.entries<Resource<object, string>>(others)) {
    const sources = new EntitySources(() => resource, options);
    all.push(sources);
    makers.set(name, (context) => new EntityLoader(sources, context));
  }
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- there is a maker for each name of the type
    DataSources: RequestLoaders.madeBy(makers) as SharedSources['DataSources'],
    drop(identity, denied) {
      for (const sources of all) sources.drop(identity, denied);
    },
  };
}

export function createDataSources({ DataSources }: SharedSources, context: LoaderContext): DataSources {
  return new DataSources(context);
}

/**
 * Loader of a resource's entities, for code that knows no resource by name.
 *
 * @throws TypeError when the registry of the data sources lacks the resource.
 */
export function loaderOf<Entity, Expand extends string>(
  sources: DataSources,
  { name }: Resource<Entity, Expand>,
): EntityLoader<Entity, Expand> {
  const loader: unknown = Reflect.get(sources, name);
  if (!(loader instanceof EntityLoader)) throw new TypeError(`There is no loader of ${name}.`);
  return loader;
}

interface Loader {
  release(): void;
}

type LoaderMaker = (context: LoaderContext, sources: DataSources) => Loader;

/** Loaders that are made when they are first used, because a request uses few of them. */
class RequestLoaders {
  #context: LoaderContext;
  readonly #loaders: (Loader | undefined)[];

  constructor(context: LoaderContext, empty: readonly undefined[]) {
    this.#context = context;
    // A copy and no `new Array`: reading an array without holes is faster, and each field reads a loader for each row.
    this.#loaders = empty.slice();
  }

  /** Class with a getter for each maker on its prototype, so that requests make no closures and objects of one shape. */
  static madeBy(makers: ReadonlyMap<string, LoaderMaker>): new (context: LoaderContext) => object {
    const empty = Array.from(makers, () => undefined);
    class Made extends RequestLoaders {
      constructor(context: LoaderContext) {
        super(context, empty);
      }
    }
    for (const [slot, [name, make]] of [...makers].entries()) {
      Object.defineProperty(Made.prototype, name, {
        get(this: RequestLoaders & DataSources) {
          const loader = this.#loaders[slot];
          return loader === undefined ? (this.#loaders[slot] = make(this.#context, this)) : loader;
        },
      });
    }
    return Made;
  }

  release(): void {
    this.#context = answered;
    for (const loader of this.#loaders) loader?.release();
  }
}
