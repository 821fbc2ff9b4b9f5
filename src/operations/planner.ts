import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  getNullableType,
  type GraphQLField,
  isAbstractType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { campaignInteractions as interactionLists } from '../datasources/campaign-interactions.ts';
import { MAX_PAGES_AFTER_CURSOR } from '../datasources/campaign-pages.ts';
import { campaigns as campaignsResource } from '../datasources/campaigns.ts';
import { contactsResource } from '../datasources/contacts.ts';
import {
  type AnyResource,
  type Registry,
  resources,
  resourcesOf,
  type RootOf,
} from '../datasources/index.ts';
import type { CampaignInteractionsArgs, QueryCampaignsArgs, QueryResolvers } from '../generated/resolvers.ts';
import { NODE, NODE_ID, nodeKeyIn, type NodeKinds, nodeKindsOf } from '../datasources/node-keys.ts';
import { CONTACT_OF_CAMPAIGN } from '../datasources/wire/node-id.ts';
import type { LoadedResource } from '../lookahead/entity-fields.ts';
import {
  type LookaheadNode,
  selectionTreeAt,
  type Requirement,
  type SelectedOperation,
} from '../lookahead/selection-tree.ts';
import { byResponseKey } from '../executor/collect-fields.ts';
import { selectedBelow } from '../lookahead/selections.ts';
import { type EntityKeys, entityKeysOf } from '../federation/entity-keys.ts';
import {
  type FederatedEntities,
  federatedEntitiesOf,
  isLoadNeeded,
} from '../federation/federated-entities.ts';
import { ENTITIES, representationCounts } from '../federation/representations.ts';
import { bulkCalls, CallPlan } from './call-plan.ts';
import { type Cardinalities, cardinalitiesOf } from '../config/cardinalities.ts';
import {
  campaignRows,
  type CountedPlaces,
  countedPlacesOf,
  interactionRows,
  needyOf,
  notLoadedAbove,
  type Objects,
  objectsAt,
  one,
} from './object-counts.ts';
import { DEFAULT_INTERACTIONS } from '../connections/campaign-interaction-page.ts';
import { DEFAULT_CAMPAIGNS, isEmptyFilter } from '../connections/campaign-page.ts';

export interface PlannerOptions {
  /** Maximum number of ids in one bulk call. */
  readonly batchSize: number;
  readonly cardinalities: Cardinalities;
  /** @default that of the resources of `datasources/index.ts` */
  readonly facts?: PlanFacts;
}

/** Facts of a registry's resources that plans depend on. */
export interface PlanFacts {
  /** Resources by the root field that gives an entity by its id. */
  readonly roots: ReadonlyMap<string, LoadedResource>;
  readonly places: CountedPlaces;
  readonly keys: EntityKeys;
  readonly entities: FederatedEntities;
  readonly nodeKinds: NodeKinds;
}

export function planFactsOf(registry: Registry): PlanFacts {
  return {
    roots: new Map(
      resourcesOf(registry).flatMap((resource) =>
        resource.root === undefined ? [] : [[resource.root, resource] as const],
      ),
    ),
    places: countedPlacesOf(cardinalitiesOf(registry)),
    keys: entityKeysOf(registry),
    entities: federatedEntitiesOf(registry),
    nodeKinds: nodeKindsOf(registry),
  };
}

const planFacts = planFactsOf(resources);

/** Maximum upstream calls of an operation, while the cardinalities hold. The arguments must have been checked. */
export function planOperation(
  operation: SelectedOperation,
  definition: OperationDefinitionNode,
  options: PlannerOptions,
): CallPlan {
  return new OperationPlanner(operation, options).plan(definition);
}

/** Length assumed for a list without a cardinality: that of a page of interactions when `first` is absent. */
const UNKNOWN_LENGTH = DEFAULT_INTERACTIONS;

/** Root fields with planners of their own; those of the resources give an entity by its id. */
type OwnRootField = Exclude<keyof QueryResolvers, '__isTypeOf' | RootOf<AnyResource>>;

