import { describe, expect, test } from 'vitest';
import { screen } from '../../support/answers.ts';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { spanNamed, tracedGatewayForTest, treeOf } from '../../support/traced-gateway.ts';

describe('the trace of a request has', () => {
  test('a span for each field that waits, for each batch, linked to the fields that wait for it, and for its calls', async () => {
    const { query, exported } = await tracedGatewayForTest();
    const fields =
      'agent { email manager { email } } contact { data } script { startPageName } skills { name }';
    const { errors } = await query(screen(fields).replace('{', 'query Screen {'));
    expect(errors).toBeUndefined();
    expect(treeOf(await exported())).toEqual([
      'query Screen',
      '  campaignInteractions -> load campaignInteractions',
      '  campaignInteractions.nodes.agent -> load users',
      '  campaignInteractions.nodes.agent.manager -> load users',
      '  campaignInteractions.nodes.contact -> load contacts',
      '  campaignInteractions.nodes.script -> load scripts, load scripts, load scripts',
      '  load campaignInteractions -> campaignInteractions',
      '    GET campaignInteractions',
      '  load contacts -> campaignInteractions.nodes.contact',
      '    POST contacts',
      ...Array.from({ length: 3 }, () => [
        '  load scripts -> campaignInteractions.nodes.script',
        '    GET scripts',
      ]).flat(),
      '  load users -> campaignInteractions.nodes.agent',
      '    GET users',
      '  load users -> campaignInteractions.nodes.agent.manager',
      '    GET users',
    ]);
  });

  test('spans for single objects and their references as well, named as in the schema', async () => {
    const { query, exported } = await tracedGatewayForTest();
    const { errors } = await query(`{
      mine: user(id: "user-1") { email boss: manager { email } }
      campaign(id: "${CAMPAIGN_ID}") {
        stats { idleAgents }
        list: contactList { size }
        few: interactions(first: 2) { edges { node { skills { state } } } }
      }
      contact(contactListId: "list-1", id: "contact-1") { data }
      campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "interaction-000") { queue { memberCount } }
    }`);
    expect(errors).toBeUndefined();
    expect(treeOf(await exported())).toEqual([
      'query',
      '  campaign -> load campaigns',
      '  campaign.contactList -> load contactLists',
      '  campaign.interactions -> load campaignInteractions',
      '  campaign.interactions.edges.node.skills -> load skills',
      '  campaign.stats -> load campaignStats',
      '  campaignInteraction -> load campaignInteractions',
      '  campaignInteraction.queue -> load queues',
      '  contact -> load contacts',
      '  load campaignInteractions -> campaign.interactions, campaignInteraction',
      '    GET campaignInteractions',
      '  load campaigns -> campaign',
      '    GET campaigns',
      '  load campaignStats -> campaign.stats',
      '    POST campaignStats',
      '  load contactLists -> campaign.contactList',
      '    GET contactLists',
      '  load contacts -> contact',
      '    POST contacts',
      '  load queues -> campaignInteraction.queue',
      '    GET queues',
      '  load skills -> campaign.interactions.edges.node.skills',
      '    GET skills',
      '  load users -> user',
      '    GET users',
      '  load users -> user.manager',
      '    GET users',
      '  user -> load users',
      '  user.manager -> load users',
    ]);
  });

  test('spans for a page of campaigns and for what its rows wait for', async () => {
    const { query, exported } = await tracedGatewayForTest();
    const { errors } = await query(
      '{ campaigns { nodes { progress { percentage } script { startPageName } } } }',
    );
    expect(errors).toBeUndefined();
    expect(treeOf(await exported())).toEqual([
      'query',
      '  campaigns -> load campaigns',
      '  campaigns.nodes.progress -> load campaignProgress',
      '  campaigns.nodes.script -> load scripts',
      '  load campaignProgress -> campaigns.nodes.progress',
      '    POST campaignProgress',
      '  load campaigns -> campaigns',
      '    GET campaigns',
      '  load scripts -> campaigns.nodes.script',
      '    GET scripts',
    ]);
  });

  test('attributes for the operation, outcome and waits, and no span for a field that need not wait', async () => {
    const { query, exported, sandbox } = await tracedGatewayForTest();
    await query('query Agents { user(id: "user-1") { name division { id name } } }');
    const spans = await exported();
    expect(treeOf(spans)).toEqual([
      'query Agents',
      '  load users -> user',
      '    GET users',
      '  user -> load users',
    ]);
    const { port } = new URL(sandbox.url);
    expect(spans.map(({ name, kind, attributes }) => [name, kind, attributes])).toEqual([
      [
        'GET users',
        'CLIENT',
        {
          'server.address': '127.0.0.1',
          'server.port': Number(port),
          'http.request.method': 'GET',
          'http.response.status_code': 200,
          'gateway.resource': 'users',
          'gateway.batch.size': 1,
          'gateway.quota.waited_ms': expect.any(Number),
          'gateway.upstream.correlation_id': expect.stringMatching(/^[\da-f-]{36}$/),
        },
      ],
      ['load users', 'INTERNAL', { 'gateway.resource': 'users', 'gateway.batch.size': 1 }],
      ['user', 'INTERNAL', {}],
      [
        'query Agents',
        'SERVER',
        {
          'http.request.method': 'POST',
          'http.route': '/graphql',
          'http.response.status_code': 200,
          'graphql.operation.type': 'query',
          'graphql.operation.name': 'Agents',
        },
      ],
    ]);
    for (const { startNs, endNs } of spans) expect(endNs).toBeGreaterThan(startNs);
  });

  test('only the span of the request if everything is cached', async () => {
    const { query, exported, calls } = await tracedGatewayForTest({
      env: { CACHE_MAX_BYTES: '', INTERACTIONS_WINDOW_MS: '600000', INTERACTIONS_MAX_AGE_MS: '600000' },
    });
    const text = screen('agent { email }');
    await query(text);
    calls();
    await query(text.replace('{', 'query Again {'));
    expect(calls()).toEqual({});
    const spans = await exported();
    const { traceId } = spanNamed(spans, 'query Again');
    expect(treeOf(spans.filter((span) => span.traceId === traceId))).toEqual(['query Again']);
  });
});

