import sdk from 'purecloud-platform-client-v2';
import { describe, expect, test } from 'vitest';

import { EXAMPLE_CAMPAIGN_ID, generateOrganisation } from '../../../src/sandbox/generate-organisation.ts';
import { isProfileName } from '../../../src/sandbox/profile-names.ts';
import { PROFILES } from '../../../src/sandbox/profiles.ts';
import { hash32 } from '../../../src/sandbox/random.ts';
import type { Sandbox, FullSandboxOptions } from '../../../src/sandbox/start-sandbox.ts';
import clientNotFound from '../../fixtures/published/oauth-client-not-found.json' with { type: 'json' };
import rateLimitError from '../../fixtures/published/rate-limit-error.json' with { type: 'json' };
import tokenOfCli from '../../fixtures/published/token-of-cli-tests.json' with { type: 'json' };
import { published, publishedOrganisation } from '../../support/published-structures.ts';
import { idsOf, sandboxForTest } from './helpers.ts';

/** Share of ids that the profile refusedBatches refuses at most. */
const REFUSED_SHARE = 0.05;
const AT_MS = Date.UTC(2026, 5, 1, 9);
const organisation = generateOrganisation(1);

/** The vendor's client with its own state: by default all API objects of the SDK share one token and one host. */
async function loggedInClient(sandbox: Sandbox): Promise<InstanceType<typeof sdk.ApiClientClass>> {
  const client = new sdk.ApiClientClass();
  // Empty path: by default the client reads and watches a file in the user's home directory.
  client.config.setConfigPath('');
  const { hostname, port } = new URL(sandbox.url);
  client.setGateway({ host: hostname, protocol: 'http', port: Number(port) });
  const { accessToken } = await client.loginClientCredentialsGrant('sandbox', 'sandbox');
  if (accessToken === undefined) throw new TypeError('The login gave no token');
  return client;
}

async function setUp(options: FullSandboxOptions = {}) {
  const sandbox = await sandboxForTest({ organisation, now: () => AT_MS, ...options });
  return { sandbox, client: await loggedInClient(sandbox) };
}

/** The first answer that can be used, of up to 30 tries. @throws the error of the last one. */
async function eventually<Answer>(call: () => Promise<Answer>, tries = 30): Promise<Answer> {
  try {
    const answer = await call();
    // The SDK takes a proxy's page, and an answer without a body, for data.
    if (typeof answer === 'object' && answer !== null) return answer;
    throw new TypeError(`The SDK gave no object, but ${JSON.stringify(answer)}`);
  } catch (error) {
    if (tries === 1) throw error;
    return eventually(call, tries - 1);
  }
}

function firstIds(rows: readonly { readonly id?: string }[], count: number): string[] {
  return rows.slice(0, count).map(({ id }) => id ?? '');
}

