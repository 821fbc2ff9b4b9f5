import { getIntrospectionQuery } from 'graphql';
import { type Attack, post, repeated } from '../attack.ts';

const INVALID = 'GRAPHQL_VALIDATION_FAILED';
const PARSE_FAILED = 'GRAPHQL_PARSE_FAILED';

const typeFields =
  'name description kind fields { name description args { name description type { name kind ofType { name kind ofType { name } } } } type { name kind ofType { name kind ofType { name } } } } inputFields { name } enumValues { name }';

/** Documents that are expensive to validate, to plan or to answer without any data. */
export const documents: readonly Attack[] = [
  {
    name: 'introspection-within',
    clients: 4,
    request: () => post(getIntrospectionQuery()),
    outcomes: ['ok'],
    isFree: true,
  },
  {
    name: 'introspection-aliases',
    clients: 2,
    request: () => post(`{ __schema { ${repeated(30, (n) => `a${n}: types { ${typeFields} }`)} } }`),
    outcomes: ['ok'],
    isFree: true,
  },
  {
    name: 'introspection-nested',
    clients: 2,
    request: () =>
      post(
        `{ __schema { types { ${repeated(6, (n) => `a${n}: fields { type { ${repeated(4, (m) => `b${n}x${m}: fields { name description type { name ofType { name kind } } }`)} } }`)} } } }`,
      ),
    outcomes: ['ok'],
    isFree: true,
  },
  {
    name: 'introspection-bomb',
    clients: 2,
    request: () =>
      post(
        '{ __schema { types { possibleTypes { interfaces { possibleTypes { interfaces { possibleTypes { interfaces { possibleTypes { name } } } } } } } } } }',
      ),
    outcomes: [INVALID],
    isFree: true,
  },
  {
    name: 'fragments-doubling',
    clients: 4,
    request: () =>
      post(
        `{ ...F0 } ${repeated(60, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} fragment F60 on Query { __typename }`,
      ),
    outcomes: ['ok'],
    isFree: true,
  },
  {
    name: 'fragments-doubling-lists',
    clients: 2,
    request: () =>
      post(
        `{ campaigns { nodes { ...F0 } } } ${repeated(25, (n) => `fragment F${n} on Campaign { a${n}: name x${n}: queue { name } ...F${n + 1} ... on Campaign { ...F${n + 1} } }`)} fragment F25 on Campaign { id }`,
      ),
    outcomes: [`${INVALID} aliases`],
    isFree: true,
  },
  {
    name: 'fragments-many',
    clients: 2,
    request: () =>
      post(
        `{ ${repeated(190, (n) => `...F${n}`)} } ${repeated(190, (n) => `fragment F${n} on Query { __typename }`)}`,
      ),
    outcomes: ['ok'],
    isFree: true,
  },
  {
    name: 'fields-repeated',
    clients: 2,
    request: () => post(`{ campaigns { nodes { ${repeated(450, () => 'queue { name }')} } } }`),
    outcomes: [INVALID],
    isFree: true,
  },
  {
    name: 'tokens-many',
    clients: 4,
    request: () => post(`{ ${'a '.repeat(45_000)} }`),
    outcomes: [`${PARSE_FAILED} tokens`],
    isFree: true,
  },
  {
    name: 'brackets-nested',
    clients: 4,
    request: () => post(`{ a(b: ${'['.repeat(900)}${']'.repeat(900)}) }`),
    outcomes: [`${PARSE_FAILED} nesting`],
    isFree: true,
  },
  {
    name: 'brackets-deep',
    clients: 4,
    request: () => post(`{ a(b: ${'['.repeat(45_000)}${']'.repeat(45_000)}) }`),
    outcomes: [`${PARSE_FAILED} tokens`],
    isFree: true,
  },
];
