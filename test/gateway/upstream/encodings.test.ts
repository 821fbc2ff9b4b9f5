import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { assembleGateway } from '../../../src/gateway.ts';
import { forgetfulGatewayForTest, graphqlRequest, NOTHING_KEPT } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { serviceGatewayForTest } from '../../support/service-gateway.ts';

const LIST = `{
  campaignInteractions(campaignId: "campaign-1", first: 100) {
    totalCount
    nodes { id agent { email } queue { memberCount } contact { data } campaign { dialingMode } }
  }
}`;

test.each(['gzip', 'deflate', 'br'] as const)(
  'a query over an upstream that answers everything in %s, unasked, has the same answer',
  async (coding) => {
    const plain = await forgetfulGatewayForTest();
    const packed = await forgetfulGatewayForTest({ faults: [{ kind: 'encoding', coding }] });
    const expected = await plain.query(LIST);
    expect(expected.errors).toBeUndefined();
    expect(expected.data.campaignInteractions.nodes).not.toEqual([]);
    expect(await packed.query(LIST)).toEqual(expected);
  },
);

test('a login and an error that are packed are read like others', async () => {
  const { ask } = await serviceGatewayForTest({}, [
    { kind: 'encoding' },
    { kind: 'missingPermissions', resource: 'queues', permissions: ['routing:queue:view'] },
  ]);
  expect(await ask('{ user(id: "user-1") { email } queue(id: "queue-1") { memberCount } }')).toMatchObject({
    data: { user: { email: 'user-1@example.com' }, queue: null },
    errors: [{ extensions: { code: 'FORBIDDEN', missingPermissions: ['routing:queue:view'] } }],
  });
});

test('a bomb costs its own fields, and no other', async () => {
  const bomb = gzipSync(`{"interactingInteractions":[],"pad":"${'x'.repeat(33 * 1024 * 1024)}"}`);
  const apiUrl = await listeningForTest(({ url = '' }, response) => {
    response.setHeader('content-type', 'application/json');
    if (url.includes('interactions')) response.setHeader('content-encoding', 'gzip').end(bomb);
    else response.end('{"entities":[{"id":"user-1","email":"user-1@example.com"}]}');
  });
  const gateway = assembleGateway({ config: parseConfig({ GENESYSCLOUD_API_URL: apiUrl }) });
  onTestFinished(() => gateway.dispose());
  const response = await gateway.fetch(
    graphqlRequest('{ campaignInteractions(campaignId: "c") { totalCount } user(id: "user-1") { email } }'),
  );
  expect(await response.json()).toMatchObject({
    data: { campaignInteractions: null, user: { email: 'user-1@example.com' } },
    errors: [
      {
        message: expect.stringMatching(/: the upstream's answer is too large\.$/),
        extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
      },
    ],
  });
});

test('answers that go on after their packed bytes, without an end, cost no connection for good', async () => {
  const user = '{"entities":[{"id":"user-1","email":"user-1@example.com"}]}';
  const large = `{"entities":[],"pad":"${randomBytes(100_000).toString('hex')}"}`;
  let endless = 0;
  const apiUrl = await listeningForTest((_request, response) => {
    if (endless === 8) return void response.end(user);
    endless += 1;
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.write(Buffer.concat([gzipSync(large), Buffer.of(0)]));
  });
  const config = parseConfig({
    GENESYSCLOUD_API_URL: apiUrl,
    ...NOTHING_KEPT,
    UPSTREAM_CONNECTIONS: '8',
    UPSTREAM_TIMEOUT_MS: '300',
  });
  const gateway = assembleGateway({ config });
  onTestFinished(() => gateway.dispose());
  const ask = async (): Promise<unknown> =>
    (await gateway.fetch(graphqlRequest('{ user(id: "user-1") { email } }'))).json();
  for (let n = 0; n < 8; n += 1) {
    expect(await ask()).toMatchObject({ errors: [{ extensions: { code: 'UPSTREAM_TIMEOUT' } }] });
  }
  expect(endless).toBe(8);
  expect(await ask()).toMatchObject({ data: { user: { email: 'user-1@example.com' } } });
});