describe("the vendor's own SDK", () => {
  test('logs in with client credentials and reads the organisation of its token', async () => {
    const { sandbox, client } = await setUp();
    const info = await new sdk.TokensApi(client).getTokensMe({ preserveIdleTTL: true });
    expect(info.organization).toEqual({ id: organisation.id, name: organisation.name });
    expect(sandbox.requests.map(({ resource, status }) => [resource, status])).toEqual([
      ['login', 200],
      ['tokens', 200],
    ]);
  });

  test.each([
    ['sandbox', 'authentication failed'],
    ['sandboxer', 'client not found'],
  ])('is refused with status 400 as client %s with a wrong secret: %s', async (clientId, description) => {
    const { client } = await setUp();
    await expect(client.loginClientCredentialsGrant(clientId, 'wrong')).rejects.toMatchObject({
      response: { status: 400, data: { error: 'invalid_client', description } },
    });
  });

  test('lists campaigns by name and reads one by id', async () => {
    const { client } = await setUp();
    const outbound = new sdk.OutboundApi(client);
    const listing = await outbound.getOutboundCampaigns({
      name: 'spring',
      sortBy: 'name',
      sortOrder: 'ascending',
    });
    expect(listing.entities?.map(({ name }) => name)).toEqual(['Spring offer by hand', 'Spring offer wide']);
    const campaign = await outbound.getOutboundCampaign(EXAMPLE_CAMPAIGN_ID);
    expect(campaign).toMatchObject({ campaignStatus: 'on', dialingMode: 'preview' });
  });

  test('reads interactions in all five lists, and the conversation of one of them', async () => {
    const { client } = await setUp();
    const interactions = await new sdk.OutboundApi(client).getOutboundCampaignInteractions(
      EXAMPLE_CAMPAIGN_ID,
    );
    expect(interactions).toEqual(organisation.interactions(EXAMPLE_CAMPAIGN_ID, AT_MS));
    expect(interactions.pendingInteractions).not.toHaveLength(0);
    expect(interactions.scheduledInteractions).not.toHaveLength(0);
    expect(interactions.previewingInteractions).not.toHaveLength(0);
    expect(interactions.proceedingInteractions).not.toHaveLength(0);
    const inlined = interactions.interactingInteractions?.[0]?.conversation;
    const conversation = await new sdk.ConversationsApi(client).getConversation(inlined?.id ?? '');
    expect(conversation).toEqual(inlined);
  });

  test('reads users with expanded fields, by ids joined by commas', async () => {
    const { sandbox, client } = await setUp();
    const id = firstIds(organisation.users, 30);
    const expand = ['presence', 'routingStatus', 'skills'];
    const { entities = [] } = await new sdk.UsersApi(client).getUsers({
      id,
      expand,
      state: 'any',
      pageSize: 500,
    });
    expect(new Set(idsOf(entities))).toEqual(new Set(id));
    expect(entities[0]).toHaveProperty('presence.presenceDefinition.systemPresence');
    expect(entities[0]).toHaveProperty('routingStatus.status');
    expect(entities[0]).toHaveProperty('skills');
    expect(sandbox.requests.at(-1)?.query.getAll('id')).toHaveLength(1);
    expect(sandbox.requests.at(-1)?.ids).toEqual(id);
  });

  test('reads queues, skills, wrap-up codes and divisions by id', async () => {
    const { client } = await setUp();
    const routing = new sdk.RoutingApi(client);
    const authorization = new sdk.AuthorizationApi(client);
    const { queues, skills, wrapUpCodes, divisions } = organisation;
    const answers = [
      [queues, await routing.getRoutingQueues({ id: firstIds(queues, 5), pageSize: 500 })],
      [skills, await routing.getRoutingSkills({ id: firstIds(skills, 5), pageSize: 500 })],
      [wrapUpCodes, await routing.getRoutingWrapupcodes({ id: firstIds(wrapUpCodes, 5), pageSize: 100 })],
      [
        divisions,
        await authorization.getAuthorizationDivisions({ id: firstIds(divisions, 5), pageSize: 100 }),
      ],
    ] as const;
    for (const [rows, listing] of answers) {
      expect(new Set(idsOf(listing.entities))).toEqual(new Set(firstIds(rows, 5)));
    }
  });

  test('reads a script by id', async () => {
    const { client } = await setUp();
    const script = await new sdk.ScriptsApi(client).getScript(organisation.scripts[2]?.id ?? '');
    expect(script).toEqual(organisation.scripts[2]);
  });

  test('reads contact lists, a contact, and many contacts of one list in one call', async () => {
    const { client } = await setUp();
    const outbound = new sdk.OutboundApi(client);
    const listId = organisation.contactLists[0]?.id ?? '';
    const lists = await outbound.getOutboundContactlists({ id: [listId], includeSize: true, pageSize: 100 });
    expect(lists.entities?.[0]?.size).toBe(organisation.contacts.get(listId)?.size);
    const ids = [...(organisation.contacts.get(listId)?.keys() ?? [])].slice(0, 100);
    const contacts = await outbound.postOutboundContactlistContactsBulk(listId, ids);
    expect(new Set(idsOf(contacts))).toEqual(new Set(ids));
    const contact = await outbound.getOutboundContactlistContact(listId, ids[7] ?? '');
    expect(contacts).toContainEqual(contact);
  });

  test('reads progress and performance of many campaigns in one call each', async () => {
    const { client } = await setUp();
    const outbound = new sdk.OutboundApi(client);
    const ids = firstIds(organisation.campaigns, 50);
    const progress = await outbound.postOutboundCampaignsProgress(ids);
    expect(new Set(progress.map(({ campaign }) => campaign.id))).toEqual(new Set(ids));
    const { entities = [] } = await outbound.postOutboundCampaignsPerformanceQuery(ids);
    expect(new Set(entities.map(({ campaign }) => campaign.id))).toEqual(new Set(ids));
    const example = entities.find(({ campaign }) => campaign.id === EXAMPLE_CAMPAIGN_ID);
    const { proceedingInteractions } = organisation.interactions(EXAMPLE_CAMPAIGN_ID, AT_MS) ?? {};
    expect(example?.outstandingCalls).toBe(proceedingInteractions?.length);
    const alone = await outbound.getOutboundCampaignStats(EXAMPLE_CAMPAIGN_ID);
    expect(alone.outstandingCalls).toBe(example?.outstandingCalls);
    const { attempts = 0, connects = 0 } = alone.contactRate ?? {};
    const of = progress.find(({ campaign }) => campaign.id === EXAMPLE_CAMPAIGN_ID);
    expect(attempts).toBe(of?.numberOfContactsCalled);
    const { successCount = 0, neutralCount = 0, failureCount = 0 } = alone.businessCategoryMetrics ?? {};
    expect(successCount + neutralCount + failureCount).toBe(attempts);
    expect(successCount).toBeLessThan(connects);
    expect(connects).toBeLessThan(attempts);
  });

  test.each(Object.keys(PROFILES).filter(isProfileName))(
    'reads interactions, their users and their contacts under the profile %s, when it tries again',
    async (profile) => {
      const rateLimit = { allowed: 10_000, windowSeconds: 60 };
      const sandbox = await sandboxForTest({ organisation, now: () => AT_MS, rateLimit, profile });
      const client = await eventually(() => loggedInClient(sandbox));
      // The first call of hangingAnswers is given up after this time.
      client.getHttpClient().setTimeout(1_000);
      const outbound = new sdk.OutboundApi(client);
      const { interactingInteractions: talks = [] } = await eventually(() =>
        outbound.getOutboundCampaignInteractions(EXAMPLE_CAMPAIGN_ID),
      );
      expect(talks.length).toBeGreaterThan(10);
      const isSpared = (id: string) => hash32(id) / 2 ** 32 > REFUSED_SHARE;
      const agents = [...new Set(talks.map(({ agent }) => agent?.id ?? ''))].filter(isSpared).slice(0, 5);
      const { entities = [] } = await eventually(() =>
        new sdk.UsersApi(client).getUsers({ id: agents, state: 'any', pageSize: 100 }),
      );
      expect(idsOf(entities)).toHaveLength(agents.length);
      const listId = /contactlists\/([^/]+)/.exec(talks[0]?.contact?.selfUri ?? '')?.[1] ?? '';
      const contacts = talks
        .map(({ contact }) => contact?.id ?? '')
        .filter(isSpared)
        .slice(0, 10);
      const found = await eventually(() =>
        outbound.postOutboundContactlistContactsBulk(listId, contacts),
      ).then(idsOf, ({ status }: { status: number }) => [status]);
      expect(new Set(found)).toEqual(new Set<unknown>(profile === 'missingPermissions' ? [403] : contacts));
    },
  );

  test('gets the error body of an unknown id', async () => {
    const { client } = await setUp();
    await expect(new sdk.OutboundApi(client).getOutboundCampaign('no-such-campaign')).rejects.toMatchObject({
      status: 404,
      code: 'not.found',
    });
  });
});

