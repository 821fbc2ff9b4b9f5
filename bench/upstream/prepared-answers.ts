import type { Models } from 'purecloud-platform-client-v2';
import { outcomesOfPast } from '../../src/sandbox/count-outcomes.ts';
import { progressOf, statsOf } from '../../src/sandbox/generate-campaign-numbers.ts';
import { CAMPAIGN_PLANS, generateCampaigns } from '../../src/sandbox/generate-campaigns.ts';
import { generateContactLists, generateContacts } from '../../src/sandbox/generate-contacts.ts';
import { generateDivisions, generateUsers } from '../../src/sandbox/generate-people.ts';
import { generateQueues, generateScripts, generateSkills } from '../../src/sandbox/generate-routing.ts';
import { at, hash32 } from '../../src/sandbox/random.ts';
import { campaignIds, largeCampaignId, namedCampaignIds, SEED } from './campaigns.ts';
import { generateRows, type RowParts } from './generate-rows.ts';

/** Entity as it is written into a bulk answer. */
export interface PreparedEntity {
  readonly bytes: Buffer;
  /** Position among the entities of an answer, independent of the order of the ids asked for. */
  readonly rank: number;
  /** True when listings leave the entity out unless asked for any state, as with inactive users. */
  readonly isHidden: boolean;
}

export type PreparedEntities = ReadonlyMap<string, PreparedEntity>;

export interface PreparedAnswers {
  /** Interactions by campaign. */
  readonly interactions: ReadonlyMap<string, Buffer>;
  readonly campaigns: PreparedEntities;
  readonly progress: PreparedEntities;
  readonly stats: PreparedEntities;
  readonly users: PreparedEntities;
  readonly queues: PreparedEntities;
  readonly skills: PreparedEntities;
  readonly scripts: PreparedEntities;
  /** Contacts by contact list. */
  readonly contacts: ReadonlyMap<string, PreparedEntities>;
}

const LARGE = 1000;

/**
 * Everything the upstream of the benchmark can answer, as bytes. A hundred interactions refer to 60 agents, 5 queues, 20
 * skills, 3 scripts and 100 contacts of one list; the thousand to 300 agents and 1,000 contacts.
 */
export function prepareAnswers(): PreparedAnswers {
  const divisions = generateDivisions(SEED);
  const skills = [...generateSkills(SEED), ...generateSkills(SEED + 1)].slice(0, 20);
  // The upstream adds these properties of a user only on demand.
  const users = [0, 1, 2, 3, 4]
    .flatMap((n) => generateUsers(SEED + n, divisions, skills))
    .map(({ presence: _presence, routingStatus: _status, skills: _skills, ...user }) => user);
  const queues = generateQueues(SEED, divisions)
    .slice(0, 5)
    .map((queue, index) => ({ ...queue, memberCount: 20 + index, joinedMemberCount: 10 + index }));
  // Some of the vendor's older resources write dates so.
  const scripts = generateScripts(SEED, divisions)
    .slice(0, 3)
    .map((script) => ({ ...script, publishedDate: script.publishedDate?.replace('Z', '+0000') ?? '' }));
  const contactLists = generateContactLists(SEED, divisions);
  const contacts = generateContacts(SEED, contactLists);
  const templates = generateCampaigns(SEED, { divisions, queues, scripts, contactLists });
  const ofFirstList = [...(contacts.get(at(contactLists, 0).id ?? '')?.values() ?? [])];

  const campaigns: Models.Campaign[] = [];
  const interactions = new Map<string, Buffer>();
  const progress = new Map<string, PreparedEntity>();
  const stats = new Map<string, PreparedEntity>();
  for (const [index, id] of [...campaignIds, ...namedCampaignIds, largeCampaignId].entries()) {
    const isLarge = id === largeCampaignId;
    const campaign: Models.Campaign = {
      ...at(templates, index % 4),
      id,
      name: `Campaign ${index}`,
      selfUri: `/api/v2/outbound/campaigns/${id}`,
    };
    campaigns.push(campaign);
    const parts: RowParts = {
      campaign,
      agents: users.slice(0, isLarge ? 300 : 60),
      contacts: ofFirstList.slice(isLarge ? 0 : index * 100, isLarge ? LARGE : (index + 1) * 100),
      queues,
      skills,
      scripts,
      isNamed: namedCampaignIds.includes(id),
    };
    const rows = generateRows(parts, isLarge ? LARGE : 100);
    interactions.set(id, bytesOf(rows));
    const done = progressOf(campaign, 24 * at(CAMPAIGN_PLANS, index % 4).progress, 2400);
    progress.set(id, prepared(id, done));
    const figures = {
      progress: done,
      idleAgents: 4,
      callsPerAgent: 1,
      scheduled: rows.scheduledInteractions?.length ?? 0,
      proceeding: rows.proceedingInteractions?.length ?? 0,
      outcomes: outcomesOfPast(id, done.numberOfContactsCalled ?? 0),
    };
    stats.set(id, prepared(id, statsOf(campaign, figures)));
  }

  return {
    interactions,
    campaigns: byId(campaigns),
    progress,
    stats,
    users: byId(users, ({ state }) => state !== 'active'),
    queues: byId(queues),
    skills: byId(skills),
    scripts: byId(scripts),
    contacts: new Map([...contacts].map(([list, ofList]) => [list, byId([...ofList.values()])])),
  };
}

function byId<Entity extends { readonly id?: string }>(
  entities: readonly Entity[],
  isHidden: (entity: Entity) => boolean = () => false,
): PreparedEntities {
  return new Map(
    entities.map((entity) => [entity.id ?? '', prepared(entity.id ?? '', entity, isHidden(entity))]),
  );
}

function prepared(id: string, entity: object, isHidden = false): PreparedEntity {
  return { bytes: bytesOf(entity), rank: hash32(id), isHidden };
}

function bytesOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