class OperationPlanner {
  readonly #operation: SelectedOperation;
  readonly #options: PlannerOptions;
  readonly #plan = new CallPlan();
  /** Ids that root fields load. Those of one resource (and contact list) share bulk calls. */
  readonly #atRoot = new Map<string, { readonly resource: LoadedResource; readonly ids: Set<string> }>();
  readonly #facts: PlanFacts;
  /** Planners of root fields of queries. A missing one does not compile. */
  readonly #ownRoots: Readonly<Record<OwnRootField, (nodes: readonly [FieldNode, ...FieldNode[]]) => void>> =
    {
      campaigns: (nodes) => this.#campaigns(nodes),
      campaignInteraction: (nodes) => {
        this.#note(interactionLists, argumentText(nodes[0], 'campaignId'));
        this.#below(nodes, 'CampaignInteraction', [[]], one);
      },
      campaignInteractions: (nodes) => this.#campaignInteractions(nodes),
      contact: (nodes) => this.#entity(nodes, contactsResource, argumentText(nodes[0], 'contactListId')),
      node: (nodes) => this.#nodeField(nodes),
    };

  constructor(operation: SelectedOperation, options: PlannerOptions) {
    this.#operation = operation;
    this.#options = options;
    this.#facts = options.facts ?? planFacts;
  }

