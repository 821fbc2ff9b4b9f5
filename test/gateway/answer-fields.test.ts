import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Organisation } from '../../src/sandbox/organisation.ts';
import { gatewayForTest, type GraphQLAnswer, graphqlRequest, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID, interaction, supervisorsOrganisation } from '../support/organisation.ts';
import { range } from '../support/range.ts';
import { subgraphForTest } from './federation/support.ts';

const ALLOWED = 500_000;
/** Values of `compileAtHit`, each of which selects one way to execute an operation. */
const ways = [
  ['the interpreter', Infinity],
  ['compiled code', 1],
] as const;

const list = (selection: string, args = '') =>
  `campaignInteractions(campaignId: "${CAMPAIGN_ID}"${args}) { ${selection} }`;
/** Nested lists of interactions: each row selects its campaign, and the campaign selects all its interactions again. */
const nested = (levels: number, below = 'id', rows = (inner: string) => `nodes { ${inner} }`): string =>
  rows(levels === 0 ? below : `campaign { interactions { ${nested(levels - 1, below, rows)} } }`);

/** Number of fields: values, objects and list elements. A contact's `data` is one field: its content is the customer's. */
function countFields(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countFields(item), value.length);
  return Object.entries(value).reduce(
    (sum, [name, inner]) => sum + 1 + (name === 'data' ? 0 : countFields(inner)),
    0,
  );
}

function organisationWithRows(
  count: number,
  change: object = {},
  others: readonly object[] = [],
): Organisation {
  const rows = [...range(count).map((n) => ({ ...interaction(n), ...change })), ...others];
  return { ...supervisorsOrganisation(), interactions: () => ({ interactingInteractions: rows }) };
}

/** Number of fields in a refusal's `asked`. Expects no data, and one error about an answer that is too large. */
function askedOf(answer: GraphQLAnswer, allowed = ALLOWED, says = 'would have up to'): number {
  const { errors, ...rest } = answer;
  expect(rest).toEqual({});
  expect(errors).toEqual([
    {
      message: expect.stringContaining(`The answer ${says} `),
      extensions: {
        code: 'QUERY_TOO_EXPENSIVE',
        limit: 'answerFields',
        asked: expect.any(Number),
        allowed,
      },
    },
  ]);
  const asked = errors?.[0]?.extensions.asked ?? 0;
  expect(asked).toBeGreaterThan(allowed);
  return asked;
}

