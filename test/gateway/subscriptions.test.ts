import { createHash } from 'node:crypto';
import { once as emitted } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { GatewayContext } from '../../src/context.ts';
import { UnknownValueError } from '../../src/errors.ts';
import { answering, onlyError } from '../support/answers.ts';
import { capturedLog } from '../support/captured-log.ts';
import { collectorForTest } from '../support/collector.ts';
import { type AnsweredError, type GraphQLAnswer, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID, supervisorsOrganisation } from '../support/organisation.ts';
import { once, subscriptionGatewayForTest, type Streamed } from '../support/subscriptions.ts';

const ON = `(campaignId: "${CAMPAIGN_ID}")`;
const interactions = (fields: string, args = ON) =>
  `subscription Screen { interactions${args} { nodes { ${fields} } } }`;

/** Events of these values. */
const events = (...values: readonly unknown[]) =>
  async function* source() {
    yield* values;
  };

/** Gateway with one event for each subscription, on which nothing may be spent. Resolves with the only error. */
async function refusal(
  query: string,
  env: Readonly<Record<string, string>> = {},
  variables: Readonly<Record<string, unknown>> = {},
): Promise<{ error: AnsweredError; answer: GraphQLAnswer }> {
  const { subscribe, sources, calls } = await subscriptionGatewayForTest(once, { env });
  const { results, isComplete } = await subscribe({ query, variables });
  expect(isComplete).toBe(true);
  expect(results).toHaveLength(1);
  expect(sources.opened, 'sources opened').toBe(0);
  expect(calls(), 'upstream calls').toEqual({});
  const [answer = {}] = results;
  const [error] = answer.errors ?? [];
  if (error === undefined) throw new TypeError('It was not refused.');
  return { error, answer };
}

/** The only result of a subscription that has sent one. */
function onlyResult({ results }: Streamed): GraphQLAnswer {
  expect(results).toHaveLength(1);
  return results[0] ?? {};
}

