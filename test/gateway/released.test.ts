import { expect, onTestFinished, test } from 'vitest';
import { callerKeyOf } from '../../src/identity/caller.ts';
import { createDataSources, type DataSources } from '../../src/loading/data-sources.ts';
import { UnknownValueError } from '../../src/errors.ts';
import { sharedServicesForTest } from '../support/shared-services.ts';
import { CallBudget } from '../../src/upstream/budget.ts';
import { Turns } from '../../src/lib/turns.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deadlineIn } from '../../src/lib/deadline.ts';
import { Http } from '../../src/upstream/http/http.ts';
import { tokenIdentity } from '../../src/identity/upstream-identity.ts';
import { UpstreamUsage } from '../../src/upstream/usage.ts';
import { forgetfulGatewayForTest, NOTHING_KEPT, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../support/organisation.ts';
import { LISTING_START } from '../../src/loading/campaign-place.ts';

/** Data sources of one request that call a sandbox directly, not through a gateway. */
async function sourcesForTest() {
  const { sandbox, calls } = await forgetfulGatewayForTest();
  const env = { GENESYSCLOUD_API_URL: sandbox.url, ...NOTHING_KEPT };
  const http = new Http(1_000, new Turns(systemClock), 16);
  onTestFinished(() => http.dispose());
  const { client, shared } = sharedServicesForTest(env, http);
  const requestScope = {
    identity: tokenIdentity(TOKEN),
    caller: callerKeyOf('test', 'one'),
    deadline: deadlineIn(systemClock, 10_000, new AbortController().signal),
    budget: new CallBudget(10),
    trace: null,
    usage: new UpstreamUsage(),
  };
  return {
    sources: createDataSources(shared, { requestScope, read: client.readerFor(requestScope) }),
    calls,
  };
}

const loads: readonly [what: string, load: (sources: DataSources) => Promise<unknown>][] = [
  ['an entity', ({ users }) => users.load('user-1')],
  ['an expanded part of an entity', ({ users }) => users.load('user-1', ['presence'])],
  ['a list', ({ campaignInteractions }) => campaignInteractions.load(CAMPAIGN_ID, [], 0)],
  ['a page of campaigns', ({ campaignListing }) => campaignListing.slice({}, LISTING_START, 10)],
  ['a contact', ({ contacts }) => contacts.named(CONTACT_LIST_ID, 'contact-1')],
];

test.each(loads)('%s is not loaded any more once the request has been answered', async (_what, load) => {
  const { sources, calls } = await sourcesForTest();
  expect(await load(sources)).not.toBeNull();
  calls();
  expect(await load(sources)).not.toBeNull();
  expect(calls()).toEqual({});
  sources.release();
  await expect(load(sources)).rejects.toBeInstanceOf(UnknownValueError);
  expect(calls()).toEqual({});
});

test('an entity that was read is released once the request has been answered', async () => {
  const { sources } = await sourcesForTest();
  await sources.users.load('user-1');
  expect(sources.users.known('user-1')).toMatchObject({ id: 'user-1' });
  sources.release();
  expect(sources.users.known('user-1')).toBeUndefined();
});
