import { graphqlSync } from 'graphql';
import type { FederationConfig } from '../config/slices.ts';
import { clientSdl } from './client-sdl.ts';
import { servedSchema } from './served-schema.ts';

/** Schema that is served, as text: for the code generators of clients, or for the composition of a federated graph. */
export async function servedSdl({ subgraph }: FederationConfig): Promise<string> {
  return subgraph ? subgraphSdl() : clientSdl;
}

async function subgraphSdl(): Promise<string> {
  const schema = await servedSchema({ subgraph: true });
  const { data } = graphqlSync({ schema, source: '{ _service { sdl } }' });
  const service: unknown = data?.['_service'];
  if (typeof service !== 'object' || service === null || !('sdl' in service)) {
    throw new TypeError('The schema of a subgraph gives its SDL.');
  }
  return `${String(service.sdl).trimEnd()}\n`;
}
