import { ClientError, gql, type GraphQLClient } from 'graphql-request';
import { expect } from 'vitest';
import { TOKEN } from '../../support/gateway.ts';
import type { Client, Data } from './client.ts';
import { createGraphqlRequestClient, interactionIds } from './from-docs/src/graphql-request.ts';
import { allInteractions, CAMPAIGN_ID, deniedUsers, gatewayForClients, queries } from './stand.ts';

const variables = { id: 'user-1' };

/** Data that the client gives, of any shape. */
function ask(
  query: string,
  of = {},
  client: GraphQLClient = createGraphqlRequestClient(TOKEN),
): Promise<Data> {
  return client.request(
    gql`
      ${query}
    `,
    of,
  );
}

/** Error that the client throws. */
async function failure(query: string): Promise<ClientError> {
  const error: unknown = await ask(query).catch((thrown: unknown) => thrown);
  if (!(error instanceof ClientError)) throw new TypeError('It has thrown no ClientError.', { cause: error });
  return error;
}

export const graphqlRequest: Client = {
  name: 'graphql-request 7',
  cells: {
    async query() {
      await gatewayForClients();
      const { campaignInteractions } = await ask(queries.agents);
      const [{ node }] = campaignInteractions.edges;
      expect(node).toMatchObject({ id: 'interaction-000', agent: { email: 'user-0@example.com' } });
    },

    async variables() {
      await gatewayForClients();
      expect((await ask(queries.user, variables)).user.email).toBe('user-1@example.com');
    },

    async 'error by code'() {
      await gatewayForClients({ faults: [deniedUsers] });
      const { response } = await failure(queries.agents);
      expect(response.errors?.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN']);
      expect(response.data).toMatchObject({
        campaignInteractions: { edges: [{ node: { agent: { name: 'Name of user-0', email: null } } }] },
      });

      // A request that is refused as a whole, with HTTP 400.
      const refused = await failure(queries.user);
      expect(refused.response.errors?.map(({ extensions }) => extensions['code'])).toEqual([
        'BAD_USER_INPUT',
      ]);
    },

    APQ: 'no such feature',

    async GET() {
      const { requests } = await gatewayForClients();
      const client = createGraphqlRequestClient(TOKEN);
      client.requestConfig.method = 'GET';
      expect((await ask(queries.user, variables, client)).user.email).toBe('user-1@example.com');
      expect(requests.map(({ method }) => method)).toEqual(['GET']);
    },

    async pages() {
      await gatewayForClients();
      const ids = await interactionIds(createGraphqlRequestClient(TOKEN), CAMPAIGN_ID, 40);
      expect(ids).toEqual(allInteractions);
    },

    'cache identity': 'has no cache',
    'file upload': 'no such feature',
  },
};
