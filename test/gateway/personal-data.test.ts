import { createHash } from 'node:crypto';
import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema.ts';
import { altered, onlyError, screen } from '../support/answers.ts';
import { forgetfulGatewayForTest, NOTHING_KEPT } from '../support/gateway.ts';
import { issuerForTest, issuerKey, type Parts, signed } from '../support/issuer.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../support/organisation.ts';
import { bearer, serviceGatewayForTest } from '../support/service-gateway.ts';

const SCOPE = 'customers:read';
const all = Array.from({ length: 100 }, (_, n) => `interaction-${String(n).padStart(3, '0')}`);

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** API keys of two callers; only `trusted` has the scope. */
const env = {
  AUTH_PII_SCOPE: SCOPE,
  AUTH_API_KEY_HASHES: `${hashOf('trusted')}=read+${SCOPE},${hashOf('other')}=read`,
};
const trusted = { 'x-api-key': 'trusted' };
const other = { 'x-api-key': 'other' };

interface Guarded {
  readonly query: string;
  /** Value of the field for a caller with the scope, and the calls made for it. */
  readonly given: unknown;
  readonly calls: Readonly<Record<string, number>>;
  /** Data for any other caller, and the calls made for it. */
  readonly without: { readonly data: unknown; readonly calls: Readonly<Record<string, number>> };
  readonly path: readonly (string | number)[];
  readonly affected: {
    readonly type: string;
    readonly ids: readonly string[];
    readonly paths: readonly string[];
  };
}

/** Case of a field of `CampaignInteraction`, selected for all interactions. */
function ofInteractions(field: string, below: string, given: unknown, calls = {}): Guarded {
  const list = { login: 1, campaignInteractions: 1 };
  return {
    query: screen(`id ${field} ${below}`),
    given,
    calls: { ...list, ...calls },
    without: {
      data: { campaignInteractions: { nodes: all.map((id) => ({ id, [field]: null })) } },
      calls: list,
    },
    path: ['campaignInteractions', 'nodes', 0, field],
    affected: { type: 'CampaignInteraction', ids: all, paths: [`campaignInteractions.nodes.*.${field}`] },
  };
}

/** Case of a root field. */
function ofQuery(
  field: string,
  type: string,
  args: string,
  below: string,
  given: { readonly id: string; readonly [field: string]: unknown },
): Guarded {
  return {
    query: `{ ${field}(${args}, id: "${given.id}") ${below} }`,
    given,
    calls: { login: 1, [`${field}s`]: 1 },
    without: { data: { [field]: null }, calls: {} },
    path: [field],
    affected: { type, ids: [given.id], paths: [field] },
  };
}

const conversation = { id: 'conversation-0', participants: [{ name: 'Participant 0' }] };

/** Case of each field that is personal data. A new field has to be added here. */
const guarded: Readonly<Record<string, Guarded>> = {
  'CampaignInteraction.callerAddress': ofInteractions('callerAddress', '', '+15550100'),
  'CampaignInteraction.contact': ofInteractions(
    'contact',
    '{ id data }',
    { id: 'contact-0', data: { Phone: '+15550' } },
    { contacts: 1 },
  ),
  'CampaignInteraction.conversation': ofInteractions(
    'conversation',
    '{ id participants { name } }',
    conversation,
  ),
  'CampaignInteraction.destinationAddress': ofInteractions('destinationAddress', '', '+15550'),
  'Query.contact': ofQuery('contact', 'Contact', `contactListId: "${CONTACT_LIST_ID}"`, '{ id data }', {
    id: 'contact-7',
    data: { Phone: '+15557' },
  }),
  'Query.conversation': ofQuery(
    'conversation',
    'Conversation',
    '',
    '{ id participants { name } }',
    conversation,
  ),
};

test('every field that the schema marks as personal data has a case in this file', () => {
  const marked = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter(({ astNode }) => astNode?.directives?.some(({ name }) => name.value === 'personalData'))
        .map(({ name }) => `${type.name}.${name}`),
    );
  expect(marked.toSorted()).toEqual(Object.keys(guarded).toSorted());
});