describe('a query whose answer would be too large is rejected before any call:', () => {
  test.each<[string, string]>([
    ['nested lists in a query of 185 bytes', `{${list(nested(3))}}`],
    ['nested lists with one level fewer', `{${list(nested(2))}}`],
    [
      'nested lists selected by edges',
      `{${list(nested(2, 'id', (inner) => `edges { node { ${inner} } }`))}}`,
    ],
    [
      'nested lists selected by both nodes and edges',
      `{${list(nested(2, 'id', (inner) => `nodes { id } edges { cursor node { ${inner} } }`))}}`,
    ],
    [
      'nested lists selected by fragments',
      `{ ...L } fragment L on Query { ${list('...R')} }
       fragment R on CampaignInteractionConnection { nodes { campaign { ...C } } }
       fragment C on Campaign { interactions { nodes { campaign { interactions { nodes { campaignId } } } } } }`,
    ],
    [
      'lists of 1,000 rows in a list of 1,000 rows',
      `{${list('nodes { campaign { interactions(first: 1000) { nodes { id } } } }', ', first: 1000')}}`,
    ],
    [
      'nested lists under ten aliases',
      `{ ${range(10)
        .map(
          (n) =>
            `a${n}: ${list('nodes { campaign { interactions(first: 1000) { nodes { id state campaignId } } } }')}`,
        )
        .join(' ')} }`,
    ],
    [
      'thirty aliases of a field with the same value in each row',
      `{${list(
        `nodes { campaign { interactions(first: 250) { nodes { ${range(30)
          .map((n) => `a${n}: __typename`)
          .join(' ')} } } } }`,
      )}}`,
    ],
    [
      'nested lists below the root field campaign',
      `{ campaign(id: "${CAMPAIGN_ID}") { interactions(first: 1000) { nodes { campaign { interactions(first: 500) { nodes { id } } } } } } }`,
    ],
    [
      'nested lists below the root field campaignInteraction',
      `{ campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "interaction-001") { campaign { interactions(first: 1000) { nodes { campaign { interactions(first: 500) { nodes { id } } } } } } } }`,
    ],
  ])('%s', async (_what, text) => {
    const tested = await gatewayForTest({ manifest: { large: text } });
    const asked = askedOf(await tested.query(text));
    // The refusal is the same without a credential, by GET, and for a trusted document.
    expect(askedOf(await tested.query(text, {}, null))).toBe(asked);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const get = new Request(`http://localhost/graphql?query=${encodeURIComponent(text)}`, { headers });
    expect(askedOf(await (await tested.gateway.fetch(get)).json())).toBe(asked);
    const trusted = new Request('http://localhost/graphql', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ documentId: 'large' }),
    });
    expect(askedOf(await (await tested.gateway.fetch(trusted)).json())).toBe(asked);
    for (const accept of ['text/event-stream', 'multipart/mixed']) {
      const streamed = graphqlRequest(text);
      streamed.headers.set('accept', accept);
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const body = await (await tested.gateway.fetch(streamed)).text();
      expect(askedOf(JSON.parse(/^(?:data: )?(\{"errors":.*\})$/m.exec(body)?.[1] ?? body))).toBe(asked);
    }
    expect(tested.calls()).toEqual({});
    // Other queries are not affected.
    expect((await tested.query(`{ ${list('totalCount')} }`)).data).toEqual({
      campaignInteractions: { totalCount: 100 },
    });
  });

  test('contacts’ data under 28 aliases in nested lists, because JSON weighs more than one field', async () => {
    const names = range(28).map((n) => `a${n}: data`);
    const { query, calls } = await gatewayForTest();
    askedOf(await query(`{${list(nested(1, `contact { ${names.join(' ')} }`))}}`));
    expect(calls()).toEqual({});
  });

  test('introspection, with a whole number of fields in the error', async () => {
    const { query } = await gatewayForTest({ env: { MAX_ANSWER_FIELDS: '1' } });
    const asked = askedOf(await query('{ __schema { types { name fields { name args { name } } } } }'), 1);
    expect(asked).toBe(Math.round(asked));
  });

  test('status 400 in application/graphql-response+json, and 200 in application/json', async () => {
    const { gateway } = await gatewayForTest();
    const statusFor = async (accept: string) => {
      const headers = { accept, 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
      const body = JSON.stringify({ query: `{${list(nested(3))}}` });
      const request = new Request('http://localhost/graphql', { method: 'POST', headers, body });
      return (await gateway.fetch(request)).status;
    };
    expect(await statusFor('application/json')).toBe(200);
    expect(await statusFor('application/graphql-response+json')).toBe(400);
  });

  test('variables for the page size, the filter and @include count too', async () => {
    const { query: ask } = await gatewayForTest({ compileAtHit: 1 });
    const text = `query ($first: Int, $states: [CampaignInteractionState!], $all: Boolean = true) {
      ${list('nodes { campaign { interactions(first: $first, filter: { states: $states }) @include(if: $all) { nodes { campaign { interactions { nodes { id } } } } } } }')}
    }`;
    const isRefused = async (variables: Readonly<Record<string, unknown>>) => {
      const answer = await ask(text, variables);
      if (answer.errors === undefined) return false;
      askedOf(answer);
      return true;
    };
    expect(await isRefused({ first: 100 })).toBe(true);
    expect(await isRefused({ first: 2 })).toBe(false);
    expect(await isRefused({ first: null })).toBe(true);
    expect(await isRefused({ first: 0 })).toBe(false);
    expect(await isRefused({ first: 100, states: [] })).toBe(false);
    expect(await isRefused({ first: 100, all: false })).toBe(false);
  });

  test('introspection of a type that a variable names, whatever type it named before', async () => {
    const { query } = await gatewayForTest({ env: { MAX_ANSWER_FIELDS: '40' } });
    const text = 'query ($name: String!) { __type(name: $name) { fields { name args { name } } } }';
    expect(await query(text, { name: 'Nothing' })).toEqual({ data: { __type: null } });
    askedOf(await query(text, { name: 'CampaignInteraction' }), 40);
    expect((await query(text, { name: 'Skill' })).data).toMatchObject({
      __type: { fields: expect.any(Array) },
    });
    expect(await query(text, { name: 'nothing' })).toEqual({ data: { __type: null } });
    const { asked } = (await query(text, { name: 'Campaign' })).errors?.[0]?.extensions ?? {};
    const { data } = await (await gatewayForTest()).query(text, { name: 'Campaign' });
    expect(asked).toBe(countFields(data));
  });

  test('a router’s _entities, where each representation counts by its own type', async () => {
    const { entities, calls } = await subgraphForTest();
    const representations = range(1000).map(() => ({ __typename: 'Campaign', id: CAMPAIGN_ID }));
    const selection =
      '... on Campaign { interactions(first: 100) { nodes { id state campaignId creationTime } } }';
    askedOf(await entities(representations, selection));
    expect(calls()).toEqual({});
    expect(
      (await entities(representations.slice(0, 900), '... on Campaign { id name }')).errors,
    ).toBeUndefined();
    // Each representation counts by its own type, however many there are of other types.
    const mixed = (campaigns: number, divisions: number) => [
      ...representations.slice(0, campaigns),
      ...range(divisions).map(() => ({ __typename: 'Division', id: 'division-1' })),
    ];
    const either = `${selection} ... on Division { id }`;
    expect((await entities(mixed(1, 999), either)).errors).toBeUndefined();
    expect(calls()).not.toEqual({});
    askedOf(await entities(mixed(999, 1), either));
    expect(calls()).toEqual({});
  });
});

