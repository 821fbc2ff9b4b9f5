import {
  context,
  each,
  type FieldArgs,
  get,
  type GrafastSchemaConfig,
  lambda,
  loadOne,
  type LoadOneInfo,
  type Step,
} from 'grafast';
import {
  loadCampaigns,
  loadContacts,
  loadQueues,
  loadScripts,
  loadSkills,
  loadUsers,
} from '../shared/bulk.ts';
import { scalars as resolvedScalars } from '../shared/resolvers.ts';
import { get as getJson, postIds } from '../shared/upstream.ts';
import {
  callRecordsOf,
  campaignStatus,
  dialingMode,
  disposition,
  entityState,
  type InteractionLists,
  pageOf,
  type Progress,
  type Ref,
  type Stats,
} from '../shared/values.ts';

type LoadByRefs = (refs: readonly Ref[], authorization: string) => Promise<ReadonlyMap<string, Ref>>;

/** Arguments of a loader besides the ids: the attributes that are read from its results, and the Authorization header. */
type Info<Item> = LoadOneInfo<Item, object, string>;

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- Grafast's types look here for the properties of a context
  namespace Grafast {
    interface Context {
      authorization: string;
    }
  }
}

/** Attributes that every reference has; most have a name too. */
const FREE: ReadonlySet<string> = new Set(['id', 'selfUri']);

const authorization = () => context().get('authorization');

/** Loader of entities by reference. Nothing is loaded for a reference that has all tracked attributes itself. */
function referring(load: LoadByRefs) {
  return {
    shared: authorization,
    async load(refs: readonly Ref[], { attributes, shared }: Info<Ref>): Promise<Ref[]> {
      const wantsMore = attributes.some((attribute) => !FREE.has(attribute) && attribute !== 'name');
      const wantsName = attributes.includes('name');
      const isKnown = (ref: Ref) => !wantsMore && (!wantsName || ref.name !== undefined);
      const unknown = refs.filter((ref) => !isKnown(ref));
      const entities = unknown.length === 0 ? new Map<string, Ref>() : await load(unknown, shared);
      return refs.map((ref) => merge(ref, entities.get(ref.id)));
    },
  };
}

/** Entity with the reference's own name. */
function merge(ref: Ref, entity: Ref | undefined): Ref {
  if (entity === undefined) return ref;
  return ref.name === undefined || ref.name === entity.name ? entity : { ...entity, name: ref.name };
}

/** Loader of entities by id; null for an unknown id. */
function byId(load: LoadByRefs) {
  return {
    shared: authorization,
    async load(ids: readonly string[], { shared }: Info<Ref>): Promise<(Ref | null)[]> {
      const entities = await load(
        ids.map((id) => ({ id })),
        shared,
      );
      return ids.map((id) => entities.get(id) ?? null);
    },
  };
}

const users = referring(loadUsers);
const skills = referring(loadSkills);
const campaigns = referring(loadCampaigns);
const queues = referring(loadQueues);
const scripts = referring(loadScripts);
const contacts = referring(loadContacts);
const campaignById = byId(loadCampaigns);
const queueById = byId(loadQueues);

const interactionLists = {
  shared: authorization,
  load: (ids: readonly string[], { shared }: Info<InteractionLists>) =>
    Promise.all(
      ids.map((id) => getJson<InteractionLists>(`/api/v2/outbound/campaigns/${id}/interactions`, shared)),
    ),
};

const progress = {
  shared: authorization,
  async load(ids: readonly string[], { shared }: Info<Progress>) {
    const rows = await postIds<Progress[]>('/api/v2/outbound/campaigns/progress', ids, shared);
    const found = new Map(rows.map((row) => [row.campaign.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  },
};

const stats = {
  shared: authorization,
  async load(ids: readonly string[], { shared }: Info<Stats>) {
    const path = '/api/v2/outbound/campaigns/performance/query';
    const { entities } = await postIds<{ entities: Stats[] }>(path, ids, shared);
    const found = new Map(entities.map((row) => [row.campaign.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  },
};

/** Step with a value that is computed from another synchronously. */
function derived<From, To>($value: Step<From>, derive: (value: From) => To): Step<To> {
  return lambda($value, derive, true);
}

export const objects: NonNullable<GrafastSchemaConfig['objects']> = {
  Query: {
    plans: {
      campaignInteractions(_$root: Step, args: FieldArgs) {
        const $lists = loadOne(args.getRaw('campaignId'), interactionLists);
        const $states = args.getRaw(['filter', 'states']);
        return lambda([$lists, args.getRaw('first'), $states] as const, ([lists, first, states]) =>
          pageOf(lists, Number(first), states as string[] | null),
        );
      },
      campaign: (_$root: Step, args: FieldArgs) => loadOne(args.getRaw('id'), campaignById),
      queue: (_$root: Step, args: FieldArgs) => loadOne(args.getRaw('id'), queueById),
    },
  },
  CampaignInteraction: {
    plans: {
      disposition: ($row: Step) => derived(get($row, 'disposition'), disposition),
      dispositionCode: ($row: Step) => get($row, 'disposition'),
      campaign: ($row: Step) => loadOne(get($row, 'campaign'), campaigns),
      agent: ($row: Step) => loadOne(get($row, 'agent'), users),
      queue: ($row: Step) => loadOne(get($row, 'queue'), queues),
      script: ($row: Step) => loadOne(get($row, 'script'), scripts),
      contact: ($row: Step) => loadOne(get($row, 'contact'), contacts),
      skills: ($row: Step) => each(get($row, 'skills'), ($skill) => loadOne($skill as Step<Ref>, skills)),
    },
  },
  Campaign: {
    plans: {
      campaignStatus: ($campaign: Step) => derived(get($campaign, 'campaignStatus'), campaignStatus),
      dialingMode: ($campaign: Step) => derived(get($campaign, 'dialingMode'), dialingMode),
      progress: ($campaign: Step) => loadOne(get($campaign, 'id'), progress),
      stats: ($campaign: Step) => loadOne(get($campaign, 'id'), stats),
    },
  },
  CampaignStats: {
    plans: { connectRatio: ($stats: Step) => get(get($stats, 'contactRate'), 'connectRatio') },
  },
  User: { plans: { state: ($user: Step) => derived(get($user, 'state'), entityState) } },
  Skill: { plans: { state: ($skill: Step) => derived(get($skill, 'state'), entityState) } },
  Contact: {
    plans: {
      callRecords: ($contact: Step) => derived(get($contact, 'callRecords'), callRecordsOf),
    },
  },
  Participant: {
    plans: {
      user: ($participant: Step) =>
        derived(get($participant, 'userId'), (id) => (id == null ? null : { id })),
    },
  },
};

export const scalars: NonNullable<GrafastSchemaConfig['scalars']> = resolvedScalars;