  plan({ operation, selectionSet }: OperationDefinitionNode): CallPlan {
    const otherRoot =
      operation === OperationTypeNode.QUERY ? undefined : this.#operation.schema.getRootType(operation);
    for (const nodes of byResponseKey(selectedBelow([selectionSet], this.#operation)).values()) {
      const name = nodes[0].name.value;
      if (otherRoot) this.#unknownField(nodes, otherRoot.name);
      else if (name === ENTITIES) this.#entities(nodes);
      else if (this.#hasOwnPlanner(name)) this.#ownRoots[name](nodes);
      else {
        const resource = this.#facts.roots.get(name);
        // Other root fields, such as introspection, make no calls.
        if (resource !== undefined) this.#entity(nodes, resource);
      }
    }
    for (const { resource, ids } of this.#atRoot.values()) this.#bulk(resource, 1, ids.size);
    return this.#plan;
  }

  #hasOwnPlanner(name: string): name is OwnRootField {
    return Object.hasOwn(this.#ownRoots, name);
  }

  #entity(nodes: readonly [FieldNode, ...FieldNode[]], resource: LoadedResource, scope = ''): void {
    this.#note(resource, argumentText(nodes[0], 'id'), scope);
    this.#below(nodes, resource.type, [[]], { ...one, loadedFrom: resource.name });
  }

  /** Plans `node` like the root field of the node's type. */
  #nodeField(nodes: readonly [FieldNode, ...FieldNode[]]): void {
    const { nodeKinds } = this.#facts;
    const key = nodeKeyIn(this.#argumentsOf('Query', nodes[0]), nodeKinds);
    const kind = key && nodeKinds.get(key.kind);
    if (key === null || !kind) return;
    const { type, resource, askedBy } = kind;
    // With a blank, so that no argument is taken for the same: a plan serves all nodes of these kinds.
    const within = `${key.kind} ${key.scope}`;
    if (key.kind === CONTACT_OF_CAMPAIGN) this.#note(campaignsResource, within);
    if (askedBy === 'scope') this.#note(resource, within);
    // A root field may have the same text for an id, and another entity by it.
    else this.#note(resource, `${NODE} ${argumentText(nodes[0], NODE_ID)}`, askedBy === 'id' ? '' : within);
    const loadedFrom = askedBy === 'scope' ? null : resource.name;
    this.#below(nodes, type, [[]], { ...one, loadedFrom });
  }

  /** Plans `_entities`, by the number of distinct representations of each type in each scope of ids. */
  #entities(nodes: readonly [FieldNode, ...FieldNode[]]): void {
    const { alias, name } = nodes[0];
    const args = this.#argumentsOf('Query', nodes[0]);
    for (const [type, counts] of representationCounts(args, this.#facts.keys)) {
      const entity = this.#facts.entities[type];
      const { resource, isListed } = entity;
      const node = selectionTreeAt(this.#operation, nodes, type, [[]]);
      if (node === null) continue;
      const isLoaded = isLoadNeeded(entity, node);
      for (const [scope, count] of counts.entries()) {
        const place = `${(alias ?? name).value}[${scope}]`;
        const calls = !isLoaded ? 0 : isListed === true ? 1 : count;
        for (let number = 0; number < calls; number += 1) {
          // Ids of contacts share calls only within their contact list.
          this.#note(resource, `${place}.${number}`, type === 'Contact' ? place : '');
        }
      }
      this.#node(node, {
        ...one,
        perList: counts.reduce((sum, count) => sum + count, 0),
        together: counts.length,
        loadedFrom: isLoaded || type === 'Contact' ? resource.name : null,
      });
    }
  }

  /**
   * Plans a root field without a planner of its own, such as a subscription's, by the type that it returns. Calls of its own
   * are known only for connections; other objects count as references that nothing has loaded.
   */
  #unknownField(nodes: readonly [FieldNode, ...FieldNode[]], root: string): void {
    const field = this.#fieldOf(root, nodes[0].name.value);
    // Introspection fields are not among the fields of the type.
    if (field === undefined) return;
    const type = getNamedType(field.type);
    if (type.name === 'CampaignConnection') this.#campaigns(nodes, root);
    else if (type.name === 'CampaignInteractionConnection') this.#campaignInteractions(nodes, root);
    else {
      const types = isAbstractType(type) ? this.#operation.schema.getPossibleTypes(type) : [type];
      const perList = isList(field) ? UNKNOWN_LENGTH : 1;
      for (const { name } of types) this.#below(nodes, name, [[]], { ...one, perList });
    }
  }

  #campaigns(nodes: readonly [FieldNode, ...FieldNode[]], root = 'Query'): void {
    const args: QueryCampaignsArgs = this.#argumentsOf(root, nodes[0]);
    const first = args.first ?? DEFAULT_CAMPAIGNS;
    if (isEmptyFilter(args.filter)) return;
    // After a cursor, the place may have moved to another page.
    const pages = args.after == null ? 1 : MAX_PAGES_AFTER_CURSOR;
    if (first === 0) {
      const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const below = selectedBelow(sets, this.#operation);
      // An empty page needs a call only for these fields.
      const isAsked = below.some(({ name }) => name.value === 'totalCount' || name.value === 'pageInfo');
      this.#plan.add(campaignsResource.name, isAsked ? pages : 0);
      return;
    }
    this.#plan.add(campaignsResource.name, pages);
    this.#below(nodes, 'Campaign', [['nodes'], ['edges', 'node']], {
      ...one,
      perList: campaignRows(args, this.#options.cardinalities),
      loadedFrom: campaignsResource.name,
    });
  }

