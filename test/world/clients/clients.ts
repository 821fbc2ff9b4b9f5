import { apollo } from './apollo.ts';
import { apolloIos, apolloKotlin } from './apollo-mobile.ts';
import type { Client } from './client.ts';
import { graphqlRequest } from './graphql-request.ts';
import { plainFetch } from './plain-fetch.ts';
import { relay } from './relay.ts';
import { urql } from './urql.ts';

/** Clients in the order of the matrix. */
export const clients: readonly Client[] = [
  apollo,
  urql,
  relay,
  graphqlRequest,
  plainFetch,
  apolloKotlin,
  apolloIos,
];