describe.each(ways)('with %s', (_which, compileAtHit) => {
  test('a query for every detail of 1,000 rows is answered', async () => {
    const { query } = await gatewayForTest({
      organisation: organisationWithRows(1000),
      compileAtHit,
      env: { PLAN_CARDINALITIES: 'usersPerList=30' },
    });
    const reference = 'id name selfUri';
    const text = `{ ${list(
      `totalCount observedAt pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
       nodes {
         id campaignId state destinationAddress activePreviewCall lastActivePreviewWrapupTime creationTime callPlacedTime
         callRoutedTime previewConnectedTime disposition dispositionCode callerName callerAddress previewPopDeliveredTime
         dialerSystemParticipantId dialingMode
         campaign { ${reference} campaignStatus dialingMode callerName callerAddress dateCreated dateModified
           division { ${reference} } contactList { ${reference} } queue { ${reference} } script { ${reference} }
           progress { numberOfContactsCalled totalNumberOfContacts percentage }
           stats { idleAgents outstandingCalls scheduledCalls connectRatio } }
         agent { ${reference} email title department state manager { ${reference} } skills { proficiency skill { ${reference} } }
           presence { systemPresence modifiedDate } routingStatus { status startTime } }
         contact { ${reference} data callable callRecords { column lastResult lastAttempt } }
         queue { ${reference} description memberCount division { ${reference} } }
         script { ${reference} startPageName publishedDate division { ${reference} } }
         conversation { id startTime participants { id name purpose user { ${reference} } } }
         skills { ${reference} state dateModified }
       }`,
      ', first: 1000',
    )} }`;
    const { data, errors } = await query(text);
    expect(errors).toBeUndefined();
    expect(data.campaignInteractions.nodes).toHaveLength(1000);
    expect(countFields(data)).toBeGreaterThan(80_000);
  });

  test('an answer that becomes too large, although its estimate was not, is replaced by one error', async () => {
    const skills = range(700).map((n) => ({ id: `skill-${n}`, name: `Name of skill-${n}` }));
    const { query, calls } = await gatewayForTest({
      organisation: organisationWithRows(300, { skills }),
      compileAtHit,
      faults: [
        { kind: 'status', status: 400, resource: 'users' },
        { kind: 'status', status: 400, resource: 'contacts' },
      ],
    });
    const text = `{ ${list('nodes { id skills { id name } }', ', first: 300')} }`;
    askedOf(await query(text), ALLOWED, 'has at least');
    expect(calls()).toEqual({ campaignInteractions: 1 });
    const failing = `{ ${list('nodes { id agent { email } skills { id name } contact { data } }', ', first: 300')} }`;
    askedOf(await query(failing), ALLOWED, 'has at least');
    // Errors about single rows are omitted when there is no answer.
    const faulty = await gatewayForTest({
      organisation: organisationWithRows(300, { skills }, [{ state: 'without an id' }]),
      compileAtHit,
    });
    askedOf(await faulty.query(text), ALLOWED, 'has at least');
    const fewer = `{ ${list('nodes { id skills { id name } }', ', first: 200')} }`;
    const { data, errors } = await query(fewer);
    expect(errors).toBeUndefined();
    expect(countFields(data)).toBe(1 + 1 + 200 * (1 + 2 + 700 * 3));
  });
});

