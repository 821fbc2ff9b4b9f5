import { written } from './write-request.ts';
import type { Answer } from './read-answers.ts';

/** A request that follows others on their connection, of which the answer is known. */
export const probe = written({
  method: 'POST',
  target: '/graphql',
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify({ query: '{ inStep: __typename }' })),
});

const expected = JSON.stringify({ data: { inStep: 'Query' } });

/** What is wrong with the answer to that request, or null when it is the right one. */
export function probeProblem(answer: Answer | undefined): string | null {
  if (answer === undefined) return 'no answer to the next request on the connection';
  const text = answer.body.toString();
  return answer.status === 200 && text === expected
    ? null
    : `the next request on the connection is answered with ${answer.status} ${text.slice(0, 200)}`;
}
