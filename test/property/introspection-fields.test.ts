import * as fc from 'fast-check';
import {
  buildSchema,
  executeSync,
  getNamedType,
  getOperationAST,
  getVariableValues,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isNonNullType,
  isObjectType,
  parse,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import { expect, test } from 'vitest';
import { usualCardinalities } from '../../src/config/cardinalities.ts';
import { fragmentsOf } from '../../src/executor/collect-fields.ts';
import { servedSchema } from '../../src/federation/served-schema.ts';
import { estimateAnswerFields } from '../../src/operations/answer-fields.ts';
import { schema } from '../../src/schema.ts';
import { propertyRuns, timeout } from './property-runs.ts';

/** Schema with everything that introspection can tell, deprecated parts of all kinds among it. */
const everything = buildSchema(`
  "With a description."
  directive @mark(a: Int @deprecated, b: [Input!]!) repeatable on FIELD | QUERY
  interface Node { id: ID! }
  interface Named implements Node { id: ID! name: String @deprecated }
  type Person implements Node & Named { id: ID! name(form: Form, old: Int @deprecated): String friends: [[Person!]!]! }
  type Dog implements Node { id: ID! owner: Person @deprecated(reason: "sold") }
  union Pet = Dog | Person
  enum Form { LONG SHORT @deprecated }
  scalar Url @specifiedBy(url: "https://example.com")
  input Input { a: Form = LONG, b: Input @deprecated, c: [[Url!]]! }
  type Query { node(id: ID!, in: Input): Node pet: Pet @deprecated person: Person }
`);

/** Lists in one another, beyond which no list is selected: answers would be too large to be made. */
const MAX_LISTS = 3;
const MAX_OBJECTS = 8;

interface Depth {
  readonly lists: number;
  readonly objects: number;
}

class IntrospectionQuery {
  readonly #draw: fc.GeneratorValue;
  readonly #typeNames: readonly string[];
  readonly #fragments: string[] = [];
  #aliases = 0;

  constructor(draw: fc.GeneratorValue, of: GraphQLSchema) {
    this.#draw = draw;
    this.#typeNames = [...Object.keys(of.getTypeMap()), 'Unknown'];
  }

  text(): string {
    const roots = Array.from({ length: 1 + this.#draw(fc.nat, 2) }, () => {
      const field = this.#oneOf([SchemaMetaFieldDef, TypeMetaFieldDef]);
      return this.#field(field, { lists: 0, objects: 0 });
    });
    return `query ($on: Boolean = true, $off: Boolean, $not: Boolean!, $type: String = "Query") {
      ${roots.join(' ')} ... @include(if: $not) { z: __typename }
    }\n${this.#fragments.join('\n')}`;
  }

  #selections(type: GraphQLObjectType, depth: Depth): string {
    return `{ ${Array.from({ length: 1 + this.#draw(fc.nat, 3) }, () => this.#selection(type, depth)).join(' ')} }`;
  }

  #selection(type: GraphQLObjectType, depth: Depth): string {
    const kind = this.#draw(fc.nat, 9);
    if (kind === 0) return `__typename${this.#condition()}`;
    if (kind === 1) return `...${this.#condition()} ${this.#selections(type, depth)}`;
    if (kind === 2) {
      const place = this.#fragments.push('') - 1;
      this.#fragments[place] = `fragment F${place} on ${type.name} ${this.#selections(type, depth)}`;
      return `...F${place} ...F${place}${this.#condition()}`;
    }
    const fields = Object.values(type.getFields()).filter(
      (field) => !isObjectType(getNamedType(field.type)) || depth.objects < MAX_OBJECTS,
    );
    const few = fields.filter((field) => !isObjectList(field) || depth.lists < MAX_LISTS);
    return few.length === 0 ? '__typename' : this.#field(this.#oneOf(few), depth);
  }

  #field(field: GraphQLField<unknown, unknown>, depth: Depth): string {
    const args = field.args.flatMap(({ name, type }) => {
      if (name === 'name') return [`name: ${this.#oneOf(['$type', ...this.#names()])}`];
      const flag = this.#oneOf(['', 'true', '$on', '$not', ...(isNonNullType(type) ? [] : ['null', '$off'])]);
      return flag === '' ? [] : [`${name}: ${flag}`];
    });
    // Fields of one name merge only if their arguments are equal.
    const alias = args.length > 0 || this.#draw(fc.nat, 4) === 0 ? `a${(this.#aliases += 1)}: ` : '';
    const named = getNamedType(field.type);
    const below = { lists: depth.lists + (isObjectList(field) ? 1 : 0), objects: depth.objects + 1 };
    const selections = isObjectType(named) ? ` ${this.#selections(named, below)}` : '';
    return `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${this.#condition()}${selections}`;
  }

  #oneOf<Value>(values: readonly Value[]): Value {
    const value = values[this.#draw(fc.nat, values.length - 1)];
    if (value === undefined) throw new TypeError('There is nothing to draw from.');
    return value;
  }

  #names(): string[] {
    return this.#typeNames.map((name) => JSON.stringify(name));
  }

  #condition(): string {
    if (this.#draw(fc.nat, 7) > 0) return '';
    return this.#oneOf([' @skip(if: $not)', ' @include(if: $not)', ' @include(if: true)']);
  }
}

function isObjectList({ type }: GraphQLField<unknown, unknown>): boolean {
  return String(type).includes('[') && isObjectType(getNamedType(type));
}

/** Number of completed values, elements of lists among them. */
function countFields(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return inner.reduce<number>((sum, each) => sum + 1 + countFields(each), 0);
}

test.each<[string, () => GraphQLSchema | Promise<GraphQLSchema>]>([
  ['the served schema', () => schema],
  ['the schema of the subgraph', () => servedSchema({ subgraph: true })],
  ['a schema with all kinds of definitions', () => everything],
])('introspection is counted exactly: %s', { timeout }, async (_which, given) => {
  const served = await given();
  const property = fc.property(
    fc.gen(),
    fc.record(
      { on: fc.boolean(), off: fc.boolean(), not: fc.boolean(), type: fc.constantFrom('User', 'Nobody') },
      { requiredKeys: ['not'] },
    ),
    (draw, inputs) => {
      const query = new IntrospectionQuery(draw, served).text();
      const document = parse(query);
      const operation = getOperationAST(document);
      if (!operation) throw new TypeError('There is an operation.');
      const variableValues = getVariableValues(served, operation.variableDefinitions ?? [], inputs).coerced;
      if (variableValues === undefined) throw new TypeError('The variables fit.');
      const selected = { schema: served, fragments: fragmentsOf(document), variableValues };
      const { data, errors } = executeSync({ schema: served, document, variableValues: inputs });
      expect(errors, query).toBeUndefined();
      expect(estimateAnswerFields(selected, operation, usualCardinalities), query).toBe(countFields(data));
    },
  );
  fc.assert(property, { ...propertyRuns, numRuns: propertyRuns.numRuns * 3 });
});