describe.each(ways)('%s that ends an answer in the middle of a list', (_which, compileAtHit) => {
  const skills = range(100).map((n) => ({ id: `skill-${n}`, name: `Name of skill-${n}` }));

  test('leaves no unhandled promise rejection', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown) => unheard.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', hear);
    onTestFinished(() => {
      process.removeListener('unhandledRejection', hear);
      for (const other of others) process.on('unhandledRejection', other);
    });
    for (const fields of [
      'skills { id name } campaign { interactions(first: 2) { nodes { id } } }',
      'campaign { interactions(first: 2) { nodes { id } } } skills { id name }',
      'agent { manager { name } } campaign { interactions(first: 2) { nodes { id agent { email } } } } skills { id name }',
    ]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const { query } = await gatewayForTest({
        organisation: organisationWithRows(100, { skills }),
        compileAtHit,
        env: { MAX_ANSWER_FIELDS: '9000' },
        latencyMs: 20,
      });
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      askedOf(await query(`{ ${list(`nodes { ${fields} }`)} }`), 9000, 'has at least');
    }
    // Pending promises settle within this time.
    await delay(200);
    expect(unheard).toEqual([]);
  });

  test('counts a root field that the default value of a variable includes', async () => {
    const query = `query ($all: Boolean = true) { a: __typename b: __typename @include(if: $all) ${list('nodes { skills { id } }')} }`;
    const fields = 3 + 1 + 100 * (1 + 1 + 100 * 2);
    const ask = async (allowed: number) => {
      const organisation = organisationWithRows(100, { skills });
      const env = { MAX_ANSWER_FIELDS: String(allowed) };
      return (await gatewayForTest({ organisation, compileAtHit, env })).query(query);
    };
    expect((await ask(fields)).errors).toBeUndefined();
    askedOf(await ask(fields - 1), fields - 1, 'has at least');
  });
});

/** Settings that understate the number of campaigns, so that the answer is larger than its estimate. */
const surprising = { PLAN_CARDINALITIES: 'campaignsPerPage=1,usersPerList=30', MAX_UPSTREAM_CALLS: '1000' };

function organisationWithCampaigns(count: number): Organisation {
  const organisation = supervisorsOrganisation();
  const [campaign] = organisation.campaigns;
  if (campaign === undefined) throw new TypeError('The organisation has a campaign.');
  return {
    ...organisation,
    campaigns: range(count).map((n) => ({ ...campaign, id: `campaign-${n}`, name: `Name of campaign-${n}` })),
    interactions: (id, atMs) => ({
      ...organisation.interactions(CAMPAIGN_ID, atMs),
      campaign: { id, name: `Name of ${id}` },
    }),
  };
}

test.each([
  ['leaves', 'id name campaignStatus'],
  [
    'objects and lists',
    'id interactions(first: 7) { totalCount nodes { id skills { id } queue { id name } } }',
  ],
  [
    'references that are the same in many rows',
    'interactions { nodes { campaign { id name } agent { id } queue { id } } }',
  ],
  [
    'details of references that are the same in many rows',
    'interactions { nodes { agent { email manager { name email } } queue { memberCount } } }',
  ],
  [
    'lists of campaigns that are the same in many rows',
    'interactions(first: 30) { nodes { campaign { interactions(first: 9) { nodes { id } } } } }',
  ],
  ['edges', 'interactions(first: 5) { edges { cursor node { id } } pageInfo { endCursor } }'],
  ['aliases', 'a: id b: id interactions(first: 3) { a: nodes { id } b: nodes { __typename c: __typename } }'],
  ['fragments', '...F interactions { nodes { ...G ... on CampaignInteraction { state } } }'],
  ['JSON', 'interactions(first: 9) { nodes { contact { data } } }'],
  ['scalars in lists', 'contactList { columnNames }'],
])('interpreter and compiled code stop at the same number of fields: %s', async (_what, selection) => {
  const organisation = organisationWithCampaigns(12);
  const fragments = `fragment F on Campaign { id name } fragment G on CampaignInteraction { id campaign { ...F } }`;
  const text = `{ campaigns { nodes { ${selection} } } } ${selection.includes('...') ? fragments : ''}`;
  const whole = await (await gatewayForTest({ organisation, env: surprising })).query(text);
  expect(whole.errors).toBeUndefined();
  const fields = countFields(whole.data);
  for (const [, compileAtHit] of ways) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    const ask = async (allowed: number) => {
      const env = { ...surprising, MAX_ANSWER_FIELDS: String(allowed) };
      return (await gatewayForTest({ organisation, env, compileAtHit })).query(text);
    };
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    expect((await ask(fields)).data).toEqual(whole.data);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    askedOf(await ask(fields - 1), fields - 1, 'has at least');
  }
});
