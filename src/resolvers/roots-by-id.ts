import type { GraphQLResolveInfo } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { type AnyResource, type Registry, resourcesOf, type RootOf } from '../datasources/index.ts';
import type { Resource } from '../datasources/resource.ts';
import { loaderOf } from '../loading/data-sources.ts';
import { selectedAmong } from '../lookahead/selections.ts';
import { endWithObject, fieldTrace } from '../lookahead/traced-fields.ts';

type RootResolver<Entity> = (
  root: unknown,
  args: { readonly id: string },
  context: GatewayContext,
  info: GraphQLResolveInfo,
) => Promise<Entity | null>;

type RootsById = {
  readonly [Each in AnyResource as RootOf<Each>]: RootResolver<
    Each extends Resource<infer Entity, string> ? Entity : never
  >;
};

/** Resolvers of the root fields that give an entity of a resource by its id. */
export function rootsById(registry: Registry): RootsById {
  const entries = resourcesOf(registry).flatMap((resource) =>
    resource.root === undefined || 'within' in resource
      ? []
      : [[resource.root, rootResolver(resource)] as const],
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets the key type
  return Object.fromEntries(entries) as RootsById;
}

/** Loads the entity even for its id alone, with all selected expand parts, so that one call answers everything. */
function rootResolver<Entity extends object>(resource: Resource<Entity, string>): RootResolver<Entity> {
  return (_root, { id }, context, info) => {
    const loader = loaderOf(context.sources, resource);
    const field = fieldTrace(info, context);
    const loading = loader.load(id, selectedAmong(loader.expand, info), Infinity, field);
    return endWithObject(field, loading, info, context);
  };
}
