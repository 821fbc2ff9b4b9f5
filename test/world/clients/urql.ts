import {
  cacheExchange,
  Client as UrqlClient,
  type ClientOptions,
  fetchExchange,
  type OperationResult,
} from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { expect, onTestFinished, vi } from 'vitest';
import { TOKEN } from '../../support/gateway.ts';
import type { Client, Data } from './client.ts';
import { createUrqlClient } from './from-docs/src/urql.ts';
import { expectPagesInBrowser } from './pages-in-browser.ts';
import {
  addressOfClients,
  allInteractions,
  CAMPAIGN_ID,
  deniedUsers,
  gatewayForClients,
  gatewayWithShrinkingList,
  queries,
  twins,
} from './stand.ts';

const variables = { id: 'user-1' };
const email = 'user-1@example.com';
const headers = { authorization: `Bearer ${TOKEN}` };

/** The documented client. Its warnings, such as of objects without a key, fail the test. */
function documentedClient(): UrqlClient {
  const warnings = vi.spyOn(console, 'warn');
  onTestFinished(() => {
    expect(warnings.mock.calls).toEqual([]);
    warnings.mockRestore();
  });
  return createUrqlClient(TOKEN);
}

/** A client whose only options are those that urql's own documentation begins with, and these. */
function usualClient(options: Partial<ClientOptions> = {}): UrqlClient {
  return new UrqlClient({
    url: `${addressOfClients()}/graphql`,
    exchanges: [cacheExchange, fetchExchange],
    ...options,
  });
}

function codesIn({ error }: OperationResult): unknown {
  return error?.graphQLErrors.map(({ extensions }) => extensions['code']);
}

/** Ids on each page, of a query whose connection is found by `connectionIn`. */
async function pagedIds(query: string, connectionIn: (data: Data) => Data): Promise<string[][]> {
  const client = documentedClient();
  const pages: string[][] = [];
  for (let after: string | null = null; ;) {
    const { data } = await client.query(query, { campaignId: CAMPAIGN_ID, first: 40, after });
    const { edges, pageInfo } = connectionIn(data);
    pages.push(edges.map(({ node }: Data) => node.id));
    if (!pageInfo.hasNextPage) return pages;
    after = pageInfo.endCursor;
  }
}

