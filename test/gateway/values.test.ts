import { describe, expect, test } from 'vitest';
import { altered, gatewayWithRows, nodesIn, onlyError, screen } from '../support/answers.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID, interaction } from '../support/organisation.ts';

const notText = [5, true, { secret: 'do-not-tell' }, ['do-not-tell']];

describe('a date', () => {
  const broken = [
    'yesterday',
    '',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01T00:00:00+99:00',
    '2026-01-01T00:00:00Zdo-not-tell',
    1_767_225_600_000,
    0,
    true,
    {},
    ['2026-01-01T00:00:00Z'],
  ];

  test.each(broken)('that is invalid is null, with one error for the whole answer: %j', async (date) => {
    const rows = [
      interaction(0),
      { ...interaction(1), callRoutedTime: date, callPlacedTime: date },
      { ...interaction(2), callPlacedTime: date },
    ];
    const { ask } = await gatewayWithRows(rows);
    const answer = await ask('creationTime callPlacedTime callRoutedTime');
    expect(nodesIn(answer)).toEqual([
      {
        creationTime: '2026-01-01T00:00:00.000Z',
        callPlacedTime: '2026-01-01T10:00:00.250Z',
        callRoutedTime: null,
      },
      { creationTime: '2026-01-01T00:00:01.000Z', callPlacedTime: null, callRoutedTime: null },
      { creationTime: '2026-01-01T00:00:02.000Z', callPlacedTime: null, callRoutedTime: null },
    ]);
    const { path, extensions } = onlyError(answer);
    expect(path).toEqual(['campaignInteractions', 'nodes', 1, 'callPlacedTime']);
    expect(extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      affected: {
        type: 'CampaignInteraction',
        ids: ['interaction-001', 'interaction-002'],
        paths: ['campaignInteractions.nodes.*.callPlacedTime', 'campaignInteractions.nodes.*.callRoutedTime'],
      },
    });
    expect(JSON.stringify(answer)).not.toContain('do-not-tell');
  });

  test('that is invalid causes no error in a query that does not select it', async () => {
    const dates = {
      creationTime: 'broken',
      callPlacedTime: 'broken',
      callRoutedTime: 5,
      previewConnectedTime: {},
    };
    const { ask } = await gatewayWithRows([{ ...interaction(0), ...dates }, interaction(1)]);
    expect(await ask('id')).toEqual({
      data: { campaignInteractions: { nodes: [{ id: 'interaction-001' }, { id: 'interaction-000' }] } },
    });
  });

  test('that is invalid in a loaded entity is null, with an error that names the entity', async () => {
    const { query } = await gatewayForTest({
      faults: [altered('scripts', (script) => ({ ...script, publishedDate: 'soon' }), 'script-0')],
    });
    const answer = await query(
      '{ a: script(id: "script-0") { id publishedDate modifiedDate } b: script(id: "script-1") { publishedDate } }',
    );
    expect(answer.data).toEqual({
      a: { id: 'script-0', publishedDate: null, modifiedDate: '2026-01-02T03:04:05.678Z' },
      b: { publishedDate: '2026-01-02T03:04:05Z' },
    });
    expect(onlyError(answer)).toMatchObject({
      path: ['a', 'publishedDate'],
      extensions: {
        code: 'UPSTREAM_BAD_RESPONSE',
        affected: { type: 'Script', ids: ['script-0'], paths: ['a.publishedDate'] },
      },
    });
  });

  test.each([
    ['2026-01-01T12:00:00+02:00', '2026-01-01T10:00:00Z'],
    ['2026-01-01T12:00:00.5-0330', '2026-01-01T15:30:00.500Z'],
    ['2026-01-01T12:00:00.123456Z', '2026-01-01T12:00:00.123Z'],
    ['2026-01-01T12:00:00Z', '2026-01-01T12:00:00Z'],
  ])('such as %s is given in UTC as %s', async (callPlacedTime, utc) => {
    const { ask } = await gatewayWithRows([{ ...interaction(0), callPlacedTime }]);
    expect(await ask('callPlacedTime')).toEqual({
      data: { campaignInteractions: { nodes: [{ callPlacedTime: utc }] } },
    });
  });

  test('with a UTC offset is ordered by its instant', async () => {
    const { ask } = await gatewayWithRows([
      { id: 'second', creationTime: '2026-01-01T00:30:00Z' },
      { id: 'first', creationTime: '2026-01-01T01:00:00+01:00' },
      { id: 'third', creationTime: '2025-12-31T23:45:00-01:00' },
    ]);
    expect(nodesIn(await ask('id'))).toEqual([{ id: 'first' }, { id: 'second' }, { id: 'third' }]);
  });
});

