import { expect, test } from 'vitest';
import type { Fault } from '../../../src/sandbox/fault.ts';
import { graphqlRequest, TOKEN } from '../../support/gateway.ts';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { tracedGatewayForTest } from '../../support/traced-gateway.ts';

const SECRET = 'do-not-tell';

/** Query for every kind of personal data, with texts of the client in every place where it can put some. */
const everything = `
  # ${SECRET}
  query Everything($campaign: ID!, $${SECRET.replaceAll('-', '_')}: ID!, $search: String) {
    alias_${SECRET.replaceAll('-', '_')}: campaignInteractions(campaignId: $campaign) {
      nodes {
        id destinationAddress callerAddress callerName
        agent { email manager { email } }
        contact { data callRecords { lastResult } contactList { size } }
        conversation { id participants { name user { email } } }
      }
    }
    contact(contactListId: "list-1", id: "contact-7") { data }
    conversation(id: "conversation-0") { participants { name } }
    user(id: $${SECRET.replaceAll('-', '_')}) { email }
    campaigns(filter: { name: $search }) { totalCount }
  }`;

const variables = {
  campaign: CAMPAIGN_ID,
  [SECRET.replaceAll('-', '_')]: 'user-13',
  search: `${SECRET} 5551234567`,
};

/** Texts from the query, the request's headers and the upstream's answers. */
const tellTales = [
  SECRET,
  SECRET.replaceAll('-', '_'),
  TOKEN,
  'Bearer',
  CAMPAIGN_ID,
  '+1555',
  '5551234567',
  'user-1',
  'manager-1',
  'contact-',
  'list-1',
  'conversation-0',
  'interaction-0',
  'example.com',
  'Name of',
  'Participant ',
  'Caller',
  '/api/v2',
  'Mozilla',
];

const faults: readonly (Fault | null)[] = [
  null,
  { kind: 'status', status: 500, body: { message: SECRET, contextId: `${SECRET}!` }, resource: 'api' },
  { kind: 'missingPermissions', resource: 'contacts', permissions: ['outbound:contact:view'] },
  { kind: 'reset', resource: 'api' },
  { kind: 'html', status: 200, resource: 'api' },
];

test.each(faults)('a trace contains nothing that was sent or read, with the fault %o', async (fault) => {
  const { gateway, collector, exported } = await tracedGatewayForTest({
    faults: fault === null ? [] : [fault],
  });
  const request = graphqlRequest(everything, variables);
  request.headers.set('user-agent', 'Mozilla');
  request.headers.set('cookie', SECRET);
  request.headers.set('x-forwarded-for', SECRET);
  await (await gateway.fetch(request)).text();
  const search = new URLSearchParams({ query: everything, variables: JSON.stringify(variables) });
  await (await gateway.fetch(new Request(`http://localhost/graphql?${search}`))).text();
  const broken = graphqlRequest(`{ user(id: "${SECRET}/") { ${SECRET} } }`);
  await (await gateway.fetch(broken)).text();
  expect((await exported()).length).toBeGreaterThan(5);
  const sent = collector.requests.map(({ headers, text }) => JSON.stringify(headers) + text).join('');
  expect(sent).toContain('campaignInteractions');
  for (const tellTale of tellTales) expect(sent).not.toContain(tellTale);
});

test('a trace leaves out an operation name with a long number, which may be personal', async () => {
  const { query, exported } = await tracedGatewayForTest();
  await query('query Calls_491701234567 { user(id: "user-1") { email } }');
  const span = (await exported()).find(({ kind }) => kind === 'SERVER');
  expect(span?.name).toBe('query');
  expect(span?.attributes).not.toHaveProperty('graphql.operation.name');
});

test('a trace cuts a long operation name to 64 characters', async () => {
  const { query, exported } = await tracedGatewayForTest();
  await query(`query ${'Long'.repeat(1000)} { user(id: "user-1") { email } }`);
  const name = 'Long'.repeat(16);
  expect((await exported()).find(({ kind }) => kind === 'SERVER')).toMatchObject({
    name: `query ${name}`,
    attributes: { 'graphql.operation.name': name },
  });
});
