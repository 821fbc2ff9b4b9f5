import { written } from './write-request.ts';
import type { Answer } from './read-answers.ts';

/** Request with a known answer that follows others on their connection. */
export const probe = written({
  method: 'POST',
  target: '/graphql',
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify({ query: '{ inStep: __typename }' })),
});

const expected = JSON.stringify({ data: { inStep: 'Query' } });

/** Problem of the answer to the probe; null when the answer is right. */
export function probeProblem(answer: Answer | undefined): string | null {
  if (answer === undefined) return 'no answer to the next request on the connection';
  const text = answer.body.toString();
  return answer.status === 200 && text === expected
    ? null
    : `the next request on the connection is answered with ${answer.status} ${text.slice(0, 200)}`;
}
