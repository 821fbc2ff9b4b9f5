import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isListType,
  isObjectType,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { matchesNothing } from '../datasources/interaction-filter.ts';
import type { CampaignInteractionsArgs, QueryCampaignsArgs } from '../generated/resolvers.ts';
import { DEFAULT_CAMPAIGNS, isEmptyFilter } from '../resolvers/campaign-connection.ts';
import { DEFAULT_INTERACTIONS } from '../resolvers/campaign-interaction-connection.ts';
import type { Operation } from '../resolvers/levels.ts';
import { fieldsByKey } from '../resolvers/selections.ts';
import { ENTITIES, representationsPerType } from '../subgraph/representations.ts';
import type { Cardinalities } from './cardinalities.ts';

/**
 * Lists of a usual length, by the field that gives them. Other than the cardinalities that calls are planned by, these are not
 * the most that there could be: multiplied with one another and by the rows of a page, those would refuse what is small.
 */
const usualLengths: Readonly<Record<string, number>> = {
  'CampaignInteraction.skills': 3,
  'Contact.callRecords': 2,
  'ContactList.columnNames': 10,
  'Conversation.participants': 3,
  'User.skills': 5,
};
/** Of lists that are not in the table. */
const USUAL_LENGTH = 10;
/** What a value of JSON is taken for, such as a contact's columns: it is one field, and written out as many. */
const JSON_FIELDS = 20;
/** Fields that are looked at; fragments in fragments can be more than anybody has time for. */
const MAX_VISITED = 100_000;

/**
 * How many fields the answer to an operation is going to have: completed values, leaves as well as objects, and elements of
 * lists. Pages count as long as they may be, other lists as they usually are. Its arguments have been checked.
 */
export function estimateAnswerFields(
  operation: Operation,
  selectionSet: SelectionSetNode,
  cardinalities: Pick<Cardinalities, 'campaignsPerPage'>,
): number {
  const root = operation.schema.getQueryType();
  if (!root) return 0;
  const fields = new AnswerEstimate(operation, cardinalities).of(root, [selectionSet], 0);
  // What is nested multiplies: it may be beyond what JSON can say.
  return Math.min(Math.ceil(fields), Number.MAX_SAFE_INTEGER);
}

type Field = GraphQLField<unknown, unknown>;

class AnswerEstimate {
  readonly #operation: Operation;
  readonly #campaignsPerPage: number;
  #visited = 0;

  constructor(operation: Operation, { campaignsPerPage }: Pick<Cardinalities, 'campaignsPerPage'>) {
    this.#operation = operation;
    this.#campaignsPerPage = campaignsPerPage;
  }

  /**
   * Fields of one object and of all below it.
   *
   * @param rows Of a connection: how many rows its page may have.
   */
  of(type: GraphQLObjectType, sets: readonly SelectionSetNode[], rows: number): number {
    let total = 0;
    for (const nodes of fieldsByKey(sets, this.#operation, type)) {
      this.#visited += 1;
      if (this.#visited > MAX_VISITED) return Infinity;
      total += 1;
      const [node] = nodes;
      const field = fieldOf(type, node.name.value);
      if (field !== undefined) total += this.#below(type, field, nodes, rows);
    }
    return total;
  }

  #below(
    type: GraphQLObjectType,
    field: Field,
    nodes: readonly [FieldNode, ...FieldNode[]],
    rows: number,
  ): number {
    const named = getNamedType(field.type);
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (field.name === ENTITIES) return this.#entities(field, nodes[0], sets);
    const isList = isListType(getNullableType(field.type));
    const count = isList ? this.#lengthOf(type, field, rows) : 1;
    if (count === 0) return 0;
    const each = this.#largestOf(named, sets, this.#rowsOf(field, named, nodes[0]));
    return count * each + (isList ? count : 0);
  }

  #largestOf(type: GraphQLNamedType, sets: readonly SelectionSetNode[], rows: number): number {
    if (isObjectType(type)) return this.of(type, sets, rows);
    if (!isAbstractType(type)) return type.name === 'JSON' ? JSON_FIELDS : 0;
    const possible = this.#operation.schema.getPossibleTypes(type);
    return Math.max(0, ...possible.map((each) => this.of(each, sets, rows)));
  }

  #entities(field: Field, node: FieldNode, sets: readonly SelectionSetNode[]): number {
    const { schema, variableValues } = this.#operation;
    const given = representationsPerType(getArgumentValues(field, node, variableValues));
    let total = 0;
    for (const [name, count] of given) {
      const type = schema.getType(name);
      total += count * (1 + (isObjectType(type) ? this.of(type, sets, 0) : 0));
    }
    return total;
  }

  #lengthOf(type: GraphQLObjectType, field: Field, rows: number): number {
    if (CONNECTION.test(type.name)) return rows;
    const place = `${type.name}.${field.name}`;
    return usualLengths[place] ?? introspectedLength(this.#operation.schema, place) ?? USUAL_LENGTH;
  }

  /** Of a field that gives a connection, how many rows its page may have. */
  #rowsOf(field: Field, { name }: GraphQLNamedType, node: FieldNode): number {
    if (name !== 'CampaignConnection' && name !== 'CampaignInteractionConnection') return 0;
    const given = getArgumentValues(field, node, this.#operation.variableValues);
    if (name === 'CampaignConnection') {
      const { first, filter }: QueryCampaignsArgs = given;
      if (isEmptyFilter(filter)) return 0;
      return Math.min(first ?? DEFAULT_CAMPAIGNS, filter?.ids?.length ?? Infinity, this.#campaignsPerPage);
    }
    const { first, filter }: CampaignInteractionsArgs = given;
    // Its times differ with each request.
    const isEmpty = matchesNothing({ ...filter, createdAfter: null, createdBefore: null });
    return isEmpty ? 0 : (first ?? DEFAULT_INTERACTIONS);
  }
}

const CONNECTION = /Connection$/;

/** Introspection's fields at the root are fields of no type. */
function fieldOf(type: GraphQLObjectType, name: string): Field | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return type.getFields()[name];
}

/** Of lists that introspection gives: as long as they are on average in this schema. */
function introspectedLength(schema: GraphQLSchema, place: string): number | undefined {
  if (!place.startsWith('__')) return undefined;
  let lengths = introspectedLengths.get(schema);
  if (lengths === undefined) {
    lengths = averageLengths(schema);
    introspectedLengths.set(schema, lengths);
  }
  return lengths[place];
}

const introspectedLengths = new WeakMap<GraphQLSchema, Readonly<Record<string, number>>>();

function averageLengths(schema: GraphQLSchema): Readonly<Record<string, number>> {
  const types = Object.values(schema.getTypeMap());
  const directives = schema.getDirectives();
  const fields = types.flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []));
  const argsOfFields = fields.reduce((sum, { args }) => sum + args.length, 0);
  const argsOfDirectives = directives.reduce((sum, { args }) => sum + args.length, 0);
  return {
    '__Schema.types': types.length,
    '__Schema.directives': directives.length,
    '__Type.fields': fields.length / types.length,
    '__Type.interfaces': 1,
    '__Type.possibleTypes': 1,
    '__Type.enumValues': 1,
    '__Type.inputFields': 1,
    '__Field.args': argsOfFields / fields.length,
    '__Directive.args': argsOfDirectives / directives.length,
    '__Directive.locations': 2,
  };
}