describe('an enum value', () => {
  test.each([
    ['LIVE_VOICE', 'LIVE_VOICE'],
    ['disposition.classification.callable.person', 'LIVE_VOICE'],
    ['disposition.classification.callable.machine', 'MACHINE'],
    ['disposition.classification.uncallable.sit', 'SIT_UNCALLABLE'],
    ['disposition.classification.callable.newer', 'OUTDATEDSDKVERSION'],
    ['OutdatedSdkVersion', 'OUTDATEDSDKVERSION'],
    ['live_voice', 'LIVE_VOICE'],
    ['Disposition.Classification.Callable.Person', 'LIVE_VOICE'],
    ['disposition.classification.callable.lineconnected', 'OUTDATEDSDKVERSION'],
    ['disposition.classification.uncallable.notfound', 'OUTDATEDSDKVERSION'],
    ['constructor', 'OUTDATEDSDKVERSION'],
    [null, null],
    [undefined, null],
  ])('of a disposition: %j is %s, with the original text as dispositionCode', async (code, disposition) => {
    const { ask } = await gatewayWithRows([{ ...interaction(0), disposition: code }]);
    expect(await ask('disposition dispositionCode')).toEqual({
      data: { campaignInteractions: { nodes: [{ disposition, dispositionCode: code ?? null }] } },
    });
  });

  test('that is not in the enum becomes UNKNOWN, without an error', async () => {
    const { query } = await gatewayForTest({
      faults: [
        altered('users', (user) => ({
          ...user,
          state: 'on_holiday',
          presence: { presenceDefinition: { systemPresence: 'constructor' } },
          routingStatus: { status: 'DAYDREAMING' },
        })),
        altered('skills', (skill) => ({ ...skill, state: 'retired' })),
        altered('campaigns', (campaign) => ({
          ...campaign,
          campaignStatus: 'toString',
          dialingMode: 'telepathic',
        })),
      ],
    });
    expect(
      await query(`{
        user(id: "user-0") {
          state presence { systemPresence systemPresenceCode } routingStatus { status statusCode }
        }
        skill(id: "skill-0") { state }
        campaign(id: "${CAMPAIGN_ID}") { campaignStatus dialingMode }
      }`),
    ).toEqual({
      data: {
        user: {
          state: 'UNKNOWN',
          presence: { systemPresence: 'UNKNOWN', systemPresenceCode: 'constructor' },
          routingStatus: { status: 'UNKNOWN', statusCode: 'DAYDREAMING' },
        },
        skill: { state: 'UNKNOWN' },
        campaign: { campaignStatus: 'UNKNOWN', dialingMode: 'UNKNOWN' },
      },
    });
  });

  test.each([
    ['Available', 'AVAILABLE'],
    ['Away', 'AWAY'],
    ['Break', 'BREAK'],
    ['Busy', 'BUSY'],
    ['Idle', 'IDLE'],
    ['Meal', 'MEAL'],
    ['Meeting', 'MEETING'],
    ['Offline', 'OFFLINE'],
    ['On Queue', 'ON_QUEUE'],
    ['ON_QUEUE', 'ON_QUEUE'],
    ['OnQueue', 'ON_QUEUE'],
    ['on-queue', 'ON_QUEUE'],
    ['onqueue', 'ON_QUEUE'],
    ['Training', 'TRAINING'],
    ['Queue', 'UNKNOWN'],
    ['On Queues', 'UNKNOWN'],
    ['ＯＮ_ＱＵＥＵＥ', 'UNKNOWN'],
    [' ', 'UNKNOWN'],
    ['', null],
    [null, null],
    [undefined, null],
  ])(
    'of a user’s presence: %j is %s, with the original text as systemPresenceCode',
    async (text, expected) => {
      const presence = { presenceDefinition: { systemPresence: text } };
      const { query } = await gatewayForTest({
        faults: [altered('users', (user) => ({ ...user, presence }))],
      });
      expect(
        await query('{ user(id: "user-0") { presence { systemPresence systemPresenceCode } } }'),
      ).toEqual({
        data: { user: { presence: { systemPresence: expected, systemPresenceCode: text || null } } },
      });
    },
  );

  test.each([
    ['OFF_QUEUE', 'OFF_QUEUE'],
    ['IDLE', 'IDLE'],
    ['INTERACTING', 'INTERACTING'],
    ['NOT_RESPONDING', 'NOT_RESPONDING'],
    ['Not Responding', 'NOT_RESPONDING'],
    ['COMMUNICATING', 'COMMUNICATING'],
    ['communicating', 'COMMUNICATING'],
    ['', null],
    [null, null],
  ])(
    'of a user’s routing status: %j is %s, with the original text as statusCode',
    async (status, expected) => {
      const { query } = await gatewayForTest({
        faults: [altered('users', (user) => ({ ...user, routingStatus: { status } }))],
      });
      expect(await query('{ user(id: "user-0") { routingStatus { status statusCode } } }')).toEqual({
        data: { user: { routingStatus: { status: expected, statusCode: status || null } } },
      });
    },
  );

  test('that is no text at all is null, with one error for the value and its text', async () => {
    const { query } = await gatewayForTest({
      faults: [altered('users', (user) => ({ ...user, routingStatus: { status: ['IDLE'] } }))],
    });
    const answer = await query('{ user(id: "user-0") { routingStatus { status statusCode } } }');
    expect(answer.data).toEqual({ user: { routingStatus: { status: null, statusCode: null } } });
    expect(onlyError(answer).extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      affected: { paths: ['user.routingStatus.status', 'user.routingStatus.statusCode'] },
    });
  });

  test.each([
    ['on', 'ON'],
    ['stopping', 'STOPPING'],
    ['off', 'OFF'],
    ['complete', 'COMPLETE'],
    ['invalid', 'INVALID'],
    ['forced_off', 'FORCED_OFF'],
    ['forced_stopping', 'FORCED_STOPPING'],
    [null, null],
  ])('of a campaign’s status: %j is %s', async (campaignStatus, expected) => {
    const { query } = await gatewayForTest({
      faults: [altered('campaigns', (campaign) => ({ ...campaign, campaignStatus }))],
    });
    expect(await query(`{ campaign(id: "${CAMPAIGN_ID}") { campaignStatus } }`)).toEqual({
      data: { campaign: { campaignStatus: expected } },
    });
  });
});

