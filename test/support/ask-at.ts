import type { GraphQLAnswer } from './gateway.ts';

/** Sends a query to a gateway or router. A null token sends no Authorization header. */
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
