import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { assembleGateway } from '../../../src/gateway.ts';
import { graphqlRequest } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { toStop } from '../../support/to-stop.ts';

const MIB = 1024 * 1024;
/** More than the sockets between two ends on one machine keep. */
const BODY = `{"pad":"${'x'.repeat(16 * MIB)}","interactingInteractions":[]}`;

/** Upstream on a port that knows one list, of 16 MiB. The first two answers stop after 2 MiB until they are finished. */
async function upstreamOfLargeLists() {
  const responses: ServerResponse[] = [];
  const apiUrl = await listeningForTest((_request, response) => {
    responses.push(response.writeHead(200, { 'content-type': 'application/json' }));
    if (responses.length > 2) response.end(BODY);
    else response.write(BODY.slice(0, 2 * MIB));
  });
  return { apiUrl, responses, finish: (number: number) => responses[number]?.end(BODY.slice(2 * MIB)) };
}

test('two large answers are received at once, and the others wait for their turn', async () => {
  const { apiUrl, responses, finish } = await upstreamOfLargeLists();
  const config = parseConfig({
    GENESYSCLOUD_API_URL: apiUrl,
    GENESYSCLOUD_LOGIN_URL: apiUrl,
    UPSTREAM_TIMEOUT_MS: '60000',
    REQUEST_TIMEOUT_MS: '60000',
  });
  const gateway = assembleGateway({ config });
  onTestFinished(() => gateway.dispose());
  const ask = async (token: string, query: string): Promise<unknown> =>
    (await gateway.fetch(graphqlRequest(query, {}, token))).json();
  const list = (number: number) =>
    ask(`token-${number}`, `{ campaignInteractions(campaignId: "campaign-${number}") { totalCount } }`);
  const empty = { data: { campaignInteractions: { totalCount: 0 } } };

  const first = [list(0), list(1)];
  await expect.poll(() => responses.filter(({ writableLength }) => writableLength === 0).length).toBe(2);
  const third = list(2);
  await expect.poll(() => responses[2]?.socket?.writableLength ?? 0).toBeGreaterThan(0);
  await toStop(responses[2]);
  expect(await ask('token-3', '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  expect(responses[2]?.writableFinished).toBe(false);
  finish(0);
  expect(await first[0]).toEqual(empty);
  expect(await third).toEqual(empty);
  finish(1);
  expect(await first[1]).toEqual(empty);
});
