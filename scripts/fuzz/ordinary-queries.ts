import { isDeepStrictEqual } from 'node:util';
import { generateOrganisation } from '../../src/sandbox/generate-organisation.ts';

const USERS = 10;

/** Sends an ordinary query with a known answer. Returns a problem when the answer differs. */
export async function ordinaryProblems(port: number, token: string): Promise<string[]> {
  const users = generateOrganisation(1).users.slice(0, USERS);
  const query = `{ ${users.map(({ id }, n) => `u${n}: user(id: "${id}") { id name email }`).join(' ')} }`;
  const expected = {
    data: Object.fromEntries(users.map(({ id, name, email }, n) => [`u${n}`, { id, name, email }])),
  };
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  return isDeepStrictEqual(JSON.parse(text), expected)
    ? []
    : [`an ordinary query is answered with ${response.status} ${text.slice(0, 300)}`];
}