describe.each(Object.entries(guarded))(
  '%s',
  (_field, { query, given, calls: wanted, without, path, affected }) => {
    test('has its value for a caller with the scope', async () => {
      const { ask, calls } = await serviceGatewayForTest(env);
      const { data, errors } = await ask(query, trusted);
      expect(errors).toBeUndefined();
      expect(path.reduce((node, key) => node[key], data)).toEqual(given);
      expect(calls()).toEqual(wanted);
    });

    test('is null with one FORBIDDEN error for any other caller, without a call, and other fields keep their values', async () => {
      const { ask, calls } = await serviceGatewayForTest(env);
      const answer = await ask(query, other);
      expect(answer.data).toEqual(without.data);
      expect(onlyError(answer)).toEqual({
        message: `${affected.type}: the scope "${SCOPE}" is needed to see personal data.`,
        path,
        locations: [expect.any(Object)],
        extensions: { code: 'FORBIDDEN', affected },
      });
      expect(calls()).toEqual(without.calls);
    });
  },
);

describe('a caller without the scope', () => {
  test('gets one error for each field, however often and wherever the query selects it', async () => {
    const { ask, calls } = await serviceGatewayForTest(env);
    const { data, errors } = await ask(
      `{
        a: campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 2) {
          nodes { contact { id } again: contact { name } destinationAddress }
          edges { node { contact { id } } }
        }
        campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "interaction-007") { contact { id } }
        campaign(id: "${CAMPAIGN_ID}") { interactions(first: 1) { nodes { contact { id } queue { id } } } }
        one: contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { id }
        two: contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-2") { id }
      }`,
      other,
    );
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      {
        code: 'FORBIDDEN',
        affected: {
          type: 'CampaignInteraction',
          ids: ['interaction-000', 'interaction-001', 'interaction-007'],
          paths: [
            'a.nodes.*.contact',
            'a.nodes.*.again',
            'a.edges.*.node.contact',
            'campaignInteraction.contact',
            'campaign.interactions.nodes.*.contact',
          ],
        },
      },
      {
        code: 'FORBIDDEN',
        affected: {
          type: 'CampaignInteraction',
          ids: ['interaction-000', 'interaction-001'],
          paths: ['a.nodes.*.destinationAddress'],
        },
      },
      {
        code: 'FORBIDDEN',
        affected: { type: 'Contact', ids: ['contact-1', 'contact-2'], paths: ['one', 'two'] },
      },
    ]);
    expect(data).toMatchObject({
      campaignInteraction: { contact: null },
      campaign: { interactions: { nodes: [{ contact: null, queue: { id: 'queue-0' } }] } },
      one: null,
      two: null,
    });
    expect(calls()).toEqual({ login: 1, campaigns: 1, campaignInteractions: 1 });
  });

  test('causes no read of a campaign to find the contact list of a contact', async () => {
    const faults = [
      altered('campaignInteractions', (body) => ({
        ...body,
        interactingInteractions: [{ id: 'row', contact: { id: 'contact-1' } }],
      })),
    ];
    const { ask, calls } = await serviceGatewayForTest({ ...env, ...NOTHING_KEPT }, faults);
    const query = `{ campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "row") { contact { data } } }`;
    expect((await ask(query, other)).data).toEqual({ campaignInteraction: { contact: null } });
    expect(calls()).toEqual({ login: 1, campaignInteractions: 1 });
    expect((await ask(query, trusted)).data).toEqual({
      campaignInteraction: { contact: { data: { Phone: '+15551' } } },
    });
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1, contacts: 1 });
  });

  test('sees no personal data in other fields, cursors, filters or errors', async () => {
    const { ask } = await serviceGatewayForTest(env, [
      // Fault that adds errors about other fields.
      { kind: 'status', status: 403, resource: 'users' },
    ]);
    const interaction = `
      id campaignId state activePreviewCall creationTime callPlacedTime callRoutedTime previewConnectedTime
      disposition dispositionCode callerName dialerSystemParticipantId dialingMode
      campaign { id name progress { percentage } } agent { id name email } queue { id name }
      script { id startPageName } skills { id name }
      contact { id name selfUri contactListId contactList { name } data callRecords { column lastResult } }
      conversation { id selfUri participants { name address attributes } }
      destinationAddress callerAddress`;
    const page = `(campaignId: "${CAMPAIGN_ID}", filter: { states: [INTERACTING, PENDING], agentIds: ["user-1", "user-2"] })`;
    const answer = await ask(
      `{
        campaignInteractions${page} {
          totalCount pageInfo { startCursor endCursor hasNextPage }
          edges { cursor node { ${interaction} } }
        }
        campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "interaction-003") { ${interaction} }
        contactList(id: "${CONTACT_LIST_ID}") { name columnNames size }
        contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-3") { id data }
        conversation(id: "conversation-0") { id }
      }`,
      other,
    );
    expect(answer.data.campaignInteractions.edges.length).toBeGreaterThan(3);
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toContain('FORBIDDEN');
    const cursors: string[] = answer.data.campaignInteractions.edges.map(
      ({ cursor }: { cursor: string }) => cursor,
    );
    const opened = cursors.map((cursor) => Buffer.from(cursor, 'base64url').toString());
    const text = JSON.stringify([answer, opened]);
    for (const hidden of [
      '+1555',
      'Name of contact',
      '/contacts/',
      'Participant ',
      'blue',
      'conversation-1',
    ]) {
      expect(text).not.toContain(hidden);
    }
    // Counter-check: the caller with the scope sees all these texts.
    const seen = JSON.stringify(await ask(screen(interaction), trusted));
    for (const shown of [
      '+1555',
      'Name of contact',
      '/contacts/',
      'Participant ',
      'blue',
      'conversation-1',
    ]) {
      expect(seen).toContain(shown);
    }
  });

  test('sees no personal data if a caller with the scope sends the same query at the same time', async () => {
    const { ask } = await serviceGatewayForTest(env);
    const query = screen('contact { data } destinationAddress');
    const [mine, theirs] = await Promise.all([ask(query, other), ask(query, trusted)]);
    expect(JSON.stringify(mine)).not.toContain('+1555');
    expect(theirs.errors).toBeUndefined();
    expect(JSON.stringify(theirs)).toContain('+1555');
  });

  test('gets BAD_USER_INPUT for an invalid argument, like any caller', async () => {
    const { ask, calls } = await serviceGatewayForTest(env);
    const answer = await ask('{ contact(contactListId: "../a", id: "b") { id } }', other);
    expect(onlyError(answer).extensions.code).toBe('BAD_USER_INPUT');
    expect(calls()).toEqual({});
  });
});

