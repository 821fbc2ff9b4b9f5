import { describe, expect, test } from 'vitest';
import { altered, gatewayWithRows, nodesIn, notIds, onlyError } from '../support/answers.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { interaction } from '../support/organisation.ts';

const oddTexts = notIds.filter((id) => typeof id === 'string' && id !== '');
const notTexts = notIds.filter((id) => typeof id !== 'string');

describe('a reference', () => {
  test.each(['do-not-tell', 7, true, ['do-not-tell']])(
    'that is no object is null, with one error for all such references of an answer: %j',
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

  test.each(oddTexts)(
    'with an odd id is shown as it came; only what would have to be loaded is null, with one error and no call: %j',
    async (id) => {
      const odd = { id, name: 'Own name', selfUri: '/own/uri' };
      const rows = [
        { ...interaction(1), agent: odd, queue: odd },
        { ...interaction(2), agent: odd },
      ];
      const { ask, calls, sandbox } = await gatewayWithRows(rows);
      expect(await ask('id agent { id name selfUri } queue { id name }')).toEqual({
        data: {
          campaignInteractions: {
            nodes: [
              { id: 'interaction-001', agent: odd, queue: { id, name: 'Own name' } },
              { id: 'interaction-002', agent: odd, queue: { id: 'queue-2', name: 'Name of queue-2' } },
            ],
          },
        },
      });
      const answer = await ask('agent { id name email } queue { memberCount }');
      expect(nodesIn(answer)).toEqual([
        { agent: { id, name: 'Own name', email: null }, queue: { memberCount: null } },
        { agent: { id, name: 'Own name', email: null }, queue: { memberCount: 2 } },
      ]);
      expect(onlyError(answer)).toMatchObject({
        path: ['campaignInteractions', 'nodes', 0, 'agent', 'email'],
        extensions: {
          code: 'UPSTREAM_BAD_RESPONSE',
          affected: { type: 'CampaignInteraction', ids: ['interaction-001', 'interaction-002'] },
        },
      });
      expect(calls()).toMatchObject({ queues: 1 });
      expect(calls()).not.toHaveProperty('users');
      expect(sandbox.requests.flatMap(({ ids }) => ids)).not.toContain(id);
    },
  );

  test.each(notTexts)('with an id that is no text keeps its own name: %j', async (id) => {
    const { ask, calls } = await gatewayWithRows([{ ...interaction(1), agent: { id, name: 'Own name' } }]);
    expect(nodesIn(await ask('agent { name }'))).toEqual([{ agent: { name: 'Own name' } }]);
    const answer = await ask('agent { id name }');
    expect(nodesIn(answer)).toEqual([{ agent: null }]);
    expect(onlyError(answer)).toMatchObject({
      path: ['campaignInteractions', 'nodes', 0, 'agent', 'id'],
      extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
    });
    expect(calls()).not.toHaveProperty('users');
  });

  test.each([
    {},
    { id: null },
    { id: '' },
    { name: 'A name', selfUri: '/api/v2/users/user-1' },
    null,
    undefined,
  ])('without an id is null without an error, and is left out of lists: %j', async (reference) => {
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
  });

  test('with an odd id in a list costs nothing else in that list', async () => {
    const { ask, calls } = await gatewayWithRows([
      { ...interaction(0), skills: [{ id: 'skill-1' }, { id: '../users' }] },
      interaction(1),
    ]);
    const answer = await ask('skills { id state }');
    expect(nodesIn(answer)).toEqual([
      {
        skills: [
          { id: 'skill-1', state: 'ACTIVE' },
          { id: '../users', state: null },
        ],
      },
      { skills: [{ id: 'skill-1', state: 'ACTIVE' }] },
    ]);
    expect(onlyError(answer).path).toEqual(['campaignInteractions', 'nodes', 0, 'skills', 1, 'state']);
    expect(calls()).toMatchObject({ skills: 1 });
  });

  test('with an odd id in a loaded entity costs only what would be loaded by it', async () => {
    const { query } = await gatewayForTest({
      faults: [altered('users', (user) => ({ ...user, manager: { id: 'a/b' } }), 'user-1')],
    });
    const answer = await query(
      '{ a: user(id: "user-1") { email manager { id title } } b: user(id: "user-2") { manager { id title } } }',
    );
    expect(answer.data).toEqual({
      a: { email: 'user-1@example.com', manager: { id: 'a/b', title: null } },
      b: { manager: { id: 'manager-2', title: 'Title of manager-2' } },
    });
    expect(onlyError(answer)).toMatchObject({
      path: ['a', 'manager', 'title'],
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

  test.each([undefined, null, '', ' ', '\t \u00a0', 5, { text: 'x' }])(
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

  test('has what came with references that have an odd id, and one error for what would be loaded', async () => {
    const participants = [
      {
        id: 'a',
        userId: '../users',
        queueId: 'queue-1',
        wrapup: { code: 'a/b', name: 'Own', notes: 'Note' },
      },
    ];
    const { ask } = await gatewayWithRows([
      { ...interaction(0), conversation: { id: 'conversation-0', participants } },
    ]);
    const answer = await ask(
      'conversation { participants { id user { id name } queue { id } wrapup { notes code { id name } } } }',
    );
    expect(nodesIn(answer)[0].conversation.participants).toEqual([
      {
        id: 'a',
        user: { id: '../users', name: null },
        queue: { id: 'queue-1' },
        wrapup: { notes: 'Note', code: { id: 'a/b', name: 'Own' } },
      },
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
    const answer = await ask('agent { email } conversation { participants { user { email } } }');
    expect(onlyError(answer).extensions.affected).toMatchObject({
      type: 'CampaignInteraction',
      ids: ['interaction-000'],
      also: [{ type: 'Conversation', ids: ['conversation-0'] }],
    });
  });
});
