import { createHash } from 'node:crypto';
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import { print } from 'graphql';
import { filter, firstValueFrom } from 'rxjs';
import { expect, onTestFinished, vi } from 'vitest';
import { TOKEN } from '../../support/gateway.ts';
import type { Client, Data } from './client.ts';
import { createApolloClient } from './from-docs/src/apollo.ts';
import { poll } from './from-docs/src/poll.ts';
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

const authorization = `Bearer ${TOKEN}`;
const user = gql(queries.user);
const id = 'user-1';
const email = 'user-1@example.com';
const errorPolicy = 'all';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The documented client. Its warnings, such as of lost data in the cache, fail the test. */
function documentedClient(): ApolloClient {
  const warnings = vi.spyOn(console, 'warn');
  onTestFinished(() => {
    expect(warnings.mock.calls).toEqual([]);
    warnings.mockRestore();
  });
  return createApolloClient(TOKEN);
}

/** The documented client, with automatic persisted queries. */
function persistingClient(useGETForHashedQueries = false): ApolloClient {
  const client = documentedClient();
  client.setLink(createPersistedQueryLink({ sha256, useGETForHashedQueries }).concat(client.link));
  return client;
}

async function emailOf(client: ApolloClient, of = id): Promise<unknown> {
  const { data } = await client.query<Data>({ query: user, variables: { id: of } });
  return data.user.email;
}

function codesIn(error: unknown): unknown {
  if (!CombinedGraphQLErrors.is(error)) throw error;
  return error.errors.map(({ extensions }) => extensions?.['code']);
}

/** Ids of all pages, of a query whose connection is found by `connectionIn`. */
async function pagedIds(query: string, connectionIn: (data: Data) => Data): Promise<string[][]> {
  const client = documentedClient();
  const watched = client.watchQuery<Data>({
    query: gql(query),
    variables: { campaignId: CAMPAIGN_ID, first: 40 },
  });
  const pages: string[][] = [];
  const shown = () => connectionIn(watched.getCurrentResult().data);
  const subscription = watched.subscribe(() => undefined);
  for (;;) {
    await firstValueFrom(watched.pipe(filter(({ loading }) => !loading)));
    pages.push(shown().edges.map(({ node }: Data) => node.id));
    const { hasNextPage, endCursor } = shown().pageInfo;
    if (!hasNextPage) break;
    await watched.fetchMore({ variables: { after: endCursor } });
  }
  subscription.unsubscribe();
  return pages;
}

