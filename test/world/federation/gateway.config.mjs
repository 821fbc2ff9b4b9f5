import { defineConfig } from '@graphql-hive/gateway';

/** The same as README.md tells. */
export const gatewayConfig = defineConfig({
  propagateHeaders: {
    fromClientToSubgraphs({ request, subgraphName }) {
      const authorization = request.headers.get('authorization');
      return subgraphName === 'campaigns' && authorization !== null ? { authorization } : {};
    },
  },
});
