import * as fc from 'fast-check';
import {
  getNamedType,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { entityKeys, entityTypesOf } from '../../src/federation/entity-keys.ts';
import { ENTITIES } from '../../src/federation/representations.ts';
import { NAMES_OF_OBJECTS } from '../support/names-of-objects.ts';
import { idsOf } from './generated-campaigns.ts';
import type { Row } from './reference-values.ts';

export interface GeneratedOperation {
  readonly query: string;
  /** Variables that are sent. */
  readonly variables: Row;
  /** Variables that are sent, and the defaults of the others. */
  readonly values: Row;
}

/** Maximum depth of nested objects; a connection counts as two. */
const MAX_DEPTH = 7;

/**
 * Valid query with random selections, fragments of all kinds, aliases, directives, arguments and variables.
 *
 * @param idsOfKind Ids of a kind for its arguments, by default those of the generated upstreams.
 */
export function generateOperation(
  draw: fc.GeneratorValue,
  schema: GraphQLSchema,
  idsOfKind = idsOf,
): GeneratedOperation {
  return new Generator(draw, schema, idsOfKind).operation();
}

class Generator {
  readonly #draw: fc.GeneratorValue;
  readonly #schema: GraphQLSchema;
  readonly #idsOf: typeof idsOf;
  readonly #declarations: string[] = [];
  readonly #fragments: string[] = [];
  readonly #variables: Record<string, unknown> = Object.create(null);
  readonly #values: Record<string, unknown> = Object.create(null);
  #aliases = 0;
  #isBelowAbstract = false;

  constructor(draw: fc.GeneratorValue, schema: GraphQLSchema, idsOfKind: typeof idsOf) {
    this.#draw = draw;
    this.#schema = schema;
    this.#idsOf = idsOfKind;
  }

  operation(): GeneratedOperation {
    const query = this.#schema.getQueryType();
    if (!query) throw new TypeError('The schema has queries.');
    const selections = this.#selectionSet(query, 0);
    const declared = this.#declarations.length === 0 ? '' : `(${this.#declarations.join(', ')})`;
    return {
      query: [`query Generated${declared} ${selections}`, ...this.#fragments].join('\n'),
      variables: this.#variables,
      values: this.#values,
    };
  }

  #selectionSet(type: GraphQLObjectType, depth: number): string {
    const count = 1 + this.#draw(fc.nat, 2);
    const selections = Array.from({ length: count }, () => this.#selection(type, depth));
    return `{ ${selections.join(' ')} }`;
  }

  #selection(type: GraphQLObjectType, depth: number): string {
    const kind = this.#draw(fc.nat, 11);
    if (kind === 0) return `__typename${this.#directive()}`;
    if (kind === 1) {
      const place = this.#fragments.push('') - 1;
      const name = this.#name('F', place);
      const { on, selections } = this.#conditional(type, depth);
      this.#fragments[place] = `fragment ${name} on ${on} ${selections}`;
      const spread = `...${name}${this.#directive()}`;
      return this.#isLucky(3) ? `${spread} ${spread}` : spread;
    }
    if (kind === 2) {
      const { on, selections } = this.#conditional(type, depth);
      const condition = on === type.name && this.#isLucky(2) ? '' : ` on ${on}`;
      return `...${condition}${this.#directive()} ${selections}`;
    }
    const { [ENTITIES]: entities } = type.getFields();
    // `_entities` is one of many fields, but the reason to draw from the schema of a subgraph.
    if (entities !== undefined && this.#isLucky(2)) return this.#field(entities, depth);
    const fields = Object.values(type.getFields());
    const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
    const objects = fields.filter((field) => !leaves.includes(field));
    const isDeeper = leaves.length === 0 || (objects.length > 0 && depth < MAX_DEPTH && this.#isLucky(2));
    if (isDeeper && depth >= MAX_DEPTH) return '__typename';
    return this.#field(this.#oneOf(isDeeper ? objects : leaves), depth);
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    const args = this.#arguments(field);
    // A field may be selected again with other arguments, and then needs an alias.
    const needsAlias = args !== '' || this.#isBelowAbstract;
    const alias = needsAlias || this.#isLucky(5) ? `${this.#name('a', this.#aliases++)}: ` : '';
    const selections = isObjectType(type)
      ? ` ${this.#selectionSet(type, depth + 1)}`
      : isAbstractType(type)
        ? ` ${this.#abstractSelections(type, depth + 1)}`
        : '';
    return `${alias}${field.name}${args}${this.#directive()}${selections}`;
  }

  /**
   * Selections of a type of several possible types, all with aliases: fields of one name can have different types there. An object of
   * an interface says its type.
   */
  #abstractSelections(abstract: GraphQLAbstractType, depth: number): string {
    const isBelow = this.#isBelowAbstract;
    this.#isBelowAbstract = true;
    const selections = Array.from({ length: 1 + this.#draw(fc.nat, 3) }, () => {
      const kind = this.#draw(fc.nat, 5);
      if (kind === 0) return `__typename${this.#directive()}`;
      const type = this.#oneOf(this.#schema.getPossibleTypes(abstract));
      const fragment = `... on ${type.name}${this.#directive()} ${this.#selectionSet(type, depth)}`;
      const wider = this.#interfaceOf(type);
      if (kind > 1 || wider === undefined) return fragment;
      return `... on ${wider.name} { ${Object.keys(wider.getFields())[0]} ${fragment} }`;
    });
    this.#isBelowAbstract = isBelow;
    return `{ ${isInterfaceType(abstract) ? '__typename ' : ''}${selections.join(' ')} }`;
  }

  /** Type condition of a fragment, and its selections. */
  #conditional(type: GraphQLObjectType, depth: number): { on: string; selections: string } {
    const wider = this.#interfaceOf(type);
    if (wider === undefined || !this.#isLucky(3)) {
      return { on: type.name, selections: this.#selectionSet(type, depth) };
    }
    const fields = this.#draw(fc.subarray, Object.keys(wider.getFields()), { minLength: 1 });
    return { on: wider.name, selections: `{ ${fields.join(' ')} }` };
  }

  #interfaceOf(type: GraphQLObjectType): GraphQLInterfaceType | undefined {
    const wider = type.getInterfaces();
    return wider.length === 0 ? undefined : this.#oneOf(wider);
  }

  #directive(): string {
    if (!this.#isLucky(8)) return '';
    const condition = this.#draw(fc.boolean);
    const name = this.#oneOf(['skip', 'include']);
    return ` @${name}(if: ${this.#value('Boolean!', String(condition), condition)})`;
  }

  #arguments(field: GraphQLField<unknown, unknown>): string {
    const texts = field.args.flatMap(({ name, type }) => {
      const text = this.#argument(name, String(type), field.name);
      return text === null ? [] : [`${name}: ${text}`];
    });
    return texts.length === 0 ? '' : `(${texts.join(', ')})`;
  }

  #argument(name: string, type: string, field: string): string | null {
    if (type === '[_Any!]!') return this.#representations(type);
    if (type === 'ID!') {
      const kind = field === 'campaignInteraction' ? 'interaction' : field;
      const id = this.#oneOf(this.#idsOf(name === 'id' ? kind : name.replace(/Id$/, '')));
      return this.#value(type, JSON.stringify(id), id);
    }
    if (this.#isLucky(2)) return null;
    if (name === 'first') {
      const first = this.#oneOf(field === 'campaigns' ? [1, 2, 3, 100] : [0, 1, 2, 3, 100]);
      return this.#value(type, String(first), first);
    }
    if (name === 'orderBy') {
      const order = this.#oneOf(['CREATION_TIME_ASC', 'CREATION_TIME_DESC']);
      return this.#value(type, order, order);
    }
    return type === 'CampaignInteractionFilter' ? this.#filter(type) : null;
  }

  #representations(type: string): string {
    const drawn = Array.from({ length: this.#draw(fc.nat, 8) }, (): Row => {
      const __typename = this.#oneOf(entityTypesOf(entityKeys));
      const kind = `${__typename.charAt(0).toLowerCase()}${__typename.slice(1)}`;
      const id = this.#oneOf(this.#idsOf(kind === 'campaignInteraction' ? 'interaction' : kind));
      const scopes = entityKeys[__typename].filter((field) => field !== 'id');
      const scope = scopes.map((field) => [field, this.#oneOf(this.#idsOf(field.replace(/Id$/, '')))]);
      return { __typename, id, ...Object.fromEntries(scope) };
    });
    const literals = drawn.map((row) => {
      const fields = Object.entries(row).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
      return `{ ${fields.join(', ')} }`;
    });
    return this.#value(type, `[${literals.join(', ')}]`, drawn);
  }

  #filter(type: string): string {
    const conditions: Row = {
      states: this.#draw(fc.subarray, ['PENDING', 'PROCEEDING', 'PREVIEWING', 'INTERACTING', 'SCHEDULED']),
      agentIds: this.#draw(fc.subarray, [...this.#idsOf('user')]),
      queueIds: this.#draw(fc.subarray, [...this.#idsOf('queue')]),
      skillIds: this.#draw(fc.subarray, [...this.#idsOf('skill')]),
      activePreviewCall: this.#draw(fc.boolean),
      createdAfter: this.#oneOf(['2025-12-31T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z']),
      createdBefore: this.#oneOf(['2026-01-01T00:00:02Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']),
    };
    const set = Object.entries(conditions).filter(() => this.#isLucky(4));
    const literals = set.map(([name, wanted]) => {
      const text = JSON.stringify(wanted);
      return `${name}: ${name === 'states' ? text.replaceAll('"', '') : text}`;
    });
    return this.#value(type, `{ ${literals.join(', ')} }`, Object.fromEntries(set));
  }

  /** Text of a value: the literal, or a variable that is sent or has the literal as its default. */
  #value(type: string, literal: string, json: unknown): string {
    if (!this.#isLucky(3)) return literal;
    const name = this.#name('v', this.#declarations.length);
    const isDefault = this.#isLucky(4);
    this.#declarations.push(`$${name}: ${type}${isDefault ? ` = ${literal}` : ''}`);
    this.#values[name] = json;
    if (!isDefault) this.#variables[name] = json;
    return `$${name}`;
  }

  /** Name of the client's own, different for each number: an ordinary one, or one that every object has. */
  #name(kind: string, number: number): string {
    const ofObjects = NAMES_OF_OBJECTS[number];
    return ofObjects !== undefined && this.#isLucky(3) ? ofObjects : `${kind}${number}`;
  }

  #oneOf<Value>(values: readonly Value[]): Value {
    const value = values[this.#draw(fc.nat, values.length - 1)];
    if (value === undefined) throw new TypeError('There is something to choose from.');
    return value;
  }

  #isLucky(oneIn: number): boolean {
    return this.#draw(fc.nat, oneIn - 1) === oneIn - 1;
  }
}
