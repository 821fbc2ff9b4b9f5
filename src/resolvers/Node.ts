import type { GraphQLResolveInfo } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { Registry } from '../datasources/index.ts';
import { nodeKeyIn, nodeKindsOf, type ScopedKind } from '../datasources/node-keys.ts';
import { scopedNodeId } from '../datasources/wire/node-id.ts';
import { UnknownValueError } from '../errors.ts';
import { prefetch } from '../lookahead/prefetch.ts';
import { selectionTreeAt } from '../lookahead/selection-tree.ts';
import { endWith, fieldTrace } from '../lookahead/traced-fields.ts';
import { type LoadEntity, loadingById, loadScoped } from './load-entity.ts';
import { noteObjectType, objectTypeOf } from './object-types.ts';
import { personalDataRefused } from './personal-data.ts';

const scoped: Readonly<Record<ScopedKind, LoadEntity>> = {
  ...loadScoped,
  ContactOfCampaign: ({ scope, id }, _expand, field, { sources }) =>
    sources.contacts.namedInCampaign(scope, String(id), field),
  async Participant({ scope, id }, _expand, field, { sources }) {
    const wanted = scopedNodeId('Participant', scope, id);
    const conversation = await sources.conversations.load(scope, [], Infinity, field);
    return conversation?.participants?.find(({ nodeId }) => nodeId === wanted) ?? null;
  },
};

/** Resolver of the root field `node`, which loads a node as the root field of its type would. */
export function nodeResolver(registry: Registry) {
  const kinds = nodeKindsOf(registry);
  const loads = new Map<string, LoadEntity>(Object.entries(scoped));
  for (const [name, { resource, askedBy }] of kinds) {
    if (askedBy === 'id' && !('within' in resource)) loads.set(name, loadingById(resource));
  }
  return async (
    _root: unknown,
    args: { readonly nodeId: string },
    context: GatewayContext,
    info: GraphQLResolveInfo,
  ): Promise<object | null> => {
    const key = nodeKeyIn(args, kinds);
    const resource = key && kinds.get(key.kind)?.resource;
    const load = key && loads.get(key.kind);
    if (key === null || !resource || !load) throw new TypeError('The nodeId has not been checked.');
    const { type, id } = key;
    if (resource.isPersonal === true && context.caller?.maySeePersonalData === false) {
      throw new UnknownValueError(personalDataRefused(context), type, typeof id === 'string' ? id : null);
    }
    const tree = selectionTreeAt(info, info.fieldNodes, type, [[]]);
    const expand =
      tree?.requirements.find((requirement) => requirement.resource.name === resource.name)?.expand ?? [];
    const field = fieldTrace(info, context);
    const node = await endWith(field, load(key, expand, field, context, info));
    if (node === null) return null;
    noteObjectType(node, type);
    // Fields of the node load what they need; a trace wants to know their positions.
    if (tree !== null && context.trace !== null) {
      void prefetch(tree, [node], { ...context, report: null }, 'node');
    }
    return node;
  };
}

export const Node = { __resolveType: (node: object) => objectTypeOf(node) } as const;
