import type { GraphQLResolveInfo } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { UnknownValueError } from '../errors.ts';
import { type LookaheadNode, selectionTreeAt } from '../lookahead/selection-tree.ts';
import { prefetch } from '../lookahead/prefetch.ts';
import { noteObjectType } from '../resolvers/object-types.ts';
import { personalDataRefused } from '../resolvers/personal-data.ts';
import { endWith, fieldTrace } from '../lookahead/traced-fields.ts';
import type { Registry } from '../datasources/index.ts';
import { entityKeysOf, type EntityType } from './entity-keys.ts';
import { type FederatedEntity, federatedEntitiesOf, isLoadNeeded } from './federated-entities.ts';
import { ENTITIES, type Representation, representationsIn } from './representations.ts';

/** Entity of a representation; an error, which the executor throws at its position, when the entity could not be loaded. */
type ResolvedEntity = object | Error | null;

/** Resolver of entities by their representations, in their order; those of one type are loaded together. */
export function entitiesResolver(registry: Registry) {
  const keys = entityKeysOf(registry);
  const entities = federatedEntitiesOf(registry);
  return (
    _root: unknown,
    args: Readonly<Record<string, unknown>>,
    context: GatewayContext,
    info: GraphQLResolveInfo,
  ): Promise<ResolvedEntity>[] => {
    const representations = representationsIn(args, keys);
    const byType = Map.groupBy(representations, ({ type }) => type);
    const found = new Map(
      [...byType].map(
        ([type, ofType]) => [type, entitiesOfType(type, ofType, entities[type], context, info)] as const,
      ),
    );
    return representations.map(async (representation) => {
      const ofType = await found.get(representation.type);
      return ofType?.get(representationKeyOf(representation)) ?? null;
    });
  };
}

/** Entities by `representationKeyOf`, with everything prefetched that their fields need: no field needs a promise then. */
async function entitiesOfType(
  type: EntityType,
  representations: readonly Representation[],
  source: FederatedEntity,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<ReadonlyMap<string, ResolvedEntity>> {
  const distinct = new Map(representations.map((each) => [representationKeyOf(each), each]));
  const node = selectionTreeAt(info, info.fieldNodes, type, [[]]);
  if (node === null) throw new TypeError(`The schema has no type ${type}.`);
  const found = await foundOf(type, distinct, source, node, context, info);
  const objects = [...found.values()].filter(isEntity);
  for (const object of objects) noteObjectType(object, type);
  await prefetch(node, objects, context, context.trace && ENTITIES);
  return found;
}

async function foundOf(
  type: EntityType,
  distinct: ReadonlyMap<string, Representation>,
  source: FederatedEntity,
  node: LookaheadNode,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<ReadonlyMap<string, ResolvedEntity>> {
  const { resource, reference } = source;
  const each = [...distinct];
  if (resource.isPersonal === true && context.caller?.maySeePersonalData === false) {
    const refusal = personalDataRefused(context);
    return new Map(each.map(([key, { id }]) => [key, new UnknownValueError(refusal, type, id)]));
  }
  if (reference !== undefined && !isLoadNeeded(source, node)) {
    return new Map(each.map(([key, representation]) => [key, reference(representation)]));
  }
  const expand =
    node.requirements.find((requirement) => requirement.resource.name === resource.name)?.expand ?? [];
  const field = fieldTrace(info, context);
  const loads = each.map(async ([key, representation]): Promise<[string, ResolvedEntity]> => {
    try {
      return [key, await source.load(representation, expand, field, context, info)];
    } catch (error) {
      if (!(error instanceof UnknownValueError)) throw error;
      // The error of an interaction's list names the campaign; the client asked for the interaction.
      return [key, new UnknownValueError(error.reason, type, representation.id)];
    }
  });
  return new Map(await endWith(field, Promise.all(loads)));
}

function isEntity(found: ResolvedEntity): found is object {
  return found !== null && !(found instanceof Error);
}

/** Ids that are scopes have no blanks, so keys are unambiguous. */
function representationKeyOf({ scope, id }: Representation): string {
  return `${scope} ${id}`;
}