export const urql: Client = {
  name: 'urql 5',
  cells: {
    async query() {
      await gatewayForClients();
      const { data, error } = await documentedClient().query(queries.agents, {});
      expect(error).toBeUndefined();
      const [{ node }] = data.campaignInteractions.edges;
      expect(node).toMatchObject({ id: 'interaction-000', agent: { email: 'user-0@example.com' } });
    },

    async variables() {
      await gatewayForClients();
      const { data } = await documentedClient().query(queries.user, variables);
      expect(data.user.email).toBe(email);
    },

    async 'error by code'() {
      await gatewayForClients({ faults: [deniedUsers] });
      const client = documentedClient();
      const result = await client.query(queries.agents, {});
      expect(codesIn(result)).toEqual(['FORBIDDEN']);
      const [{ node }] = result.data.campaignInteractions.edges;
      expect(node.agent).toMatchObject({ name: 'Name of user-0', email: null });

      // A request that is refused as a whole, with HTTP 400.
      const refused = await client.query(queries.user, {});
      expect(refused.data ?? null).toBeNull();
      expect(codesIn(refused)).toEqual(['BAD_USER_INPUT']);
    },

    async APQ() {
      const { requests } = await gatewayForClients();
      const exchanges = [persistedExchange(), fetchExchange];
      const client = usualClient({ exchanges, fetchOptions: { headers } });
      expect((await client.query(queries.user, variables)).data.user.email).toBe(email);
      expect(requests).toHaveLength(2);
      // The exchange has learnt from the first answer that there is no use in asking again.
      expect((await client.query(queries.user, { id: 'user-2' })).data.user.id).toBe('user-2');
      expect(requests).toHaveLength(3);
    },

    // Node sends no Sec-Fetch-Site and no Origin; no page is behind it, and no token either.
    async GET() {
      const { requests } = await gatewayForClients({ env: { GENESYSCLOUD_ACCESS_TOKEN: TOKEN } });
      const { data, error } = await usualClient().query(queries.user, variables);
      expect(error).toBeUndefined();
      expect(data.user.email).toBe(email);
      expect(requests.map(({ method }) => method)).toEqual(['GET']);
    },

    async pages() {
      await gatewayForClients();
      const expected = [allInteractions.slice(0, 40), allInteractions.slice(0, 80), allInteractions];
      expect(await pagedIds(queries.page, (data) => data.campaignInteractions)).toEqual(expected);
      expect(await pagedIds(queries.pageOfCampaign, (data) => data.campaign.interactions)).toEqual(expected);
      await expectPagesInBrowser('urql');
    },

    async 'cache identity'() {
      await gatewayForClients();
      const client = documentedClient();
      const { data } = await client.query(queries.twins, {});
      expect([data.one.name, data.other.name]).toEqual(twins);
      const again = await client.query(queries.twins, {}, { requestPolicy: 'cache-only' });
      expect(again.data).toEqual(data);
    },

    async 'file upload'() {
      await gatewayForClients();
      // By GET a file would be left out of the address.
      const client = usualClient({ preferGetMethod: false, fetchOptions: { headers } });
      const { error } = await client.query(queries.user, { id: new File(['text'], 'file.txt') });
      expect(error?.message).toMatch(/files/i);
    },
  },
  more: {
    async 'asks by GET with a token as well, and by POST when the query is long'() {
      const { requests } = await gatewayForClients();
      const client = documentedClient();
      await client.query(queries.user, variables);
      const long = `{ user(id: "user-2") { nodeId ${'name '.repeat(500)} } }`;
      expect((await client.query(long, {})).data.user.name).toBe('Name of user-2');
      expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
    },

    async 'keeps the null of a campaign that the upstream does not know'() {
      const { requests } = await gatewayForClients();
      const { data, error } = await documentedClient().query(queries.unknown, {});
      expect({ data, error }).toMatchObject({ data: { campaignInteractions: null }, error: undefined });
      expect(requests).toHaveLength(1);
    },

    async 'polls a whole list with one call each time, and shows no row that is gone'() {
      const { calls, lose } = await gatewayWithShrinkingList();
      const client = documentedClient();
      // A list of which pages were read before.
      await client.query(queries.page, { campaignId: CAMPAIGN_ID, first: 40 });
      calls();
      const ids = async () => {
        const { data } = await client.query(queries.everything, {}, { requestPolicy: 'network-only' });
        return data.campaignInteractions.edges.map(({ node }: Data) => node.id);
      };
      expect(await ids()).toEqual(allInteractions);
      lose();
      expect(await ids()).toEqual(allInteractions.slice(1));
      expect(calls()).toEqual({ campaignInteractions: 2 });
    },

    async 'falls back for each query where there are trusted documents, and this is none of them'() {
      const { requests } = await gatewayForClients({ manifest: { other: '{ __typename }' } });
      const client = usualClient({
        exchanges: [persistedExchange(), fetchExchange],
        fetchOptions: { headers },
      });
      expect((await client.query(queries.user, variables)).data.user.email).toBe(email);
      expect((await client.query(queries.user, { id: 'user-2' })).data.user.id).toBe('user-2');
      expect(requests).toHaveLength(4);
    },

    async 'shows one person for another with a normalised cache that goes by id'() {
      await gatewayForClients();
      const { cacheExchange: normalising } = await import('@urql/exchange-graphcache');
      const client = usualClient({ exchanges: [normalising(), fetchExchange], fetchOptions: { headers } });
      const { data } = await client.query(queries.twins, {});
      expect([data.one.name, data.other.name]).toEqual([twins[1], twins[1]]);
    },
  },
};
