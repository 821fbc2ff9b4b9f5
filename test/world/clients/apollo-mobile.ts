/**
 * The HTTP requests of Apollo Kotlin 5 and Apollo iOS 2, which do not run on Node, and what they do with the answers. They are
 * written from the clients' sources: `DefaultHttpRequestComposer`, `HttpNetworkTransport` and `AutoPersistedQueryInterceptor` of
 * apollographql/apollo-kotlin; `JSONRequest`, `UploadRequest`, `ResponseCodeInterceptor` and `AutomaticPersistedQueryInterceptor`
 * of apollographql/apollo-ios.
 */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { type GraphQLAnswer, TOKEN } from '../../support/gateway.ts';
import type { Client } from './client.ts';
import { addressOfClients, deniedUsers, gatewayForClients, queries } from './stand.ts';

type Method = 'GET' | 'POST';
type Parameters = Readonly<Record<string, unknown>>;

interface Mobile {
  readonly accept: string;
  readonly clientLibrary: { readonly name: string; readonly version: string };
  /** Method of a query that is sent by its hash. */
  readonly hashedBy: Method;
  /** True when the client reads the body of this answer as GraphQL. */
  readonly reads: (response: Response) => boolean;
}

const kotlin: Mobile = {
  accept: 'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json',
  clientLibrary: { name: 'apollo-kotlin', version: '5.1.0' },
  hashedBy: 'GET',
  reads: ({ ok, headers }) =>
    ok || headers.get('content-type')?.startsWith('application/graphql-response+json') === true,
};

const ios: Mobile = {
  accept: 'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json',
  clientLibrary: { name: 'apollo-ios', version: '2.4.0' },
  hashedBy: 'POST',
  reads: ({ ok }) => ok,
};

async function send(mobile: Mobile, method: Method, parameters: Parameters): Promise<GraphQLAnswer> {
  const url = new URL('/graphql', addressOfClients());
  const headers = { accept: mobile.accept, authorization: `Bearer ${TOKEN}` };
  let response: Response;
  if (method === 'GET') {
    for (const [name, value] of Object.entries(parameters)) {
      url.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
    response = await fetch(url, { headers: { ...headers, 'Apollo-Require-Preflight': 'true' } });
  } else {
    response = await fetch(url, {
      method,
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(parameters),
    });
  }
  if (!mobile.reads(response)) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return JSON.parse(await response.text());
}

function parametersOf(mobile: Mobile, query: string, variables = {}): Parameters {
  const [, operationName] = /^query (\w+)/.exec(query) ?? [];
  const extensions = { clientLibrary: mobile.clientLibrary };
  return { query, operationName, variables, extensions };
}

/** Asks by the query's hash, then as the client does. */
async function persisting(mobile: Mobile, query: string, variables = {}): Promise<GraphQLAnswer> {
  const { query: text, ...rest } = parametersOf(mobile, query, variables);
  const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
  const hashed = { ...rest, extensions: { persistedQuery, clientLibrary: mobile.clientLibrary } };
  const answer = await send(mobile, mobile.hashedBy, hashed);
  const messages = answer.errors?.map(({ message }) => message) ?? [];
  if (messages.includes('PersistedQueryNotFound')) return send(mobile, 'POST', { query: text, ...hashed });
  if (messages.includes('PersistedQueryNotSupported') && mobile === kotlin) {
    throw new Error('AutoPersistedQueriesNotSupported');
  }
  return answer;
}

async function uploading(mobile: Mobile, headers: Readonly<Record<string, string>>): Promise<string> {
  const form = new FormData();
  form.append('operations', JSON.stringify(parametersOf(mobile, queries.user, { id: null })));
  form.append('map', JSON.stringify({ 0: ['variables.id'] }));
  form.append('0', new File(['text'], 'file.txt'));
  const response = await fetch(`${addressOfClients()}/graphql`, {
    method: 'POST',
    headers: { accept: mobile.accept, authorization: `Bearer ${TOKEN}`, ...headers },
    body: form,
  });
  expect(response.ok).toBe(false);
  return response.text();
}

const variables = { id: 'user-1' };
const user1 = { data: { user: { email: 'user-1@example.com' } } };

async function fallsBack(mobile: Mobile): Promise<void> {
  const { requests } = await gatewayForClients({ manifest: { other: '{ __typename }' } });
  expect(await persisting(mobile, queries.user, variables)).toMatchObject(user1);
  expect(requests.map(({ method }) => method)).toEqual([mobile.hashedBy, 'POST']);
}

/** Cells that differ in the client's requests alone. */
function cellsOf(mobile: Mobile) {
  const ask = (query: string, of = {}) => send(mobile, 'POST', parametersOf(mobile, query, of));
  return {
    async query() {
      await gatewayForClients();
      const { data, errors } = await ask(queries.agents);
      expect(errors).toBeUndefined();
      expect(data.campaignInteractions.edges[0].node.agent.email).toBe('user-0@example.com');
    },

    async variables() {
      await gatewayForClients();
      expect(await ask(queries.user, variables)).toMatchObject(user1);
    },

    async 'error by code'() {
      await gatewayForClients({ faults: [deniedUsers] });
      const { data, errors } = await ask(queries.agents);
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
      const { agent } = data.campaignInteractions.edges[0].node;
      expect(agent).toMatchObject({ name: 'Name of user-0', email: null });
    },

    async GET() {
      const { requests } = await gatewayForClients();
      const parameters = parametersOf(mobile, queries.user, variables);
      expect(await send(mobile, 'GET', parameters)).toMatchObject(user1);
      expect(requests.map(({ method }) => method)).toEqual(['GET']);
    },

    pages: 'no helper: cursors by hand',
  };
}

export const apolloKotlin: Client = {
  name: 'Apollo Kotlin 5',
  cells: {
    ...cellsOf(kotlin),
    APQ: () => fallsBack(kotlin),
    'cache identity': 'needs a JVM',
    async 'file upload'() {
      await gatewayForClients();
      expect(await uploading(kotlin, { 'Apollo-Require-Preflight': 'true' })).toMatch(/files/i);
    },
  },
  more: {
    async 'throws where there are no trusted documents, although it could send the query'() {
      const { requests } = await gatewayForClients();
      await expect(persisting(kotlin, queries.user, variables)).rejects.toThrow(
        'AutoPersistedQueriesNotSupported',
      );
      expect(requests).toHaveLength(1);
    },
  },
};

export const apolloIos: Client = {
  name: 'Apollo iOS 2',
  cells: {
    ...cellsOf(ios),
    APQ: () => fallsBack(ios),
    'cache identity': 'needs a Mac',
    async 'file upload'() {
      await gatewayForClients();
      expect(await uploading(ios, {})).toMatch(/files/i);
    },
  },
  more: {
    async 'reads the error where there are no trusted documents, although it could send the query'() {
      await gatewayForClients();
      const { errors } = await persisting(ios, queries.user, variables);
      expect(errors?.map(({ message }) => message)).toEqual(['PersistedQueryNotSupported']);
    },
  },
};
