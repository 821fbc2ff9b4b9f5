import { describe, expect, test } from 'vitest';
import { altered, gatewayWithRows, nodesIn, notIds, onlyError } from '../support/answers.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { interaction } from '../support/organisation.ts';

describe('a reference', () => {
  test.each([...notIds.map((id) => ({ id, name: 'do-not-tell' })), 'do-not-tell', 7, true, ['do-not-tell']])(
    'that is malformed or has an invalid id is null, with one error for all such references of an answer: %j',
    async (agent) => {
      const rows = [
        interaction(0),
        { ...interaction(1), agent, queue: agent },
        { ...interaction(2), agent },
        interaction(3),
      ];
      const { ask, calls } = await gatewayWithRows(rows);
      const answer = await ask('id agent { id email } queue { id }');
      expect(nodesIn(answer)).toEqual([
        {
          id: 'interaction-000',
          agent: { id: 'user-0', email: 'user-0@example.com' },
          queue: { id: 'queue-0' },
        },
        { id: 'interaction-001', agent: null, queue: null },
        { id: 'interaction-002', agent: null, queue: { id: 'queue-2' } },
        {
          id: 'interaction-003',
          agent: { id: 'user-3', email: 'user-3@example.com' },
          queue: { id: 'queue-3' },
        },
      ]);
      const { path, extensions } = onlyError(answer);
      expect(path).toEqual(['campaignInteractions', 'nodes', 1, 'agent']);
      expect(extensions).toEqual({
        code: 'UPSTREAM_BAD_RESPONSE',
        upstreamStatus: 200,
        correlationId: expect.any(String),
        affected: {
          type: 'CampaignInteraction',
          ids: ['interaction-001', 'interaction-002'],
          paths: ['campaignInteractions.nodes.*.agent', 'campaignInteractions.nodes.*.queue'],
        },
      });
      expect(JSON.stringify(answer)).not.toContain('do-not-tell');
      expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
    },
  );

  test.each([{}, { id: null }, { name: 'A name', selfUri: '/api/v2/users/user-1' }, null, undefined])(
    'without an id is null without an error, and is left out of lists: %j',
    async (reference) => {
      const row = {
        ...interaction(1),
        campaign: reference,
        agent: reference,
        contact: reference,
        queue: reference,
        script: reference,
        conversation: reference,
        skills: [reference, { id: 'skill-1' }],
      };
      const { ask, calls } = await gatewayWithRows([row]);
      expect(
        await ask(`
          campaign { campaignStatus } agent { email } contact { data } queue { memberCount }
          script { startPageName } conversation { startTime } skills { id state }
        `),
      ).toEqual({
        data: {
          campaignInteractions: {
            nodes: [
              {
                campaign: null,
                agent: null,
                contact: null,
                queue: null,
                script: null,
                conversation: null,
                skills: [{ id: 'skill-1', state: 'ACTIVE' }],
              },
            ],
          },
        },
      });
      expect(calls()).toEqual({ campaignInteractions: 1, skills: 1 });
    },
  );

  test('with an invalid id in a list makes that list null, and no other list', async () => {
    const { ask } = await gatewayWithRows([
      { ...interaction(0), skills: [{ id: 'skill-1' }, { id: '../users' }] },
      interaction(1),
    ]);
    const answer = await ask('skills { id }');
    expect(nodesIn(answer)).toEqual([{ skills: null }, { skills: [{ id: 'skill-1' }] }]);
    expect(onlyError(answer).path).toEqual(['campaignInteractions', 'nodes', 0, 'skills']);
  });

  test('with an invalid id in a loaded entity makes only that field of that entity null', async () => {
    const { query } = await gatewayForTest({
      faults: [altered('users', (user) => ({ ...user, manager: { id: 'a/b' } }), 'user-1')],
    });
    const answer = await query(
      '{ a: user(id: "user-1") { email manager { id } } b: user(id: "user-2") { manager { id } } }',
    );
    expect(answer.data).toEqual({
      a: { email: 'user-1@example.com', manager: null },
      b: { manager: { id: 'manager-2' } },
    });
    expect(onlyError(answer)).toMatchObject({
      path: ['a', 'manager'],
      extensions: { code: 'UPSTREAM_BAD_RESPONSE', affected: { type: 'User', ids: ['user-1'] } },
    });
  });

  test('has its id percent-encoded in the URL, and matched unencoded in the answer', async () => {
    const id = 'script:one.2';
    const { ask, sandbox } = await gatewayWithRows([{ ...interaction(0), script: { id } }], {
      faults: [{ kind: 'status', resource: 'scripts', status: 200, body: { id, startPageName: 'Start' } }],
    });
    expect(nodesIn(await ask('script { startPageName }'))).toEqual([{ script: { startPageName: 'Start' } }]);
    const request = sandbox.requests.find(({ resource }) => resource === 'scripts');
    expect(request?.path).toBe(`/api/v2/scripts/${encodeURIComponent(id)}`);
    expect(request?.ids).toEqual([id]);
  });

  test.each([undefined, null, 5, { text: 'x' }])(
    'whose name is %j shares one call with all such references, and a reference with a name needs none',
    async (name) => {
      const rows = [0, 1, 2, 3].map((n) => ({
        ...interaction(n),
        agent: n < 2 ? { id: `user-${n}`, name } : { id: `user-${n}`, name: `Own name ${n}` },
      }));
      const { ask, calls, sandbox } = await gatewayWithRows(rows);
      const answer = await ask('agent { id name }');
      expect(answer.errors).toBeUndefined();
      expect(nodesIn(answer).map(({ agent }) => agent.name)).toEqual([
        'Name of user-0',
        'Name of user-1',
        'Own name 2',
        'Own name 3',
      ]);
      expect(sandbox.requests.find(({ resource }) => resource === 'users')?.ids.toSorted()).toEqual([
        'user-0',
        'user-1',
      ]);
      expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
    },
  );
});

