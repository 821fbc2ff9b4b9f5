import * as fc from 'fast-check';
import {
  buildSchema,
  executeSync,
  getNullableType,
  getOperationAST,
  getVariableValues,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isEnumType,
  isListType,
  isScalarType,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { expect, test } from 'vitest';
import { ENTITIES } from '../../src/federation/representations.ts';
import { servedSchema } from '../../src/federation/served-schema.ts';
import { estimateAnswerFields, JSON_FIELDS, usualLengths } from '../../src/operations/answer-fields.ts';
import { fragmentsOf } from '../../src/executor/collect-fields.ts';
import { generateOperation } from './generated-operation.ts';
import { propertyRuns, timeout } from './property-runs.ts';
import { nodePartsIn, type Row } from './reference-values.ts';

const NODE = 'node';
const CAMPAIGNS_PER_PAGE = 7;
/** Largest answers that are made. */
const MAX_FIELDS = 50_000;

const values: Readonly<Record<string, unknown>> = { Int: 1, Float: 0.5, Boolean: true };
const json = { one: 'value' };

interface Source {
  readonly __typename?: string;
  /** Rows of a connection. */
  readonly rows?: number;
}

/** Value of a field in an answer in which nothing is null and each list has its usual length, pages the largest. */
function largestValue(
  type: GraphQLOutputType,
  source: Source,
  args: Row,
  { parentType, fieldName }: GraphQLResolveInfo,
): unknown {
  if (isListType(type)) {
    if (fieldName === ENTITIES) return args['representations'];
    const length = source.rows ?? usualLengths[`${parentType.name}.${fieldName}`];
    if (length === undefined)
      throw new TypeError(`Nothing says how long ${parentType.name}.${fieldName} is.`);
    return Array.from({ length }, () => (isScalarType(getNullableType(type.ofType)) ? 'element' : {}));
  }
  if (isEnumType(type)) return type.getValues()[0]?.value;
  if (isScalarType(type)) return type.name === 'JSON' ? json : (values[type.name] ?? 'text');
  if (fieldName === NODE && parentType.name === 'Query') return { __typename: typeOfNode(args) };
  return { rows: rowsOf(String(type), args) };
}

function typeOfNode({ nodeId }: Row): string {
  const [kind] = nodePartsIn(String(nodeId));
  return kind === 'ContactOfCampaign' ? 'Contact' : String(kind);
}

function rowsOf(type: string, { first, filter }: Row): number | undefined {
  const conditions: Row = Object(filter);
  const isEmpty = Object.values(conditions).some((wanted) => Array.isArray(wanted) && wanted.length === 0);
  if (type === 'CampaignConnection') {
    const { ids } = conditions;
    const page = Math.min(
      Number(first ?? 25),
      Array.isArray(ids) ? ids.length : Infinity,
      CAMPAIGNS_PER_PAGE,
    );
    return isEmpty ? 0 : page;
  }
  return type === 'CampaignInteractionConnection' ? (isEmpty ? 0 : Number(first ?? 100)) : undefined;
}

/** Number of completed values, elements of lists among them. */
function countFields(value: unknown): number {
  if (value === json) return JSON_FIELDS;
  if (typeof value !== 'object' || value === null) return 0;
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return inner.reduce<number>((sum, each) => sum + 1 + countFields(each), 0);
}

test.each([false, true])(
  'the estimate is the number of fields of the largest answer with lists of the usual length; in a subgraph: %s',
  { timeout },
  async (subgraph) => {
    const served = await servedSchema({ subgraph });
    const data = buildSchema(printSchema(served));
    let largest = 0;
    const property = fc.property(fc.gen(), (draw) => {
      const { query, variables } = generateOperation(draw, served);
      const document = parse(query);
      expect(validate(served, document), query).toEqual([]);
      const operation = getOperationAST(document);
      if (!operation) throw new TypeError('There is an operation.');
      const variableValues = getVariableValues(
        served,
        operation.variableDefinitions ?? [],
        variables,
      ).coerced;
      if (variableValues === undefined) throw new TypeError('The variables fit.');
      const selected = { schema: served, fragments: fragmentsOf(document), variableValues };
      const estimate = estimateAnswerFields(selected, operation, { campaignsPerPage: CAMPAIGNS_PER_PAGE });
      if (estimate > MAX_FIELDS) return;
      const answer = executeSync({
        schema: data,
        document,
        variableValues: variables,
        rootValue: {},
        fieldResolver: (source: Source, args: Row, _context, info) =>
          largestValue(getNullableType(info.returnType), source, args, info),
        typeResolver: ({ __typename }: Source) => __typename,
      });
      expect(answer.errors, query).toBeUndefined();
      largest = Math.max(largest, estimate);
      expect(estimate, query).toBe(countFields(answer.data));
    });
    fc.assert(property, { ...propertyRuns, numRuns: propertyRuns.numRuns * 5 });
    // Otherwise no list was in another one.
    expect(largest).toBeGreaterThan(2000);
  },
);
