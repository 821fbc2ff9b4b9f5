import * as fc from 'fast-check';
import { getIntrospectionQuery } from 'graphql';
import { flagship } from '../../soak/questions.ts';
import { exampleQueries } from '../../../src/http/graphiql.ts';
import { EXAMPLE_CAMPAIGN_ID } from '../../../src/sandbox/generate-organisation.ts';
import { deepDocuments, longLiterals, wideDocuments } from './large-documents.ts';
import { anyText, editedDocument, editedText } from './text.ts';

const introspection = fc
  .record({
    descriptions: fc.boolean(),
    specifiedByUrl: fc.boolean(),
    directiveIsRepeatable: fc.boolean(),
    schemaDescription: fc.boolean(),
    inputValueDeprecation: fc.boolean(),
    oneOf: fc.boolean(),
  })
  .map((options) => getIntrospectionQuery(options));

const small = fc.constantFrom(
  '{ __typename }',
  '{ __type(name: "User") { name kind fields(includeDeprecated: true) { name args { name defaultValue } } } }',
  '{ __schema { directives { name locations isRepeatable args { name type { kind ofType { name } } } } } }',
  'query A { __typename } query B { campaigns { totalCount } }',
  '{ ...F } fragment F on Query { campaigns(first: 1) { nodes { ...G } } } fragment G on Campaign { id @skip(if: true) name }',
  'query ($b: Boolean! = true, $id: ID! = "x") { user(id: $id) @include(if: $b) { id ... on User { name } } }',
  '{ user(id: """block\n  "quoted" \\""" """) { name } }',
  'mutation { start }',
  'subscription { ticks }',
  'type Query { a: Int } extend schema @link(url: "x")',
  '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
);

/** Documents without syntax errors. */
const wellFormed = fc.oneof(
  { weight: 4, arbitrary: small },
  { weight: 2, arbitrary: fc.constantFrom(flagship.query, ...exampleQueries(EXAMPLE_CAMPAIGN_ID)) },
  { weight: 1, arbitrary: introspection },
);

/** Query texts: well-formed, damaged, too large, or no GraphQL at all. */
export const documents: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: wellFormed },
  { weight: 4, arbitrary: editedText(wellFormed) },
  { weight: 5, arbitrary: editedDocument(wellFormed) },
  { weight: 1, arbitrary: deepDocuments },
  { weight: 1, arbitrary: wideDocuments },
  { weight: 1, arbitrary: longLiterals },
  { weight: 1, arbitrary: anyText },
);