describe("the vendor's own SDK reads published structures", () => {
  const { contactList, conversations, skills, users, wrapUpCode } = published;

  test('of users, conversations, skills, wrap-up codes and contact lists as they are', async () => {
    const { client } = await setUp({ organisation: publishedOrganisation() });
    const { expanded, listed } = users;
    const { entities = [] } = await new sdk.UsersApi(client).getUsers({
      id: [expanded.id, listed.id],
      expand: ['presence', 'routingStatus', 'skills'],
    });
    expect(entities.find(({ id }) => id === expanded.id)).toEqual(expanded);
    expect(entities.find(({ id }) => id === listed.id)).toEqual(listed);
    const conversationsApi = new sdk.ConversationsApi(client);
    for (const row of Object.values(conversations)) {
      expect(await conversationsApi.getConversation(row.id)).toEqual(row);
    }
    const routing = new sdk.RoutingApi(client);
    expect(await routing.getRoutingSkill(skills.ofCli.id)).toEqual(skills.ofCli);
    expect(await routing.getRoutingWrapupcode(wrapUpCode.id)).toEqual(wrapUpCode);
    expect(await new sdk.OutboundApi(client).getOutboundContactlist(contactList.id)).toEqual(contactList);
  });

  test('of the error of a rate limit', async () => {
    const { client } = await setUp({
      faults: [{ kind: 'status', status: 429, body: rateLimitError, resource: 'users' }],
    });
    await expect(new sdk.UsersApi(client).getUsers()).rejects.toMatchObject({
      status: 429,
      code: rateLimitError.code,
      message: rateLimitError.message,
    });
  });

  test('of a login whose client is not found', async () => {
    const faults = [{ kind: 'status', status: 400, body: clientNotFound, resource: 'login' } as const];
    await expect(setUp({ faults })).rejects.toMatchObject({
      response: { status: 400, data: clientNotFound },
    });
  });

  test('of a token without a time', async () => {
    const { client, sandbox } = await setUp({
      faults: [
        {
          kind: 'alter',
          resource: 'login',
          alter: (body) => ({ ...tokenOfCli, access_token: Object(body).access_token }),
        },
      ],
    });
    await new sdk.UsersApi(client).getUsers();
    expect(sandbox.requests.map(({ status }) => status)).toEqual([200, 200]);
  });
});
