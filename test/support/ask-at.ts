import type { GraphQLAnswer } from './gateway.ts';

/** Asks a gateway, or a router, that listens at this address; a null token sends none. */
export async function askAt(address: string, query: string, token: string | null): Promise<GraphQLAnswer> {
  const response = await fetch(address, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return JSON.parse(await response.text());
}
