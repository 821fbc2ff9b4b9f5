import { defineConfig } from '@graphql-hive/gateway';

/** Configuration that docs/federation.md gives. */
export const gatewayConfig = defineConfig({
  propagateHeaders: {
    fromClientToSubgraphs({ request, subgraphName }) {
      const authorization = request.headers.get('authorization');
      return subgraphName === 'campaigns' && authorization !== null ? { authorization } : {};
    },
  },
});
