import { describe, expect, test } from 'vitest';
import { forgetfulGatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, campaign, interaction, supervisorsOrganisation } from '../support/organisation.ts';

/** Query for these fields of all interactions of the campaign. */
const nodes = (selection: string) =>
  `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { nodes { ${selection} } } }`;

describe('the fields that a reference itself holds', () => {
  const everyReference = ['campaign', 'agent', 'contact', 'queue', 'script', 'skills'];

  test.each([
    ['plainly', (field: string) => `${field} { id name selfUri }`],
    ['under aliases', (field: string) => `a: ${field} { b: id c: name d: selfUri __typename }`],
    ['in inline fragments', (field: string) => `${field} { ... { id ... { name } } selfUri }`],
    ['on the interface', (field: string) => `${field} { ... on DomainEntity { id name selfUri } }`],
    [
      'beside fields that @skip leaves out',
      (field: string) => `${field} { id name ...Details @skip(if: true) }`,
    ],
    [
      'beside fields that @include leaves out',
      (field: string) => `${field} { id ...Details @include(if: false) }`,
    ],
  ])('cost no call if they are selected %s', async (_how, selection) => {
    const { query, calls } = await forgetfulGatewayForTest();
    for (const field of everyReference) {
      const needsFragment = selection(field).includes('...Details');
      const { errors, data } = await query(
        nodes(selection(field)) + (needsFragment ? ' fragment Details on DomainEntity { name selfUri }' : ''),
      );
      expect(errors).toBeUndefined();
      expect(data.campaignInteractions.nodes).toHaveLength(100);
      expect(calls()).toEqual({ campaignInteractions: 1 });
    }
  });

  test('cost no call beside details that a variable leaves out, and one call if it includes them', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    const screen = `query ($more: Boolean!) {
      campaignInteractions(campaignId: "${CAMPAIGN_ID}") { nodes { agent { name ...More @include(if: $more) } } }
    }
    fragment More on User { email ... on DomainEntity { selfUri } }`;
    await query(screen, { more: false });
    expect(calls()).toEqual({ campaignInteractions: 1 });
    const { data } = await query(screen, { more: true });
    expect(data.campaignInteractions.nodes[3].agent.email).toBe('user-3@example.com');
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
  });

  test('cost no call on an inlined conversation and on the references of its participants', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    const { data, errors } = await query(
      nodes(`conversation {
        id startTime
        participants { id name purpose attributes user { id } queue { id name } wrapup { notes code { id name } } }
      }`),
    );
    expect(errors).toBeUndefined();
    expect(data.campaignInteractions.nodes[7].conversation.participants[0]).toEqual({
      id: 'participant-7',
      name: 'Participant 7',
      purpose: 'agent',
      attributes: { colour: 'blue' },
      user: { id: 'user-7' },
      queue: { id: 'queue-2', name: 'Name of queue-2' },
      wrapup: { notes: 'Note', code: { id: 'wrap-up-1', name: 'Name of wrap-up-1' } },
    });
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });
});