describe('a subscription', () => {
  test.each([1, Infinity])(
    'sends a result for each event, executed like a query (compiled at hit %s)',
    async (hit) => {
      const { subscribe, sources, calls } = await subscriptionGatewayForTest(events(1, 2, 3), {
        compileAtHit: hit,
      });
      const streamed = await subscribe({ query: interactions('id agent { email }') });
      expect(streamed).toMatchObject({ status: 200, contentType: 'text/event-stream', isComplete: true });
      expect(streamed.results).toHaveLength(3);
      for (const { data, errors } of streamed.results) {
        expect(errors).toBeUndefined();
        expect(data.interactions.nodes).toHaveLength(100);
        expect(data.interactions.nodes[61].agent).toEqual({ email: 'user-1@example.com' });
      }
      expect(sources).toEqual({ opened: 1, ended: 1 });
      expect(calls()).toMatchObject({ users: 1 });
    },
  );

  test('reads with its caller’s credential, and a source may read by itself', async () => {
    const { subscribe, calls } = await subscriptionGatewayForTest(async function* source(id, { sources }) {
      yield await sources.campaigns.load(id);
    });
    const query = `subscription { campaign${ON} { name } }`;
    expect(onlyResult(await subscribe({ query })).data).toEqual({
      campaign: { name: `Name of ${CAMPAIGN_ID}` },
    });
    expect(calls()).toEqual({ campaigns: 1 });
    const { results } = await subscribe({ query, headers: { authorization: '' } });
    expect(results).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
    expect(calls()).toEqual({});
  });

  test('is refused by Yoga with 406 for a client that accepts no stream, and its source ends', async () => {
    const { post, sources, calls } = await subscriptionGatewayForTest();
    const query = interactions('id');
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const response = await post({ query, headers: { accept } });
      expect(response.status).toBe(406);
      expect(response.headers.get('accept')).toContain('text/event-stream');
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect(await response.text()).toBe('');
    }
    expect(sources).toEqual({ opened: 2, ended: 2 });
    expect(calls()).toEqual({});
  });

  test.each([
    'application/json, text/event-stream;q=0.1',
    'multipart/mixed, Text/Event-Stream; q=0.5',
    'application/json;q=0, */*',
    // urql's for a query, and its for a subscription.
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    'text/event-stream, multipart/mixed',
  ])('is sent as events, whatever else its client accepts: %s', async (accept) => {
    const { subscribe } = await subscriptionGatewayForTest();
    expect(await subscribe({ query: interactions('id'), headers: { accept } })).toMatchObject({
      status: 200,
      contentType: 'text/event-stream',
      isComplete: true,
    });
  });

  test('whose source fails to end stops nothing, whether nobody reads it or its client leaves', async () => {
    const rejected: unknown[] = [];
    const note = (reason: unknown) => rejected.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const stubborn = () => {
      let count = 0;
      const source: AsyncIterableIterator<string> = {
        [Symbol.asyncIterator]: () => source,
        next: () =>
          (count += 1) === 1
            ? Promise.resolve({ done: false, value: CAMPAIGN_ID })
            : new Promise(() => undefined),
        return: () => Promise.reject(new Error('cannot end')),
      };
      return source;
    };
    const { post, subscribe, sources, query } = await subscriptionGatewayForTest(stubborn);
    const sent = { query: interactions('id') };
    expect((await post({ ...sent, headers: { accept: 'application/json' } })).status).toBe(406);
    const client = new AbortController();
    await expect(subscribe({ ...sent, signal: client.signal }, () => client.abort())).rejects.toThrow(
      'aborted',
    );
    await expect.poll(() => sources).toEqual({ opened: 2, ended: 2 });
    expect(await query('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    expect(rejected).toEqual([]);
  });

  test('that is refused is answered in JSON as well', async () => {
    const { post } = await subscriptionGatewayForTest();
    const response = await post({
      query: interactions('id', '(campaignId: "../a")'),
      headers: { accept: 'application/json' },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('limits on a subscription', () => {
  const small = { MAX_DEPTH: '3', MAX_ALIASES: '2', MAX_TOKENS: '60', MAX_ROOT_FIELDS: '2' };

  test.each([
    ['tokens', interactions('id '.repeat(60)), 75],
    ['depth', interactions('agent { id }'), 4],
    ['aliases', interactions('a: id b: id c: id'), 3],
    [
      'rootFields',
      `subscription { a: campaign${ON} { id } b: campaign${ON} { id } campaign${ON} { id } }`,
      3,
    ],
    ['directives', interactions('id @skip(if: false) '.repeat(51)), 51],
  ])('hold: %s', async (limit, query, asked) => {
    const env = limit === 'directives' ? {} : small;
    const { error, answer } = await refusal(query, env);
    expect(error.extensions).toMatchObject({ limit, asked });
    expect(answer).not.toHaveProperty('data');
  });

  test.each([
    ['two root fields', `subscription { campaign${ON} { id } interactions${ON} { totalCount } }`],
    ['an introspection field at its root', 'subscription { __typename }'],
    ['a root field that is skipped', `subscription { campaign${ON} @skip(if: true) { id } }`],
    ['a condition at its root', `subscription ($all: Boolean!) { campaign${ON} @include(if: $all) { id } }`],
    [
      'a condition around its root field',
      `subscription ($all: Boolean!) { ...F @include(if: $all) } fragment F on Subscription { campaign${ON} { id } }`,
    ],
  ])('refuse %s', async (_what, query) => {
    const { error } = await refusal(query, {}, { all: false });
    expect(error.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('@skip and @include hold below the root field, in each event', async () => {
    const { subscribe } = await subscriptionGatewayForTest(events({ id: 'a' }, { id: 'b' }));
    const query = `subscription ($all: Boolean!) { campaign${ON} { id all: id @include(if: $all) ... @skip(if: $all) { some: id } } }`;
    const answers = async (all: boolean) =>
      (await subscribe({ query, variables: { all } })).results.map(({ data }) => data.campaign);
    expect(await answers(true)).toEqual([
      { id: 'a', all: 'a' },
      { id: 'b', all: 'b' },
    ]);
    expect(await answers(false)).toEqual([
      { id: 'a', some: 'a' },
      { id: 'b', some: 'b' },
    ]);
  });
});

describe('before its source is opened, a subscription is refused for', () => {
  test.each([
    ['an id', '(campaignId: "../a")', {}],
    ['a page size', `(campaignId: "${CAMPAIGN_ID}", first: -1)`, {}],
    ['a cursor', `(campaignId: "${CAMPAIGN_ID}", after: "x")`, {}],
    ['a variable', '(campaignId: $id)', { id: '../a' }],
  ])('%s out of range', async (_what, args, variables) => {
    const query = `subscription ${'id' in variables ? '($id: ID!)' : ''} { interactions${args} { totalCount } }`;
    const { error, answer } = await refusal(query, {}, variables);
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.path).toEqual(['interactions']);
    expect(answer.data).toEqual({ interactions: null });
  });

  test('an argument out of range below its root field', async () => {
    const { error } = await refusal(
      `subscription { campaign${ON} { interactions(first: -1) { totalCount } } }`,
    );
    expect(error).toMatchObject({ path: ['campaign'], extensions: { code: 'BAD_USER_INPUT' } });
  });

  test('a variable of a wrong type', async () => {
    const query = 'subscription ($id: ID!) { interactions(campaignId: $id) { totalCount } }';
    const { error, answer } = await refusal(query, {}, { id: { a: 'x'.repeat(1000) } });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    // The executor's own error would quote the whole variable.
    expect(error.message.length).toBeLessThan(400);
    expect(answer).not.toHaveProperty('data');
  });

  test.each([
    ['a connection', interactions('agent { email } queue { memberCount }'), 3],
    [
      'a page of 1,000',
      interactions('agent { email } queue { memberCount }', `(campaignId: "${CAMPAIGN_ID}", first: 1000)`),
      7,
    ],
    ['an entity', `subscription { campaign${ON} { progress { percentage } stats { idleAgents } } }`, 2],
    [
      'an entity’s connection',
      `subscription { campaign${ON} { interactions { nodes { agent { email } } } } }`,
      2,
    ],
    ['a list', `subscription { campaigns${ON} { interactions { totalCount } } }`, 100],
    [
      'an object of another type',
      `subscription { change${ON} { campaign { progress { percentage } stats { idleAgents } } } }`,
      2,
    ],
    [
      'a list in an object of another type',
      `subscription { change${ON} { interactions { script { startPageName } } } }`,
      10,
    ],
    [
      'a fragment',
      `subscription { ...F } fragment F on Subscription { campaign${ON} { progress { percentage } stats { idleAgents } } }`,
      2,
    ],
  ])('more upstream calls than are allowed below %s', async (_what, query, asked) => {
    const { error, answer } = await refusal(query, { MAX_UPSTREAM_CALLS: '1' });
    expect(error.extensions).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      limit: 'upstreamCalls',
      asked,
      allowed: 1,
    });
    expect(error.extensions.plan?.reduce((sum, { calls }) => sum + calls, 0)).toBe(asked);
    expect(answer).not.toHaveProperty('data');
  });

  test('more fields of an event than are allowed', async () => {
    const { error } = await refusal(interactions('id state'), { MAX_ANSWER_FIELDS: '301' });
    expect(error.extensions).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      limit: 'answerFields',
      asked: 302,
      allowed: 301,
    });
  });
});

describe('the number of fields', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `campaign-${n}` }));
  const query = `subscription { campaigns${ON} { id } }`;

  test.each([1, Infinity])(
    'is bounded in each event, and counted anew (compiled at hit %s)',
    async (compileAtHit) => {
      const small = Array.from({ length: 9 }, () => rows(15));
      const { subscribe } = await subscriptionGatewayForTest(events(...small, rows(50), rows(15)), {
        compileAtHit,
        env: { MAX_ANSWER_FIELDS: '60' },
      });
      const { results, isComplete } = await subscribe({ query });
      expect(isComplete).toBe(true);
      const tooLarge = results[9] ?? {};
      expect(onlyError(tooLarge)).toMatchObject({
        message: expect.stringContaining('at least'),
        extensions: { code: 'QUERY_TOO_EXPENSIVE', limit: 'answerFields', allowed: 60 },
      });
      expect(tooLarge).not.toHaveProperty('data');
      const others = results.filter((result) => result !== tooLarge);
      expect(others).toHaveLength(10);
      for (const { data } of others) expect(data.campaigns).toHaveLength(15);
    },
  );
});

describe('with trusted documents only, a subscription', () => {
  const query = interactions('id');
  const id = createHash('sha256').update(query).digest('hex');
  const only = { manifest: { [id]: query }, env: { TRUSTED_DOCUMENTS: 'only' } };

  test('is answered by its id', async () => {
    const { subscribe } = await subscriptionGatewayForTest(once, only);
    const { data } = onlyResult(await subscribe({ documentId: id }));
    expect(data.interactions.nodes).toHaveLength(100);
  });

  test.each([
    ['without an id', { query }, 'PERSISTED_QUERY_ID_REQUIRED'],
    ['with a query beside its id', { query, documentId: id }, 'PERSISTED_QUERY_ID_REQUIRED'],
    ['with an unknown id', { documentId: 'unknown' }, 'PERSISTED_QUERY_NOT_FOUND'],
  ])('is refused %s', async (_what, sent, code) => {
    const { subscribe, sources, calls } = await subscriptionGatewayForTest(once, only);
    expect(onlyError(onlyResult(await subscribe(sent))).extensions.code).toBe(code);
    expect(sources.opened).toBe(0);
    expect(calls()).toEqual({});
  });
});

describe('personal data in a subscription', () => {
  const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
  const options = {
    env: {
      GENESYSCLOUD_ACCESS_TOKEN: TOKEN,
      AUTH_PII_SCOPE: 'customers:read',
      AUTH_API_KEY_HASHES: `${hashOf('trusted')}=customers:read,${hashOf('other')}=read`,
    },
  };
  const trusted = { authorization: '', 'x-api-key': 'trusted' };
  const other = { authorization: '', 'x-api-key': 'other' };
  const query = interactions('id contact { id data }', `(campaignId: "${CAMPAIGN_ID}", first: 1)`);

  test('is in each event for a caller with the scope', async () => {
    const { subscribe } = await subscriptionGatewayForTest(events(1, 2), options);
    const { results } = await subscribe({ query, headers: trusted });
    expect(results).toHaveLength(2);
    for (const { data, errors } of results) {
      expect(errors).toBeUndefined();
      expect(data.interactions.nodes[0].contact.data).toHaveProperty('Phone');
    }
  });

  test('is null with one FORBIDDEN error in each event for any other caller, without a call', async () => {
    const { subscribe, calls } = await subscriptionGatewayForTest(events(1, 2), options);
    const { results } = await subscribe({ query, headers: other });
    expect(results).toHaveLength(2);
    for (const result of results) {
      const [{ id, contact }] = result.data.interactions.nodes;
      expect(contact).toBeNull();
      expect(onlyError(result)).toMatchObject({
        path: ['interactions', 'nodes', 0, 'contact'],
        extensions: {
          code: 'FORBIDDEN',
          affected: { type: 'CampaignInteraction', ids: [id], paths: ['interactions.nodes.*.contact'] },
        },
      });
    }
    expect(calls()).not.toHaveProperty('contacts');
  });

  test('as a whole opens its source only for a caller with the scope', async () => {
    const { subscribe, sources, calls } = await subscriptionGatewayForTest(once, options);
    const secret = `subscription { secret${ON} { totalCount } }`;
    const refused = onlyResult(await subscribe({ query: secret, headers: other }));
    expect(onlyError(refused)).toMatchObject({ path: ['secret'], extensions: { code: 'FORBIDDEN' } });
    expect(refused).not.toHaveProperty('data');
    expect(sources.opened).toBe(0);
    expect(calls()).toEqual({});
    expect(onlyResult(await subscribe({ query: secret, headers: trusted })).data).toEqual({
      secret: { totalCount: 100 },
    });
  });
});

describe('upstream failures of a subscription', () => {
  test('are one error for each failed call, in each event', async () => {
    const { log, others } = capturedLog();
    const { subscribe, calls } = await subscriptionGatewayForTest(events(1, 2), {
      log,
      faults: [
        answering('queues', {}),
        { kind: 'missingPermissions', permissions: ['directory:user:view'], resource: 'users' },
      ],
    });
    const { results } = await subscribe({ query: interactions('id queue { memberCount } agent { email }') });
    expect(results).toHaveLength(2);
    for (const { data, errors } of results) {
      expect(data.interactions.nodes).toHaveLength(100);
      expect(errors).toHaveLength(2);
      expect(errors).toMatchObject([
        {
          path: ['interactions', 'nodes', 0, 'queue', 'memberCount'],
          extensions: {
            code: 'UPSTREAM_BAD_RESPONSE',
            correlationId: expect.any(String),
            affected: { type: 'Queue', paths: ['interactions.nodes.*.queue.memberCount'] },
          },
        },
        {
          path: ['interactions', 'nodes', 0, 'agent', 'email'],
          extensions: {
            code: 'FORBIDDEN',
            missingPermissions: ['directory:user:view'],
            affected: { type: 'User', paths: ['interactions.nodes.*.agent.email'] },
          },
        },
      ]);
      expect(errors?.[0]?.extensions.affected?.ids).toHaveLength(5);
      expect(errors?.[1]?.extensions.affected?.ids).toHaveLength(20);
    }
    expect(calls()).toMatchObject({ users: 1 });
    expect(others().filter(({ resource }) => resource === 'users')).not.toEqual([]);
  });

  test('that leave no field null are reported in their event only', async () => {
    const organisation = supervisorsOrganisation();
    const { subscribe } = await subscriptionGatewayForTest(
      events({ id: CAMPAIGN_ID }, { id: 'campaign-2' }),
      {
        organisation: {
          ...organisation,
          interactions: (id) => ({
            campaign: { id },
            pendingInteractions: [{ id: 'row' }, ...(id === CAMPAIGN_ID ? [{ state: 'without an id' }] : [])],
          }),
        },
      },
    );
    const query = `subscription { campaign${ON} { interactions { nodes { id } } } }`;
    const { results } = await subscribe({ query });
    expect(onlyError(results[0] ?? {})).toMatchObject({
      extensions: { code: 'UPSTREAM_BAD_RESPONSE', affected: { paths: ['campaign.interactions'] } },
    });
    const rows = { campaign: { interactions: { nodes: [{ id: 'row' }] } } };
    expect(results).toMatchObject([{ data: rows }, { data: rows }]);
    expect(results[1]).not.toHaveProperty('errors');
  });

  const failing = { faults: [{ kind: 'status', status: 500, resource: 'campaigns' }] } as const;
  const query = `subscription { campaign${ON} { id } }`;
  const shaped = {
    message: expect.stringMatching(/^Campaign: /),
    path: ['campaign'],
    locations: [{ line: 1, column: 16 }],
    extensions: {
      code: 'UPSTREAM_UNAVAILABLE',
      upstreamStatus: 500,
      correlationId: expect.any(String),
      affected: { type: 'Campaign', ids: [CAMPAIGN_ID], paths: ['campaign'] },
    },
  };

  test('that keep its source from being opened are errors like any other', async () => {
    const { log, others } = capturedLog();
    const { subscribe } = await subscriptionGatewayForTest(
      async (id, { sources }) => {
        await sources.campaigns.load(id);
        return once(id);
      },
      { ...failing, log },
    );
    const streamed = await subscribe({ query });
    const result = onlyResult(streamed);
    expect(streamed.isComplete).toBe(true);
    expect(result).toEqual({ errors: [shaped] });
    expect(others()).toMatchObject([{ resource: 'campaigns', upstreamStatus: 500 }]);
  });

  test('that end its source are the errors of a last result', async () => {
    const { log, others } = capturedLog();
    const { subscribe, sources } = await subscriptionGatewayForTest(
      async function* source(id, { sources: { campaigns } }) {
        yield { id: 'first' };
        yield await campaigns.load(id);
      },
      { ...failing, log },
    );
    const { results, isComplete } = await subscribe({ query });
    expect(results).toEqual([{ data: { campaign: { id: 'first' } } }, { errors: [shaped] }]);
    expect(isComplete).toBe(true);
    expect(sources).toEqual({ opened: 1, ended: 1 });
    expect(others()).toMatchObject([{ resource: 'campaigns', upstreamStatus: 500 }]);
  });

  test('in a value that does not fit the schema quote nothing of it', async () => {
    const { subscribe } = await subscriptionGatewayForTest(events('secret of the upstream', [{ id: 'a' }]));
    const { results } = await subscribe({ query: `subscription { campaigns${ON} { id } }` });
    expect(onlyError(results[0] ?? {})).toMatchObject({
      message: 'The upstream gave a value that does not fit the schema.',
      extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
    });
    expect(results[1]).toEqual({ data: { campaigns: [{ id: 'a' }] } });
  });
});

describe('an unexpected error', () => {
  const query = `subscription { campaign${ON} { id } }`;
  const masked = { message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  const defect = () => new Error('secret of the gateway');

  test('in an event is masked and logged, and further events come', async () => {
    const { log, others } = capturedLog();
    const failing = {
      get id(): string {
        throw defect();
      },
    };
    const { subscribe } = await subscriptionGatewayForTest(events(failing, { id: 'next' }), { log });
    const { results } = await subscribe({ query });
    expect(results).toMatchObject([{ errors: [masked] }, { data: { campaign: { id: 'next' } } }]);
    expect(JSON.stringify(results)).not.toContain('secret');
    expect(others()).toMatchObject([{ level: 50, err: { message: 'secret of the gateway' } }]);
  });

  test('of its source is masked and logged', async () => {
    const { log, others } = capturedLog();
    const { subscribe } = await subscriptionGatewayForTest(
      async function* source() {
        yield { id: 'first' };
        throw defect();
      },
      { log },
    );
    const { results, isComplete } = await subscribe({ query });
    expect(results).toMatchObject([{ data: { campaign: { id: 'first' } } }, { errors: [masked] }]);
    expect(isComplete).toBe(true);
    expect(JSON.stringify(results)).not.toContain('secret');
    expect(others()).toMatchObject([{ level: 50, err: { message: 'secret of the gateway' } }]);
  });

  test('in opening its source is masked and logged', async () => {
    const { log, others } = capturedLog();
    const { subscribe } = await subscriptionGatewayForTest(() => Promise.reject(defect()), { log });
    const { results } = await subscribe({ query });
    expect(results).toMatchObject([{ errors: [masked] }]);
    expect(JSON.stringify(results)).not.toContain('secret');
    expect(others()).toMatchObject([{ level: 50, err: { message: 'secret of the gateway' } }]);
  });
});

describe('with a hidden schema, a subscription’s errors suggest no names', () => {
  const variables = { states: ['INTERACTIN'] };

  test.each([
    [
      'in variables',
      `subscription ($states: [CampaignInteractionState!]) { interactions(campaignId: "${CAMPAIGN_ID}", filter: { states: $states }) { totalCount } }`,
      variables,
    ],
    ['in fields', interactions('idd'), {}],
  ])('%s', async (_what, query, sent) => {
    const shown = await refusal(query, { INTROSPECTION: 'on' }, sent);
    expect(shown.error.message).toContain('Did you mean');
    const hidden = await refusal(query, { INTROSPECTION: 'off' }, sent);
    expect(shown.error.message.startsWith(hidden.error.message)).toBe(true);
    expect(hidden.error.message).not.toContain('Did you mean');
  });
});

describe('the log line of a subscription', () => {
  test('comes at its end, with operation, calls, error codes and correlation ids of all events', async () => {
    const { log, requests } = capturedLog();
    const next = Promise.withResolvers<void>();
    const { subscribe } = await subscriptionGatewayForTest(
      async function* source(id, { sources }) {
        yield 'event';
        await next.promise;
        yield 'event';
        await sources.campaigns.load(id);
      },
      {
        log,
        faults: [
          answering('queues', {}),
          { kind: 'missingPermissions', permissions: ['outbound:campaign:view'], resource: 'campaigns' },
        ],
      },
    );
    let linesDuring = -1;
    const { results } = await subscribe({ query: interactions('queue { memberCount }') }, () => {
      if (linesDuring < 0) linesDuring = requests().length;
      next.resolve();
    });
    expect(linesDuring).toBe(0);
    const ids = results.flatMap(({ errors = [] }) =>
      errors.map(({ extensions }) => extensions.correlationId),
    );
    await expect.poll(requests).toMatchObject([
      {
        operation: 'Screen',
        documentHash: expect.any(String),
        status: 200,
        upstreamCalls: 3,
        errorCodes: ['UPSTREAM_BAD_RESPONSE', 'FORBIDDEN'],
        correlationIds: [...new Set(ids)],
      },
    ]);
    expect(new Set(ids).size).toBe(2);
  });

  test('has the code of a refusal', async () => {
    const { log, requests } = capturedLog();
    const { subscribe } = await subscriptionGatewayForTest(once, { log, env: { MAX_UPSTREAM_CALLS: '1' } });
    await subscribe({ query: interactions('agent { email }') });
    await expect.poll(requests).toMatchObject([{ operation: 'Screen', errorCodes: ['QUERY_TOO_EXPENSIVE'] }]);
  });

  test('says that its client has gone', async () => {
    const { log, requests } = capturedLog();
    const leaving = new AbortController();
    const { subscribe } = await subscriptionGatewayForTest(waiting, { log });
    const streamed = subscribe({ query: interactions('id'), signal: leaving.signal }, () => leaving.abort());
    await expect(streamed).rejects.toThrow('abort');
    await expect.poll(requests).toMatchObject([{ operation: 'Screen', aborted: true, status: 200 }]);
    expect(requests()[0]).not.toHaveProperty('errorCodes');
  });
});

/** One event, and none after it. Does not notice that nobody reads it: only `return` ends it. */
function waiting(): AsyncIterable<unknown> {
  let hasSent = false;
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        if (hasSent) return new Promise(() => undefined);
        hasSent = true;
        return Promise.resolve({ done: false, value: 'event' });
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
    }),
  };
}

