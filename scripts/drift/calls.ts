import { pino } from 'pino';
import { BatchSizes } from '../../src/loading/batch-sizes.ts';
import { CredentialChecks } from '../../src/cache/credential-checks.ts';
import { ByteLru } from '../../src/cache/byte-lru.ts';
import { LookupCounters } from '../../src/cache/lookup-counts.ts';
import { callerKeyOf } from '../../src/identity/caller.ts';
import {
  createDataSources,
  createSharedSources,
  type DataSources,
  loaderOf,
} from '../../src/loading/data-sources.ts';
import { type Registry, resources, resourcesOf } from '../../src/datasources/index.ts';
import { UpstreamError } from '../../src/errors.ts';
import { CallBudget } from '../../src/upstream/budget.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deadlineIn } from '../../src/lib/deadline.ts';
import { Turns } from '../../src/lib/turns.ts';
import { tokenIdentity } from '../../src/identity/upstream-identity.ts';
import { UpstreamUsage } from '../../src/upstream/usage.ts';
import type { UpstreamRequest } from '../../src/upstream/request.ts';
import type { UpstreamReader } from '../../src/upstream/call.ts';
import { LISTING_START } from '../../src/loading/campaign-place.ts';

/** A call that the gateway makes, with all parameters that it can send. */
export interface Call {
  /** Name of the resource. */
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

/** Type of the answer to each resource's call. */
const answers: Readonly<Record<keyof Registry | 'campaignListing', string>> = {
  campaigns: 'Models.CampaignEntityListing',
  campaignInteractions: 'Models.CampaignInteractions',
  campaignListing: 'Models.CampaignEntityListing',
  campaignProgress: 'Array<Models.CampaignProgress>',
  campaignStats: 'Models.CampaignPerformanceDataListing',
  campaignStatsById: 'Models.CampaignStats',
  contactLists: 'Models.ContactListEntityListing',
  contacts: 'Array<Models.DialerContact>',
  conversations: 'Models.Conversation',
  divisions: 'Models.AuthzDivisionEntityListing',
  queues: 'Models.QueueEntityListing',
  scripts: 'Models.Script',
  skills: 'Models.SkillEntityListing',
  users: 'Models.UserEntityListing',
  wrapUpCodes: 'Models.WrapupCodeEntityListing',
};

/** Calls that take more than an id. */
const ownCalls: ReadonlyMap<string, (from: DataSources) => Promise<unknown>> = new Map([
  [
    'campaignListing',
    ({ campaignListing }: DataSources): Promise<unknown> => {
      const filter = { name: 'A', ids: [ID], divisionIds: [ID], contactListId: ID, queueId: ID };
      return campaignListing.slice(filter, LISTING_START, 1);
    },
  ],
  ['contacts', ({ contacts }) => contacts.named(ID, ID)],
]);

/** Calls the upstream for an entity with all of its `expand` parts. */
function ask(name: string, from: DataSources): Promise<unknown> {
  const own = ownCalls.get(name);
  if (own !== undefined) return own(from);
  const resource = resourcesOf(resources).find((each) => each.name === name);
  if (resource === undefined || 'within' in resource) throw new TypeError(`${name} needs a call of its own.`);
  const loader = loaderOf(from, resource);
  return loader.load(ID, loader.expand);
}

/**
 * Records the call of every data source to a fake upstream. The calls are those of the gateway itself, so no list of them
 * can go stale; a resource that is missing above does not compile.
 */
export async function recordCalls(): Promise<Call[]> {
  const calls = Object.entries(answers).map(async ([name, answer]) => {
    const requests: UpstreamRequest[] = [];
    const dataSources = dataSourcesOver((request) => {
      requests.push(request);
      return Promise.reject(new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'only listens' }));
    });
    // The data source fails without an answer; only the recorded call matters.
    await Promise.allSettled([ask(name, dataSources)]);
    return requests.map(({ resource, method, path, query = [], permissions }) => ({
      resource,
      method,
      path: path.replaceAll(`/${ID}`, '/{}'),
      query: [...new Set(query.map(([parameter]) => parameter))],
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
    lookups: new LookupCounters(),
    proofMs: 0,
    freshnessOf: () => ({ freshMs: 0, staleMs: 0 }),
    clock: systemClock,
    turns: new Turns(systemClock),
    listMs: 0,
    read: (_maker, _shared, late) => read(late.serialize()),
    batchSize: 1,
    batchSizes: new BatchSizes(systemClock, pino({ level: 'silent' })),
    refreshMs: 0,
    replicaStores: null,
    foundUnknown: null,
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