describe('the name of a reference', () => {
  test('is loaded, with one call for all references, if the upstream left it out', async () => {
    const rows = Array.from({ length: 10 }, (_, n) => ({
      ...interaction(n),
      agent: { id: `user-${n % 5}` },
    }));
    const { query, calls } = await forgetfulGatewayForTest({
      organisation: { ...supervisorsOrganisation(), interactions: () => ({ pendingInteractions: rows }) },
    });
    const { data } = await query(nodes('agent { id name selfUri }'));
    expect(data.campaignInteractions.nodes[7].agent).toEqual({
      id: 'user-2',
      name: 'Name of user-2',
      selfUri: null,
    });
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
    await query(nodes('agent { id selfUri }'));
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('stays as the upstream gave it when a query selects more fields', async () => {
    const rows = [{ ...interaction(0), agent: { id: 'user-0', name: 'Known under another name' } }];
    const { query } = await forgetfulGatewayForTest({
      organisation: { ...supervisorsOrganisation(), interactions: () => ({ pendingInteractions: rows }) },
    });
    const { data } = await query(nodes('agent { name email }'));
    expect(data.campaignInteractions.nodes[0].agent).toEqual({
      name: 'Known under another name',
      email: 'user-0@example.com',
    });
  });
});

describe('calls for details', () => {
  test('are two for the agents of all rows, their managers and their divisions', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    const { data, errors } = await query(
      nodes('agent { email manager { id name email } division { id name } }'),
    );
    expect(errors).toBeUndefined();
    expect(data.campaignInteractions.nodes[6].agent).toEqual({
      email: 'user-6@example.com',
      manager: { id: 'manager-2', name: 'Name of manager-2', email: 'manager-2@example.com' },
      division: { id: 'division-1', name: 'Name of division-1' },
    });
    expect(calls()).toEqual({ campaignInteractions: 1, users: 2 });
  });

  test('carry no more ids than the batch size, each id once', async () => {
    const { query, calls, sandbox } = await forgetfulGatewayForTest({ env: { UPSTREAM_BATCH_SIZE: '8' } });
    // Fields need each id with and without expanded parts; a batch must count it once.
    const { errors } = await query(
      nodes('agent { email presence { systemPresenceCode } skills { proficiency } }'),
    );
    expect(errors).toBeUndefined();
    const asked = sandbox.requests.filter(({ resource }) => resource === 'users');
    expect(asked.map(({ ids }) => ids.length)).toEqual([8, 8, 4]);
    expect(new Set(asked.flatMap(({ ids }) => ids)).size).toBe(20);
    expect(asked.map(({ query: sent }) => sent.get('pageSize'))).toEqual(['8', '8', '4']);
    expect(asked.map(({ query: sent }) => sent.get('state'))).toEqual(['any', 'any', 'any']);
    expect(calls()).toEqual({ campaignInteractions: 1, users: 3 });
  });

  test('ask the upstream to expand only what is selected', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest();
    const expands = async (selection: string) => {
      sandbox.requests.length = 0;
      const { errors } = await query(nodes(selection));
      expect(errors).toBeUndefined();
      return sandbox.requests
        .filter(({ resource }) => resource === 'users')
        .map(({ query: sent }) => sent.getAll('expand').toSorted());
    };
    expect(await expands('agent { email }')).toEqual([[]]);
    expect(await expands('agent { presence { systemPresenceCode } }')).toEqual([['presence']]);
    expect(await expands('agent { email routingStatus { status } presence { systemPresenceCode } }')).toEqual(
      [['presence', 'routingStatus']],
    );
    // Managers are other users, for whom nothing is expanded.
    expect(await expands('agent { skills { proficiency } manager { email } }')).toEqual([['skills'], []]);
  });

  test('give an agent its expanded presence, routing status and skills', async () => {
    const { query } = await forgetfulGatewayForTest();
    const { data } = await query(
      nodes(`agent {
        presence { systemPresenceCode modifiedDate }
        routingStatus { status startTime }
        skills { proficiency skill { id name selfUri state } }
      }`),
    );
    expect(data.campaignInteractions.nodes[4].agent).toEqual({
      presence: { systemPresenceCode: 'Presence of user-4', modifiedDate: '2026-01-01T00:00:00Z' },
      routingStatus: { status: 'IDLE', startTime: '2026-01-01T00:00:00Z' },
      skills: [
        {
          proficiency: 2.5,
          skill: {
            id: 'skill-0',
            name: 'Name of skill-0',
            selfUri: '/api/v2/routing/skills/skill-0',
            state: 'ACTIVE',
          },
        },
      ],
    });
  });

  test('ask for a contact list’s size only when it is selected', async () => {
    const { query, sandbox, calls } = await forgetfulGatewayForTest();
    const { data } = await query(nodes('contact { contactList { name columnNames size } }'));
    expect(data.campaignInteractions.nodes[0].contact.contactList).toEqual({
      name: 'Name of list-1',
      columnNames: ['Phone'],
      size: 100,
    });
    const sized = sandbox.requests.find(({ resource }) => resource === 'contactLists');
    expect(sized?.query.get('includeSize')).toBe('true');
    expect(calls()).toEqual({ campaignInteractions: 1, contactLists: 1 });
    await query(nodes('contact { contactList { columnNames } }'));
    const unsized = sandbox.requests.find(({ resource }) => resource === 'contactLists');
    expect(unsized?.query.has('includeSize')).toBe(false);
  });

  test('cover the progress of all campaigns at once, and the statistics of up to 50 campaigns', async () => {
    const campaigns = Array.from({ length: 60 }, (_, n) => campaign(`campaign-${n}`));
    const { query, calls } = await forgetfulGatewayForTest({
      organisation: { ...supervisorsOrganisation(), campaigns },
    });
    const { data, errors } = await query(
      '{ campaigns(first: 60) { nodes { id progress { percentage } stats { outstandingCalls connectRatio } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.campaigns.nodes).toHaveLength(60);
    expect(data.campaigns.nodes[0]).toEqual({
      id: 'campaign-0',
      progress: { percentage: 40 },
      stats: { outstandingCalls: 7, connectRatio: 0.5 },
    });
    expect(calls()).toEqual({ campaigns: 1, campaignProgress: 1, campaignStats: 2 });
  });

  test('are shared by all fields of one request', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    const { errors } = await query(`{
      a: campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 10) { nodes { agent { email } } }
      b: campaignInteractions(campaignId: "${CAMPAIGN_ID}", orderBy: CREATION_TIME_DESC) { nodes { agent { title } } }
      campaign(id: "${CAMPAIGN_ID}") { callerName interactions(first: 5) { nodes { campaign { callerAddress } } } }
      campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "interaction-050") { state }
    }`);
    expect(errors).toBeUndefined();
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1, users: 1 });
  });

  test('are made in the order of the text, also where a response key stands twice', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest();
    const { errors } = await query(
      nodes(`a: campaign { script { publishedDate } }
        b: campaign { queue { memberCount } }
        a: campaign { contactList { size } }`),
    );
    expect(errors).toBeUndefined();
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual([
      'campaignInteractions',
      'campaigns',
      'scripts',
      'queues',
      'contactLists',
    ]);
  });
});
