import type { Cardinalities } from '../../src/config/cardinalities.ts';
import { type Registry, resources } from '../../src/datasources/index.ts';

/** Resources that give entities by ids of their own. The reference has code for each of the others. */
type NameById = Exclude<
  keyof Registry,
  'campaignInteractions' | 'campaignProgress' | 'campaignStats' | 'campaignStatsById' | 'contacts'
>;

/** Facts of one resource. Its call is written here once more, because the reference checks what the gateway declares. */
export interface ResourceFacts {
  /** Ids to ask for. The upstream knows the first, and does not know the last. */
  readonly ids: readonly [string, ...string[]];
  readonly path: string;
  /** Most ids of a listing; absent where the path ends in the id. */
  readonly maxIds?: number;
  readonly query?: string;
  /** Depth of the objects to select below the root field, if there is one. @default 1 */
  readonly depth?: number;
}

export const resourceTable: Readonly<Record<NameById, ResourceFacts>> = {
  campaigns: {
    ids: ['campaign-1', 'campaign-2', 'campaign-9'],
    depth: 2,
    path: '/api/v2/outbound/campaigns',
    maxIds: 100,
  },
  contactLists: {
    ids: ['list-1', 'list-2', 'list-9'],
    path: '/api/v2/outbound/contactlists',
    maxIds: 100,
    query: '&includeSize=true',
  },
  conversations: { ids: ['conversation-0', 'conversation-9'], depth: 3, path: '/api/v2/conversations' },
  divisions: { ids: ['division-1', 'division-9'], path: '/api/v2/authorization/divisions', maxIds: 100 },
  queues: { ids: ['queue-0', 'queue-1', 'queue-99'], path: '/api/v2/routing/queues', maxIds: 500 },
  scripts: { ids: ['script-0', 'script-1', 'script-99'], path: '/api/v2/scripts' },
  skills: { ids: ['skill-0', 'skill-1', 'skill-99'], path: '/api/v2/routing/skills', maxIds: 500 },
  users: {
    ids: ['user-0', 'user-1', 'user-19', 'user-99'],
    depth: 2,
    path: '/api/v2/users',
    maxIds: 500,
    query: '&state=any&expand=presence,routingStatus,skills',
  },
  wrapUpCodes: { ids: ['wrap-up-1', 'wrap-up-9'], path: '/api/v2/routing/wrapupcodes', maxIds: 100 },
};

/** Cardinalities of the generated upstreams. */
export const cardinalities: Cardinalities = {
  campaignsPerPage: resourceTable.campaigns.ids.length,
  campaignsPerList: resourceTable.campaigns.ids.length,
  contactListsPerList: resourceTable.contactLists.ids.length,
  divisionsPerList: resourceTable.divisions.ids.length,
  queuesPerList: resourceTable.queues.ids.length,
  scriptsPerList: resourceTable.scripts.ids.length,
  skillsPerInteraction: 3,
  skillsPerUser: 2,
  skillsPerList: 10,
  participantsPerConversation: 2,
  usersPerList: 20,
  namelessPerList: 20,
};

export function isById(name: string): name is NameById {
  return Object.hasOwn(resourceTable, name);
}

/** Rows of the table, with the type and the root field of the entities. */
export const resourcesById = Object.keys(resourceTable)
  .filter(isById)
  .map((name) => ({ name, type: resources[name].type, root: resources[name].root, ...resourceTable[name] }));

/** Resource from which entities are read, by type. */
export const resourceOfType: Readonly<Record<string, NameById>> = Object.fromEntries(
  resourcesById.map(({ type, name }) => [type, name]),
);
