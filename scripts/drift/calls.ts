import { CredentialChecks } from '../../src/cache/credential-checks.ts';
import { ByteLru } from '../../src/cache/byte-lru.ts';
import { callerKeyOf } from '../../src/identity/caller.ts';
import { createDataSources, createSharedSources, type DataSources } from '../../src/loading/data-sources.ts';
import { UpstreamError } from '../../src/errors.ts';
import { CallBudget } from '../../src/upstream/budget.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deadlineIn } from '../../src/lib/deadline.ts';
import { tokenIdentity } from '../../src/identity/upstream-identity.ts';
import { UpstreamUsage } from '../../src/upstream/usage.ts';
import type { UpstreamRequest } from '../../src/upstream/request.ts';
import type { UpstreamReader } from '../../src/upstream/client.ts';

/** A call that the gateway makes, with all parameters that it can send. */
export interface Call {
  /** Name of the data source. */
  readonly resource: string;
  readonly method: string;
  /** Path with `{}` for each id. */
  readonly path: string;
  /** Names of the query parameters. */
  readonly query: readonly string[];
  /** Permissions, of which the credential needs one. */
  readonly permissions: readonly string[];
  /** Type of the answer that the SDK must declare. */
  readonly answer: string;
}

const ID = 'any-id';

/** Call with all parameters and expected type of the answer, for each data source. */
const sources: Readonly<
  Record<
    keyof DataSources,
    { readonly ask: (from: DataSources) => Promise<unknown>; readonly answer: string }
  >
> = {
  campaigns: { ask: (from) => from.campaigns.load(ID), answer: 'Models.CampaignEntityListing' },
  campaignInteractions: {
    ask: (from) => from.campaignInteractions.load(ID),
    answer: 'Models.CampaignInteractions',
  },
  campaignListing: {
    ask: ({ campaignListing }) => {
      const filter = { name: 'A', ids: [ID], divisionIds: [ID], contactListId: ID, queueId: ID };
      return campaignListing.slice(filter, 0, 1);
    },
    answer: 'Models.CampaignEntityListing',
  },
  campaignProgress: {
    ask: (from) => from.campaignProgress.load(ID),
    answer: 'Array<Models.CampaignProgress>',
  },
  campaignStats: {
    ask: (from) => from.campaignStats.load(ID),
    answer: 'Models.CampaignPerformanceDataListing',
  },
  contactLists: {
    ask: ({ contactLists }) => contactLists.load(ID, contactLists.expand),
    answer: 'Models.ContactListEntityListing',
  },
  contacts: { ask: (from) => from.contacts.named(ID, ID), answer: 'Array<Models.DialerContact>' },
  conversations: { ask: (from) => from.conversations.load(ID), answer: 'Models.Conversation' },
  divisions: { ask: (from) => from.divisions.load(ID), answer: 'Models.AuthzDivisionEntityListing' },
  queues: { ask: (from) => from.queues.load(ID), answer: 'Models.QueueEntityListing' },
  scripts: { ask: (from) => from.scripts.load(ID), answer: 'Models.Script' },
  skills: { ask: (from) => from.skills.load(ID), answer: 'Models.SkillEntityListing' },
  users: { ask: ({ users }) => users.load(ID, users.expand), answer: 'Models.UserEntityListing' },
  wrapUpCodes: { ask: (from) => from.wrapUpCodes.load(ID), answer: 'Models.WrapupCodeEntityListing' },
};

/**
 * Records the call of every data source to a fake upstream. The calls are those of the gateway itself, so no list of them
 * can go stale; a data source that is missing above does not compile.
 */
export async function recordCalls(): Promise<Call[]> {
  const calls = Object.values(sources).map(async ({ ask, answer }) => {
    const requests: UpstreamRequest[] = [];
    const dataSources = dataSourcesOver((request) => {
      requests.push(request);
      return Promise.reject(new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'only listens' }));
    });
    // The data source fails without an answer; only the recorded call matters.
    await Promise.allSettled([ask(dataSources)]);
    return requests.map(({ resource, method, path, query = [], permissions }) => ({
      resource,
      method,
      path: path.replaceAll(`/${ID}`, '/{}'),
      query: [...new Set(query.map(([name]) => name))],
      permissions,
      answer,
    }));
  });
  return (await Promise.all(calls)).flat();
}

/** Data sources of one request, with `read` in place of the upstream. */
function dataSourcesOver(read: UpstreamReader): DataSources {
  const nothing = new ByteLru(systemClock, 0);
  const shared = createSharedSources({
    entities: nothing,
    lists: nothing,
    credentialChecks: new CredentialChecks(systemClock, 0),
    lookups: null,
    proofMs: 0,
    freshnessOf: () => ({ freshMs: 0, staleMs: 0 }),
    clock: systemClock,
    listMs: 0,
    read: (_maker, _shared, late) => read(late.serialize()),
    batchSize: 1,
    refreshMs: 0,
    replicaStores: null,
    refreshQuota: () => Promise.resolve(),
  });
  const requestScope = {
    identity: tokenIdentity(ID),
    caller: callerKeyOf('drift'),
    deadline: deadlineIn(systemClock, 60_000, new AbortController().signal),
    budget: new CallBudget(1),
    trace: null,
    usage: new UpstreamUsage(),
  };
  return createDataSources(shared, { requestScope, read });
}
