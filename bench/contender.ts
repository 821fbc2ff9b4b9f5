import { freePort } from '../scripts/free-port.ts';
import type { OperationRequest } from './operations.ts';
import { MeasuredProcess, type ProcessOptions } from './processes/measured-process.ts';

export interface Contender {
  readonly name: string;
  readonly url: string;
  readonly process: MeasuredProcess;
}

/** Starts a process that answers GraphQL over this upstream. */
export async function startContender(
  name: string,
  module: URL,
  upstreamUrl: string,
  { env, nodeOptions }: Pick<ProcessOptions, 'env' | 'nodeOptions'> = {},
): Promise<Contender> {
  const port = await freePort();
  const process = new MeasuredProcess({
    name,
    module,
    env: { ...env, PORT: String(port), GENESYSCLOUD_API_URL: upstreamUrl },
    ...(nodeOptions && { nodeOptions }),
  });
  await process.listening(port);
  // Apollo's standalone server answers at any path, the others at this one.
  return { name, url: `http://127.0.0.1:${port}/graphql`, process };
}

/** Data of an answer. @throws {Error} when there are errors, or no data. */
export async function dataOf({ name, url }: Contender, request: OperationRequest): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      authorization: 'Bearer checking',
    },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  const answer: unknown = response.ok ? JSON.parse(text) : null;
  if (typeof answer !== 'object' || answer === null || !('data' in answer) || 'errors' in answer) {
    throw new Error(
      `${name} answered ${request.operationName} with ${response.status}: ${text.slice(0, 1000)}`,
    );
  }
  return answer.data;
}