describe('the trace of a request with failures has', () => {
  test('a span for each attempt of a call', async () => {
    const { query, exported } = await tracedGatewayForTest({
      faults: [{ kind: 'status', status: 503, resource: 'users', times: 1 }],
    });
    expect((await query('{ user(id: "user-1") { email } }')).errors).toBeUndefined();
    const spans = await exported();
    expect(treeOf(spans)).toEqual([
      'query',
      '  load users -> user',
      '    GET users!',
      '    GET users',
      '  user -> load users',
    ]);
    const calls = spans.filter(({ name }) => name === 'GET users');
    expect(calls.map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({ 'error.type': 'UPSTREAM_UNAVAILABLE', 'http.response.status_code': 503 }),
      expect.objectContaining({ 'http.request.resend_count': 1, 'http.response.status_code': 200 }),
    ]);
  });

  test('all calls of a batch that is bisected for one refused id', async () => {
    const { query, exported } = await tracedGatewayForTest({
      faults: [{ kind: 'refuseIds', ids: ['user-2'], status: 400, resource: 'users' }],
    });
    await query('{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } }');
    expect(treeOf(await exported())).toEqual([
      'query!',
      '  load users! -> user, user',
      '    GET users!',
      '    GET users',
      '    GET users!',
      '  user -> load users',
      '  user! -> load users',
    ]);
  });

  test('the error code that clients get on each span that failed', async () => {
    const { query, exported } = await tracedGatewayForTest({
      faults: [{ kind: 'status', status: 500, resource: 'users' }],
    });
    await query(screen('agent { email } queue { memberCount }'));
    const spans = await exported();
    expect(treeOf(spans)).toEqual([
      'query!',
      '  campaignInteractions -> load campaignInteractions',
      '  campaignInteractions.nodes.agent! -> load users',
      '  campaignInteractions.nodes.queue -> load queues',
      '  load campaignInteractions -> campaignInteractions',
      '    GET campaignInteractions',
      '  load queues -> campaignInteractions.nodes.queue',
      '    GET queues',
      '  load users! -> campaignInteractions.nodes.agent',
      '    GET users!',
    ]);
    const failed = spans.filter(({ isError }) => isError).map(({ attributes }) => attributes['error.type']);
    expect(failed).toEqual(Array.from({ length: 4 }, () => 'UPSTREAM_UNAVAILABLE'));
    expect(spanNamed(spans, 'query').attributes['gateway.error.codes']).toEqual(['UPSTREAM_UNAVAILABLE']);
  });

  test('a failed span for a call that is never answered, ended at the deadline', async () => {
    const { query, exported } = await tracedGatewayForTest({
      faults: [{ kind: 'hang', resource: 'campaigns' }],
      env: { REQUEST_TIMEOUT_MS: '200' },
    });
    await query('{ campaigns { totalCount } }');
    const spans = await exported();
    expect(treeOf(spans)).toEqual([
      'query!',
      '  campaigns! -> load campaigns',
      '  load campaigns! -> campaigns',
      '    GET campaigns!',
    ]);
    expect(spanNamed(spans, 'campaigns').attributes['error.type']).toBe('UPSTREAM_TIMEOUT');
  });

  test('no failed span for an error that its client caused, only the error code', async () => {
    const { query, ask, exported } = await tracedGatewayForTest();
    await query('query Bad { user(id: "../users") { name } }');
    await query('query Unknown { nothing }');
    await (await ask('{')).text();
    const spans = await exported();
    expect(treeOf(spans)).toEqual(['POST /graphql', 'POST /graphql', 'query Bad']);
    expect(spans.map(({ attributes }) => attributes['gateway.error.codes'])).toEqual([
      ['BAD_USER_INPUT'],
      ['GRAPHQL_VALIDATION_FAILED'],
      ['GRAPHQL_PARSE_FAILED'],
    ]);
  });
});
