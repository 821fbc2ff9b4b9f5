import { expect } from 'vitest';
import relayRuntime, { type IEnvironment, type GraphQLTaggedNode, type OperationType } from 'relay-runtime';
import { TOKEN } from '../../support/gateway.ts';
import type { Client, Data } from './client.ts';
import { relayManifest } from './docs-app.ts';
import persistedUserQuery from './from-docs/persisted/queriesUserQuery.graphql.ts';
import { createRelayEnvironment } from './from-docs/src/relay.ts';
import agentsQuery from './from-docs/src/relay/__generated__/queriesAgentsQuery.graphql.ts';
import everythingQuery from './from-docs/src/relay/__generated__/queriesEverythingQuery.graphql.ts';
import twinsQuery from './from-docs/src/relay/__generated__/queriesTwinsQuery.graphql.ts';
import userQuery from './from-docs/src/relay/__generated__/queriesUserQuery.graphql.ts';
import { expectPagesInBrowser } from './pages-in-browser.ts';
import {
  addressOfClients,
  allInteractions,
  deniedUsers,
  gatewayForClients,
  gatewayWithShrinkingList,
  twins,
} from './stand.ts';

const { Environment, fetchQuery, Network, RecordSource, Store } = relayRuntime;

// The compiler gives no types for a query that is taken from its module by hand.
function ask(
  query: GraphQLTaggedNode,
  variables: OperationType['variables'] = {},
  environment: IEnvironment = createRelayEnvironment(TOKEN),
): Promise<Data> {
  return fetchQuery<OperationType>(environment, query, variables).toPromise();
}

export const relay: Client = {
  name: 'Relay 21',
  cells: {
    async query() {
      await gatewayForClients();
      const data = await ask(agentsQuery);
      expect(data.campaignInteractions.edges[0].node).toMatchObject({
        id: 'interaction-000',
        agent: { name: 'Name of user-0', email: { ok: true, value: 'user-0@example.com' } },
      });
    },

    async variables() {
      await gatewayForClients();
      expect((await ask(userQuery, { id: 'user-1' })).user.email).toBe('user-1@example.com');
    },

    async 'error by code'() {
      await gatewayForClients({ faults: [deniedUsers] });
      const data = await ask(agentsQuery);
      const { agent } = data.campaignInteractions.edges[0].node;
      expect(agent).toMatchObject({
        name: 'Name of user-0',
        email: { ok: false, errors: [{ extensions: { code: 'FORBIDDEN' } }] },
      });
      // A request that is refused as a whole, with HTTP 400.
      await expect(ask(userQuery)).rejects.toMatchObject({
        source: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
      });
    },

    APQ: 'no such feature: persist ids',
    GET: 'its network is your own `fetch`',

    async pages() {
      await gatewayForClients();
      await expectPagesInBrowser('relay');
    },

    async 'cache identity'() {
      await gatewayForClients();
      const environment = createRelayEnvironment(TOKEN);
      const { one, other } = await ask(twinsQuery, {}, environment);
      expect([one.name, other.name]).toEqual(twins);
      const records = Object.values(environment.getStore().getSource().toJSON());
      expect(records.filter((record) => record?.['__typename'] === 'Contact')).toHaveLength(2);
    },

    'file upload': 'its network is your own `fetch`',
  },
  more: {
    async 'sends the ids of persisted queries, and is answered where these alone are trusted documents'() {
      const { query } = await gatewayForClients({
        manifest: relayManifest(),
        env: { TRUSTED_DOCUMENTS: 'only' },
      });
      const environment = new Environment({
        store: new Store(new RecordSource()),
        network: Network.create(async ({ id, text }, variables) => {
          expect(text).toBeNull();
          const response = await fetch(`${addressOfClients()}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
            body: JSON.stringify({ documentId: id, variables }),
          });
          return response.json();
        }),
      });
      const { user } = await ask(persistedUserQuery, { id: 'user-1' }, environment);
      expect(user.email).toBe('user-1@example.com');
      expect((await query('{ __typename }')).errors).toHaveLength(1);
    },

    async 'polls a whole list with one call each time, and shows no row that is gone'() {
      const { calls, lose } = await gatewayWithShrinkingList();
      const environment = createRelayEnvironment(TOKEN);
      const ids = async () => {
        const { campaignInteractions } = await ask(everythingQuery, {}, environment);
        return campaignInteractions.edges.map(({ node }: Data) => node.id);
      };
      expect(await ids()).toEqual(allInteractions);
      lose();
      expect(await ids()).toEqual(allInteractions.slice(1));
      expect(calls()).toEqual({ campaignInteractions: 2 });
    },
  },
};