describe('the permission to see personal data', () => {
  const query = guarded['Query.contact']?.query ?? '';
  const seen = { data: { contact: { id: 'contact-7', data: { Phone: '+15557' } } } };

  test.each<[string, Parts, boolean]>([
    ['scope as text', { scope: `openid ${SCOPE} email` }, true],
    ['scp as text', { scp: SCOPE }, true],
    ['scp as a list', { scp: ['openid', SCOPE] }, true],
    ['scope as a list', { scope: [SCOPE] }, true],
    ['no claim', {}, false],
    ['an empty claim', { scope: '', scp: [] }, false],
    ['a longer scope', { scope: `${SCOPE}:all` }, false],
    ['a part of the scope', { scope: 'customers' }, false],
    ['the scope in capitals', { scope: SCOPE.toUpperCase() }, false],
    ['several scopes in one list element', { scp: [`openid ${SCOPE}`] }, false],
    ['scopes separated by commas', { scope: `openid,${SCOPE}` }, false],
    ['an object', { scope: { [SCOPE]: true } }, false],
    ['a list of lists', { scp: [[SCOPE]] }, false],
    ['other claims', { scopes: SCOPE, permissions: [SCOPE], roles: [SCOPE] }, false],
  ])('depends on the claims of a token: %s', async (_what, claims, may) => {
    const key = await issuerKey('key-1');
    const issuer = await issuerForTest(key);
    const { ask } = await serviceGatewayForTest({ ...issuer.env, AUTH_PII_SCOPE: SCOPE });
    const answer = await ask(query, bearer(await signed(key, claims)));
    expect(answer.data).toEqual(may ? seen.data : { contact: null });
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(may ? undefined : ['FORBIDDEN']);
  });

  test('belongs to every authenticated caller if no scope is configured', async () => {
    const { ask } = await serviceGatewayForTest({ AUTH_API_KEY_HASHES: hashOf('other') });
    expect(await ask(query, other)).toEqual(seen);
  });

  test('belongs to nobody if a scope is configured and callers are not authenticated', async () => {
    const { ask, calls } = await serviceGatewayForTest({ AUTH_PII_SCOPE: SCOPE });
    expect(onlyError(await ask(query, trusted)).extensions.code).toBe('FORBIDDEN');
    expect(calls()).toEqual({});
  });

  test('belongs to everybody if neither a scope nor authentication is configured', async () => {
    const { ask } = await serviceGatewayForTest({});
    expect(await ask(query)).toEqual(seen);
  });

  test('is left to the upstream if each caller sends its own token', async () => {
    const { query: ask } = await forgetfulGatewayForTest();
    expect(await ask(query)).toEqual(seen);
  });

  test('is not checked for an unauthenticated caller, who gets UNAUTHENTICATED', async () => {
    const { ask, calls } = await serviceGatewayForTest(env);
    expect(onlyError(await ask(query)).extensions.code).toBe('UNAUTHENTICATED');
    expect(calls()).toEqual({});
  });
});
