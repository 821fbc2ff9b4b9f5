import DataLoader from 'dataloader';
import { get, postIds } from './upstream.ts';
import type {
  Campaign,
  Contact,
  InteractionLists,
  Progress,
  Queue,
  Ref,
  Script,
  Skill,
  Stats,
  User,
} from './values.ts';

/** Maximum of ids in one call; the upstream takes fewer for the stats of campaigns. */
const BATCH_SIZE = 100;
const STATS_BATCH_SIZE = 50;

export type Loaders = ReturnType<typeof createLoaders>;

/**
 * Loaders of one request, as in DataLoader's documentation: made anew for each request, so that nothing is ever shared
 * between callers (https://github.com/graphql/dataloader#caching-per-request).
 */
export function createLoaders(authorization: string) {
  const contactsByList = new Map<string, DataLoader<string, Contact | null>>();
  return {
    campaigns: listing<Campaign>('/api/v2/outbound/campaigns?', authorization),
    users: listing<User>('/api/v2/users?state=any&', authorization),
    queues: listing<Queue>('/api/v2/routing/queues?', authorization),
    skills: listing<Skill>('/api/v2/routing/skills?', authorization),
    scripts: new DataLoader<string, Script>((ids) =>
      Promise.all(ids.map((id) => get<Script>(`/api/v2/scripts/${id}`, authorization))),
    ),
    interactions: new DataLoader<string, InteractionLists>((ids) =>
      Promise.all(
        ids.map((id) =>
          get<InteractionLists>(`/api/v2/outbound/campaigns/${id}/interactions`, authorization),
        ),
      ),
    ),
    progress: new DataLoader<string, Progress | null>(
      async (ids) =>
        match(
          ids,
          await postIds<Progress[]>('/api/v2/outbound/campaigns/progress', ids, authorization),
          ({ campaign }) => campaign.id,
        ),
      { maxBatchSize: BATCH_SIZE },
    ),
    stats: new DataLoader<string, Stats | null>(
      async (ids) => {
        const path = '/api/v2/outbound/campaigns/performance/query';
        const { entities } = await postIds<{ entities: Stats[] }>(path, ids, authorization);
        return match(ids, entities, ({ campaign }) => campaign.id);
      },
      { maxBatchSize: STATS_BATCH_SIZE },
    ),
    contacts(listId: string): DataLoader<string, Contact | null> {
      let loader = contactsByList.get(listId);
      if (loader === undefined) {
        const path = `/api/v2/outbound/contactlists/${listId}/contacts/bulk`;
        loader = new DataLoader(
          async (ids) => match(ids, await postIds<Contact[]>(path, ids, authorization), ({ id }) => id),
          { maxBatchSize: BATCH_SIZE },
        );
        contactsByList.set(listId, loader);
      }
      return loader;
    },
  };
}

function listing<Entity extends Ref>(path: string, authorization: string): DataLoader<string, Entity | null> {
  return new DataLoader(
    async (ids) => {
      const query = `pageSize=${BATCH_SIZE}&id=${ids.map(encodeURIComponent).join('&id=')}`;
      const { entities } = await get<{ entities: Entity[] }>(path + query, authorization);
      return match(ids, entities, ({ id }) => id);
    },
    { maxBatchSize: BATCH_SIZE },
  );
}

/** Entities in the order of the ids: the upstream promises no order, and leaves out unknown ids, which give null. */
function match<Entity>(
  ids: readonly string[],
  entities: readonly Entity[],
  idOf: (entity: Entity) => string,
): (Entity | null)[] {
  const byId = new Map(entities.map((entity) => [idOf(entity), entity]));
  return ids.map((id) => byId.get(id) ?? null);
}
