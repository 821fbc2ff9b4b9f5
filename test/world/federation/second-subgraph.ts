import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createYoga } from 'graphql-yoga';

/** Example of another team's subgraph: shifts of users, of whom it knows only the ids. */
export const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  type Query { shift(userIds: [ID!]!): [User!]!, shifts: ShiftConnection }
  type User @key(fields: "id") { id: ID! shift: String! }
  type ShiftConnection { pageInfo: PageInfo! }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;

interface UserKey {
  readonly id: string;
}

const schema = buildSubgraphSchema([
  {
    typeDefs: parse(typeDefs),
    resolvers: {
      Query: {
        shift: (_root: unknown, { userIds }: { userIds: string[] }) => userIds.map((id) => ({ id })),
      },
      User: {
        __resolveReference: ({ id }: UserKey) => ({ id }),
        shift: ({ id }: UserKey) => `Shift of ${id}`,
      },
    },
  },
]);

const yoga = createYoga({ schema, logging: false });

export const secondSubgraph = createServer((request, response) => void yoga(request, response));
