import { expect } from 'vitest';
import { TOKEN } from '../../support/gateway.ts';
import type { Client } from './client.ts';
import { ask } from './from-docs/src/plain-fetch.ts';
import {
  addressOfClients,
  allInteractions,
  CAMPAIGN_ID,
  deniedUsers,
  gatewayForClients,
  queries,
} from './stand.ts';

const variables = { id: 'user-1' };
const authorization = `Bearer ${TOKEN}`;

export const plainFetch: Client = {
  name: '`fetch`',
  cells: {
    async query() {
      await gatewayForClients();
      const { data, errors } = await ask(TOKEN, queries.agents);
      expect(errors).toBeUndefined();
      const [{ node }] = data.campaignInteractions.edges;
      expect(node).toMatchObject({ id: 'interaction-000', agent: { email: 'user-0@example.com' } });
    },

    async variables() {
      await gatewayForClients();
      const { data } = await ask(TOKEN, queries.user, variables);
      expect(data.user.email).toBe('user-1@example.com');
    },

    async 'error by code'() {
      await gatewayForClients({ faults: [deniedUsers] });
      const { data, errors } = await ask(TOKEN, queries.agents);
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
      const [{ node }] = data.campaignInteractions.edges;
      expect(node.agent).toMatchObject({ name: 'Name of user-0', email: null });

      // A request that is refused as a whole, with HTTP 400.
      const refused = await ask(TOKEN, queries.user);
      expect(refused.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    },

    APQ: 'no such feature',

    async GET() {
      await gatewayForClients();
      const parameters = new URLSearchParams({ query: queries.user, variables: JSON.stringify(variables) });
      const response = await fetch(`${addressOfClients()}/graphql?${parameters}`, {
        headers: { authorization },
      });
      expect(await response.json()).toMatchObject({ data: { user: { email: 'user-1@example.com' } } });
    },

    async pages() {
      await gatewayForClients();
      const ids: string[] = [];
      for (let after: string | null = null; ;) {
        const { data } = await ask(TOKEN, queries.page, { campaignId: CAMPAIGN_ID, first: 40, after });
        const { edges, pageInfo } = data.campaignInteractions;
        for (const { node } of edges) ids.push(node.id);
        if (!pageInfo.hasNextPage) break;
        after = pageInfo.endCursor;
      }
      expect(ids).toEqual(allInteractions);
    },

    'cache identity': 'has no cache',

    async 'file upload'() {
      await gatewayForClients();
      const form = new FormData();
      form.append('operations', JSON.stringify({ query: queries.user, variables: { id: null } }));
      form.append('map', JSON.stringify({ 0: ['variables.id'] }));
      form.append('0', new File(['text'], 'file.txt'));
      const response = await fetch(`${addressOfClients()}/graphql`, {
        method: 'POST',
        headers: { authorization },
        body: form,
      });
      expect(response.ok).toBe(false);
      expect(await response.text()).toMatch(/files/i);
    },
  },
};