describe('a value of the wrong type', () => {
  test.each(notText)('instead of text is null, with one error that does not quote it: %j', async (value) => {
    const rows = [{ ...interaction(0), destinationAddress: value, disposition: value }, interaction(1)];
    const { ask } = await gatewayWithRows(rows);
    const answer = await ask('callerName destinationAddress disposition dispositionCode');
    expect(nodesIn(answer)).toEqual([
      { callerName: 'Caller', destinationAddress: null, disposition: null, dispositionCode: null },
      {
        callerName: 'Caller',
        destinationAddress: '+15551',
        disposition: 'LIVE_VOICE',
        dispositionCode: 'LIVE_VOICE',
      },
    ]);
    const error = onlyError(answer);
    expect(error.path).toEqual(['campaignInteractions', 'nodes', 0, 'destinationAddress']);
    expect(error.extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      affected: {
        type: 'CampaignInteraction',
        ids: ['interaction-000'],
        paths: ['destinationAddress', 'disposition', 'dispositionCode'].map(
          (field) => `campaignInteractions.nodes.*.${field}`,
        ),
      },
    });
    expect(JSON.stringify(answer)).not.toContain('do-not-tell');
  });

  test.each(['do-not-tell', 'true', 1, {}])(
    'instead of a boolean is null, with one error that does not quote it: %j',
    async (activePreviewCall) => {
      const { ask } = await gatewayWithRows([{ ...interaction(0), activePreviewCall }]);
      const answer = await ask('id activePreviewCall');
      expect(nodesIn(answer)).toEqual([{ id: 'interaction-000', activePreviewCall: null }]);
      expect(onlyError(answer).extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
      expect(JSON.stringify(answer)).not.toContain('do-not-tell');
    },
  );

  test.each(['do-not-tell', '5', 1.5, 2 ** 31, 1e300, true, {}, []])(
    'instead of an integer is null, with one error that does not quote it: %j',
    async (memberCount) => {
      const { query } = await gatewayForTest({
        faults: [altered('queues', (queue) => ({ ...queue, memberCount }), 'queue-1')],
      });
      const answer = await query(screen('queue { id memberCount joinedMemberCount }'));
      expect(nodesIn(answer).slice(1, 3)).toEqual([
        { queue: { id: 'queue-1', memberCount: null, joinedMemberCount: 1 } },
        { queue: { id: 'queue-2', memberCount: 2, joinedMemberCount: 2 } },
      ]);
      expect(onlyError(answer).extensions).toMatchObject({
        code: 'UPSTREAM_BAD_RESPONSE',
        affected: {
          type: 'Queue',
          ids: ['queue-1'],
          paths: ['campaignInteractions.nodes.*.queue.memberCount'],
        },
      });
      expect(JSON.stringify(answer)).not.toContain('do-not-tell');
    },
  );

  test.each(['do-not-tell', '2.5', true, {}])(
    'instead of a number is null, with one error that does not quote it: %j',
    async (idleAgents) => {
      const { query } = await gatewayForTest({
        faults: [altered('campaignStats', (stats) => ({ ...stats, idleAgents }))],
      });
      const answer = await query(
        `{ campaign(id: "${CAMPAIGN_ID}") { stats { idleAgents effectiveIdleAgents outstandingCalls } } }`,
      );
      expect(answer.data.campaign.stats).toEqual({
        idleAgents: null,
        effectiveIdleAgents: 1,
        outstandingCalls: 7,
      });
      expect(onlyError(answer).extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
      expect(JSON.stringify(answer)).not.toContain('do-not-tell');
    },
  );

  test.each(notText)(
    'in an entity is null, with one error per entity that does not quote it: %j',
    async (value) => {
      const { query } = await gatewayForTest({
        faults: [
          altered('users', (user) => ({ ...user, email: value, state: value, name: value })),
          altered('contacts', (contact) => ({ ...contact, data: 'do-not-tell', callable: value })),
        ],
      });
      const answer = await query(`{
      user(id: "user-0") { id title name email state }
      contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-0") { id data callable dateCreated }
    }`);
      expect(answer.data).toEqual({
        user: { id: 'user-0', title: 'Title of user-0', name: null, email: null, state: null },
        contact: {
          id: 'contact-0',
          data: null,
          callable: value === true ? true : null,
          dateCreated: '2025-06-01T00:00:00.000Z',
        },
      });
      expect(answer.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
        [['user', 'name'], 'UPSTREAM_BAD_RESPONSE'],
        [['contact', 'data'], 'UPSTREAM_BAD_RESPONSE'],
      ]);
      expect(JSON.stringify(answer)).not.toContain('do-not-tell');
    },
  );

  test('instead of a list is null, with one error that does not quote it', async () => {
    const { ask } = await gatewayWithRows([
      {
        ...interaction(0),
        skills: { id: 'skill-1' },
        conversation: { id: 'conversation-0', participants: 'do-not-tell' },
      },
    ]);
    const answer = await ask('id skills { id } conversation { id participants { id } }');
    expect(nodesIn(answer)).toEqual([
      { id: 'interaction-000', skills: null, conversation: { id: 'conversation-0', participants: null } },
    ]);
    expect(onlyError(answer).extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
    expect(JSON.stringify(answer)).not.toContain('do-not-tell');
  });

  test('causes no error in a query that does not select it', async () => {
    const { query } = await gatewayForTest({
      faults: [altered('users', (user) => ({ ...user, name: 5, title: {}, division: 'x', selfUri: [] }))],
    });
    expect(await query('{ user(id: "user-0") { id email } }')).toEqual({
      data: { user: { id: 'user-0', email: 'user-0@example.com' } },
    });
  });

  test('causes no error in a query of a contact that does not select it', async () => {
    const { query } = await gatewayForTest({
      faults: [altered('contacts', (contact) => ({ ...contact, name: 5, selfUri: [] }))],
    });
    expect(
      await query(`{ contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-0") { id callable } }`),
    ).toEqual({ data: { contact: { id: 'contact-0', callable: true } } });
  });
});
