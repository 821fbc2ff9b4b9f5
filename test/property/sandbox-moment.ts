import type { Models } from 'purecloud-platform-client-v2';
import { request } from 'undici';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';

const TOKEN = 'a-token-of-the-story';

export const LISTS = [
  'scheduledInteractions',
  'pendingInteractions',
  'previewingInteractions',
  'proceedingInteractions',
  'interactingInteractions',
] as const;

/** An interaction with the list that it stands in, and the campaign whose list that is. */
export interface Standing {
  readonly list: (typeof LISTS)[number];
  readonly row: Models.CampaignInteraction;
  readonly campaign: Models.Campaign;
}

/** Everything that a sandbox says of one moment. */
export interface Moment {
  readonly atMs: number;
  readonly campaigns: readonly Models.Campaign[];
  readonly interactions: readonly Standing[];
  readonly users: ReadonlyMap<string, Models.User>;
  readonly queues: ReadonlyMap<string, Models.Queue>;
  readonly stats: ReadonlyMap<string, Models.CampaignPerformanceData>;
  readonly progress: ReadonlyMap<string, Models.CampaignProgress>;
  /** Statistics of each campaign's own call. */
  readonly ownStats: ReadonlyMap<string, Models.CampaignStats>;
}

export interface SandboxInTime {
  momentAt(atMs: number): Promise<Moment>;
  /** Contacts of a list as they are at a moment, by id. */
  contactsAt(
    atMs: number,
    listId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Models.DialerContact>>;
  /** Ids of all contacts of a list. */
  contactIds(listId: string): readonly string[];
  close(): Promise<void>;
}

type Options = NonNullable<Parameters<typeof startSandbox>[0]>;

/** Sandbox that is asked over HTTP, at any moment and in any order. */
export async function sandboxInTime(
  organisation: NonNullable<Options['organisation']>,
): Promise<SandboxInTime> {
  let nowMs = 0;
  const sandbox = await startSandbox({
    organisation,
    tokens: [TOKEN],
    now: () => nowMs,
    rateLimit: { allowed: Number.MAX_SAFE_INTEGER, windowSeconds: 60 },
    recordedRequests: 0,
  });
  const headers = { authorization: `Bearer ${TOKEN}` };

  /** Answer on a connection of its own: a kept one may just be closing after a long comparison of answers. */
  async function read(path: string, ids?: readonly string[]) {
    const { body } = await request(`${sandbox.url}/api/v2/${path}`, {
      headers,
      reset: true,
      ...(ids !== undefined && { method: 'POST', body: JSON.stringify(ids) }),
    });
    return JSON.parse(await body.text());
  }

  return {
    async momentAt(atMs) {
      nowMs = atMs;
      const listing: { entities: Models.Campaign[] } = await read('outbound/campaigns?pageSize=100');
      const campaigns = listing.entities;
      const ids = campaigns.map(({ id = '' }) => id);
      const interactions = await Promise.all(
        campaigns.map(async (campaign): Promise<Standing[]> => {
          const lists: Models.CampaignInteractions = await read(
            `outbound/campaigns/${campaign.id}/interactions`,
          );
          return LISTS.flatMap((list) => (lists[list] ?? []).map((row) => ({ list, row, campaign })));
        }),
      );
      const users: { entities: Models.User[] } = await read(
        'users?state=any&pageSize=500&expand=presence,routingStatus',
      );
      const queues: { entities: Models.Queue[] } = await read('routing/queues?pageSize=500');
      const stats: { entities: Models.CampaignPerformanceData[] } = await read(
        'outbound/campaigns/performance/query',
        ids,
      );
      const progress: Models.CampaignProgress[] = await read('outbound/campaigns/progress', ids);
      const ownStats = await Promise.all(
        ids.map(async (id): Promise<[string, Models.CampaignStats]> => [
          id,
          await read(`outbound/campaigns/${id}/stats`),
        ]),
      );
      return {
        atMs,
        campaigns,
        interactions: interactions.flat(),
        users: byId(users.entities, ({ id }) => id),
        queues: byId(queues.entities, ({ id }) => id),
        stats: byId(stats.entities, ({ campaign }) => campaign.id),
        progress: byId(progress, ({ campaign }) => campaign.id),
        ownStats: new Map(ownStats),
      };
    },
    async contactsAt(atMs, listId, ids) {
      nowMs = atMs;
      const rows: Models.DialerContact[] = await read(`outbound/contactlists/${listId}/contacts/bulk`, ids);
      return byId(rows, ({ id }) => id);
    },
    contactIds: (listId) => [...(organisation.contacts.get(listId)?.keys() ?? [])],
    close: () => sandbox.close(),
  };
}

function byId<Row>(rows: readonly Row[], idOf: (row: Row) => string | undefined): Map<string, Row> {
  return new Map(rows.map((row) => [idOf(row) ?? '', row]));
}