describe('what a subscription has read', () => {
  /** Gateway with a source that notes its context. */
  async function noting(source: (context: GatewayContext) => AsyncIterable<unknown>) {
    const contexts: GatewayContext[] = [];
    const gateway = await subscriptionGatewayForTest(async (id, context) => {
      contexts.push(context);
      await context.sources.contactLists.load(CONTACT_LIST_ID);
      await context.sources.campaigns.load(id);
      return source(context);
    });
    const isReleased = () =>
      contexts.every(({ sources }) => sources.campaigns.known(CAMPAIGN_ID) === undefined);
    const rejects = async () => {
      for (const { sources } of contexts) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
        await expect(sources.users.load('user-1')).rejects.toBeInstanceOf(UnknownValueError);
      }
    };
    return { ...gateway, contexts, isReleased, rejects };
  }
  const query = interactions('id agent { email }');

  test('is kept between its events and released after the last', async () => {
    const next = Promise.withResolvers<void>();
    const { subscribe, contexts, isReleased, rejects, calls } = await noting(async function* source() {
      yield 1;
      await next.promise;
      yield 2;
    });
    const during: boolean[] = [];
    await subscribe({ query }, () => {
      during.push(isReleased());
      next.resolve();
    });
    expect(contexts).toHaveLength(1);
    expect(during[0]).toBe(false);
    expect(isReleased()).toBe(true);
    calls();
    await rejects();
    expect(calls()).toEqual({});
  });

  test('is released when its client closes early, and its source ends', async () => {
    const { subscribe, sources, isReleased, rejects } = await noting(waiting);
    const leaving = new AbortController();
    const during: boolean[] = [];
    const streamed = subscribe({ query, signal: leaving.signal }, () => {
      during.push(isReleased());
      leaving.abort();
    });
    await expect(streamed).rejects.toThrow('abort');
    await expect.poll(() => sources).toEqual({ opened: 1, ended: 1 });
    expect(during).toEqual([false]);
    expect(isReleased()).toBe(true);
    await rejects();
  });

  test('is released when its source fails', async () => {
    const { subscribe, isReleased } = await noting(async function* source() {
      yield 'event';
      throw new Error('broken');
    });
    expect((await subscribe({ query })).results).toHaveLength(2);
    expect(isReleased()).toBe(true);
  });

  test('is released when its client accepts no stream', async () => {
    const { post, contexts, isReleased, sources } = await noting(waiting);
    await (await post({ query, headers: { accept: 'application/json' } })).text();
    expect(contexts).toHaveLength(1);
    expect(isReleased()).toBe(true);
    expect(sources).toEqual({ opened: 1, ended: 1 });
  });

  test('is released when its client has gone before the stream begins', async () => {
    const left = Promise.withResolvers<void>();
    const contexts: GatewayContext[] = [];
    const { url, sources } = await subscriptionGatewayForTest(async (id, context) => {
      contexts.push(context);
      await context.sources.campaigns.load(id);
      await left.promise;
      return waiting();
    });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const body = JSON.stringify({ query });
    socket.write(
      [
        'POST /graphql HTTP/1.1',
        'host: localhost',
        'content-type: application/json',
        'accept: text/event-stream',
        `authorization: Bearer ${TOKEN}`,
        `content-length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
    );
    await expect.poll(() => contexts.length).toBe(1);
    socket.destroy();
    await emitted(socket, 'close');
    const [context] = contexts;
    // The server notices a moment later.
    await expect.poll(() => context && Reflect.get(context, 'request').signal.aborted).toBe(true);
    left.resolve();
    await expect.poll(() => sources).toEqual({ opened: 1, ended: 1 });
    expect(context?.sources.campaigns.known(CAMPAIGN_ID)).toBeUndefined();
  });
});

test('each event reports the upstream calls so far to a client that asks for the report', async () => {
  const { subscribe } = await subscriptionGatewayForTest(events(1, 2), { env: { UPSTREAM_REPORT: 'on' } });
  const query = interactions('agent { email }');
  const reports = async (headers: Record<string, string>) =>
    (await subscribe({ query, headers })).results.map((result) => Reflect.get(result, 'extensions'));
  for (const report of await reports({ 'x-upstream-report': '1' })) {
    expect(report.upstream.calls.map(({ resource }: { resource: string }) => resource)).toEqual([
      'campaignInteractions',
      'users',
    ]);
  }
  expect(await reports({})).toEqual([undefined, undefined]);
});

test('the trace of a subscription ends with its stream, and has the codes of all events', async () => {
  const collector = await collectorForTest();
  const { subscribe, gateway } = await subscriptionGatewayForTest(
    async function* source(id, { sources }) {
      yield 'event';
      await sources.campaigns.load(id);
    },
    {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
      faults: [
        answering('queues', {}),
        { kind: 'missingPermissions', permissions: ['outbound:campaign:view'], resource: 'campaigns' },
      ],
    },
  );
  await subscribe({ query: interactions('queue { memberCount }') });
  await gateway.dispose();
  const named = collector.spans.find(({ name }) => name === 'subscription Screen');
  expect(named?.attributes).toMatchObject({
    'graphql.operation.type': 'subscription',
    'gateway.error.codes': ['UPSTREAM_BAD_RESPONSE', 'FORBIDDEN'],
    'http.response.status_code': 200,
  });
});
