/**
 * Reference that answers an operation the slow way: it walks the selections as written and reads one entity at a time. It
 * shares no code with the gateway and has no batches.
 */
import {
  getNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import {
  contactListHint,
  contactListOf,
  creationMs,
  entityRow,
  foundContact,
  foundEntity,
  interactionsIn,
  matches,
  nodeIdIn,
  properties,
  type Source,
  statsById,
} from './reference-types.ts';
import type { Chain, ReferenceUpstream } from './reference-upstream.ts';
import { resourceOfType } from './resource-table.ts';
import type { SelectedField, SelectedFields } from './selected-fields.ts';
import {
  CouldNotBeKnown,
  isContactId,
  isRow,
  leafIn,
  listIn,
  nodePartsIn,
  NullBelow,
  objectIn,
  presentIn,
  type Ref,
  referenceIn,
  type Row,
  textOrNull,
  usableId,
} from './reference-values.ts';

/** Placeholder in expected data for values of the gateway's own: cursors, and the moment of an answer. */
export const ANYTHING = Symbol('any text');

export interface ReferenceAnswer {
  readonly data: Row;
  /** Paths of values that could not be known, with a star for every list index. */
  readonly unknown: ReadonlySet<string>;
}

export async function referenceAnswer(
  schema: GraphQLSchema,
  fields: SelectedFields,
  upstream: ReferenceUpstream,
): Promise<ReferenceAnswer> {
  const query = schema.getQueryType();
  if (!query) throw new TypeError('The schema has queries.');
  const walk = new Walk(upstream, schema);
  return {
    data: await walk.object(query, fields, { kind: 'row', row: {}, chain: '' }, ''),
    unknown: walk.unknown,
  };
}

class Walk {
  readonly unknown = new Set<string>();
  readonly #upstream: ReferenceUpstream;
  readonly #schema: GraphQLSchema;

  constructor(upstream: ReferenceUpstream, schema: GraphQLSchema) {
    this.#upstream = upstream;
    this.#schema = schema;
  }

  async object(type: GraphQLObjectType, fields: SelectedFields, source: Source, path: string): Promise<Row> {
    const data: Record<string, unknown> = Object.create(null);
    for (const [key, { name, args, below }] of fields(type)) {
      const field = type.getFields()[name];
      const at = path === '' ? key : `${path}.${key}`;
      try {
        data[key] = await this.#field(type, { name, args, below }, source, at);
      } catch (error) {
        if (!(error instanceof CouldNotBeKnown)) throw error;
        if (!(error instanceof NullBelow)) this.unknown.add(at);
        data[key] = null;
        if (isNonNullType(field?.type)) throw new NullBelow();
      }
    }
    return data;
  }

  async #field(
    type: GraphQLObjectType,
    { name, args, below }: SelectedField,
    source: Source,
    path: string,
  ): Promise<unknown> {
    const field = type.getFields()[name];
    if (field === undefined) return type.name;
    if (type.name === 'Query' && name === 'node') return this.#node(String(args['nodeId']), below, path);
    const value = await this.#value(type.name, name, args, field.type, source, path, below);
    return this.#completed(value, field.type, below, path);
  }

  /** Value of a field: a leaf as in the answer, a source, or a list of sources. */
  async #value(
    typeName: string,
    field: string,
    args: Row,
    type: GraphQLOutputType,
    source: Source,
    path: string,
    below: SelectedFields,
  ): Promise<unknown> {
    if (typeName === 'Query') return this.#rootField(field, type, args, path);
    if (source.kind === 'row' && source.campaign !== undefined && statsById.has(field)) {
      const { ref, chain } = source.campaign;
      const found = await this.#upstream.one('campaignStatsById', usableId(ref), chain);
      return found.row && this.#read(typeName, field, type, found.row, found.chain);
    }
    if (source.kind === 'row') return this.#read(typeName, field, type, source.row, source.chain);

    const { ref, chain, contactList } = source;
    if (field === 'id') return leafIn(ref.id, type);
    if (field === 'nodeId') return nodeIdIn(typeName, source);
    if (field === 'selfUri') return leafIn(presentIn(field, (source.row ?? ref).selfUri, type), type);
    if (field === 'name' && ref.name !== null) return ref.name;
    if (field === 'interactions') return this.#interactions(usableId(ref), args, chain, path);
    if (field === 'progress') {
      const found = await this.#upstream.one('campaignProgress', usableId(ref), chain);
      return found.row && { kind: 'row', row: found.row, chain: found.chain };
    }
    if (field === 'stats') return this.#stats(ref, chain, type, below);
    if (contactList && (field === 'contactListId' || field === 'contactList')) {
      const list = await contactListOf(contactList, chain, this.#upstream);
      return field === 'contactListId' ? leafIn(list.ref.id, type) : { kind: 'entity', ...list };
    }
    const found = await entityRow(typeName, source, this.#upstream);
    // Participants are told apart by the id by which their conversation was read.
    const row = found.row && (typeName === 'Conversation' ? { ...found.row, id: ref.id } : found.row);
    return row && this.#read(typeName, field, type, row, found.chain);
  }

  async #stats(ref: Ref, chain: Chain, type: GraphQLOutputType, fields: SelectedFields): Promise<unknown> {
    const statsType = getNamedType(type);
    if (!isObjectType(statsType)) throw new TypeError('Statistics are objects.');
    const names = [...fields(statsType)].map(([, { name }]) => name);
    const campaign = { ref, chain };
    if (names.every((name) => name === '__typename' || statsById.has(name))) {
      return { kind: 'row', row: {}, chain, campaign };
    }
    const found = await this.#upstream.one('campaignStats', usableId(ref), chain);
    // Figures of the campaign's own call do not depend on those of the bulk call.
    const row = found.row ?? (names.some((name) => statsById.has(name)) ? {} : null);
    return row && { kind: 'row', row, chain: found.chain, campaign };
  }

  #read(typeName: string, field: string, type: GraphQLOutputType, row: Row, chain: Chain): unknown {
    const property = properties[`${typeName}.${field}`];
    const value = property ? property(row) : row[field];
    const named = getNamedType(type);
    if (value === ANYTHING) return value;
    if (isLeafType(named)) return leafIn(presentIn(`${typeName}.${field}`, value, type), type);
    const read = (element: unknown): Source | null => {
      const inner = objectIn(element);
      if (inner === null) return null;
      if (named.name !== 'Contact' && !(named.name in resourceOfType))
        return { kind: 'row', row: inner, chain };
      const ref = named.name === 'Contact' ? referenceIn(inner, isContactId) : referenceIn(inner);
      if (ref === null) return null;
      if (named.name === 'Contact') {
        return { kind: 'entity', ref, chain, contactList: contactListHint(ref, row) };
      }
      const isWhole = named.name === 'Conversation' || /(Connection|Edge)$/.test(typeName);
      // Its participants are told apart by its id.
      if (named.name === 'Conversation' && typeof ref.id !== 'string') throw new CouldNotBeKnown();
      return { kind: 'entity', ref, chain, ...(isWhole && { row: inner }) };
    };
    const isList = isListType(isNonNullType(type) ? type.ofType : type);
    return isList ? (listIn(value)?.flatMap((element) => read(element) ?? []) ?? null) : read(value);
  }

  /** Data for a value of `#value`. */
  async #completed(
    value: unknown,
    type: GraphQLOutputType,
    fields: SelectedFields,
    path: string,
  ): Promise<unknown> {
    if (value === null) return null;
    const named = getNamedType(type);
    if (!isObjectType(named)) return value;
    if (isSource(value)) return this.object(named, fields, value, path);
    const elements: unknown[] = [];
    const sources = listIn(value)?.filter(isSource) ?? [];
    for (const [n, element] of sources.entries()) {
      try {
        elements.push(await this.object(named, fields, element, `${path}.*`));
      } catch (error) {
        await this.#readInVain(named, fields, sources.slice(n + 1), path);
        throw error;
      }
    }
    return elements;
  }

  /** Reads the other elements of a list that is null because of one of them: they may be asked for at the same time. */
  async #readInVain(
    type: GraphQLObjectType,
    fields: SelectedFields,
    sources: readonly Source[],
    path: string,
  ): Promise<void> {
    const inVain = new Walk(this.#upstream, this.#schema);
    await Promise.allSettled(sources.map((source) => inVain.object(type, fields, source, path)));
  }

  async #rootField(field: string, type: GraphQLOutputType, args: Row, path: string): Promise<unknown> {
    const id = String(args['id']);
    const campaignId = String(args['campaignId']);
    if (field === 'campaigns') return this.#campaigns(args, path);
    if (field === 'campaignInteractions') return this.#interactions(campaignId, args, '', path);
    if (field === 'campaignInteraction') return this.#interactionNamed(campaignId, id, path);
    if (field === 'contact') return this.#contact(String(args['contactListId']), id);
    const resource = resourceOfType[getNamedType(type).name];
    if (resource === undefined) throw new TypeError(`${field} is no root field that is known here.`);
    const { row, chain } = await this.#upstream.one(resource, id, '');
    return row && foundEntity(row, id, chain);
  }

  async #node(nodeId: string, fields: SelectedFields, path: string): Promise<Row | null> {
    const [kind, ...ids] = nodePartsIn(nodeId);
    const type = this.#schema.getType(kind === 'ContactOfCampaign' ? 'Contact' : String(kind));
    if (!isObjectType(type)) throw new TypeError(`${String(kind)} is no kind that is known here.`);
    const source = await this.#nodeSource(nodeId, String(kind), ids, type, path);
    return source && this.object(type, fields, source, path);
  }

  async #nodeSource(
    nodeId: string,
    kind: string,
    [first, second]: readonly unknown[],
    type: GraphQLObjectType,
    path: string,
  ): Promise<Source | null> {
    const [scope, id] = [String(first), String(second)];
    if (kind === 'CampaignInteraction') return this.#interactionNamed(scope, id, path);
    if (kind === 'Contact') return this.#contact(scope, id);
    if (kind === 'ContactOfCampaign') {
      const campaign = await this.#upstream.one('campaigns', scope, '');
      if (campaign.row === null) return null;
      const { ref, chain: known } = await contactListOf({ campaignId: scope }, '', this.#upstream);
      const { row, chain } = await this.#upstream.one('contacts', id, known, usableId(ref));
      return row && foundContact(row, id, chain, ref, nodeId);
    }
    if (kind === 'Participant') {
      const { row, chain } = await this.#upstream.one('conversations', scope, '');
      const participants: unknown = row && properties['Conversation.participants']?.({ ...row, id: scope });
      const named = (each: unknown) => isRow(each) && properties['Participant.nodeId']?.(each) === nodeId;
      // One that is no object leaves all of them unknown.
      const found = listIn(participants)
        ?.map((each) => objectIn(each))
        .find(named);
      return isRow(found) ? { kind: 'row', row: found, chain } : null;
    }
    const resource = resourceOfType[type.name];
    if (resource === undefined) throw new TypeError(`${kind} is no kind that is known here.`);
    const { row, chain } = await this.#upstream.one(resource, scope, '');
    return row && foundEntity(row, scope, chain);
  }

  async #interactionNamed(campaignId: string, id: string, path: string): Promise<Source | null> {
    const list = await this.#interactionRows(campaignId, '', path);
    const row = list?.rows.find((interaction) => interaction['id'] === id);
    return list && row ? { kind: 'row', row, chain: list.chain } : null;
  }

  async #contact(listId: string, id: string): Promise<Source | null> {
    const { row, chain } = await this.#upstream.one('contacts', id, '', listId);
    return row && foundContact(row, id, chain, { id: listId, name: null, selfUri: null, isUsable: true });
  }

  async #interactionRows(campaignId: string, chain: Chain, path: string) {
    const found = await this.#upstream.one('campaignInteractions', campaignId, chain);
    if (found.row === null) return null;
    const { rows, isWhole } = interactionsIn(found.row, campaignId);
    if (!isWhole) this.unknown.add(path);
    return { rows, chain: found.chain };
  }

  async #interactions(campaignId: string, args: Row, chain: Chain, path: string): Promise<Source | null> {
    const filter = objectIn(args['filter']) ?? {};
    const first = Number(args['first'] ?? 100);
    // An empty list of conditions matches nothing, so no call is needed.
    if (Object.values(filter).some((wanted) => Array.isArray(wanted) && wanted.length === 0)) {
      return { kind: 'row', row: { ...page([], 0, first), observedAt: ANYTHING }, chain };
    }
    const list = await this.#interactionRows(campaignId, chain, path);
    if (list === null) return null;
    const direction = args['orderBy'] === 'CREATION_TIME_DESC' ? -1 : 1;
    const matching = list.rows
      .filter((row) => matches(row, filter))
      .toSorted((a, b) => compareTimes(a, b, direction) || (String(a['id']) < String(b['id']) ? -1 : 1));
    const row = { ...page(matching.slice(0, first), matching.length, first), observedAt: ANYTHING };
    return { kind: 'row', row, chain: list.chain };
  }

  async #campaigns(args: Row, path: string): Promise<Source> {
    const first = Number(args['first'] ?? 25);
    const { row, chain } = await this.#upstream.campaignPage(first);
    const rows = listIn(row?.['entities']) ?? [];
    const campaigns = rows.filter((campaign) => isRow(campaign) && textOrNull(campaign['id']) !== null);
    if (campaigns.length < rows.length) this.unknown.add(path);
    return { kind: 'row', row: page(campaigns, Number(row?.['total']), first), chain };
  }
}

function isSource(value: unknown): value is Source {
  return isRow(value) && (value['kind'] === 'row' || value['kind'] === 'entity');
}

/** Row of a connection, for a first page. */
function page(nodes: readonly unknown[], totalCount: number, first: number): Row {
  const hasNextPage = totalCount > first;
  const startCursor = nodes.length > 0 ? ANYTHING : null;
  return {
    nodes,
    edges: nodes.map((node) => ({ cursor: ANYTHING, node })),
    pageInfo: {
      hasNextPage,
      hasPreviousPage: false,
      startCursor,
      // A page keeps its end cursor when some of its rows were left out.
      endCursor: startCursor,
    },
    totalCount,
  };
}

/** Interactions without a creation time come last in either order. */
function compareTimes(a: Row, b: Row, direction: 1 | -1): number {
  const timeOfA = creationMs(a);
  const timeOfB = creationMs(b);
  if (Number.isNaN(timeOfA) || Number.isNaN(timeOfB)) {
    return Number(Number.isNaN(timeOfA)) - Number(Number.isNaN(timeOfB));
  }
  return direction * (timeOfA - timeOfB);
}
