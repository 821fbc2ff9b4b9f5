import { createLocalJWKSet, type JSONWebKeySet } from 'jose';

/** Number of the keys that a token's header can name so that exactly one key is found, as `SigningKeys` looks for it. */
export async function usableKeysIn(keySet: JSONWebKeySet, algorithms: readonly string[]): Promise<number> {
  const keyFor = createLocalJWKSet(keySet);
  const found = await Promise.all(
    keySet.keys.map(async ({ kid }) => {
      const trials = algorithms.map((alg) => keyFor({ alg, ...(kid !== undefined && { kid }) }));
      const results = await Promise.allSettled(trials);
      return results.some(({ status }) => status === 'fulfilled');
    }),
  );
  return found.filter(Boolean).length;
}
