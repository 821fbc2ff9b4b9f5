import { get, postIds } from './upstream.ts';
import {
  type Campaign,
  type Contact,
  contactListIdOf,
  type Queue,
  type Ref,
  type Script,
  type Skill,
  type User,
} from './values.ts';

const BATCH_SIZE = 100;

/** Entities by their ids. */
type ById<Entity> = ReadonlyMap<string, Entity>;

export const loadCampaigns = listing<Campaign>('/api/v2/outbound/campaigns?');
export const loadUsers = listing<User>('/api/v2/users?state=any&');
export const loadQueues = listing<Queue>('/api/v2/routing/queues?');
export const loadSkills = listing<Skill>('/api/v2/routing/skills?');

export async function loadScripts(refs: readonly Ref[], authorization: string): Promise<ById<Script>> {
  const scripts = idsOf(refs).map((id) => get<Script>(`/api/v2/scripts/${id}`, authorization));
  return byId(await Promise.all(scripts));
}

/** Contacts by id. Ids are unique only within a contact list, but no two lists here share any. */
export async function loadContacts(refs: readonly Ref[], authorization: string): Promise<ById<Contact>> {
  const byList = Map.groupBy(refs, contactListIdOf);
  const answers = [...byList].flatMap(([list, ofList]) =>
    chunksOf(idsOf(ofList)).map((ids) =>
      postIds<Contact[]>(`/api/v2/outbound/contactlists/${list}/contacts/bulk`, ids, authorization),
    ),
  );
  return byId((await Promise.all(answers)).flat());
}

/** References without a name. */
export function nameless(refs: readonly Ref[]): Ref[] {
  return refs.filter(({ name }) => name === undefined);
}

/** References that are not undefined. */
export function present(refs: readonly (Ref | undefined)[]): Ref[] {
  return refs.filter((ref) => ref !== undefined);
}

function listing<Entity extends Ref>(path: string) {
  return async (refs: readonly Ref[], authorization: string): Promise<ById<Entity>> => {
    const answers = chunksOf(idsOf(refs)).map((ids) =>
      get<{ entities: Entity[] }>(`${path}pageSize=${BATCH_SIZE}&id=${ids.join('&id=')}`, authorization),
    );
    return byId((await Promise.all(answers)).flatMap(({ entities }) => entities));
  };
}

/** Distinct ids, encoded for a URL. */
function idsOf(refs: readonly Ref[]): string[] {
  return [...new Set(refs.map(({ id }) => encodeURIComponent(id)))];
}

function chunksOf(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / BATCH_SIZE) }, (_, n) =>
    ids.slice(n * BATCH_SIZE, (n + 1) * BATCH_SIZE),
  );
}

function byId<Entity extends Ref>(entities: readonly Entity[]): ById<Entity> {
  return new Map(entities.map((entity) => [entity.id, entity]));
}