  #campaignInteractions(nodes: readonly [FieldNode, ...FieldNode[]], root = 'Query'): void {
    if (this.#interactions(nodes, one, root)) {
      this.#note(interactionLists, argumentText(nodes[0], 'campaignId'));
    }
  }

  /** Plans the calls below the interactions of these campaigns. False when their lists are not requested. */
  #interactions(nodes: readonly [FieldNode, ...FieldNode[]], campaigns: Objects, type: string): boolean {
    const args: CampaignInteractionsArgs = this.#argumentsOf(type, nodes[0]);
    const rows = interactionRows(args);
    if (rows === null) return false;
    this.#below(nodes, 'CampaignInteraction', [['nodes'], ['edges', 'node']], {
      ...one,
      lists: campaigns.lists * campaigns.perList,
      perList: rows,
      isCampaignLoaded:
        campaigns.loadedFrom === campaignsResource.name || notLoadedAbove(campaigns).perList === 0,
    });
    return true;
  }

  #below(
    nodes: readonly FieldNode[],
    type: string,
    paths: readonly (readonly string[])[],
    objects: Objects,
  ): void {
    const node = selectionTreeAt(this.#operation, nodes, type, paths);
    if (node !== null) this.#node(node, objects);
  }

  #node(node: LookaheadNode, objects: Objects): void {
    if (node.type === 'Contact') this.#contacts(node.requirements, objects);
    else for (const requirement of node.requirements) this.#requirement(requirement, objects, node.type);
    for (const { field, node: below } of node.edges) {
      const definition = this.#fieldOf(node.type, field);
      const length = definition && isList(definition) ? UNKNOWN_LENGTH : 1;
      this.#node(
        below,
        objectsAt(node.type, field, below.type, objects, {
          cardinalities: this.#options.cardinalities,
          places: this.#facts.places,
          length,
        }),
      );
    }
    let isListed = false;
    for (const nodes of byResponseKey(node.fieldsWithArguments).values()) {
      // Campaign.interactions is the only field of an entity with arguments.
      isListed = this.#interactions(nodes, objects, node.type) || isListed;
    }
    // One list per campaign serves all these fields.
    if (isListed) this.#plan.causedBy(interactionLists.name, [`${node.type}.interactions`]);
    if (isListed) this.#bulk(interactionLists, objects.lists, notLoadedAbove(objects).perList);
  }

  #requirement(requirement: Requirement, objects: Objects, type: string): void {
    const { resource, fields } = requirement;
    if (resource.name === objects.loadedFrom) return;
    if (resource.maxIds === 1)
      this.#plan.causedBy(
        resource.name,
        fields.map((field) => `${type}.${field}`),
      );
    const needing = resource.name === campaignsResource.name ? notLoadedAbove(objects) : objects;
    this.#bulk(resource, objects.lists, needyOf(requirement, needing, this.#options.cardinalities));
  }

  /** Plans contacts. One without a contact list takes the list of its campaign, and is loaded in a second round of calls. */
  #contacts(requirements: readonly Requirement[], objects: Objects): void {
    if (objects.loadedFrom === contactsResource.name) return;
    const { contactListsPerList } = this.#options.cardinalities;
    let contacts = 0;
    let needy = 0;
    for (const requirement of requirements) {
      needy = Math.max(needy, needyOf(requirement, objects, this.#options.cardinalities));
      if (requirement.resource.name === contactsResource.name)
        contacts = needyOf(requirement, objects, this.#options.cardinalities);
    }
    const campaigns = objects.isCampaignLoaded ? 0 : Math.min(needy, objects.together);
    this.#bulk(campaignsResource, objects.lists, campaigns);
    this.#bulk(contactsResource, objects.lists, contacts, (contactListsPerList + 1) * objects.together);
  }

  #note(resource: LoadedResource, id: string, scope = ''): void {
    const key = `${resource.name} ${scope}`;
    const known = this.#atRoot.get(key) ?? { resource, ids: new Set() };
    known.ids.add(id);
    this.#atRoot.set(key, known);
  }

  #bulk({ name, maxIds }: LoadedResource, lists: number, ids: number, scopes = 1): void {
    const size = Math.min(maxIds, this.#options.batchSize);
    this.#plan.add(name, lists * bulkCalls(ids, size, scopes));
  }

  #argumentsOf(typeName: string, node: FieldNode): Record<string, unknown> {
    const field = this.#fieldOf(typeName, node.name.value);
    if (field === undefined) throw new TypeError(`${typeName} has no such field.`);
    return getArgumentValues(field, node, this.#operation.variableValues);
  }

  #fieldOf(typeName: string, name: string): GraphQLField<unknown, unknown> | undefined {
    const type = this.#operation.schema.getType(typeName);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  }
}

function isList({ type }: GraphQLField<unknown, unknown>): boolean {
  return isListType(getNullableType(type));
}

/** Text of an id, or the name of its variable, so that one plan serves all values. Equal values only make fewer calls. */
function argumentText({ arguments: args = [] }: FieldNode, name: string): string {
  const value = args.find((argument) => argument.name.value === name)?.value;
  if (value?.kind === Kind.VARIABLE) return `$${value.name.value}`;
  return value !== undefined && 'value' in value ? String(value.value) : '';
}
