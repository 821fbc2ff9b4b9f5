import { flagship, references } from '../operations.ts';
import type { Task } from './executors.ts';
import {
  buildSchema,
  type GraphQLFieldResolver,
  GraphQLObjectType,
  type GraphQLSchema,
  parse,
} from './packages.ts';
import { detailedPage, detailResolvers, gatewaySdl, memoization, namedPage } from './interactions.ts';

export interface Workload extends Task {
  readonly name: string;
  /** Description of the answer, for the table. */
  readonly title: string;
}

type Resolvers = Readonly<Record<string, Readonly<Record<string, GraphQLFieldResolver<never, unknown>>>>>;

/** Operations that are timed. graphql-jit demands that whatever is computed, promised or thrown comes from a resolver. */
export const workloads: readonly Workload[] = [
  {
    name: 'flagship',
    title: '100 interactions with all details, which have been loaded',
    args: argsOf(gatewaySdl(), flagship.query, { page: detailedPage() }, pageResolvers()),
    memoization,
  },
  {
    name: 'references',
    title: '100 interactions with the names of what they refer to',
    args: argsOf(gatewaySdl(), references.query, { page: namedPage() }, pageResolvers()),
    memoization,
  },
  {
    name: 'fields',
    title: '1,000 objects of 12 fields, without resolvers',
    args: argsOf(
      `enum Kind { ONE OTHER }
       type Query { rows: [Row!]! }
       type Row {
         id: ID! name: String! note: String count: Int! share: Float active: Boolean!
         kind: Kind! from: String! to: String rank: Int other: ID flag: Boolean
       }`,
      '{ rows { id name note count share active kind from to rank other flag } }',
      { rows: Array.from({ length: 1000 }, (_, index) => plainRow(index)) },
    ),
  },
  {
    name: 'promises',
    title: '781 objects, 5 deep, of which each promises two of its fields',
    args: argsOf(
      `type Query { folder: Folder! }
       type Folder { id: ID! name: String! size: Int owner: Owner folders: [Folder!]! }
       type Owner { name: String! }`,
      `{ folder { ...F folders { ...F folders { ...F folders { ...F folders { ...F } } } } } }
       fragment F on Folder { id name size owner { name } }`,
      { folder: folder(4) },
      {
        Folder: {
          owner: async ({ owner }: Folder) => owner,
          folders: async ({ folders }: Folder) => folders,
        },
      },
    ),
  },
  {
    name: 'errors',
    title: '200 objects with 70 errors: 50 thrown, 20 for null where a value has to be',
    args: argsOf(
      `type Query { rows: [Row] }
       type Row { id: ID! name: String! total: Int! manager: String }`,
      '{ rows { id name total manager } }',
      {
        rows: Array.from({ length: 200 }, (_, index) => ({
          id: `row ${index}`,
          name: `Row ${index}`,
          total: index % 10 === 1 ? null : index,
          isBroken: index % 4 === 0,
        })),
      },
      { Row: { manager: ({ isBroken }: { isBroken: boolean }) => (isBroken ? unavailable() : 'Ada') } },
    ),
  },
];

const failure = new Error('The users could not be read.');

function unavailable(): never {
  throw failure;
}

function argsOf(sdl: string, query: string, rootValue: object, resolvers: Resolvers = {}): Task['args'] {
  const schema = buildSchema(sdl);
  addResolvers(schema, resolvers);
  const variableValues = { campaignId: 'a-campaign', first: 100 };
  return { schema, document: parse(query), rootValue, contextValue: {}, variableValues };
}

function addResolvers(schema: GraphQLSchema, resolvers: Resolvers): void {
  for (const [typeName, byField] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!(type instanceof GraphQLObjectType)) throw new TypeError(`${typeName} is no object type.`);
    for (const [name, resolve] of Object.entries(byField)) {
      Object.assign(type.getFields()[name] ?? {}, { resolve });
    }
  }
}

function pageResolvers(): Resolvers {
  return { Query: { campaignInteractions: ({ page }: { page: object }) => page }, ...detailResolvers() };
}

function plainRow(index: number): object {
  const [one, other] = [index % 2 === 0, index % 7 === 0];
  return {
    id: `row-${index}`,
    name: `Row ${index}`,
    note: other ? null : 'A note',
    count: index,
    share: index / 1000,
    active: one,
    kind: one ? 'ONE' : 'OTHER',
    from: '2026-11-29T10:00:00Z',
    to: other ? null : '2026-11-29T11:00:00Z',
    rank: index % 10,
    other: other ? null : `row-${index + 1}`,
    flag: other ? null : one,
  };
}

interface Folder {
  readonly id: string;
  readonly name: string;
  readonly size: number | null;
  readonly owner: { readonly name: string };
  readonly folders: readonly Folder[];
}

/** Folder with five others in it, and so on for `depth` levels. */
function folder(depth: number, id = '0'): Folder {
  const folders = depth === 0 ? [] : [0, 1, 2, 3, 4].map((index) => folder(depth - 1, `${id}.${index}`));
  return { id, name: `Folder ${id}`, size: depth === 0 ? 12 : null, owner: { name: 'Ada' }, folders };
}
