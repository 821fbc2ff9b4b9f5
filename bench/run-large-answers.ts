import { once } from 'node:events';
import { createServer } from 'node:http';
import { type Bodies, bodiesOf, type Kind, kinds } from './large-answers/bodies.ts';
import type { LargeAnswerCost, LargeAnswersMessage } from './large-answers/main.ts';
import type { Operation } from './operations.ts';
import { MeasuredProcess } from './processes/measured-process.ts';
import type { LargeAnswerFigures } from './report/figures.ts';
import { campaignIds } from './upstream/campaigns.ts';

/** Sizes in MB; the largest is just below the largest answer that the gateway holds. */
const SIZES = [1, 4, 16, 31];
/** Queries over answers of the usual size, before the large one. */
const WARM_UPS = 20;

const operation: Operation = {
  operationName: 'LargeAnswers',
  query: `query LargeAnswers($campaignId: ID!) {
  campaignInteractions(campaignId: $campaignId, filter: { states: [INTERACTING] }, orderBy: CREATION_TIME_DESC) {
    totalCount
    nodes { id creationTime agent { id email } contact { id callable } }
  }
}`,
};

/** Cost of a query whose upstream answers with much, and of the same query again. Each has a process of its own. */
export async function* runLargeAnswers(): AsyncGenerator<LargeAnswerFigures> {
  for (const kind of kinds) for (const megabytes of SIZES) yield await measure(kind, megabytes);
}

async function measure(kind: Kind, megabytes: number): Promise<LargeAnswerFigures> {
  const [usual, large] = [bodiesOf(kind, 0), bodiesOf(kind, megabytes)];
  const upstream = await startUpstream(usual, large);
  const module = new URL('large-answers/main.ts', import.meta.url);
  const env = { GENESYSCLOUD_API_URL: upstream.url };
  const gateway = new MeasuredProcess({ name: 'The gateway', module, env });
  const ask = async (campaignId: string) => {
    const message: LargeAnswersMessage = {
      ask: 'measure',
      request: { ...operation, variables: { campaignId } },
    };
    const { result, error } = await gateway.ask(message);
    if (error !== undefined) throw new Error('The gateway failed.', { cause: error });
    return result as LargeAnswerCost;
  };
  try {
    for (let each = 0; each < WARM_UPS; each += 1) await ask(`warm-up-${each}`);
    upstream.answerLarge();
    const [campaignId = ''] = campaignIds;
    return { kind, megabytes, read: await ask(campaignId), again: await ask(campaignId) };
  } finally {
    await gateway.end();
    upstream.close();
  }
}

/** Upstream that answers by the end of the path, whatever is asked for. */
async function startUpstream(usual: Bodies, large: Bodies) {
  let bodies = usual;
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const [, body] = Object.entries(bodies).find(([end]) => path.endsWith(end)) ?? [];
    request.resume();
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has a port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    answerLarge() {
      bodies = large;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