describe('the conversation of an interaction', () => {
  test('comes with the list: participants and their references by id cost no call', async () => {
    const conversation = {
      id: 'conversation-0',
      startTime: '2026-01-01T11:00:00+01:00',
      participants: [
        null,
        {},
        {
          id: 'agent',
          userId: 'user-1',
          queueId: 'queue-1',
          queueName: 'Own name of the queue',
          wrapup: { code: 'wrap-up-1', name: 'Own name of the code', notes: 'Note', durationSeconds: 7 },
          attributes: { colour: 'blue', nested: { deep: [1, null] } },
        },
      ],
    };
    const { ask, calls } = await gatewayWithRows([{ ...interaction(0), conversation }]);
    const answer = await ask(`conversation {
      id name selfUri startTime endTime
      participants {
        id name purpose user { id selfUri } queue { id name } attributes
        wrapup { name notes durationSeconds endTime code { id name } }
      }
    }`);
    expect(answer.errors).toBeUndefined();
    const nobody = { id: null, name: null, purpose: null, user: null, queue: null };
    expect(nodesIn(answer)[0].conversation).toEqual({
      id: 'conversation-0',
      name: null,
      selfUri: null,
      startTime: '2026-01-01T10:00:00Z',
      endTime: null,
      participants: [
        { ...nobody, attributes: null, wrapup: null },
        {
          ...nobody,
          id: 'agent',
          user: { id: 'user-1', selfUri: null },
          queue: { id: 'queue-1', name: 'Own name of the queue' },
          attributes: { colour: 'blue', nested: { deep: [1, null] } },
          wrapup: {
            name: 'Own name of the code',
            notes: 'Note',
            durationSeconds: 7,
            endTime: null,
            code: { id: 'wrap-up-1', name: 'Own name of the code' },
          },
        },
      ],
    });
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('has null for references with an invalid id, and one error', async () => {
    const participants = [
      { id: 'a', userId: '../users', queueId: 'queue-1', wrapup: { code: 'a/b', notes: 'Note' } },
    ];
    const { ask } = await gatewayWithRows([
      { ...interaction(0), conversation: { id: 'conversation-0', participants } },
    ]);
    const answer = await ask(
      'conversation { participants { id user { id } queue { id } wrapup { notes code { id } } } }',
    );
    expect(nodesIn(answer)[0].conversation.participants).toEqual([
      { id: 'a', user: null, queue: { id: 'queue-1' }, wrapup: { notes: 'Note', code: null } },
    ]);
    expect(onlyError(answer).extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      affected: { type: 'Conversation', ids: ['conversation-0'] },
    });
  });

  test('is reported in the error of its interaction when both are malformed, with its id listed separately', async () => {
    const participants = [{ id: 'a', userId: '../users' }];
    const { ask } = await gatewayWithRows([
      { ...interaction(0), agent: { id: 'a/b' }, conversation: { id: 'conversation-0', participants } },
    ]);
    const answer = await ask('agent { id } conversation { participants { user { id } } }');
    expect(onlyError(answer).extensions.affected).toMatchObject({
      type: 'CampaignInteraction',
      ids: ['interaction-000'],
      also: [{ type: 'Conversation', ids: ['conversation-0'] }],
    });
  });
});