export const apollo: Client = {
  name: 'Apollo Client 4',
  cells: {
    async query() {
      await gatewayForClients();
      const { data, error } = await documentedClient().query<Data>({ query: gql(queries.agents) });
      expect(error).toBeUndefined();
      const [{ node }] = data.campaignInteractions.edges;
      expect(node).toMatchObject({ id: 'interaction-000', agent: { email: 'user-0@example.com' } });
    },

    async variables() {
      await gatewayForClients();
      expect(await emailOf(documentedClient())).toBe(email);
    },

    async 'error by code'() {
      await gatewayForClients({ faults: [deniedUsers] });
      const client = documentedClient();
      const { data, error } = await client.query<Data>({ query: gql(queries.agents), errorPolicy });
      expect(codesIn(error)).toEqual(['FORBIDDEN']);
      const [{ node }] = data.campaignInteractions.edges;
      expect(node.agent).toMatchObject({ name: 'Name of user-0', email: null });

      // A request that is refused as a whole, with HTTP 400.
      const refused = await client.query({ query: user, errorPolicy });
      expect(refused.data).toBeUndefined();
      expect(codesIn(refused.error)).toEqual(['BAD_USER_INPUT']);
    },

    async APQ() {
      const { requests } = await gatewayForClients();
      const client = persistingClient();
      expect(await emailOf(client)).toBe(email);
      expect(requests).toHaveLength(2);
      // The link has learnt from the first answer that there is no use in asking again.
      expect(await emailOf(client, 'user-2')).toBe('user-2@example.com');
      expect(requests).toHaveLength(3);
    },

    async GET() {
      const { requests } = await gatewayForClients();
      const client = documentedClient();
      const uri = `${addressOfClients()}/graphql`;
      client.setLink(new HttpLink({ uri, headers: { authorization }, useGETForQueries: true }));
      expect(await emailOf(client)).toBe(email);
      expect(requests.map(({ method }) => method)).toEqual(['GET']);
    },

    async pages() {
      await gatewayForClients();
      const expected = [allInteractions.slice(0, 40), allInteractions.slice(0, 80), allInteractions];
      expect(await pagedIds(queries.page, (data) => data.campaignInteractions)).toEqual(expected);
      expect(await pagedIds(queries.pageOfCampaign, (data) => data.campaign.interactions)).toEqual(expected);
      await expectPagesInBrowser('apollo');
    },

    async 'cache identity'() {
      await gatewayForClients();
      const client = documentedClient();
      const { data } = await client.query<Data>({ query: gql(queries.twins) });
      expect([data.one.name, data.other.name]).toEqual(twins);
      const kept = JSON.stringify(client.cache.extract());
      const contacts = new Set(kept.match(/"Contact:.*?}"/g));
      expect(contacts.size).toBe(2);
    },

    async 'file upload'() {
      await gatewayForClients();
      const client = documentedClient();
      client.setLink(
        new UploadHttpLink({ uri: `${addressOfClients()}/graphql`, headers: { authorization } }),
      );
      const variables = { id: new File(['text'], 'file.txt') };
      const { error } = await client.query({ query: user, variables, errorPolicy });
      expect(error?.message).toMatch(/files/i);
    },
  },
  more: {
    async 'shows one person for another with its default cache, which goes by id'() {
      await gatewayForClients();
      const client = documentedClient();
      const unset = new ApolloClient({ link: client.link, cache: new InMemoryCache() });
      const { data } = await unset.query<Data>({ query: gql(queries.twins) });
      expect([data.one.name, data.other.name]).toEqual([twins[1], twins[1]]);
    },

    async 'keeps the null of a campaign that the upstream does not know'() {
      await gatewayForClients();
      const { data, error } = await documentedClient().query<Data>({ query: gql(queries.unknown) });
      expect({ data, error }).toEqual({ data: { campaignInteractions: null }, error: undefined });
    },

    async 'polls a whole list with one call each time, and shows no row that is gone'() {
      const { calls, lose } = await gatewayWithShrinkingList();
      const client = documentedClient();
      // A list of which pages were read before.
      await client.query({ query: gql(queries.page), variables: { campaignId: CAMPAIGN_ID, first: 40 } });
      calls();
      const shown: string[][] = [];
      const stop = poll(client, CAMPAIGN_ID, 50, (interactions) => {
        const ids = interactions?.edges.map(({ node }) => node.id);
        if (ids !== undefined && ids.length > 40) shown.push(ids);
      });
      onTestFinished(stop);
      await expect.poll(() => shown.at(-1)).toEqual(allInteractions);
      expect(calls()).toEqual({ campaignInteractions: expect.any(Number) });
      lose();
      await expect.poll(() => shown.at(-1)).toEqual(allInteractions.slice(1));
      stop();
    },

    async 'has its persisted query answered where it is a trusted document, and falls back where it is none'() {
      const client = persistingClient(true);
      const sent = print(client.documentTransform.transformDocument(user));
      const { requests } = await gatewayForClients({ manifest: { [sha256(sent)]: sent } });
      expect(await emailOf(client)).toBe(email);
      expect(requests.map(({ method }) => method)).toEqual(['GET']);
      const { data } = await client.query<Data>({ query: gql(queries.agents) });
      expect(data.campaignInteractions.edges).toHaveLength(1);
      expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
    },
  },
};
