import { expect, test } from 'vitest';
import { Page } from '../support/documentation.ts';
import { gatewayForTest, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';
import { run, runningGateway } from '../support/running-gateway.ts';

const QUEUE = '{ queue(id: "queue-1") { memberCount } }';
const ENDPOINT = 'http://localhost:4000/graphql';

/** First error of an answer, as text. */
async function messageOf(response: Response | Promise<Response>): Promise<string> {
  return JSON.parse(await (await response).text()).errors[0].message;
}

/** First problem for which a gateway of these settings does not start. */
async function problemAtStart(env: Record<string, string>): Promise<string> {
  const { closed, output } = run(env);
  await closed;
  return /^ {2}- (.*)$/m.exec(output.stderr)?.[1] ?? '';
}

async function answeredError(
  query: string,
  { token = TOKEN, ...options }: Parameters<typeof gatewayForTest>[0] & { token?: string | null } = {},
): Promise<string> {
  const { errors } = await (await gatewayForTest(options)).query(query, {}, token);
  return errors?.[0]?.message ?? '';
}

/** The errors of docs/faq.md, made one after the other. */
const errors: readonly (() => Promise<string>)[] = [
  async () => {
    const { address } = await runningGateway();
    const { port } = new URL(address);
    return (await problemAtStart({ PORT: port })).replace(port, '4000');
  },
  () => problemAtStart({ GENESYSCLOUD_REGIN: 'eu-west-1' }),
  () =>
    problemAtStart({
      HOST: '0.0.0.0',
      GENESYSCLOUD_REGION: 'eu-west-1',
      GENESYSCLOUD_OAUTHCLIENT_ID: 'id',
      GENESYSCLOUD_OAUTHCLIENT_SECRET: 'secret',
    }),
  () => answeredError(QUEUE, { token: null }),
  () => answeredError(QUEUE, { token: 'of-another-region' }),
  async () => {
    const { query, sandbox } = await gatewayForTest();
    sandbox.useProfile('missingPermissions');
    const { errors: all } = await query(
      `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1) { nodes { contact { data } } } }`,
    );
    return all?.[0]?.message ?? '';
  },
  async () => {
    const { query } = await gatewayForTest({ rateLimit: { allowed: 1, windowSeconds: 60 } });
    await query(QUEUE);
    const { errors: all } = await query('{ user(id: "user-1") { email } }');
    return all?.[0]?.message ?? '';
  },
  () => answeredError('{ campaigns(first: 50) { nodes { interactions { totalCount } } } }'),
  async () => {
    const { gateway } = await gatewayForTest();
    const headers = { origin: 'http://app.example', 'access-control-request-method': 'POST' };
    return messageOf(gateway.fetch(new Request(ENDPOINT, { method: 'OPTIONS', headers })));
  },
  async () => {
    const { gateway } = await gatewayForTest();
    return messageOf(gateway.fetch(new Request(`${ENDPOINT}?query={__typename}`)));
  },
];

test('the errors in the headings of docs/faq.md are word by word those of the gateway, in this order', async () => {
  const told = new Page('docs/faq.md').headings.filter(({ level }) => level === 2);
  const made: string[] = [];
  // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
  for (const make of errors) made.push(await make());
  expect(told.map(({ title }) => title)).toEqual(made.map((text) => `\`${text}\``));
  expect(made).toHaveLength(10);
});
