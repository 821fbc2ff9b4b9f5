import type { GraphQLResolveInfo } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { Resource } from '../datasources/resource.ts';
import { loaderOf } from '../loading/data-sources.ts';
import type { FieldTrace } from '../upstream/trace.ts';
import { campaignInteractionNamed } from './campaign-interaction-connection.ts';

/** Id of an entity, and the contact list or campaign within which it is valid; an empty scope where it needs none. */
interface EntityKey {
  readonly scope: string;
  readonly id: string | number;
}

/** Loads an entity by its key. Null when the upstream does not know it. Rejects with an `UnknownValueError`. */
export type LoadEntity<Key extends EntityKey = EntityKey> = (
  key: Key,
  expand: readonly string[],
  field: FieldTrace | null,
  context: GatewayContext,
  info: GraphQLResolveInfo,
) => Promise<object | null>;

/** Entities whose ids need a scope. */
export const loadScoped = {
  CampaignInteraction: ({ scope, id }, _expand, _field, context, info) =>
    campaignInteractionNamed(scope, String(id), context, info),
  Contact: ({ scope, id }, _expand, field, { sources }) => sources.contacts.named(scope, String(id), field),
} as const satisfies Record<string, LoadEntity>;

/** Entities of a resource, by their ids alone. */
export function loadingById(resource: Resource<object, string>): LoadEntity {
  return ({ id }, expand, field, { sources }) => {
    const loader = loaderOf(sources, resource);
    const parts = loader.expand.filter((part) => expand.includes(part));
    return loader.load(String(id), parts, Infinity, field);
  };
}
